"""The registers of a Modbus cell: what was last heard of each, and every type and word order side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QFileDialog,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from center_app.core.errors import CenterError, ProblemsError, describe
from center_app.telemetry import registers, service
from center_app.telemetry.values import CellDraft, CellView
from ui.kit.buttons import button
from ui.kit.layout import column, holder, row
from ui.kit.page import Context
from ui.kit.recorded import Doors
from ui.kit.table_model import Column, RowTableModel
from ui.kit.table_view import TableView
from ui.kit.text import label
from ui.kit.theme import font
from ui.kit.words import _

LOOK_BACK_NS = 60_000_000_000
MOST_BYTES = 1 << 20
ORDERS = ("ABCD", "CDAB", "BADC", "DCBA")
_DIGITS = 7


@dataclass(frozen=True)
class Found:
    """Hold what the last minute of a cell's raw bytes tells."""

    cell: CellView
    heard: registers.Heard


def load(doors: Doors, cell: CellView) -> Found:
    """Read the newest recording's last minute, both directions, on the window lane."""
    reader = doors.open_reader()
    recordings = reader.recordings(cell.id)
    if not recordings:
        return Found(cell, registers.Heard((), ()))
    newest = recordings[-1]
    end_ns = newest.last_ns or newest.ended_ns or newest.started_ns
    pieces, size = [], 0
    for record in reader.raw(newest.id, t0_ns=end_ns - LOOK_BACK_NS, t1_ns=end_ns + LOOK_BACK_NS):
        pieces.append(record.data)
        size += len(record.data)
        if size > MOST_BYTES:
            break
    return Found(cell, registers.hear(newest.profile_id, newest.params, pieces))


def ask(context: Context, parent: QWidget, doors: Doors, cell: CellView) -> None:
    """Load what was heard, then show it."""
    context.tasks.window(
        load, doors, cell, done=lambda found: RegistersDialog(context, parent, doors, found).open(), owner=parent
    )


class RegistersDialog(QDialog):
    """List units and registers; the chosen one is shown in every order, and a reading can be adopted."""

    def __init__(self, context: Context, parent: QWidget, doors: Doors, found: Found) -> None:
        """Show what was found."""
        super().__init__(parent)
        self._context, self._doors, self._found = context, doors, found
        self.setWindowTitle(_("Registers"))
        self.resize(1240, 640)
        self.model = RowTableModel(_columns())
        self.table = TableView(self.model, _("Registers"), row_height=28)
        self.table.same_row = lambda one, two: _place(one) == _place(two)
        self.table.row_picked.connect(self.show_register)
        self.readings = _readings_table()
        self.readings.itemSelectionChanged.connect(self._on_reading_chosen)
        self.raw = label("", "secondary")
        self.units = label("", "secondary", wrap=True)
        self.problem = label("", "secondary", "crit", wrap=True)
        self.problem.hide()
        self.adopt = button(_("Use this reading"), self._on_adopt, kind="primary")
        self.adopt.setEnabled(False)
        self._chosen: registers.HeardRegister | None = None
        self._lay_out()
        self.show_found(found)

    def _lay_out(self) -> None:
        name = self._found.cell.label.say(_.language)
        note = _(
            "As last heard on the line of {cell}. Choose a register, then the reading that makes sense.", cell=name
        )
        head = column(label(_("Registers"), "title"), label(note, "secondary", wrap=True), gap=2)
        right = holder(column(label(_("Every type and word order"), "strong"), self.raw, self.readings, gap=6))
        right.setFixedWidth(readings_width())
        left = holder(column(self.table, self.units, gap=6))
        can = registers.can_adopt(self._found.cell.profile_id)
        has_map = self._found.cell.profile_id in registers.MAP_PROFILES
        acts = [
            button(_("Read again"), self.reload),
            *(
                [button(_("Import map…"), self.import_map), button(_("Export map…"), self.export_map)]
                if has_map
                else []
            ),
        ]
        self.adopt.setVisible(can)
        foot = row(*acts, None, button(_("Close"), self.reject), self.adopt)
        self.setLayout(
            column(head, row(left, right, gap=16), self.problem, foot, gap=12, margins=(22, 20, 22, 18))
        )  # fmt: skip

    def show_found(self, found: Found) -> None:
        """Show freshly loaded registers, the chosen one again."""
        self._found = found
        self.model.set_rows(list(found.heard.registers))
        self.units.setText(_units_text(found.heard))
        rows = self.model.shown_rows()
        if rows:
            at = self.model.position(lambda one: self._chosen is not None and _place(one) == _place(self._chosen))
            self.table.selectRow(max(0, at))
            self.show_register(self.model.row_at(max(0, at)))

    def show_register(self, heard: Any) -> None:
        """Show one register's words as every type in every order."""
        if not isinstance(heard, registers.HeardRegister):
            return
        self._chosen = heard
        is_bit = heard.function < 3
        self.raw.setText(_("Raw: {words}", words=heard.words.hex(" ").upper()))
        found = {} if is_bit else registers.every_reading(heard.words)
        self._fill_readings(found, heard)

    def _fill_readings(self, found: Mapping[str, Mapping[str, float | None]], heard: registers.HeardRegister) -> None:
        self.readings.clearContents()
        self.readings.setRowCount(len(found))
        self.adopt.setEnabled(False)
        for line, (kind, orders) in enumerate(found.items()):
            self.readings.setVerticalHeaderItem(line, QTableWidgetItem(kind))
            for place, order in enumerate(ORDERS):
                item = QTableWidgetItem(_number(orders[order]) if order in orders else "")
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                item.setData(Qt.ItemDataRole.UserRole, (kind, order) if order in orders else None)
                self.readings.setItem(line, place, item)
                if (kind, order) == (heard.type, heard.order or "ABCD"):
                    item.setSelected(True)

    def chosen_reading(self) -> tuple[str, str] | None:
        """Return type and order of the chosen reading, None when there is none."""
        items = self.readings.selectedItems()
        return items[0].data(Qt.ItemDataRole.UserRole) if items else None

    def _on_reading_chosen(self) -> None:
        self.adopt.setEnabled(self._chosen is not None and self.chosen_reading() is not None)

    def _on_adopt(self) -> None:
        reading = self.chosen_reading()
        if reading is None or self._chosen is None:
            return
        cell = self._found.cell
        self._save(lambda: registers.adopted(cell.profile_id, cell.params, self._chosen, *reading))  # type: ignore[arg-type]

    def import_map(self) -> None:
        """Ask for a CSV file and take its registers as this cell's map."""
        path = QFileDialog.getOpenFileName(self, _("Import map"), "", f"{_('Register maps')} (*.csv *.txt)")[0]
        if path:
            self.take_map(Path(path))

    def take_map(self, path: Path) -> None:
        """Take a file's registers as this cell's map; every bad line is shown."""
        from devices.modbus.maps import rows_of

        cell = self._found.cell
        self._save(lambda: {**cell.params, "map": rows_of(registers.load_map(path))})

    def export_map(self) -> None:
        """Ask where to, then write this cell's map as CSV."""
        path = QFileDialog.getSaveFileName(self, _("Export map"), "registers.csv", f"{_('Register maps')} (*.csv)")[0]
        if not path:
            return
        cell = self._found.cell
        text = registers.map_as_csv(registers.known_map(cell.profile_id, cell.params))
        self._context.tasks.work(_write_text, Path(path), text, failed=self._on_failed, owner=self)

    def reload(self) -> None:
        """Look at the line's newest bytes again."""
        self._context.tasks.window(load, self._doors, self._found.cell, done=self.show_found, owner=self)

    def _save(self, make: Callable[[], dict[str, Any]]) -> None:
        self.problem.hide()
        cell = self._found.cell
        try:
            params = make()
        except CenterError as error:
            self._on_failed(error)
            return
        draft = CellDraft(
            cell.machine_id, cell.label, cell.port, cell.profile_id, params, cell.enabled, cell.collector,
            cell.headline, cell.line,
        )  # fmt: skip
        self._context.tasks.write(
            service.edit_cell, cell.id, draft, cell.version, done=self._on_saved, failed=self._on_failed, owner=self
        )

    def _on_saved(self, cell: CellView) -> None:
        self._found = Found(cell, self._found.heard)
        self._context.notices.tell(_("The register map is in use."))
        self.reload()

    def _on_failed(self, error: Exception) -> None:
        problems = error.problems if isinstance(error, ProblemsError) else (error,)
        self.problem.setText("\n".join(" ".join(describe(each, _.words)) for each in problems[:8]))
        self.problem.show()


