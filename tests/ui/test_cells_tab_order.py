"""Tab walks every dialog of the page Cells in reading order, comes back, and stops nowhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from center_app.core.access import Role
from center_app.core.labels import Label
from center_app.telemetry import queries, registers, service
from center_app.telemetry.comparing import Difference
from center_app.telemetry.values import CellDraft
from devices import profiles
from tests.ui.desk import Desk
from tests.ui.test_cells_registers import LINE
from tests.ui.test_page_cells import cell_id
from ui.pages.cells.acts import port, recordings
from ui.pages.cells.commanding.dialog import CommandsDialog
from ui.pages.cells.connect_dialog import ConnectDialog
from ui.pages.cells.exchange import export_dialog, import_dialog
from ui.pages.cells.page import CellsPage
from ui.pages.cells.profile_editor.dialog import ProfileEditor
from ui.pages.cells.recordings import again, keep
from ui.pages.cells.recordings.sheet import RecordingsSheet
from ui.pages.cells.registers_dialog import Found, RegistersDialog

__all__ = ["cell_id"]

MOST_STOPS = 60
Make = Callable[[Desk, CellsPage, Path], QDialog]


@pytest.fixture
def page(desk: Desk, cell_id: int) -> Iterator[CellsPage]:
    """Open a cell's plots as an administrator."""
    desk.window.session.become(replace(desk.seeded.actor(1), role=Role.ADMINISTRATOR))
    desk.settle()
    made = desk.go("cells", cell_id=cell_id)
    desk.until(lambda: made.monitor.card)
    yield made
    for left in desk.visible(QDialog):
        getattr(left, "discard", left.reject)()
    profiles.set_own(())


def shown(desk: Desk, kind: type[QDialog]) -> QDialog:
    """Return the dialog of a kind once it is there."""
    desk.until(lambda: desk.visible(kind))
    found: QDialog = desk.visible(kind)[0]
    return found


def _release(desk: Desk, page: CellsPage, _folder: Path) -> QDialog:
    port.ask(page)
    return desk.dialog()


def _sheet(desk: Desk, page: CellsPage, _folder: Path) -> RecordingsSheet:
    sheet = recordings.show(page)
    assert sheet is not None
    desk.until(lambda: sheet.model.rows())
    return sheet


def _again(desk: Desk, page: CellsPage, folder: Path) -> QDialog:
    sheet = _sheet(desk, page, folder)
    return again.ask(page.context, page, sheet.model.rows()[0].view, lambda *_told: None)


def _comparison(_desk: Desk, page: CellsPage, _folder: Path) -> QDialog:
    return again.show_comparison(page, [Difference("motion", "force", "N", "N", 1, 1)], 1, 2)


def _keep(desk: Desk, page: CellsPage, _folder: Path) -> QDialog:
    keep.ask(page.context, page)
    return shown(desk, keep.KeepDialog)


def _connect(desk: Desk, page: CellsPage, _folder: Path) -> QDialog:
    page.add_device()
    return shown(desk, ConnectDialog)


def _connect_found(desk: Desk, page: CellsPage, folder: Path) -> QDialog:
    dialog = _connect(desk, page, folder)
    assert isinstance(dialog, ConnectDialog)
    finding = {"profile": "robot_cell", "params": {}, "line": None, "name": "Arm", "evidence": "sure", "samples": {}}
    dialog.listening.answered.emit({"bytes": "00", "findings": [finding]})
    return dialog


def _editor(desk: Desk, page: CellsPage, _folder: Path) -> QDialog:
    editor = ProfileEditor(page.context, page)
    editor.show()
    desk.until(lambda: editor.result_of is not None)
    return editor


def _registers(desk: Desk, page: CellsPage, _folder: Path) -> QDialog:
    cell = desk.center.read(queries.cells)[0]
    heard = registers.hear("modbus_master", {}, [LINE])
    dialog = RegistersDialog(page.context, page, page.monitor._doors, Found(cell, heard))
    dialog.show()
    return dialog


