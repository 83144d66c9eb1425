"""The console drawer under the plots: live traffic, filter, find, copy, and the line to send."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication, QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from center_app.core.errors import describe
from center_app.flows import commanding
from center_app.telemetry.command_values import LineDraft
from center_app.telemetry.traffic import Heard, Tap
from ui.kit.buttons import button, icon_button
from ui.kit.controls import Chip, SearchField, SegmentedControl
from ui.kit.layout import column, holder, row
from ui.kit.page import Context
from ui.kit.recorded import Doors
from ui.kit.text import label
from ui.kit.theme import font
from ui.kit.words import _
from ui.pages.cells.commanding.follow import Follow
from ui.pages.cells.commanding.told import outcome_text
from ui.pages.cells.console.line import SendLine
from ui.pages.cells.console.model import Filter, TrafficModel
from ui.pages.cells.data import CellCard

LOOK_MS = 200
STANDING_EVERY = 5
"""Looks between two questions whether the person still has the machine booked: once a second."""
WIDTHS = (100, 88, 330, 190)
LEAST_ROWS = 92
"""Least height of the list in px: its head and three rows."""


class Console(QWidget):
    """Show what a port receives and sends; rests while hidden or paused."""

    def __init__(self, context: Context, doors: Doors, now_ns: Callable[[], int]) -> None:
        """Stay hidden until a cell is shown; `now_ns` reads the recording clock of the shown cell, in any thread."""
        super().__init__()
        self._context, self._doors, self._now_ns = context, doors, now_ns
        self.cell_id = 0
        self._tap: Tap | None = None
        self._is_paused = False
        self._looks = 0
        self._skipped = 0
        self._may_send = 0
        self._follow = Follow(context, self, lambda request: self.line.tell(*outcome_text(request)))
        self.model = TrafficModel()
        self.table = self._table()
        self.line = SendLine()
        self.line.wanted.connect(self._on_line)
        body = holder(row(self.table, margins=(4, 0, 4, 0)))
        self.setLayout(column(self._bar(), body, holder(row(self.line, margins=(12, 4, 12, 8))), gap=0))
        self.table.setMinimumHeight(LEAST_ROWS)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)
        copy = QShortcut(QKeySequence.StandardKey.Copy, self.table, self.copy)
        copy.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.hide()

    def _bar(self) -> QWidget:
        self.way = SegmentedControl(_("Direction"))
        self.way.set_segments(
            [("", _("Both"), ""), ("0", _.context("line", "received"), ""), ("1", _.context("line", "sent"), "")], ""
        )
        self.errors = Chip(_("Refused only"))
        self.search = SearchField(_("Find in the traffic"))
        self.search.setFixedWidth(220)
        self.lost = label("", "small", "warn")
        self.pause = button(_("Pause"), self._on_pause, kind="toggle", small=True)
        copy = button(_("Copy"), self.copy, icon="copy", small=True)
        clear = button(_("Clear view"), self.clear, small=True)
        close = icon_button(_("Close the console"), "x", self.hide, quiet=True)
        self.way.picked.connect(lambda _key: self._choose())
        self.errors.toggled.connect(lambda _on: self._choose())
        self.search.searched.connect(lambda _text: self._choose())
        parts = (label(_("Console"), "strong"), self.way, self.errors, self.search, self.lost, None)
        return holder(row(*parts, self.pause, copy, clear, close, gap=10, margins=(12, 6, 12, 6)))

    def _table(self) -> QTableView:
        made = QTableView()
        made.setModel(self.model)
        made.setAccessibleName(_("Traffic of the port"))
        made.setFont(font(12))
        made.setShowGrid(False)
        made.setStyleSheet("QTableView::item { padding-left: 5px; }")
        made.setWordWrap(False)
        made.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        made.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        made.setTabKeyNavigation(False)
        made.verticalHeader().hide()
        made.verticalHeader().setMinimumSectionSize(18)
        made.verticalHeader().setDefaultSectionSize(20)
        made.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        made.horizontalHeader().setStretchLastSection(True)
        made.horizontalHeader().setHighlightSections(False)
        made.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        made.horizontalHeader().setFont(font(11.5))
        made.horizontalHeader().setFixedHeight(26)
        for at, width in enumerate(WIDTHS):
            made.setColumnWidth(at, width)
        return made

    def show_cell(self, cell_id: int) -> None:
        """Follow a cell from now on."""
        if cell_id != self.cell_id:
            self.cell_id, self._tap, self._looks = cell_id, Tap(cell_id), 0
            self.clear()
        self.show()
        self.line.input.setFocus()

    def follow(self, card: CellCard) -> None:
        """Go on with the cell that the monitor shows now, while the drawer is open."""
        if self.isVisible() and card.cell.id != self.cell_id:
            self.show_cell(card.cell.id)

    def showEvent(self, event: QShowEvent) -> None:
        """Follow while seen."""
        super().showEvent(event)
        self._looks = 0
        self._timer.start()
        self._look()

    def hideEvent(self, event: QHideEvent) -> None:
        """Rest while not seen."""
        super().hideEvent(event)
        self._timer.stop()

    def clear(self) -> None:
        """Empty the view; the recording keeps everything."""
        self.model.clear()
        self._skipped = 0
        self.lost.setText("")

    def copy(self) -> None:
        """Copy the selected rows, or all on show, with tabs between the columns."""
        chosen = sorted({index.row() for index in self.table.selectionModel().selectedRows()})
        rows = chosen or range(self.model.rowCount())
        QGuiApplication.clipboard().setText("\n".join("\t".join(self.model.texts(at)) for at in rows))

    def _choose(self) -> None:
        key = self.way.key
        self.model.choose(Filter(int(key) if key else None, self.search.text(), self.errors.on))
        self.table.scrollToBottom()

    def _on_pause(self) -> None:
        self._is_paused = self.pause.isChecked()

    def _look(self) -> None:
        if self._tap is None:
            return
        if self._looks % STANDING_EVERY == 0:
            self._ask_standing()
        self._looks += 1
        if not self._is_paused:
            self._context.tasks.window(
                self._load, self._tap, done=self._on_heard, owner=self, key="console", is_steady=True
            )

    def _load(self, tap: Tap) -> tuple[Tap, Heard]:
        """Read what is new; runs on the window lane."""
        return tap, tap.look(self._doors.open_reader(), self._now_ns())

    def _on_heard(self, found: tuple[Tap, Heard]) -> None:
        tap, heard = found
        if tap is not self._tap:
            return
        bar = self.table.verticalScrollBar()
        is_at_end = bar.value() >= bar.maximum() - 2
        self.model.add(heard.rows, tap.labels())
        if heard.skipped_bytes:
            self._skipped += heard.skipped_bytes
            self.lost.setText(_("{size} not shown; the recording has them", size=_.bytes(self._skipped)))
        if heard.rows and is_at_end:
            self.table.scrollToBottom()

    def _ask_standing(self) -> None:
        context = self._context
        context.tasks.read(
            commanding.standing, context.actor, self.cell_id, done=self._on_standing, owner=self, key="standing"
        )

    def _on_standing(self, found: commanding.Standing) -> None:
        problem = found.console_problem
        reason = " ".join(describe(problem, _.words)) if problem is not None else ""
        was_open = self.line.send.isEnabled()
        if bool(reason) == was_open or reason:
            self.line.allow(reason)
        if reason and was_open and self._may_send == self.cell_id:
            self._context.notices.tell(_("The console is closed. {reason}", reason=reason), token="warn")
        self._may_send = 0 if reason else self.cell_id

    def _on_line(self, data: bytes) -> None:
        draft = LineDraft(self.cell_id, data)
        self._context.tasks.write(
            commanding.send_line, draft, done=self._follow.begin, failed=self._on_failed, owner=self
        )

    def _on_failed(self, error: Exception) -> None:
        self.line.tell(" ".join(describe(error, _.words)), "crit")
