"""Settings: search first, changes hold at once and can be undone, health is told."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from center_app.core.access import Role
from center_app.core.centre import centre
from center_app.equipment import queries as equipment
from tests.ui.desk import Desk
from ui.kit.words import _
from ui.pages.settings.search import find


def test_search_finds_settings_and_rules(desk: Desk) -> None:
    page = desk.go("settings")
    assert [hit.tab for hit in find(page.data, "nightly")] == ["overview"]
    assert {hit.tab for hit in find(page.data, "dmu 50")} == {"rules"}
    assert {hit.tab for hit in find(page.data, "nmea")} == {"profiles"}
    page.search.setFocus()
    desk.type("wire edm")
    desk.until(lambda: page.results.isVisible() and page.results.model().shown_rows())
    page.search.clear()
    desk.until(lambda: not page.results.isVisible())


def test_a_rule_says_who_is_affected_and_its_change_can_be_undone(desk: Desk) -> None:
    page = desk.go("settings", tab="rules")
    row = next(held for held in page.data.rules if held.machine.code == "EQ-0102")
    assert row.people == len(desk.seeded.people)
    page.acts.edit_rule(row)
    dialog = desk.dialog()
    dialog.form.field("longest").set_value("240")
    dialog.submit()
    desk.until(lambda: not dialog.isVisible())
    assert desk.center.read(equipment.machine, row.machine.id).policy.max_length_s == 14_400
    desk.window.notices.toast.undo()  # type: ignore[union-attr]
    desk.until(lambda: desk.center.read(equipment.machine, row.machine.id).policy.max_length_s is None)


def test_nonsense_in_a_limit_is_said_under_the_field(desk: Desk) -> None:
    page = desk.go("settings")
    page.acts.edit_rule(page.data.rules[0])
    dialog = desk.dialog()
    dialog.form.field("longest").set_value("soon")
    dialog.submit()
    assert dialog.isVisible()
    assert dialog.form.field("longest").editor.property("bad") == "true"
    dialog.reject()


def test_an_administrator_changes_the_centre(desk: Desk) -> None:
    desk.window.session.become(desk.seeded.actor(7))
    assert desk.window.session.actor.role is Role.ADMINISTRATOR
    page = desk.go("settings")
    page.acts.edit_centre(page.data.centre)
    dialog = desk.dialog()
    dialog.form.field("currency").set_value("eur")
    dialog.submit()
    assert dialog.isVisible()
    assert "ISO 4217" in dialog.problem.text()
    dialog.form.field("currency").set_value("EUR")
    dialog.submit()
    desk.until(lambda: not dialog.isVisible())
    changed = desk.center.read(centre)
    assert changed is not None
    assert changed.currency == "EUR"


def test_the_language_is_one_key_away(desk: Desk) -> None:
    page = desk.go("settings")
    control = next(made for made in page.findChildren(type(page.tabs)) if made.accessibleName() == "Language")
    control.setFocus()
    desk.keys(Qt.Key.Key_Right)
    desk.settle()
    assert _.language == "de"


def test_health_is_told(desk: Desk) -> None:
    page = desk.go("settings")
    desk.until(lambda: page._findings)
    texts = [label.text() for label in page.findChildren(QLabel)]
    assert "SQLite, in a folder" in texts
    assert "never" in texts
    assert any(text.startswith("Reached, version") for text in texts)


def test_a_backup_is_made_and_checked(desk: Desk) -> None:
    desk.window.session.become(desk.seeded.actor(7))
    page = desk.go("settings")
    page._back_up()
    desk.until(lambda: "Backup made and checked" in desk.toast_text())
    desk.until(lambda: page.data.health.last_backup_at is not None)
