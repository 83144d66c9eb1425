"""The demo award: budget, instalments, ledger, evidence, duties, claims; made through the usual verbs."""

from center_app.grants.demo.seed import AWARD_NUMBER, seed

__all__ = ["AWARD_NUMBER", "seed"]
