"""Read costs and commitments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import select as pick
from sqlmodel import col, select

from center_app.core.db import Read
from center_app.core.errors import PersonError
from center_app.core.money import Money, allocate
from center_app.grants.errors import GONE
from center_app.grants.models import Allocation, Award, BudgetLine, Commitment, CostItem, Evidence, EvidenceLink
from center_app.grants.values import CommitmentView, CostView, Share


def costs_of(read: Read, award: str, *, until: date | None = None, with_reversed: bool = False) -> list[CostView]:
    """Return the costs an award carries, by payment day; `until` leaves out later ones. Three statements."""
    mine = (
        select(Allocation.cost_id).join(Award, col(Award.id) == col(Allocation.award_id)).where(Award.number == award)
    )
    statement = select(CostItem).where(col(CostItem.id).in_(mine))
    if not with_reversed:
        statement = statement.where(col(CostItem.is_reversed).is_(False))
    rows = [row for row in read.session.exec(statement) if until is None or (day_of(row) or until) <= until]
    shares, proofs = _shares(read, mine), _proofs(read, mine)
    views = [_view(row, award, shares[row.id or 0], proofs.get(row.id or 0, ())) for row in rows]
    return sorted(views, key=lambda view: (view.paid_on or view.invoice_on or date.max, view.number))


def day_of(row: CostItem) -> date | None:
    """Return the day a cost counts on: paid, else invoiced."""
    return row.paid_on or row.invoice_on


def cost(read: Read, number: str) -> CostView:
    """Return one cost, seen from the award of its first share; raises PersonError."""
    row = read.session.exec(select(CostItem).where(CostItem.number == number)).first()
    if row is None:
        raise PersonError(GONE, number=number)
    mine = select(CostItem.id).where(CostItem.number == number)
    shares = _shares(read, mine)[row.id or 0]
    return _view(row, shares[0].award if shares else "", shares, _proofs(read, mine).get(row.id or 0, ()))


def _shares(read: Read, ids: object) -> dict[int, list[Share]]:
    statement = (
        select(Allocation.cost_id, Award.number, BudgetLine.code, Allocation.numerator, Allocation.denominator)  # type: ignore[call-overload]
        .join(Award, col(Award.id) == col(Allocation.award_id))
        .join(BudgetLine, col(BudgetLine.id) == col(Allocation.line_id))
        .where(col(Allocation.cost_id).in_(ids))  # type: ignore[arg-type]
        .order_by(col(Allocation.id))
    )
    found: dict[int, list[Share]] = defaultdict(list)
    for cost_id, award, line, numerator, denominator in read.session.exec(statement):
        found[cost_id].append(Share(award, line, Fraction(numerator, denominator)))
    return found


def _proofs(read: Read, ids: object) -> dict[int, tuple[str, ...]]:
    statement = (
        select(EvidenceLink.cost_id, Evidence.number)
        .join(Evidence, col(Evidence.id) == col(EvidenceLink.evidence_id))
        .where(col(EvidenceLink.cost_id).in_(ids))  # type: ignore[arg-type]
        .order_by(Evidence.number)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for cost_id, number in read.session.exec(statement):
        found[cost_id].append(number)
    return {cost_id: tuple(numbers) for cost_id, numbers in found.items()}


@dataclass(frozen=True)
class Spent:
    """State what a cost takes from a budget line of an award, and on which day (None: not dated)."""

    line: str
    day: date | None
    minor: int


def spending(read: Read, award: str) -> list[Spent]:
    """Return what an award's costs take from its lines, exact to the cent; quick, two statements."""
    statement: Any = (
        pick(CostItem.id, CostItem.gross_minor, CostItem.currency, CostItem.paid_on, CostItem.invoice_on,  # type: ignore[call-overload]
             BudgetLine.code, Allocation.numerator, Allocation.denominator)
        .join(Allocation, col(Allocation.cost_id) == col(CostItem.id))
        .join(Award, col(Award.id) == col(Allocation.award_id))
        .join(BudgetLine, col(BudgetLine.id) == col(Allocation.line_id))
        .where(Award.number == award, col(CostItem.is_reversed).is_(False))
        .order_by(col(Allocation.id))
    )  # fmt: skip
    found: Any = read.session.exec(statement).all()
    parted = {row[0] for row in found if row[6] != row[7]}
    shares = _shares(read, parted) if parted else {}
    taken = [Spent(row[5], row[3] or row[4], row[1]) for row in found if row[0] not in parted]
    first = {row[0]: row for row in found if row[0] in parted}
    for cost_id, row in first.items():
        mine = shares[cost_id]
        for share, money in zip(mine, amounts(Money(row[1], row[2]), mine), strict=True):
            if share.award == award:
                taken.append(Spent(share.line, row[3] or row[4], money.minor))
    return taken


def amounts(gross: Money, shares: Sequence[Share]) -> list[Money]:
    """Split a cost over its shares; parts and own rest sum to the whole, ties to the earlier share."""
    if len(shares) == 1 and shares[0].share == 1:
        return [gross]
    whole = sum((share.share for share in shares), Fraction(0))
    parts = [share.share for share in shares] + ([1 - whole] if whole < 1 else [])
    return list(allocate(gross, parts))[: len(shares)]


def _view(row: CostItem, award: str, shares: Sequence[Share], proofs: Iterable[str]) -> CostView:
    gross = Money(row.gross_minor, row.currency)
    mine = [(share, money) for share, money in zip(shares, amounts(gross, shares), strict=True) if share.award == award]
    return CostView(
        id=row.id or 0,
        version=row.version,
        number=row.number,
        invoice_on=row.invoice_on,
        paid_on=row.paid_on,
        supplier=row.supplier,
        tax_number=row.tax_number,
        invoice_number=row.invoice_number,
        text=row.text,
        net=Money(row.net_minor, row.currency),
        vat=Money(row.vat_minor, row.currency),
        gross=gross,
        machine_code=row.machine_code,
        is_core_tech=row.is_core_tech,
        is_reversed=row.is_reversed,
        prepared_by=row.prepared_by,
        shares=tuple(shares),
        line=mine[0][0].line if mine else "",
        share=sum((share.share for share, _ in mine), Fraction(0)),
        amount=Money(sum(money.minor for _, money in mine), row.currency),
        evidence=tuple(proofs),
    )


def commitments_of(read: Read, award: str, *, with_closed: bool = False) -> list[CommitmentView]:
    """Return the money promised for an award, by day. One statement."""
    statement = (
        select(Commitment, BudgetLine.code, Award.currency)
        .join(BudgetLine, col(BudgetLine.id) == col(Commitment.line_id))
        .join(Award, col(Award.id) == col(Commitment.award_id))
        .where(Award.number == award)
        .order_by(col(Commitment.agreed_on), Commitment.number)
    )
    return [
        CommitmentView(
            row.id or 0,
            row.number,
            line,
            row.supplier,
            row.text,
            row.agreed_on,
            Money(row.amount_minor, currency),
            row.is_closed,
        )
        for row, line, currency in read.session.exec(statement)
        if with_closed or not row.is_closed
    ]
