"""File evidence and claim hours."""

from __future__ import annotations

from sqlmodel import col, select

from center_app.core.access import Right, require
from center_app.core.changes import Changed
from center_app.core.db import Work
from center_app.core.errors import PersonError
from center_app.grants.errors import GONE, NUMBER_TAKEN, REASON_MISSING
from center_app.grants.models import CostItem, Evidence, EvidenceLink, HourClaim
from center_app.grants.queries import evidence_file
from center_app.grants.service._common import award_row, known, next_number
from center_app.grants.values import EvidenceDraft, EvidenceView

PREFIX = "E-"


def add_evidence(work: Work, draft: EvidenceDraft) -> EvidenceView:
    """File stored bytes as evidence of costs."""
    require(work.actor, Right.EDIT_LEDGER)
    number = draft.number or f"{PREFIX}{next_number(work, Evidence, PREFIX):04d}"
    if work.session.exec(select(Evidence.id).where(Evidence.number == number)).first():
        raise PersonError(NUMBER_TAKEN, number=number)
    costs = _cost_ids(work, draft.costs)
    row = work.add(
        Evidence(
            number=number,
            name=draft.name,
            kind=draft.kind,
            sha256=draft.stored.sha256,
            size_bytes=draft.stored.size_bytes,
            amount_minor=draft.amount.minor if draft.amount else None,
            added_at=work.now,
            added_by=work.actor.name,
        )
    )
    for cost_id in costs:
        work.session.add(EvidenceLink(evidence_id=known(row.id), cost_id=cost_id))
    work.record("evidence.add", f"evidence:{number}", after=draft, changed=Changed.EVIDENCE)
    return evidence_file(work, number)


def _cost_ids(work: Work, numbers: tuple[str, ...]) -> list[int]:
    found = dict(work.session.exec(select(CostItem.number, CostItem.id).where(col(CostItem.number).in_(numbers))).all())
    for number in numbers:
        if number not in found:
            raise PersonError(GONE, number=number)
    return [known(id) for id in found.values()]


def claim_hours(work: Work, award: str, use_id: str, claimed_us: int, reason: str) -> None:
    """Claim other hours for one use than its effective hours; microseconds, with a reason."""
    require(work.actor, Right.EDIT_LEDGER)
    if not reason.strip():
        raise PersonError(REASON_MISSING)
    award_id = known(award_row(work, award).id)
    row = _claim(work, award_id, use_id)
    before = {"claimed_us": row.claimed_us} if row else None
    if row:
        row.claimed_us, row.reason = claimed_us, reason
    else:
        work.add(HourClaim(award_id=award_id, use_id=use_id, claimed_us=claimed_us, reason=reason))
    work.record("hours.claim", f"award:{award}/use:{use_id}", before, {"claimed_us": claimed_us}, reason, Changed.HOURS)


def withdraw_claim(work: Work, award: str, use_id: str) -> None:
    """Claim the effective hours again."""
    require(work.actor, Right.EDIT_LEDGER)
    row = _claim(work, known(award_row(work, award).id), use_id)
    if row is None:
        raise PersonError(GONE, number=use_id)
    before = {"claimed_us": row.claimed_us}
    work.session.delete(row)
    work.record("hours.withdraw", f"award:{award}/use:{use_id}", before, changed=Changed.HOURS)


def _claim(work: Work, award_id: int, use_id: str) -> HourClaim | None:
    return work.session.exec(
        select(HourClaim).where(HourClaim.award_id == award_id, HourClaim.use_id == use_id)
    ).first()
