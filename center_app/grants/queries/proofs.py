"""Read evidence and claims of hours."""

from __future__ import annotations

from collections import defaultdict

from sqlmodel import col, select

from center_app.core.db import Read
from center_app.core.errors import PersonError
from center_app.core.money import Money
from center_app.grants.errors import GONE
from center_app.grants.models import Allocation, Award, CostItem, Evidence, EvidenceLink, HourClaim
from center_app.grants.values import EvidenceView


def evidence_of(read: Read, award: str) -> list[EvidenceView]:
    """Return the files that prove an award's costs or account statements, by number. Two statements."""
    mine = (
        select(Allocation.cost_id).join(Award, col(Award.id) == col(Allocation.award_id)).where(Award.number == award)
    )
    linked = select(EvidenceLink.evidence_id).where(col(EvidenceLink.cost_id).in_(mine))
    rows = read.session.exec(select(Evidence).where(col(Evidence.id).in_(linked)).order_by(Evidence.number)).all()
    return _views(read, rows)


def evidence_file(read: Read, number: str) -> EvidenceView:
    """Return one file of evidence; raises PersonError."""
    rows = read.session.exec(select(Evidence).where(Evidence.number == number)).all()
    if not rows:
        raise PersonError(GONE, number=number)
    return _views(read, rows)[0]


def _views(read: Read, rows: object) -> list[EvidenceView]:
    files = list(rows)  # type: ignore[call-overload]
    links: defaultdict[int, list[str]] = defaultdict(list)
    statement = (
        select(EvidenceLink.evidence_id, CostItem.number)
        .join(CostItem, col(CostItem.id) == col(EvidenceLink.cost_id))
        .order_by(CostItem.number)
    )
    if len(files) == 1:
        statement = statement.where(EvidenceLink.evidence_id == files[0].id)
    for evidence_id, number in read.session.exec(statement):
        links[evidence_id].append(number)
    return [_view(row, tuple(links[row.id or 0])) for row in files]


def _view(row: Evidence, costs: tuple[str, ...]) -> EvidenceView:
    return EvidenceView(
        id=row.id or 0,
        number=row.number,
        name=row.name,
        kind=row.kind,
        sha256=row.sha256,
        size_bytes=row.size_bytes,
        amount=None if row.amount_minor is None else Money(row.amount_minor),
        added_at=row.added_at,
        added_by=row.added_by,
        costs=costs,
    )


def claims_of(read: Read, award: str) -> dict[str, int]:
    """Return claimed microseconds by use id, where they differ from the effective hours."""
    statement = (
        select(HourClaim.use_id, HourClaim.claimed_us)
        .join(Award, col(Award.id) == col(HourClaim.award_id))
        .where(Award.number == award)
    )
    return dict(read.session.exec(statement).all())
