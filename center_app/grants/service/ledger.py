"""Keep the ledger: costs with exact shares, reversals, commitments, imports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, insert, select

from center_app.core.access import Right, require
from center_app.core.changes import Changed
from center_app.core.db import Work
from center_app.core.errors import PersonError
from center_app.grants.errors import (
    AMOUNT_IMPOSSIBLE,
    GONE,
    INVOICE_TWICE,
    LINE_UNKNOWN,
    NUMBER_TAKEN,
    REASON_MISSING,
    REVERSED_ALREADY,
)
from center_app.grants.models import Allocation, Award, BudgetLine, Commitment, CostItem
from center_app.grants.queries import commitments_of, cost
from center_app.grants.service._common import award_row, known, line_row, next_number, same_currency
from center_app.grants.values import CommitmentDraft, CommitmentView, CostDraft, CostView, is_possible

COST_PREFIX, COMMITMENT_PREFIX = "JZ-", "HT-"


def add_cost(work: Work, draft: CostDraft) -> CostView:
    """Book one cost with its shares; an invoice booked before is refused unless a reason says why."""
    require(work.actor, Right.EDIT_LEDGER)
    _refuse_duplicate(work, draft)
    number = draft.number or f"{COST_PREFIX}{next_number(work, CostItem, COST_PREFIX):04d}"
    _refuse_taken(work, number)
    row = work.add(CostItem(**_fields(work, draft, number)))
    for values in _allocations(known(row.id), draft, _lines(work.session, [draft])):
        work.session.add(Allocation(**values))
    work.record("cost.add", f"cost:{number}", after=draft, reason=draft.duplicate_reason, changed=Changed.LEDGER)
    return cost(work, number)


def _fields(work: Work, draft: CostDraft, number: str) -> dict[str, Any]:
    return {
        "number": number, "invoice_on": draft.invoice_on, "paid_on": draft.paid_on,
        "supplier": draft.supplier.strip(), "tax_number": draft.tax_number.strip(),
        "invoice_number": draft.invoice_number.strip(), "text": draft.text,
        "net_minor": draft.net_or_rest.minor, "vat_minor": draft.vat_or_rest.minor,
        "gross_minor": draft.gross.minor, "currency": draft.gross.currency,
        "machine_code": draft.machine_code, "is_core_tech": draft.is_core_tech,
        "duplicate_reason": draft.duplicate_reason, "prepared_by": work.actor.name, "entered_at": work.now,
    }  # fmt: skip


Lines = dict[tuple[str, str], tuple[int, int, str]]


def _lines(session: Session, drafts: Sequence[CostDraft]) -> Lines:
    """Return (award id, line id, currency) by award number and line code."""
    numbers = {share.award for draft in drafts for share in draft.shares}
    statement = (
        select(Award.number, BudgetLine.code, Award.id, BudgetLine.id, Award.currency)  # type: ignore[call-overload]
        .join(BudgetLine, col(BudgetLine.award_id) == col(Award.id))
        .where(col(Award.number).in_(numbers))
    )
    return {
        (number, code): (known(award_id), known(line_id), currency)
        for number, code, award_id, line_id, currency in session.exec(statement)
    }


def _allocations(cost_id: int, draft: CostDraft, lines: Lines) -> list[dict[str, int]]:
    rows = []
    for share in draft.shares:
        if (share.award, share.line) not in lines:
            raise PersonError(LINE_UNKNOWN, code=share.line)
        award_id, line_id, currency = lines[share.award, share.line]
        same_currency(currency, draft.gross)
        rows.append({
            "cost_id": cost_id, "award_id": award_id, "line_id": line_id,
            "numerator": share.share.numerator, "denominator": share.share.denominator,
        })  # fmt: skip
    return rows


def _refuse_taken(work: Work, number: str) -> None:
    if work.session.exec(select(CostItem.id).where(CostItem.number == number)).first():
        raise PersonError(NUMBER_TAKEN, number=number)


def _refuse_duplicate(work: Work, draft: CostDraft) -> None:
    if draft.duplicate_reason.strip() or not (draft.tax_number and draft.invoice_number):
        return
    found = work.session.exec(
        select(CostItem.number).where(
            CostItem.tax_number == draft.tax_number.strip(),
            CostItem.invoice_number == draft.invoice_number.strip(),
            col(CostItem.is_reversed).is_(False),
        )
    ).first()
    if found:
        raise PersonError(INVOICE_TWICE, invoice=draft.invoice_number, supplier=draft.supplier, number=found)


def import_costs(work: Work, drafts: Sequence[CostDraft], file_name: str, file_sha256: str) -> tuple[str, ...]:
    """Book all costs of a checked file, or none; returns their numbers."""
    require(work.actor, Right.EDIT_LEDGER)
    start = next_number(work, CostItem, COST_PREFIX)
    numbers = [draft.number or f"{COST_PREFIX}{start + i:04d}" for i, draft in enumerate(drafts)]
    _refuse_known(work.session, drafts, numbers)
    lines = _lines(work.session, drafts)
    rows = [_fields(work, draft, number) for draft, number in zip(drafts, numbers, strict=True)]
    ids = work.session.scalars(insert(CostItem).returning(col(CostItem.id), sort_by_parameter_order=True), rows).all()
    parts = [part for id, draft in zip(ids, drafts, strict=True) for part in _allocations(known(id), draft, lines)]
    if parts:
        work.session.execute(insert(Allocation), parts)
    after = {"file": file_name, "sha256": file_sha256, "items": len(numbers), "first": numbers[0], "last": numbers[-1],
             "gross_minor": sum(draft.gross.minor for draft in drafts)}  # fmt: skip
    work.record("cost.import", f"file:{file_sha256[:16]}", after=after, changed=Changed.LEDGER)
    return tuple(numbers)


def _refuse_known(session: Session, drafts: Sequence[CostDraft], numbers: Sequence[str]) -> None:
    """Refuse invoices and numbers that were booked since the dry run."""
    rows = session.exec(
        select(CostItem.number, CostItem.tax_number, CostItem.invoice_number, CostItem.is_reversed)
    ).all()
    taken = {number for number, *_ in rows}
    invoices = {(tax, invoice): number for number, tax, invoice, reversed_ in rows if tax and invoice and not reversed_}
    for draft, number in zip(drafts, numbers, strict=True):
        if number in taken:
            raise PersonError(NUMBER_TAKEN, number=number)
        found = invoices.get((draft.tax_number, draft.invoice_number))
        if found:
            raise PersonError(INVOICE_TWICE, invoice=draft.invoice_number, supplier=draft.supplier, number=found)


def reverse_cost(work: Work, number: str, reason: str) -> CostView:
    """Take a cost out of every sum; its row stays, with the reason in the audit trail."""
    require(work.actor, Right.EDIT_LEDGER)
    row = work.session.exec(select(CostItem).where(CostItem.number == number)).first()
    if row is None:
        raise PersonError(GONE, number=number)
    if row.is_reversed:
        raise PersonError(REVERSED_ALREADY, number=number)
    if not reason.strip():
        raise PersonError(REASON_MISSING)
    row.is_reversed = True
    row.version += 1
    work.record("cost.reverse", f"cost:{number}", {"is_reversed": False}, {"is_reversed": True}, reason, Changed.LEDGER)
    return cost(work, number)


def add_commitment(work: Work, draft: CommitmentDraft) -> CommitmentView:
    """Note money promised by contract; it lowers what is free."""
    require(work.actor, Right.EDIT_LEDGER)
    award = award_row(work, draft.award)
    line = line_row(work, award, draft.line)
    same_currency(award.currency, draft.amount)
    if not is_possible(draft.amount):
        raise PersonError(AMOUNT_IMPOSSIBLE, amount=draft.amount)
    number = draft.number or f"{COMMITMENT_PREFIX}{next_number(work, Commitment, COMMITMENT_PREFIX):04d}"
    work.add(
        Commitment(
            award_id=known(award.id),
            line_id=known(line.id),
            number=number,
            supplier=draft.supplier,
            text=draft.text,
            agreed_on=draft.agreed_on,
            amount_minor=draft.amount.minor,
        )
    )
    work.record("commitment.add", f"commitment:{number}", after=draft, changed=Changed.LEDGER)
    return next(view for view in commitments_of(work, draft.award) if view.number == number)


def close_commitment(work: Work, number: str) -> None:
    """Free the rest of a commitment once its invoices are booked."""
    require(work.actor, Right.EDIT_LEDGER)
    row = work.session.exec(select(Commitment).where(Commitment.number == number)).first()
    if row is None:
        raise PersonError(GONE, number=number)
    row.is_closed = True
    work.record(
        "commitment.close", f"commitment:{number}", {"is_closed": False}, {"is_closed": True}, changed=Changed.LEDGER
    )
