"""Today: what needs a person is there, and one key does it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from center_app.booking import queries as booking
from center_app.booking.values import BookingState
from center_app.core.access import Role
from center_app.equipment import queries as equipment
from tests.ui.desk import Desk
from ui.pages.today.data import load_week


def test_it_says_what_needs_a_person_by_urgency(desk: Desk) -> None:
    page = desk.go("today")
    rows = page.needs.model.shown_rows()
    kinds = [row.kind for row in rows]
    assert kinds == sorted(kinds, key=("down", "late", "alarm", "approval", "duty").index)
    down = rows[0]
    assert down.title == "Water-jet cutter 3015: Pump pressure too low"
    assert down.act == "moves"
    late = [row for row in rows if row.kind == "late"]
    assert len(late) == len(desk.center.read(booking.late_check_ins))
    said = [label.text() for label in desk.window.topbar.findChildren(QLabel)]
    assert said[:2] == ["Today", "Monday, 1 June 2026"]


def test_enter_checks_in_and_undo_takes_it_back(desk: Desk) -> None:
    page = desk.go("today")
    late = next(row for row in page.needs.model.shown_rows() if row.kind == "late")
    page.needs.table.setFocus()
    assert page.needs.table.pick(lambda row: row.key == late.key)
    desk.keys(Qt.Key.Key_Return)
    desk.until(lambda: desk.center.read(booking.booking, late.subject.id).state is BookingState.IN_USE)
    desk.until(lambda: late.key not in [row.key for row in page.needs.model.rows()])
    desk.keys(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    desk.until(lambda: desk.center.read(booking.booking, late.subject.id).state is BookingState.BOOKED)


def test_the_filter_counts_and_narrows(desk: Desk) -> None:
    page = desk.go("today")
    page.needs.segments.pick("duty")
    rows = page.needs.model.shown_rows()
    assert rows
    assert {row.kind for row in rows} == {"duty"}
    page.needs.segments.pick("all")
    assert len(page.needs.model.shown_rows()) > len(rows)


def test_an_engineer_sees_only_what_is_theirs(desk: Desk) -> None:
    desk.window.session.become(desk.seeded.actor(1))
    page = desk.go("today")
    assert desk.window.session.actor.role is Role.ENGINEER
    late = [row for row in page.needs.model.rows() if row.kind == "late"]
    assert {row.subject.person_id for row in late} <= {desk.seeded.actor(1).person_id}


def test_hours_without_a_recording_are_not_zero(desk: Desk) -> None:
    week = desk.center.read(load_week, desk.center).this_week
    assert week.checked_in > 0
    assert week.measured == 0
    assert week.unmeasured == week.checked_in
    assert week.machines_unmeasured == 4


def test_machines_now_and_next_agree_with_the_register(desk: Desk) -> None:
    page = desk.go("today")
    shown = page.machines.model.shown_rows()
    assert len(shown) == len(desk.center.read(equipment.machines))
    states = {row.machine.code: row.now.state.value for row in shown}
    assert states["EQ-0112"] == "out_of_order"
    assert states["EQ-0402"] == "service"
    assert states["EQ-0101"] == "in_use"
