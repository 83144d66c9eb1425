"""The sheet of recordings: listed, checked, decoded again, undone; the rule is tried before it is saved."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from PySide6.QtWidgets import QDialog

from center_app.core.access import Role
from center_app.telemetry import retention
from center_app.telemetry.store.keeping import KeepRule
from center_app.telemetry.store.reader import StoreReader
from devices.simulators.faults import FaultTape
from tests.telemetry.test_evidence import record
from tests.ui.desk import Desk
from tests.ui.test_page_cells import cell_id
from ui.kit.table_view import TableView
from ui.pages.cells.acts import recordings
from ui.pages.cells.recordings import keep
from ui.pages.cells.recordings.data import RecordingRow
from ui.pages.cells.recordings.keep import KeepDialog
from ui.pages.cells.recordings.sheet import RecordingsSheet

__all__ = ["cell_id"]


def open_sheet(desk: Desk, cell: int) -> RecordingsSheet:
    desk.window.session.become(desk.seeded.actor(1))
    desk.settle()
    page = desk.go("cells", cell_id=cell)
    desk.until(lambda: page.monitor.card)
    sheet = recordings.show(page)
    assert sheet is not None
    desk.until(lambda: sheet.model.rows())
    return sheet


def test_recordings_are_listed_checked_and_damage_is_named(desk: Desk, cell_id: int) -> None:
    sheet = open_sheet(desk, cell_id)
    (row,) = sheet.model.rows()
    assert row.account.is_balanced
    sheet.check()
    desk.until(lambda: sheet.model.rows()[0].checked)
    assert sheet.model.rows()[0].damage is None
    desk.settle()
    assert "1 recording checked" in desk.toast_text()


def test_decoding_again_makes_a_version_that_can_be_undone(desk: Desk, cell_id: int) -> None:
    record(desk.center.folder, FaultTape(seed=1), 30.0)
    sheet = open_sheet(desk, 1)
    wanted = next(one.view.id for one in sheet.model.rows() if one.account.bytes_in)
    sheet.table.clearSelection()
    sheet.table.pick(lambda one: one.view.id == wanted)

    def row_of() -> RecordingRow:
        return next(one for one in sheet.model.rows() if one.view.id == wanted)

    sheet.decode_again()
    dialog = desk.dialog()
    dialog.form.field("params").set_value("[1")
    dialog.submit()
    assert dialog.isVisible()
    dialog.form.field("params").set_value("{}")
    dialog.submit()
    desk.until(lambda: len(row_of().versions) == 2)
    desk.settle()
    row = row_of()
    compared = [made for made in desk.visible(QDialog) if made is not sheet and made.findChild(TableView)]
    assert compared
    assert row.served == 2
    toast = desk.window.notices.toast
    assert toast is not None
    toast.undo()
    desk.until(lambda: row_of().served == 1)
    with StoreReader(desk.center.folder) as reader:
        assert reader.served(row.view.id) == 1
    sheet.use_next()
    desk.until(lambda: row_of().served == 2)


def test_the_rule_is_tried_then_saved_and_undone(desk: Desk, cell_id: int) -> None:
    desk.window.session.become(replace(desk.seeded.actor(0), role=Role.ADMINISTRATOR))
    page = desk.go("cells")
    desk.clock.advance(timedelta(days=200).total_seconds())
    keep.ask(page.context, page)
    desk.until(lambda: desk.visible(KeepDialog))
    dialog = desk.visible(KeepDialog)[0]
    dialog.form.field("raw").set_value("0")
    dialog.submit()
    assert dialog.isVisible()
    dialog.form.field("raw").set_value("30")
    dialog.look_ahead()
    desk.until(lambda: "free" in dialog.outlook.text())
    dialog.submit()
    desk.until(lambda: desk.center.read(retention.policy).default == KeepRule(30, None) or dialog.problem.text())
    assert dialog.problem.text() == ""
    desk.settle()
    toast = desk.window.notices.toast
    assert toast is not None
    toast.undo()
    desk.until(lambda: desk.center.read(retention.policy).keeps_all)
