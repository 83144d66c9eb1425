"""Take a foreign file in: look at it first, show what was understood, then import with progress and Cancel."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDialog, QFileDialog, QTableWidget, QTableWidgetItem, QWidget

from center_app.core.errors import describe
from center_app.telemetry.exchange import importing
from center_app.telemetry.exchange.foreign.times import ROW_NUMBER
from center_app.telemetry.exchange.values import ForeignFile, ForeignStream, ImportResult, TimeColumn
from ui.kit.buttons import button
from ui.kit.form import Field, Form
from ui.kit.layout import column, row
from ui.kit.page import Context
from ui.kit.recorded import to_datetime
from ui.kit.text import label
from ui.kit.words import _

SHOWN_COLUMNS = 7


def choose_file(parent: QWidget) -> str:
    """Ask for the file to take in; "" when the person thought better of it."""
    kinds = " ".join(f"*{suffix}" for suffix in importing.READERS)
    filters = f"{_('Recordings')} ({kinds});;{_('All files')} (*)"
    return QFileDialog.getOpenFileName(parent, _("Import recording"), "", filters)[0]


def ask(
    context: Context,
    parent: QWidget,
    imported: Callable[[ImportResult], Any],
    choose: Callable[[QWidget], str] = choose_file,
) -> None:
    """Ask for a file, look at it on the work lane, then show what it holds."""
    chosen = choose(parent)
    if not chosen:
        return
    zone = str(_.zone)

    def looked(found: ForeignFile) -> None:
        ImportDialog(context, parent, found, zone, imported).open()

    context.tasks.work(_look, Path(chosen), zone, done=looked, owner=parent)


def _look(report: Any, path: Path, zone: str, time: tuple[str, ...] = ()) -> ForeignFile:
    report(0.0, path.name)
    return importing.look(path, zone, time)


class ImportDialog(QDialog):
    """Show tables, time and first rows of a file; "Import" takes it in."""

    def __init__(
        self, context: Context, parent: QWidget, found: ForeignFile, zone: str, imported: Callable[[ImportResult], Any]
    ) -> None:
        """Show what was found."""
        super().__init__(parent)
        self._context, self._found, self._zone, self._imported = context, found, zone, imported
        self.setWindowTitle(_("Import recording"))
        self.setMinimumWidth(720)
        self.form = Form([Field("name", _("Name"), value=Path(found.path).stem, required=True)])
        self.problem = label("", "secondary", "crit", wrap=True)
        self.problem.hide()
        self.main = button(_("Import"), self.submit, kind="primary")
        self.main.setDefault(True)
        head = column(label(_("Import recording"), "title"), label(_facts(found), "secondary", wrap=True), gap=2)
        self.time = _time_choice(found)
        self.time.activated.connect(self._on_time_chosen)
        self._shown = self._streams(found)
        choice = row(label(_("Time"), "secondary"), self.time, None, gap=10)
        buttons = row(None, button(_("Cancel"), self.reject), self.main)
        parts = (head, choice, self._shown, self.form, self.problem, buttons)
        self._body = column(*parts, gap=12, margins=(22, 20, 22, 18))
        self.setLayout(self._body)

    def _streams(self, found: ForeignFile) -> QWidget:
        held = QWidget()
        held.setLayout(column(*(part for stream in found.streams[:3] for part in self._stream(stream)), gap=12))
        return held

    def _on_time_chosen(self) -> None:
        """Look again with the columns that were chosen for the time."""
        self.problem.hide()
        self.main.setEnabled(False)
        self._context.tasks.work(
            _look, Path(self._found.path), self._zone, self.time.currentData(),
            done=self._on_looked, failed=self._on_failed, owner=self,
        )  # fmt: skip

    def _on_looked(self, found: ForeignFile) -> None:
        self.main.setEnabled(True)
        shown = self._streams(found)
        self._body.replaceWidget(self._shown, shown)
        self._shown.deleteLater()
        self._shown = shown

    def _stream(self, stream: ForeignStream) -> list[QWidget]:
        title = _("{table}: {rows}", table=stream.key, rows=_.plural("{n} row", "{n} rows", stream.rows))
        parts: list[QWidget] = [label(title, "strong"), label(time_text(stream.time), "secondary", wrap=True)]
        if stream.skipped_columns:
            names = ", ".join(stream.skipped_columns[:8])
            parts.append(label(_("Left out, because they hold no numbers: {names}", names=names), "small", wrap=True))
        return [*parts, _table(stream)]

    def submit(self) -> None:
        """Take the file in; the dialog stays until it is done or refused."""
        if not self.form.check_all():
            return
        self.main.setEnabled(False)
        wish = importing.ImportWish(
            Path(self._found.path), self.form.values()["name"], self._zone, time=self.time.currentData()
        )
        center = self._context.center
        self._context.tasks.work(
            partial(_take_in, center=center, actor=self._context.actor, wish=wish),
            done=self._on_done, failed=self._on_failed, owner=self,
        )  # fmt: skip

    def _on_done(self, result: ImportResult) -> None:
        self.accept()
        if result.is_cancelled:
            return
        told = _("Imported {rows}", rows=_.plural("{n} row", "{n} rows", result.rows))
        if result.unordered:
            told += " · " + _.plural("{n} was out of order", "{n} were out of order", result.unordered)
        self._context.notices.tell(told)
        self._imported(result)

    def _on_failed(self, error: Exception) -> None:
        self.main.setEnabled(True)
        self.problem.setText(" ".join(describe(error, _.words)))
        self.problem.show()


def _take_in(report: Any, *, center: Any, actor: Any, wish: importing.ImportWish) -> ImportResult:
    def progress(share: float) -> bool:
        report(share, wish.path.name)
        return True

    return importing.take_in(center.database, center.folder, center.clock, actor, wish, progress)


def _time_choice(found: ForeignFile) -> QComboBox:
    """Offer what was found, every other column of the first table, and row numbers."""
    made = QComboBox()
    made.setAccessibleName(_("Time"))
    first = found.streams[0]
    columns = (*(each.source or each.name for each in first.columns), *first.skipped_columns)
    found_text = " + ".join(first.time.columns) or _("Row number, one a second")
    made.addItem(_("Found: {columns}", columns=found_text), ())
    for name in columns:
        made.addItem(name, (name,))
    if first.time.columns:
        made.addItem(_("Row number, one a second"), ROW_NUMBER)
    return made


def _facts(found: ForeignFile) -> str:
    told = f"{Path(found.path).name} · {_.bytes(found.size_bytes)}"
    if found.rejected_lines:
        told += " · " + _.plural("{n} line could not be read", "{n} lines could not be read", found.rejected_lines)
    return told


def time_text(time: TimeColumn) -> str:
    """Say where the time comes from."""
    columns = " + ".join(time.columns)
    if time.kind == "rows":
        return _("No time column was found: one row a second from the file's own date.")
    if time.kind == "elapsed":
        start = _.datetime(to_datetime(time.start_ns), str(_.zone))
        return _("Time: {columns}, counted from the file's own date, {start}.", columns=columns, start=start)
    return _("Time: {columns} ({zone}).", columns=columns, zone=time.zone)


def _table(stream: ForeignStream) -> QTableWidget:
    """Show the first rows as they will be taken in."""
    columns = stream.columns[:SHOWN_COLUMNS]
    made = QTableWidget(len(stream.first), len(columns) + 1)
    made.setAccessibleName(_("First rows of {table}", table=stream.key))
    titles = [f"{each.name} [{each.unit}]" if each.unit else each.name for each in columns]
    made.setHorizontalHeaderLabels([_("Time"), *titles])
    made.verticalHeader().hide()
    made.setTabKeyNavigation(False)
    made.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
    for line, values in enumerate(stream.first):
        t_ns = values["t_ns"]
        texts = ["" if t_ns is None else _time_text(int(t_ns)), *(_cell(values[each.name], each) for each in columns)]
        for place, text in enumerate(texts):
            item = QTableWidgetItem(text)
            if place and not columns[place - 1].states:
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            made.setItem(line, place, item)
    made.resizeColumnsToContents()
    made.setFixedHeight(34 + 28 * max(1, len(stream.first)))
    return made


def _time_text(t_ns: int) -> str:
    return f"{to_datetime(t_ns).astimezone(_.zone):%Y-%m-%d %H:%M:%S}.{t_ns % 1_000_000_000 // 1_000_000:03d}"


def _cell(value: Any, column_: Any) -> str:
    if value is None:
        return "–"
    if column_.states:
        return str(column_.states.get(int(value), value))
    mark = "," if _.language == "de" else "."
    return f"{value:.6g}".replace("-", "−").replace(".", mark)
