"""Read awards: money, budget, instalments, plan and forecast, statements, duties."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from sqlmodel import col, select

from center_app.core.db import Read
from center_app.core.errors import PersonError
from center_app.core.money import Money
from center_app.grants.errors import GONE
from center_app.grants.models import Award, BankStatement, BudgetLine, Duty, Instalment, PlanPoint
from center_app.grants.programmes import programmes
from center_app.grants.queries.ledger import Spent, commitments_of, spending
from center_app.grants.values import (
    AwardView,
    BudgetLineView,
    DutyView,
    InstalmentView,
    PlanView,
    StatementView,
)


def awards(read: Read) -> list[AwardView]:
    """Return every award that is not archived, the newest first."""
    rows = read.session.exec(
        select(Award).where(col(Award.is_archived).is_(False)).order_by(col(Award.first_day).desc())
    )
    return [_view(read, row) for row in rows]


def award_view(read: Read, number: str) -> AwardView:
    """Return one award; raises PersonError."""
    return _view(read, _row(read, number))


def _row(read: Read, number: str) -> Award:
    row = read.session.exec(select(Award).where(Award.number == number)).first()
    if row is None:
        raise PersonError(GONE, number=number)
    return row


def _view(read: Read, row: Award) -> AwardView:
    known = programmes().get(row.programme)
    received = sum(part.received.minor for part in instalments(read, row.number) if part.received)
    spent = sum(part.minor for part in spending(read, row.number))
    promised = sum(view.amount.minor for view in commitments_of(read, row.number))
    return AwardView(
        id=row.id or 0,
        version=row.version,
        number=row.number,
        names=row.names,
        programme=row.programme,
        programme_names=known.names if known else row.names,
        funder=row.funder,
        grantee=row.grantee,
        notice=row.notice,
        noticed_on=row.noticed_on,
        first_day=row.first_day,
        last_day=row.last_day,
        amount=Money(row.amount_minor, row.currency),
        tier=row.tier,
        financing=row.financing,
        account=row.account,
        budget_version=row.budget_version,
        is_core_tech=row.is_core_tech,
        spent=Money(spent, row.currency),
        committed=Money(promised, row.currency),
        received=Money(received, row.currency),
    )


def budget(read: Read, award: str) -> tuple[BudgetLineView, ...]:
    """Return an award's budget lines in order, with what was spent and promised."""
    row = _row(read, award)
    spent = _by_line((part.line, part.minor) for part in spending(read, award))
    promised = _by_line((view.line, view.amount.minor) for view in commitments_of(read, award))
    lines = read.session.exec(
        select(BudgetLine).where(BudgetLine.award_id == row.id).order_by(col(BudgetLine.position))
    )
    return tuple(
        BudgetLineView(
            id=line.id or 0,
            code=line.code,
            names=line.names,
            planned=Money(line.planned_minor, row.currency),
            revised=Money(line.revised_minor, row.currency),
            actual=Money(spent[line.code], row.currency),
            committed=Money(promised[line.code], row.currency),
        )
        for line in lines
    )


def _by_line(parts: Iterable[tuple[str, int]]) -> defaultdict[str, int]:
    sums: defaultdict[str, int] = defaultdict(int)
    for line, minor in parts:
        sums[line] += minor
    return sums


def instalments(read: Read, award: str) -> tuple[InstalmentView, ...]:
    """Return the payments of the funder in order."""
    row = _row(read, award)
    parts = read.session.exec(
        select(Instalment).where(Instalment.award_id == row.id).order_by(col(Instalment.position))
    )
    return tuple(
        InstalmentView(
            id=part.id or 0,
            position=part.position,
            due_on=part.due_on,
            planned=Money(part.planned_minor, row.currency),
            received=None if part.received_minor is None else Money(part.received_minor, row.currency),
            received_on=part.received_on,
            condition=part.condition,
        )
        for part in parts
    )


def duties(read: Read, award: str, *, with_done: bool = False) -> list[DutyView]:
    """Return what is due for an award, the most urgent first."""
    row = _row(read, award)
    found = read.session.exec(select(Duty).where(Duty.award_id == row.id).order_by(col(Duty.due_on)))
    return [
        DutyView(duty.id or 0, duty.due_on, duty.kind, duty.names, duty.person, duty.is_done)
        for duty in found
        if with_done or not duty.is_done
    ]


def statements(read: Read, award: str) -> list[StatementView]:
    """Return the statements of the earmarked account by day."""
    row = _row(read, award)
    found = read.session.exec(
        select(BankStatement).where(BankStatement.award_id == row.id).order_by(col(BankStatement.statement_on))
    )
    return [
        StatementView(
            one.statement_on,
            Money(one.balance_minor, row.currency),
            Money(one.interest_minor, row.currency),
            one.evidence_number,
        )
        for one in found
    ]


def spending_plan(read: Read, award: str, today: date) -> tuple[PlanView, ...]:
    """Return plan, spending and forecast, cumulative at the end of each month of the plan.

    The forecast goes on with the plan's monthly steps, scaled by spent ÷ planned at the last closed month.
    """
    row = _row(read, award)
    points = read.session.exec(select(PlanPoint).where(PlanPoint.award_id == row.id).order_by(PlanPoint.month)).all()
    plan = [(point.month, Money(point.planned_minor, row.currency)) for point in points]
    return forecast(plan, spending(read, award), f"{today:%Y-%m}")


def forecast(plan: list[tuple[str, Money]], costs: list[Spent], this_month: str) -> tuple[PlanView, ...]:
    """Put spending beside the plan for months before this one, and the scaled plan for those ahead."""
    spent = _cumulative(costs)
    closed = [(month, money) for month, money in plan if month < this_month]
    pace = Fraction(1)
    actual = Money(0, plan[0][1].currency if plan else "CNY")
    if closed:
        last, planned = closed[-1]
        actual = Money(_at(spent, last), planned.currency)
        pace = Fraction(actual.minor, planned.minor) if planned.minor else Fraction(1)
    base = closed[-1][1] if closed else Money(0, actual.currency)
    views = []
    for month, money in plan:
        is_closed = month < this_month
        spent_so_far = Money(_at(spent, month), money.currency) if is_closed else None
        ahead = None if is_closed and month != closed[-1][0] else actual + (money - base).times(pace)
        views.append(PlanView(month, money, spent_so_far, ahead))
    return tuple(views)


def _cumulative(costs: list[Spent]) -> list[tuple[str, int]]:
    sums: defaultdict[str, int] = defaultdict(int)
    for part in costs:
        sums[f"{part.day:%Y-%m}" if part.day else ""] += part.minor
    total, steps = 0, []
    for month in sorted(sums):
        total += sums[month]
        steps.append((month, total))
    return steps


def _at(steps: list[tuple[str, int]], month: str) -> int:
    return max((total for step, total in steps if step <= month), default=0)