def _write_text(report: Any, path: Path, text: str) -> None:
    report(0.0, path.name)
    path.write_text(text, encoding="utf-8")


def _columns() -> list[Column]:
    return [
        Column("unit", _("Unit no."), lambda one: str(one.unit), lambda one: _place(one), right=True, width=64),
        Column("table", _("Register table"), lambda one: _table_name(one.table), width=128),
        Column("address", _("Address"), lambda one: str(one.address), lambda one: one.address, right=True, width=76),
        Column("name", _("Name"), lambda one: one.names.get(_.language, ""), width=120, stretch=1),
        Column("type", _("Type"), lambda one: f"{one.type} {one.order}".strip(), width=120, drop=1),
        Column("words", _("Word"), lambda one: one.words[:2].hex().upper(), right=True, width=64),
    ]


def _table_name(table: str) -> str:
    return {"coil": _("coil"), "discrete": _("discrete input"), "holding": _("holding"), "input": _("input")}.get(
        table, table
    )


def _place(one: registers.HeardRegister) -> tuple[int, int, int]:
    return one.unit, one.function, one.address


def _readings_table() -> QTableWidget:
    made = QTableWidget(0, len(ORDERS))
    made.setHorizontalHeaderLabels(list(ORDERS))
    made.setAccessibleName(_("Every type and word order"))
    made.setTabKeyNavigation(False)
    made.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    made.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    made.setFont(font(12))
    made.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
    made.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    made.verticalHeader().setDefaultSectionSize(30)
    made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return made


def readings_width() -> int:
    """Return the width in px at which the longest 64-bit number stands whole in every order."""
    metrics = QFontMetricsF(font(12))
    kinds = QFontMetricsF(font(13)).horizontalAdvance("float64") + 24
    return round(kinds + len(ORDERS) * (metrics.horizontalAdvance(str(-(2**63))) + 20))


def _units_text(heard: registers.Heard) -> str:
    if not heard.units:
        return _("Nothing was heard on this line in the last minute of its recording.")
    told = [
        _("unit {unit}: {good} answered, {refused} refused, {silent} without answer", unit=one.unit, good=one.answered,
          refused=one.refused, silent=one.silent)
        for one in heard.units[:12]
    ]  # fmt: skip
    return "; ".join(told)


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    if isinstance(value, int) or (value == int(value) and abs(value) < 1e15):
        return str(int(value))
    return f"{value:.{_DIGITS}g}"
