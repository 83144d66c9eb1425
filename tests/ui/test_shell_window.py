"""The window: navigation by keyboard, command box, live switches, other desks, calm failures."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QLabel, QPushButton

from center_app.core.access import SYSTEM, Role
from center_app.core.errors import SurroundingsError, declare
from center_app.registry import service as registry
from center_app.registry.values import PersonDraft
from center_app.wiring import Center, open_center
from tests.fakes import FakeClock
from tests.ui.desk import Desk, open_desk
from tests.ui.seed import Seeded
from ui.kit.actions import Action, matches
from ui.kit.memory import Memory
from ui.kit.page import Page
from ui.kit.theme import theme
from ui.kit.words import LANGUAGES, _
from ui.shell.pages import PAGES
from ui.shell.person_menu import person_menu
from ui.shell.shortcuts import ShortcutSheet
from ui.shell.trouble import TroubleDialog

OWN_PAGES = ("today", "equipment", "people", "settings")
ALT = Qt.KeyboardModifier.AltModifier
CTRL = Qt.KeyboardModifier.ControlModifier
DISK = declare("test.disk", "The disk is full.", "Free some space.")


def test_every_page_is_reached_by_keyboard(desk: Desk) -> None:
    for n, item in enumerate(PAGES, 1):
        if item.id in OWN_PAGES:
            QTest.keyClick(desk.window, Qt.Key(Qt.Key.Key_0 + n), ALT)
            desk.settle()
            assert desk.window.page_id == item.id
            assert desk.window.rail.buttons[item.id].isChecked()
            assert isinstance(desk.window.pages[item.id], Page)
            tops = [
                made for made in QApplication.topLevelWidgets() if made.isVisible() and not isinstance(made, QDialog)
            ]
            assert tops == [desk.window], "a page must not open windows of its own"


def test_a_command_is_found_and_run_without_a_mouse(desk: Desk) -> None:
    QTest.keyClick(desk.window, Qt.Key.Key_K, CTRL)
    assert desk.window.command_box.hasFocus()
    desk.type("equip")
    assert desk.window.command_box.hits()[0].text == "Equipment"
    desk.keys(Qt.Key.Key_Return)
    desk.settle()
    assert desk.window.page_id == "equipment"


def test_a_machine_is_found_by_its_number(desk: Desk) -> None:
    QTest.keyClick(desk.window, Qt.Key.Key_K, CTRL)
    desk.type("eq-0203")
    desk.until(lambda: any(hit.note == "EQ-0203" for hit in desk.window.command_box.hits()))
    hits = desk.window.command_box.hits()
    at = next(n for n, hit in enumerate(hits) if hit.note == "EQ-0203")
    for _step in range(at):
        desk.keys(Qt.Key.Key_Down)
    desk.keys(Qt.Key.Key_Return)
    desk.settle()
    page = desk.window.pages["equipment"]
    assert page.sheet.detail.row.machine.code == "EQ-0203"  # type: ignore[attr-defined]


def test_escape_leaves_the_command_box(desk: Desk) -> None:
    QTest.keyClick(desk.window, Qt.Key.Key_K, CTRL)
    desk.type("peo")
    desk.keys(Qt.Key.Key_Escape)
    assert not desk.window.command_box.hasFocus()
    assert desk.window.command_box.text() == ""


def test_letters_in_order_find_an_action() -> None:
    actions = [Action("a", "Print label"), Action("b", "Reset window layout"), Action("c", "Appearance")]
    assert [action.id for action in matches(actions, "prlb", str)] == ["a"]
    assert [action.id for action in matches(actions, "", str)] == ["a", "b", "c"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_language_switches_without_a_restart(desk: Desk, language: str) -> None:
    words = {"en": "Equipment", "de": "Geräte", "zh": "设备"}
    desk.go("equipment")
    desk.window.choose_language(language)
    desk.settle()
    assert desk.window.rail.buttons["equipment"].text() == words[language]
    assert desk.window.page_id == "equipment"
    assert desk.window.topbar.findChildren(QLabel)[0].text() == words[language]
    assert desk.window.memory.get("language") == language
    own = {"en": "Cancel", "de": "Abbrechen", "zh": "取消"}
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == own[language]


def test_the_palette_switches_without_a_restart(desk: Desk) -> None:
    QTest.keyClick(desk.window, Qt.Key.Key_D, CTRL | ALT)
    desk.settle()
    assert theme.is_dark
    image = desk.window.grab().toImage()
    assert image.pixelColor(300, image.height() - 60).lightness() < 60
    QTest.keyClick(desk.window, Qt.Key.Key_D, CTRL | ALT)
    assert not theme.is_dark


def test_a_switch_keeps_what_was_chosen(desk: Desk) -> None:
    page = desk.go("equipment", machine_id=desk.seeded.machines[6].id, tab="bookings")
    assert page.sheet.tab == "bookings"
    desk.window.choose_language("de")
    desk.settle()
    again = desk.window.pages["equipment"]
    assert again is not page
    assert again.sheet.detail.row.id == desk.seeded.machines[6].id  # type: ignore[attr-defined]
    assert again.sheet.tab == "bookings"  # type: ignore[attr-defined]


def test_the_role_switcher_changes_what_one_may_do(desk: Desk) -> None:
    page = desk.go("equipment")
    assert page.list.add.isVisible()
    menu = person_menu(desk.window, desk.window)
    roles = next(act.menu() for act in menu.actions() if act.text() == "Act as")
    auditor = next(act for act in roles.actions() if act.text() == "Auditor")  # type: ignore[union-attr]
    auditor.trigger()
    desk.settle()
    assert desk.window.session.actor.role is Role.AUDITOR
    assert not desk.window.pages["equipment"].list.add.isVisible()  # type: ignore[attr-defined]


def test_a_change_at_another_desk_shows_within_a_second(desk: Desk, clock: FakeClock) -> None:
    page = desk.go("people")
    other = open_center(str(desk.center.folder), clock)
    try:
        other.write(SYSTEM, registry.add_person, PersonDraft(name="Aino Virtanen", login="aino"))
        desk.until(lambda: "Aino Virtanen" in [view.name for view in page.data.people])
    finally:
        other.close()


def test_a_hidden_page_loads_only_when_it_comes_into_view(desk: Desk) -> None:
    people = desk.go("people")
    desk.go("today")
    desk.center.write(SYSTEM, registry.add_person, PersonDraft(name="Aino Virtanen", login="aino"))
    desk.until(lambda: people.is_stale)
    assert "Aino Virtanen" not in [view.name for view in people.data.people]
    desk.go("people")
    assert "Aino Virtanen" in [view.name for view in people.data.people]


def test_the_layout_is_remembered(
    seeded_center: tuple[Center, Seeded], clock: FakeClock, tmp_path: Path, qtbot: object
) -> None:
    file = tmp_path / "window.json"
    first = open_desk(seeded_center[0], clock, seeded_center[1], Memory(file))
    first.window.resize(1300, 820)
    first.close()
    assert Memory(file).get("window.layout")["version"] == 1
    held = Memory(file)
    held.put("window.layout", {"version": 0, "geometry": "nonsense"})
    assert Memory(file).get("window.layout")["version"] == 0


def test_a_damaged_memory_is_no_reason_to_stop(tmp_path: Path) -> None:
    file = tmp_path / "window.json"
    file.write_text("{not json", "utf-8")
    memory = Memory(file)
    assert memory.get("language") is None
    memory.put("language", "de")
    assert Memory(file).get("language") == "de"


def test_a_failure_of_the_surroundings_is_said_calmly(desk: Desk) -> None:
    desk.window.notices.error(SurroundingsError(DISK))
    dialog = desk.visible(TroubleDialog)[0]
    texts = [label.text() for label in dialog.findChildren(QLabel)]
    assert "The disk is full." in texts
    assert "Free some space." in texts
    dialog.copy()
    assert "SurroundingsError" in QGuiApplication.clipboard().text()
    desk.window.notices.error(SurroundingsError(DISK))
    assert len(desk.visible(TroubleDialog)) == 1
    dialog.accept()


def test_our_own_failure_shows_no_trace_at_first(desk: Desk) -> None:
    desk.window.tasks.failed.emit(ZeroDivisionError("division"))
    dialog = desk.visible(TroubleDialog)[0]
    shown = " ".join(label.text() for label in dialog.findChildren(QLabel))
    assert "Traceback" not in shown
    dialog.accept()


def test_the_shortcut_sheet_lists_the_registry(desk: Desk) -> None:
    sheet = ShortcutSheet(desk.window, desk.window.acts, desk.window.session.actor)
    texts = [label.text() for label in sheet.findChildren(QLabel)]
    for action in desk.window.acts.all():
        if action.shortcut:
            assert _(action.text) in texts


def test_no_two_actions_share_a_shortcut_on_one_page(desk: Desk) -> None:
    for page in OWN_PAGES:
        desk.go(page)
        held = [a.shortcut for a in desk.window.acts.all() if a.shortcut and a.page in ("", page)]
        assert len(held) == len(set(held)), page


@pytest.mark.parametrize("page", OWN_PAGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_button_has_a_name(desk: Desk, page: str, language: str) -> None:
    desk.window.choose_language(language)
    desk.go(page)
    for made in desk.visible(QAbstractButton):
        if made.objectName().startswith("qt_") or type(made) is not QPushButton:
            continue
        assert made.accessibleName() or made.text().strip(), made
        if not made.text().strip():
            assert made.toolTip(), f"an icon button needs a tooltip: {made.accessibleName()}"


def test_labels_show_markup_as_it_is(desk: Desk) -> None:
    for label in desk.window.findChildren(QLabel):
        assert label.textFormat() == Qt.TextFormat.PlainText


def test_a_passing_message_keeps_its_undo_apart(desk: Desk) -> None:
    desk.window.notices.tell("5-axis mill 01 is out of order; 2 bookings displaced", lambda: None, "warn")
    toast = desk.window.notices.toast
    assert toast is not None
    toast.grab()
    label, undo = toast.findChildren(QLabel)[1], toast.findChildren(QPushButton)[0]
    assert undo.accessibleName() == "Undo"
    assert not label.geometry().intersects(undo.geometry())


def test_the_last_act_is_undone_by_keyboard(desk: Desk) -> None:
    undone: list[int] = []
    desk.window.notices.tell("Saved: lathe", lambda: undone.append(1))
    QTest.keyClick(desk.window, Qt.Key.Key_Z, CTRL | ALT)
    assert undone == [1]
    QTest.keyClick(desk.window, Qt.Key.Key_Z, CTRL | ALT)
    assert undone == [1]
