"""The page Grants: money, rules opened to their rows, a cost recorded, reversed and imported."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from center_app.core.access import Actor, Role
from center_app.core.labels import Label
from center_app.core.money import Money
from center_app.grants import queries, service
from center_app.grants.reports.values import Verdict
from center_app.grants.values import AwardDraft, BudgetLineDraft, CostDraft, Share
from tests.ui.desk import Desk
from ui.pages.grants.import_dialog import ImportDialog
from ui.pages.grants.money import lines_of

MANAGER = Actor(1, "Chen Jie", Role.MANAGER, "test")
NUMBER = "GDC-2025-007"


def cost(supplier: str, amount: str, day: date, invoice: str, line: str = "material", **more: Any) -> CostDraft:
    return CostDraft(
        supplier=supplier, gross=Money.of(amount), shares=(Share(NUMBER, line),), invoice_on=day, paid_on=day,
        tax_number="91440000", invoice_number=invoice, text="tools", **more,
    )  # fmt: skip


@pytest.fixture
def award(desk: Desk) -> Desk:
    """Give the desk an award with two lines and four costs, one invoice of them booked twice."""
    today = desk.clock.now().date()
    first = (today.replace(day=1) - timedelta(days=150)).replace(day=1)
    draft = AwardDraft(
        number=NUMBER, names=Label.of("Innovation centre", zh="创新中心"), programme="GD-CENTRE",
        funder=Label.of("Department"), grantee=Label.of("Centre"), first_day=first,
        last_day=first + timedelta(days=720), amount=Money.of("50000000"), tier="national",
        budget=(
            BudgetLineDraft(code="equipment", names=Label.of("Equipment", zh="设备"), planned=Money.of("40000000")),
            BudgetLineDraft(code="material", names=Label.of("Materials", zh="材料"), planned=Money.of("10000000")),
        ),
        plan=((f"{first:%Y-%m}", Money.of("5000000")), (f"{today:%Y-%m}", Money.of("20000000"))),
    )  # fmt: skip
    desk.center.write(MANAGER, service.add_award, draft)
    day = today.replace(day=1) - timedelta(days=20)
    for one in (
        cost("Lingjing", "1000000", day, "A-1", "equipment"), cost("Pengce", "2500.50", day, "A-2"),
        cost("Huagong", "86400", day, "A-3"), cost("Huagong", "86400", day, "A-3", duplicate_reason="test"),
    ):  # fmt: skip
        desk.center.write(MANAGER, service.add_cost, one)
    desk.window.session.become(MANAGER)
    desk.settle()
    return desk


def test_without_an_award_it_says_what_to_do(desk: Desk) -> None:
    page = desk.go("grants")
    assert page.loaded.award is None
    assert page._whole.currentIndex() == 1


def test_money_adds_up(award: Desk) -> None:
    page = award.go("grants")
    lines = lines_of(page.loaded.budget)
    assert [line.is_total for line in lines] == [False, False, True]
    assert lines[-1].actual == Money.of("1175300.50") == page.loaded.award.spent
    assert lines[-1].free == Money.of("50000000") - lines[-1].actual


def test_a_failing_rule_lies_open_with_its_rows_and_is_solved(award: Desk) -> None:
    page = award.go("grants")
    failing = {rule.id: rule for rule in page.checked.rules if rule.verdict is Verdict.FAIL}
    assert "GEN-03" in failing
    doubled = failing["GEN-03"].rows[-1]
    buttons = [made for made in page.compliance.findChildren(QPushButton) if f"Reverse {doubled}" in made.text()]
    QTest.mouseClick(buttons[0], Qt.MouseButton.LeftButton)
    dialog = award.dialog()
    dialog.form.field("reason").set_value("booked twice")
    dialog.submit()
    award.settle()
    award.until(lambda: "GEN-03" not in {r.id for r in page.checked.rules if r.verdict is Verdict.FAIL})
    assert award.center.read(queries.award_view, NUMBER).spent == Money.of("1088900.50")


def test_a_row_of_a_failing_rule_leads_to_its_ledger_line(award: Desk) -> None:
    page = award.go("grants")
    failing = {rule.id: rule for rule in page.checked.rules if rule.verdict is Verdict.FAIL}
    wanted = failing["GEN-03"].rows[0]
    link = next(made for made in page.compliance.findChildren(QPushButton) if made.text() == wanted)
    QTest.mouseClick(link, Qt.MouseButton.LeftButton)
    award.settle()
    assert page.header.tabs.key == "ledger"
    assert page.ledger.table.current_row().number == wanted


def test_a_cost_is_recorded_by_keyboard(award: Desk) -> None:
    page = award.go("grants")
    page.record()
    dialog = award.dialog()
    for name, text in {"supplier": "Feirui", "gross": "1,234.56", "text": "bearings", "paid_on": "2026-05-20"}.items():
        dialog.form.field(name).set_value(text)
    dialog.submit()
    award.settle()
    found = award.center.read(queries.costs_of, NUMBER)
    assert [one.gross for one in found if one.supplier == "Feirui"] == [Money.of("1234.56")]


def test_an_impossible_amount_is_said_at_the_field(award: Desk) -> None:
    page = award.go("grants")
    page.record()
    dialog = award.dialog()
    for name, text in {"supplier": "Feirui", "gross": "12,3,4.5678", "text": "bearings"}.items():
        dialog.form.field(name).set_value(text)
    dialog.submit()
    assert dialog.isVisible()
    assert "12,3,4.5678" in dialog.form.field("gross").problem()
    dialog.reject()


def _csv(folder: Path, rows: list[str]) -> Path:
    path = folder / "costs.csv"
    path.write_text("\n".join(["供应商,金额,预算科目,发票号码,付款日期", *rows]), encoding="gb18030")
    return path


def test_a_file_with_a_bad_row_is_shown_and_not_imported(award: Desk, tmp_path: Path) -> None:
    page = award.go("grants")
    page.acts.try_file(NUMBER, _csv(tmp_path, ["飞瑞,100.00,材料,B-1,2026-05-20", "飞瑞,abc,材料,B-2,2026-05-20"]))
    award.settle()
    dialog = award.visible(ImportDialog)[0]
    assert not dialog.main.isEnabled()
    assert [one.line for one in dialog._tried.problems] == [3]
    dialog.reject()


def test_a_clean_file_is_imported_whole(award: Desk, tmp_path: Path) -> None:
    page = award.go("grants")
    day = page.loaded.award.first_day + timedelta(days=40)
    page.acts.try_file(NUMBER, _csv(tmp_path, [f"飞瑞,100.00,材料,B-1,{day}", f'飞瑞,"1,200.50",材料,B-2,{day}']))
    award.settle()
    dialog = award.visible(ImportDialog)[0]
    assert dialog.main.isEnabled(), dialog._tried.problems
    dialog.submit()
    award.settle()
    found = [one.gross for one in award.center.read(queries.costs_of, NUMBER) if one.supplier == "飞瑞"]
    assert sorted(found) == [Money.of("100"), Money.of("1200.50")]


def test_every_tab_opens_in_three_languages(award: Desk) -> None:
    for language in ("en", "de", "zh"):
        award.window.choose_language(language)
        page = award.go("grants")
        for key in ("ledger", "evidence", "compliance", "programme", "overview"):
            page.open(tab=key)
            award.settle()
        assert page.ledger.model.rows()
        assert page.programme.model.rows()
