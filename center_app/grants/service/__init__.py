"""Write to grants: one verb per intent, one audit row each."""

from center_app.grants.service.awards import (
    add_award,
    add_duty,
    file_statement,
    finish_duty,
    receive_instalment,
    revise_budget,
)
from center_app.grants.service.ledger import add_commitment, add_cost, close_commitment, import_costs, reverse_cost
from center_app.grants.service.proofs import add_evidence, claim_hours, withdraw_claim
from center_app.grants.service.reports import lock_report, record_paper, record_report

__all__ = [
    "add_award",
    "add_commitment",
    "add_cost",
    "add_duty",
    "add_evidence",
    "claim_hours",
    "close_commitment",
    "file_statement",
    "finish_duty",
    "import_costs",
    "lock_report",
    "receive_instalment",
    "record_paper",
    "record_report",
    "reverse_cost",
    "revise_budget",
    "withdraw_claim",
]
