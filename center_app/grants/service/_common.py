"""Small help for the verbs of grants."""

from __future__ import annotations

from typing import Any

from sqlmodel import col, func, select

from center_app.core.db import Read
from center_app.core.errors import PersonError
from center_app.core.money import Money
from center_app.grants.errors import CURRENCY_OTHER, GONE, LINE_UNKNOWN
from center_app.grants.models import Award, BudgetLine


def award_row(read: Read, number: str) -> Award:
    """Return an award's row by its number; raises PersonError."""
    row = read.session.exec(select(Award).where(Award.number == number)).first()
    if row is None:
        raise PersonError(GONE, number=number)
    return row


def lines_of(read: Read, award_id: int) -> dict[str, BudgetLine]:
    """Return an award's budget lines by code, in order."""
    rows = read.session.exec(
        select(BudgetLine).where(BudgetLine.award_id == award_id).order_by(col(BudgetLine.position))
    )
    return {row.code: row for row in rows}


def line_row(read: Read, award: Award, code: str) -> BudgetLine:
    """Return one budget line; raises PersonError."""
    lines = lines_of(read, known(award.id))
    if code not in lines:
        raise PersonError(LINE_UNKNOWN, code=code)
    return lines[code]


def next_number(read: Read, model: Any, prefix: str) -> int:
    """Return the number after the highest of a prefix, such as 413 after JZ-0412."""
    column = col(model.number)
    found = read.session.exec(
        select(model.number)
        .where(column.like(prefix + "%"))
        .order_by(func.length(column).desc(), column.desc())
        .limit(1)
    ).first()
    digits = (found or "").removeprefix(prefix)
    return int(digits) + 1 if digits.isdecimal() else 1


def same_currency(currency: str, *amounts: Money | None) -> None:
    """Refuse money of another currency than the award's."""
    for money in amounts:
        if money is not None and money.currency != currency:
            raise PersonError(CURRENCY_OTHER, wanted=currency, given=money.currency)


def known(id: int | None) -> int:
    """Return the number of a stored row."""
    assert id is not None
    return id
