"""Open awards, revise budgets, receive instalments, file account statements, keep duties."""

from __future__ import annotations

from datetime import date

from sqlmodel import select

from center_app.core.access import Right, require
from center_app.core.changes import Changed
from center_app.core.db import Work
from center_app.core.errors import PersonError
from center_app.core.labels import Label
from center_app.core.money import Money
from center_app.grants import programmes
from center_app.grants.errors import (
    AMOUNT_IMPOSSIBLE,
    BUDGET_LINE_TWICE,
    BUDGET_SUM,
    GONE,
    NUMBER_TAKEN,
    REASON_MISSING,
)
from center_app.grants.models import Award, BankStatement, BudgetLine, Duty, Instalment, PlanPoint
from center_app.grants.queries import award_view, budget
from center_app.grants.service._common import award_row, known, lines_of, same_currency
from center_app.grants.values import AwardDraft, AwardView, BudgetLineDraft, BudgetLineView, StatementDraft, is_possible


def add_award(work: Work, draft: AwardDraft) -> AwardView:
    """Open an award with its budget, instalments and plan; the lines must add up to the amount."""
    require(work.actor, Right.EDIT_LEDGER)
    programmes.programme(draft.programme)
    _check_budget(draft.budget, draft.amount)
    if work.session.exec(select(Award.id).where(Award.number == draft.number)).first():
        raise PersonError(NUMBER_TAKEN, number=draft.number)
    row = work.add(_award(draft))
    _add_parts(work, known(row.id), draft)
    work.record("award.add", f"award:{draft.number}", after=draft, changed=Changed.AWARDS)
    return award_view(work, draft.number)


def _award(draft: AwardDraft) -> Award:
    return Award(
        number=draft.number,
        names=draft.names,
        programme=draft.programme,
        funder=draft.funder,
        grantee=draft.grantee,
        notice=draft.notice,
        noticed_on=draft.noticed_on,
        first_day=draft.first_day,
        last_day=draft.last_day,
        amount_minor=draft.amount.minor,
        currency=draft.amount.currency,
        tier=draft.tier,
        financing=draft.financing,
        account=draft.account,
        is_core_tech=draft.is_core_tech,
    )


def _check_budget(lines: tuple[BudgetLineDraft, ...], amount: Money) -> None:
    """Refuse lines of another currency, below zero, given twice, or that do not add up."""
    codes: set[str] = set()
    for line in lines:
        same_currency(amount.currency, line.planned, line.revised)
        if line.planned.minor < 0 or (line.revised is not None and line.revised.minor < 0):
            raise PersonError(AMOUNT_IMPOSSIBLE, amount=line.planned)
        if line.code in codes:
            raise PersonError(BUDGET_LINE_TWICE, code=line.code)
        codes.add(line.code)
    for total in (sum(x.planned.minor for x in lines), sum((x.revised or x.planned).minor for x in lines)):
        if lines and total != amount.minor:
            raise PersonError(BUDGET_SUM, total=Money(total, amount.currency), amount=amount)


def _add_parts(work: Work, award_id: int, draft: AwardDraft) -> None:
    for position, line in enumerate(draft.budget):
        work.session.add(_line(award_id, position, line))
    for position, part in enumerate(draft.instalments, 1):
        same_currency(draft.amount.currency, part.planned, part.received)
        work.session.add(
            Instalment(
                award_id=award_id,
                position=position,
                due_on=part.due_on,
                planned_minor=part.planned.minor,
                received_minor=part.received.minor if part.received else None,
                received_on=part.received_on,
                condition=part.condition,
            )
        )
    for month, money in draft.plan:
        same_currency(draft.amount.currency, money)
        work.session.add(PlanPoint(award_id=award_id, month=month, planned_minor=money.minor))


def _line(award_id: int, position: int, line: BudgetLineDraft) -> BudgetLine:
    return BudgetLine(
        award_id=award_id,
        code=line.code,
        names=line.names,
        position=position,
        planned_minor=line.planned.minor,
        revised_minor=(line.revised or line.planned).minor,
    )