def _commands(desk: Desk, page: CellsPage, _folder: Path) -> QDialog:
    """Choose a second command, so that its fields are made after the dialog."""
    draft = CellDraft(None, Label.of("Gripper"), "/dev/ttyGRIP", "robotiq_2f")
    cell = desk.center.write(page.context.actor, service.add_cell, draft)
    dialog = CommandsDialog(page.context, page, cell.id)
    dialog.show()
    desk.until(lambda: dialog.list.count())
    dialog.list.setCurrentRow(1)
    dialog.send.setEnabled(True)
    dialog._timer.stop()
    return dialog


def _export(_desk: Desk, page: CellsPage, _folder: Path) -> QDialog:
    subject = export_dialog.ExportSubject("Cell 1", page.monitor.cell_id, page.monitor.base.window())
    return export_dialog.ask(page.context, page, subject)


def _import(desk: Desk, page: CellsPage, folder: Path) -> QDialog:
    path = folder / "press.csv"
    lines = [f"2026-02-01T12:00:{n:02d}Z;{n},5;{'on' if n % 2 else 'off'}" for n in range(60)]
    path.write_text("time;force [N];door\n" + "\n".join(lines) + "\n", encoding="utf-8")
    import_dialog.ask(page.context, page, lambda _done: None, lambda _parent: str(path))
    return shown(desk, import_dialog.ImportDialog)


DIALOGS: dict[str, Make] = {
    "release": _release, "sheet": _sheet, "again": _again, "comparison": _comparison, "keep": _keep,
    "connect": _connect, "connect_found": _connect_found, "editor": _editor, "registers": _registers,
    "commands": _commands, "export": _export, "import": _import,
}  # fmt: skip


@pytest.mark.parametrize("name", list(DIALOGS))
def test_tab_walks_the_dialog(desk: Desk, page: CellsPage, tmp_path: Path, name: str) -> None:
    dialog = DIALOGS[name](desk, page, tmp_path)
    dialog.activateWindow()
    desk.until(dialog.isActiveWindow)
    desk.settle()
    forth = walk(Qt.Key.Key_Tab)
    expected = [each for each in dialog.findChildren(QWidget) if is_stop(each)]
    assert {id(each) for each in forth} == {id(each) for each in expected}, told(expected, forth)
    assert all(name_of(each) for each in forth), told(forth, [each for each in forth if name_of(each)])
    assert in_reading_order(dialog, forth), " → ".join(name_of(each) for each in forth)
    assert {id(each) for each in walk(Qt.Key.Key_Backtab)} == {id(each) for each in forth}


def walk(key: Qt.Key) -> list[QWidget]:
    """Press a key until the focus is where it was; return every stop on the way."""
    stops: list[QWidget] = []
    while len(stops) < MOST_STOPS:
        at = QApplication.focusWidget()
        assert at is not None
        if any(at is stop for stop in stops):
            return stops
        stops.append(at)
        QTest.keyClick(at, key)
    return stops


def is_stop(widget: QWidget) -> bool:
    """Tell whether the keyboard is to reach a widget."""
    takes = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
    return takes and widget.isVisible() and widget.isEnabled() and widget.focusProxy() is None


def name_of(widget: QWidget) -> str:
    """Return what a screen reader says of a stop."""
    text = getattr(widget, "text", None)
    return widget.accessibleName() or (str(text()) if callable(text) else "")


def told(expected: list[QWidget], found: list[QWidget]) -> str:
    """Name the stops that are missing."""
    held = {id(each) for each in found}
    missing = [f"{type(each).__name__} {name_of(each)}" for each in expected if id(each) not in held]
    return f"missing: {', '.join(missing)}"


def in_reading_order(dialog: QDialog, stops: list[QWidget]) -> bool:
    """Tell whether each stop lies below the one before, beside it, or in the next column; one return apart."""
    rooms = [QRect(stop.mapTo(dialog, stop.rect().topLeft()), stop.size()) for stop in stops]
    backs = 0
    for before, at in zip(rooms, rooms[1:] + rooms[:1], strict=True):
        is_beside = at.left() > before.left() and at.bottom() >= before.top()
        is_below, is_next_column = at.top() > before.top(), at.left() > before.right()
        backs += not (is_below or is_next_column or (is_beside and at.top() >= before.top()))
    return backs <= 1
