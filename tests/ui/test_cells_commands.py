"""Commands and console in the window: live traffic, lines, forms, reasons in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from center_app.booking import service as booking
from center_app.booking.values import BookingDraft
from center_app.core.access import SYSTEM, Role
from center_app.core.labels import Label
from center_app.flows import commanding
from center_app.telemetry import commands, service
from center_app.telemetry.command_values import CommandDraft
from center_app.telemetry.store import BulkWriter
from center_app.telemetry.traffic import TrafficRow
from center_app.telemetry.values import CellDraft, CellView, RequestState
from devices import profiles
from tests.ui.desk import Desk
from ui.kit.recorded import to_ns
from ui.pages.cells.commanding.dialog import CommandsDialog
from ui.pages.cells.console.model import MOST_ROWS, Filter, TrafficModel
from ui.pages.cells.console.panel import Console

ENGINEER = 1
REPORT = b"<Idle|MPos:1.000,2.000,3.000|FS:0,0>\r\n"


@pytest.fixture
def cell(desk: Desk) -> CellView:
    """Record a few seconds of a router's line, both directions; Chen Yu has its machine from now on."""
    machine = desk.seeded.machines[14]
    draft = CellDraft(machine.id, Label.of("Router"), "/dev/ttyX0", "grbl")
    cell = desk.center.write(SYSTEM, service.add_cell, draft)
    profile = profiles.get("grbl")
    now = to_ns(desk.clock.now())
    with BulkWriter(desk.center.folder, cell.collector, desk.clock) as writer:
        made = writer.begin_recording(
            cell.id, profile.id, profile.version, profile.settled(), profile.line, "", streams=profile.streams,
            t_ns=now - 4_000_000_000,
        )  # fmt: skip
        for n in range(15):
            at = now - 3_500_000_000 + n * 200_000_000
            made.append_raw(at, at, 1, b"?")
            made.append_raw(at + 1_000_000, at + 1_000_000, 0, REPORT)
        made.append_raw(now - 1_000_000, now - 1_000_000, 0, b"error:2\r\n")
        made.end()
    person = desk.seeded.people[ENGINEER]
    wish = BookingDraft(
        start_at=desk.clock.now(), end_at=desk.clock.now() + timedelta(hours=2), person_id=person.id,
        machine_id=machine.id, title="Milling",
    )  # fmt: skip
    desk.center.write(SYSTEM, booking.book, wish)
    return cell


def become(desk: Desk, index: int) -> None:
    desk.window.context.session.become(replace(desk.seeded.actor(index), role=Role.ENGINEER))
    desk.settle()


def console(desk: Desk, cell: CellView) -> Console:
    page = desk.go("cells", cell_id=cell.id)
    page.context.actions.run("cells.console")
    made = page.monitor.findChild(Console)
    desk.until(lambda: made.model.rowCount() > 20)
    return made


def open_dialog(desk: Desk, cell: CellView) -> CommandsDialog:
    page = desk.go("cells", cell_id=cell.id)
    page.context.actions.run("cells.commands")
    made = page.findChild(CommandsDialog)
    desk.until(lambda: made.list.count())
    return made


def test_the_console_shows_both_directions_and_finds(desk: Desk, cell: CellView) -> None:
    become(desk, ENGINEER)
    made = console(desk, cell)
    shown = [made.model.row(at) for at in range(made.model.rowCount())]
    assert {row.direction for row in shown} == {0, 1}
    assert b"".join(row.data for row in shown if row.direction == 0).startswith(REPORT)
    made.way.pick("1")
    assert {made.model.row(at).data for at in range(made.model.rowCount())} == {b"?"}
    made.way.pick("")
    made.search.setText("error:2")
    desk.until(lambda: made.model.rowCount() == 1)
    made.copy()
    assert "error:2" in QApplication.clipboard().text()
    made.clear()
    assert made.model.rowCount() == 0


def test_a_line_of_the_person_who_has_it_booked_becomes_a_request(desk: Desk, cell: CellView) -> None:
    become(desk, ENGINEER)
    made = console(desk, cell)
    desk.until(made.line.send.isEnabled)
    QTest.keyClicks(made.line.input, "G0 X1")
    QTest.keyClick(made.line.input, Qt.Key.Key_Return)
    desk.until(lambda: desk.center.read(commands.latest, cell.id))
    (asked,) = desk.center.read(commands.latest, cell.id)
    assert (bytes.fromhex(asked.payload["bytes"]), asked.asked_by) == (b"G0 X1\n", "Chen Yu")
    QTest.keyClick(made.line.input, Qt.Key.Key_Up)
    assert made.line.input.text() == "G0 X1"
    made.line.kind.setCurrentIndex(1)
    assert made.line.bytes_of("01 0aFF") == b"\x01\x0a\xff"
    assert made.line.bytes_of("0") is None


