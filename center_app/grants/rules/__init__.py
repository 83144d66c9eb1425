"""Rules of grants: pure functions on values, thresholds from dated data; missing input never passes."""

from center_app.grants.rules import china, general, sharing
from center_app.grants.rules.engine import CHECKS, evaluate
from center_app.grants.rules.values import CostFact, Facts, Finding, ProofFact

__all__ = ["CHECKS", "CostFact", "Facts", "Finding", "ProofFact", "china", "evaluate", "general", "sharing"]
