"""Equipment: filters, the sheet, out of order with one undo, a machine added by keyboard."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

from center_app.booking import queries as booking
from center_app.booking.values import BookingState
from center_app.core.access import Role
from center_app.equipment import queries as equipment
from tests.ui.desk import Desk
from ui.kit.table_export import export_to

CTRL = Qt.KeyboardModifier.ControlModifier


def test_the_list_says_what_the_register_says(desk: Desk) -> None:
    page = desk.go("equipment")
    rows = {row.machine.code: row for row in page.list.model.shown_rows()}
    assert len(rows) == len(desk.center.read(equipment.machines))
    texts = {column.id: column.text(rows["EQ-0101"]) for column in page.list.model.columns}
    assert texts["state"] == "In use"
    assert texts["free"] == "from 12:30"
    assert texts["service"] == "28 May"
    assert texts["calibration"] == "142 d"


def test_filters_combine(desk: Desk) -> None:
    page = desk.go("equipment")
    page.list.search.setText("mill bay")
    desk.until(lambda: [row.machine.code for row in page.list.model.shown_rows()] == ["EQ-0101"])
    page.list.search.setText("")
    page.list.segments.pick("out_of_order")
    assert [row.machine.code for row in page.list.model.shown_rows()] == ["EQ-0112"]
    page.list.segments.pick("all")
    page.list.categories.setCurrentIndex(page.list.categories.findText("Testing"))
    assert {row.machine.category.say("en") for row in page.list.model.shown_rows()} == {"Testing"}


def test_arrow_keys_change_the_sheet(desk: Desk) -> None:
    page = desk.go("equipment")
    page.list.table.setFocus()
    first = page.sheet.detail.row.id
    desk.keys(Qt.Key.Key_Down)
    desk.settle()
    assert page.sheet.detail.row.id != first
    assert page.sheet.detail.row.id == page.list.table.current_row().id


def test_every_tab_of_the_sheet_opens(desk: Desk) -> None:
    page = desk.go("equipment", machine_id=desk.seeded.machines[4].id)
    for tab in ("bookings", "hours", "upkeep", "money", "files", "overview"):
        desk.go("equipment", machine_id=desk.seeded.machines[4].id, tab=tab)
        assert page.sheet.tab == tab
        assert [label for label in page.sheet.findChildren(QLabel) if label.isVisible()]


def test_out_of_order_by_keyboard_displaces_and_one_undo_brings_all_back(desk: Desk) -> None:
    machine = desk.seeded.machines[0]
    before = {view.id: view.state for view in desk.seeded.bookings if view.machine_id == machine.id}
    page = desk.go("equipment", machine_id=machine.id)
    page.list.table.setFocus()
    QTest.keyClick(desk.window, Qt.Key.Key_O, CTRL | Qt.KeyboardModifier.ShiftModifier)
    dialog = desk.dialog()
    dialog.form.field("title").editor.setFocus()
    desk.type("Coolant leak")
    desk.keys(Qt.Key.Key_Return)
    desk.until(lambda: not dialog.isVisible())
    assert "1 booking displaced" in desk.toast_text()
    states = {key: desk.center.read(booking.booking, key).state for key in before}
    assert BookingState.DISPLACED in states.values()
    toast = desk.window.notices.toast
    assert toast is not None
    toast.undo()
    desk.until(lambda: not [o for o in desk.center.read(equipment.outages_now) if o.machine_id == machine.id])
    states = {key: desk.center.read(booking.booking, key).state for key in before}
    assert BookingState.DISPLACED not in states.values()


def test_an_empty_reason_is_refused_inline(desk: Desk) -> None:
    desk.go("equipment", machine_id=desk.seeded.machines[0].id)
    QTest.keyClick(desk.window, Qt.Key.Key_O, CTRL | Qt.KeyboardModifier.ShiftModifier)
    dialog = desk.dialog()
    dialog.submit()
    assert dialog.isVisible()
    assert dialog.form.field("title").editor.property("bad") == "true"
    dialog.reject()


def test_a_machine_is_added_and_the_undo_archives_it(desk: Desk) -> None:
    page = desk.go("equipment")
    page.list.add.click()
    desk.settle()
    dialog = desk.dialog()
    code = dialog.form.field("code").value()
    dialog.form.field("name_en").set_value("Bench lathe")
    dialog.form.field("cost").set_value("12,500.00")
    dialog.submit()
    desk.until(lambda: not dialog.isVisible())
    added = desk.center.read(equipment.machine_by_code, code)
    assert added is not None
    assert added.cost is not None
    assert (added.names.say("en"), added.cost.minor) == ("Bench lathe", 1_250_000)
    desk.until(lambda: code in [row.machine.code for row in page.list.model.rows()])
    desk.window.notices.toast.undo()  # type: ignore[union-attr]
    desk.until(lambda: code not in [row.machine.code for row in page.list.model.rows()])


def test_a_number_that_is_taken_is_said_under_the_field(desk: Desk) -> None:
    page = desk.go("equipment")
    page.list.add.click()
    desk.settle()
    dialog = desk.dialog()
    dialog.form.field("code").set_value("EQ-0101")
    dialog.form.field("name_en").set_value("Twin")
    dialog.submit()
    desk.until(lambda: dialog.main.isEnabled())
    said = dialog.form.field("code").editor.accessibleDescription() + dialog.problem.text()
    assert "EQ-0101" in said
    dialog.reject()


def test_who_may_not_edit_cannot_press(desk: Desk) -> None:
    desk.window.session.become(desk.seeded.actor(5))
    assert desk.window.session.actor.role is Role.MANAGER
    page = desk.go("equipment", machine_id=desk.seeded.machines[0].id)
    buttons = {made.accessibleName(): made for made in page.sheet.findChildren(QPushButton)}
    assert not buttons["Out of order"].isEnabled()
    assert buttons["Book"].isEnabled()


def test_the_label_is_a_pdf(desk: Desk, tmp_path: Path) -> None:
    from ui.pages.equipment.acts import make_label

    target = tmp_path / "label.pdf"
    made: list[Path] = []
    machine = desk.center.read(equipment.machines)[0]
    desk.window.tasks.work(make_label, desk.center, machine, "zh", target, done=made.append)
    desk.until(lambda: made)
    assert target.read_bytes().startswith(b"%PDF")


def test_a_table_is_exported_as_it_is_shown(desk: Desk, tmp_path: Path) -> None:
    page = desk.go("equipment")
    page.list.segments.pick("out_of_order")
    for kind in ("csv", "xlsx"):
        target = tmp_path / f"machines.{kind}"
        task = export_to(page.list.table, "Machines", desk.window.context, target, kind)
        desk.until(lambda task=task: task.is_over)
        assert target.stat().st_size > 50
    text = (tmp_path / "machines.csv").read_text("utf-8-sig")
    assert text.splitlines()[0].startswith("State,Machine")
    assert "Water-jet cutter 3015" in text
    assert len(text.splitlines()) == 2
