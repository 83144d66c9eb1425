"""Read grants: views only, few statements."""

from center_app.grants.queries.awards import (
    award_view,
    awards,
    budget,
    duties,
    instalments,
    spending_plan,
    statements,
)
from center_app.grants.queries.ledger import commitments_of, cost, costs_of
from center_app.grants.queries.proofs import claims_of, evidence_file, evidence_of
from center_app.grants.queries.reports import report_version, reports_of

__all__ = [
    "award_view",
    "awards",
    "budget",
    "claims_of",
    "commitments_of",
    "cost",
    "costs_of",
    "duties",
    "evidence_file",
    "evidence_of",
    "instalments",
    "report_version",
    "reports_of",
    "spending_plan",
    "statements",
]
