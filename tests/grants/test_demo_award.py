"""The demo award: exact, believable, with exactly the mistakes it is meant to show."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

import pytest

from center_app.equipment.values import MachineView
from center_app.grants import evidence, queries
from center_app.grants.demo import AWARD_NUMBER, seed
from center_app.grants.demo.ledger import scale, spent_on
from center_app.grants.demo.seed import award_draft, first_day
from center_app.wiring import Center
from tests.grants.samples import yuan

TODAY = date(2026, 6, 1)


@dataclass
class Register:
    people: dict[str, int] = field(default_factory=lambda: {"chen.jie": 5})
    machines: dict[str, MachineView] = field(default_factory=dict)


@pytest.mark.parametrize("today", [date(2025, 9, 3), TODAY, date(2026, 11, 23), date(2027, 5, 1), date(2031, 2, 3)])
def test_the_award_runs_today_and_adds_up(today: date) -> None:
    first = first_day(today)
    draft = award_draft(first, today)
    assert draft.first_day < today <= draft.last_day
    assert draft.amount == yuan("50000000.00")
    assert len(draft.budget) == 10
    assert sum(line.planned.minor for line in draft.budget) == draft.amount.minor
    assert sum((line.revised or line.planned).minor for line in draft.budget) == draft.amount.minor
    assert draft.plan[-1][1] == draft.amount
    assert len(draft.plan) == 24


def test_spending_follows_the_plan_and_leaves_every_line_free() -> None:
    from center_app.grants.demo.figures import LINES, yuan

    for today in (date(2025, 9, 3), TODAY, date(2026, 11, 23), date(2027, 5, 1)):
        factor = scale(first_day(today), today)
        for code, _, _, revised, spent, promised, _ in LINES:
            if code != "equipment":
                assert spent_on(spent, factor) + yuan(promised) <= yuan(revised), (today, code)


def test_the_ledger_has_evidence_for_every_cost_and_one_invoice_twice(sqlite_center: Center) -> None:
    seed(sqlite_center.database, sqlite_center.folder, Register(), TODAY)
    costs = sqlite_center.read(queries.costs_of, AWARD_NUMBER)
    assert len(costs) == 153
    assert all(cost.evidence and cost.paid_on and cost.paid_on < TODAY for cost in costs)
    assert all(cost.net + cost.vat == cost.gross for cost in costs)
    invoices = Counter((cost.tax_number, cost.invoice_number) for cost in costs)
    assert [count for count in invoices.values() if count > 1] == [2]
    twice = [cost.amount for cost in costs if invoices[cost.tax_number, cost.invoice_number] == 2]
    assert twice == [yuan("86400.00")] * 2
    for file in sqlite_center.read(queries.evidence_of, AWARD_NUMBER):
        assert evidence.is_intact(sqlite_center.folder, file.sha256)
        assert file.amount is not None
        assert str(file.amount.amount).encode() in (evidence.read_bytes(sqlite_center.folder, file.sha256) or b"")


def test_statements_balance_and_the_last_month_has_none(sqlite_center: Center) -> None:
    seed(sqlite_center.database, sqlite_center.folder, Register(), TODAY)
    statements = sqlite_center.read(queries.statements, AWARD_NUMBER)
    assert max(one.statement_on for one in statements) == date(2026, 4, 30)
    last = statements[-1]
    costs = sqlite_center.read(queries.costs_of, AWARD_NUMBER, until=last.statement_on)
    paid = sum((cost.amount.amount for cost in costs), Decimal(0))
    came = sum(
        (part.received.amount for part in sqlite_center.read(queries.instalments, AWARD_NUMBER)
         if part.received and part.received_on and part.received_on <= last.statement_on),
        Decimal(0),
    )  # fmt: skip
    assert last.balance.amount == came + last.interest.amount - paid


def test_duties_begin_with_the_missing_statement(sqlite_center: Center) -> None:
    seed(sqlite_center.database, sqlite_center.folder, Register(), TODAY)
    duties = sqlite_center.read(queries.duties, AWARD_NUMBER)
    assert duties[0].due_on == TODAY + timedelta(days=4)
    assert duties[0].names.say("zh") == "上传2026年5月专户对账单（CN-18）"