def test_the_open_console_closes_with_a_reason_when_the_booking_ends(desk: Desk, cell: CellView) -> None:
    become(desk, ENGINEER)
    made = console(desk, cell)
    desk.until(made.line.send.isEnabled)
    desk.clock.advance(2 * 3600.0 + 1.0)
    desk.until(lambda: not made.line.send.isEnabled())
    assert not made.line.input.isEnabled()
    assert "is not booked by you now" in made.line.said.text()
    toast = desk.window.notices.toast
    assert toast is not None
    assert "The console is closed. " in toast.accessibleName()


def test_others_are_told_why_they_may_not(desk: Desk, cell: CellView) -> None:
    become(desk, ENGINEER + 1)
    made = console(desk, cell)
    desk.until(lambda: "Chen Yu" in made.line.said.text())
    assert not made.line.send.isEnabled()
    dialog = open_dialog(desk, cell)
    assert "Chen Yu" in dialog.reason.text()
    assert not dialog.send.isEnabled()


def test_a_command_is_sent_from_its_form_and_its_outcome_told(desk: Desk, cell: CellView) -> None:
    become(desk, ENGINEER)
    dialog = open_dialog(desk, cell)
    assert dialog.form is not None
    dialog.form.field("line").set_value("G1 X?")
    dialog.submit()
    desk.until(lambda: dialog.said.property("tone") == "crit")
    assert desk.center.read(commands.latest, cell.id) == []
    dialog.form.field("line").set_value("G1 X10")
    desk.until(dialog.send.isEnabled)
    dialog.submit()
    desk.until(lambda: desk.center.read(commands.latest, cell.id))
    (asked,) = desk.center.read(commands.latest, cell.id)
    outcome = {"result": "answered", "reply": b"ok\r\n".hex(), "latency_ms": 4.2}
    desk.center.write(SYSTEM, commands.finish, asked.id, RequestState.DONE, outcome)
    desk.until(lambda: dialog.said.property("tone") == "ok")
    assert "4.2 ms: ok" in dialog.said.text()
    desk.until(lambda: dialog._model.rows())
    dialog.close()


def test_a_hazard_asks_for_its_phrase(desk: Desk, cell: CellView) -> None:
    become(desk, ENGINEER)
    dialog = open_dialog(desk, cell)
    names = [dialog.list.item(at).text() for at in range(dialog.list.count())]
    dialog.list.setCurrentRow(names.index("Soft reset"))
    assert dialog.form is not None
    dialog.submit()
    assert desk.center.read(commands.latest, cell.id) == []
    dialog.form.field("confirm").set_value(desk.seeded.machines[14].code)
    dialog.submit()
    desk.until(lambda: desk.center.read(commands.latest, cell.id))


def test_what_no_collector_takes_is_given_up(desk: Desk, cell: CellView) -> None:
    become(desk, ENGINEER)
    dialog = open_dialog(desk, cell)
    request = desk.center.write(desk.seeded.actor(ENGINEER), commanding.send, CommandDraft(cell.id, "hold"))
    dialog._follow.begin(request)
    desk.clock.advance(6)
    desk.until(lambda: dialog.said.property("tone") == "warn")
    (told,) = desk.center.read(commands.latest, cell.id)
    assert told.state is RequestState.EXPIRED


@pytest.fixture
def model() -> Iterator[TrafficModel]:
    return TrafficModel()


def test_the_list_stays_bounded_and_filters(model: TrafficModel, qtmodeltester: object) -> None:
    qtmodeltester.check(model)  # type: ignore[attr-defined]
    for lap in range(12):
        model.add([TrafficRow(n, n % 2, b"x", "says", "noise" if n % 50 == 0 else "") for n in range(lap * 1000)])
    assert MOST_ROWS <= model.rowCount() <= MOST_ROWS + 500
    model.choose(Filter(1))
    assert 0 < model.rowCount() <= MOST_ROWS
    assert all(model.row(at).direction == 1 for at in range(model.rowCount()))
    model.choose(Filter(None, "", True))
    assert all(model.row(at).error for at in range(model.rowCount()))


def test_pictures(desk: Desk, cell: CellView, tmp_path: Path) -> None:
    become(desk, ENGINEER)
    made = console(desk, cell)
    picture = made.grab()
    assert picture.width() > 600
    assert picture.save(str(tmp_path / "console.png"))