def revise_budget(work: Work, award: str, revised: dict[str, Money], reason: str) -> tuple[BudgetLineView, ...]:
    """Move money between budget lines: new amounts by line code, the sum unchanged, with a reason."""
    require(work.actor, Right.EDIT_LEDGER)
    if not reason.strip():
        raise PersonError(REASON_MISSING)
    row = award_row(work, award)
    lines = lines_of(work, known(row.id))
    drafts = tuple(_revised(line, row.currency, revised.get(line.code)) for line in lines.values())
    _check_budget(drafts, Money(row.amount_minor, row.currency))
    before = {line.code: line.revised_minor for line in lines.values()}
    for code, money in revised.items():
        lines[code].revised_minor = money.minor
    row.budget_version += 1
    row.version += 1
    after = {line.code: line.revised_minor for line in lines.values()}
    work.record("budget.revise", f"award:{award}", before, after, reason, Changed.AWARDS)
    return budget(work, award)


def _revised(line: BudgetLine, currency: str, money: Money | None) -> BudgetLineDraft:
    planned = Money(line.planned_minor, currency)
    return BudgetLineDraft(
        code=line.code, names=line.names, planned=planned, revised=money or Money(line.revised_minor, currency)
    )


def receive_instalment(work: Work, award: str, position: int, received: Money, received_on: date) -> AwardView:
    """Book the money of an instalment that came."""
    require(work.actor, Right.EDIT_LEDGER)
    row = award_row(work, award)
    same_currency(row.currency, received)
    if not is_possible(received):
        raise PersonError(AMOUNT_IMPOSSIBLE, amount=received)
    part = work.session.exec(
        select(Instalment).where(Instalment.award_id == row.id, Instalment.position == position)
    ).first()
    if part is None:
        raise PersonError(GONE, number=position)
    before = {"received_minor": part.received_minor}
    part.received_minor, part.received_on = received.minor, received_on
    after = {"received_minor": received.minor, "received_on": received_on}
    work.record("instalment.receive", f"award:{award}/instalment:{position}", before, after, changed=Changed.AWARDS)
    return award_view(work, award)


def file_statement(work: Work, draft: StatementDraft) -> None:
    """File a statement of the earmarked account."""
    require(work.actor, Right.EDIT_LEDGER)
    row = award_row(work, draft.award)
    same_currency(row.currency, draft.balance, draft.interest)
    work.session.add(
        BankStatement(
            award_id=known(row.id),
            statement_on=draft.statement_on,
            balance_minor=draft.balance.minor,
            interest_minor=draft.interest.minor,
            evidence_number=draft.evidence,
        )
    )
    work.record("statement.file", f"award:{draft.award}", after=draft, changed=Changed.LEDGER)


def add_duty(work: Work, award: str, due_on: date, names: Label, kind: str = "other", person: str = "") -> int:
    """Note something due for an award; returns its number."""
    require(work.actor, Right.EDIT_LEDGER)
    row = award_row(work, award)
    duty = work.add(Duty(award_id=known(row.id), due_on=due_on, kind=kind, names=names, person=person))
    after = {"due_on": due_on, "names": names, "person": person}
    work.record("duty.add", f"award:{award}/duty:{duty.id}", after=after, changed=Changed.AWARDS)
    return known(duty.id)


def finish_duty(work: Work, duty_id: int, is_done: bool = True) -> None:
    """Tick a duty off, or open it again."""
    require(work.actor, Right.EDIT_LEDGER)
    duty = work.session.get(Duty, duty_id)
    if duty is None:
        raise PersonError(GONE, number=duty_id)
    before = {"is_done": duty.is_done}
    duty.is_done = is_done
    work.record("duty.finish", f"duty:{duty_id}", before, {"is_done": is_done}, changed=Changed.AWARDS)
