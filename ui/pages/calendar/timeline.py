"""The booking timeline: one painted widget, machines by time, virtual in rows and in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QPainter
from PySide6.QtWidgets import QScrollBar, QSizePolicy, QToolTip, QWidget

from ui.kit.text import plain_tip
from ui.kit.words import _
from ui.pages.calendar.conflict import Conflict, Occupancy, Proposal, Reason
from ui.pages.calendar.data import TimelineData
from ui.pages.calendar.geometry import HEADER, LABEL, ROW, Axis, Layout, View, layout_of, scale_of
from ui.pages.calendar.glide import Glide
from ui.pages.calendar.keys import Keys
from ui.pages.calendar.paint import paint
from ui.pages.calendar.picture import Ghost, Indexed, Picture
from ui.pages.calendar.pointer import Pointer
from ui.pages.calendar.summary import bar_summary, row_summary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent, QWheelEvent

    from ui.pages.calendar.gesture import Hit

_BAR_WIDTH = 8


class Timeline(QWidget):
    """Show bars and let them be drawn, moved and resized by mouse and keyboard.

    Signals: ``dropped`` (Proposal that may be written), ``refused`` (Ghost that may not),
    ``ghost_changed`` (Ghost or None), ``chosen`` (row, bar; -1 for none), ``opened`` (bar),
    ``viewed`` (first and last visible UTC second).
    """

    dropped = Signal(object)
    refused = Signal(object)
    ghost_changed = Signal(object)
    chosen = Signal(int, int)
    opened = Signal(int)
    viewed = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start empty; ``set_data`` and ``go`` fill it."""
        super().__init__(parent)
        self.indexed = Indexed()
        self.layout_lines = Layout(())
        self.axis = Axis(0.0, 52 / 3600)
        self.view: View | None = View.DAY
        self.now = 0
        self.row = -1
        self.bar = -1
        self.cursor_at: int | None = None
        self.ghost: Ghost | None = None
        self.folded: frozenset[str] = frozenset()
        self.may_edit = True
        self._groups: Sequence[str] = ()
        self._shown: Sequence[int] = ()
        self._occupancy = Occupancy(self.indexed.data)
        self._waiting: TimelineData | Indexed | None = None
        self._set_up()
        self.keys, self.pointer = Keys(self), Pointer(self)
        self.glide = Glide(self)

    def _set_up(self) -> None:
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(_("Booking timeline"))
        self.setAccessibleIdentifier("calendar.timeline")
        self.rows_bar = QScrollBar(Qt.Orientation.Vertical, self)
        self.rows_bar.setAccessibleName(_("Scroll the machines"))
        self.rows_bar.setSingleStep(ROW)
        self.rows_bar.valueChanged.connect(self.update)

    # --- what is shown -------------------------------------------------------------------

    @property
    def data(self) -> TimelineData:
        """Give the data on show."""
        return self.indexed.data

    def set_data(self, data: TimelineData | Indexed) -> None:
        """Replace everything, after a drag under way; the selection stays on the same machine and booking."""
        if self.pointer.is_dragging or (self.keys.is_carrying and self.ghost is not None):
            self._waiting = data
            return
        self._waiting, before = None, self.data
        chosen = self.data.rows[self.row].machine_id if self.row >= 0 else -1
        held = int(self.data.bars.id[self.bar]) if self.bar >= 0 else -1
        self.indexed = data if isinstance(data, Indexed) else Indexed(data)
        self._occupancy = Occupancy(self.data)
        machines = [row.machine_id for row in self.data.rows]
        self.row = machines.index(chosen) if chosen in machines else -1
        self.bar = self.indexed.of_id.get(held, -1) if held >= 0 else -1
        self.set_ghost(self._refused_again(before))
        self.pointer.forget()
        self._groups, self._shown = [row.group for row in self.data.rows], range(len(machines))
        self._arrange()

    def _refused_again(self, before: TimelineData) -> Ghost | None:
        """Keep a refused ghost in view over a reload, as long as something still bars it."""
        ghost = self.ghost
        if ghost is None or not ghost.refused or ghost.conflict is None:
            return None
        wish, machines = ghost.wish, [row.machine_id for row in self.data.rows]
        machine_id = before.rows[wish.row].machine_id
        bar = self.indexed.of_id.get(int(before.bars.id[wish.bar]), -1) if wish.bar >= 0 else -1
        if machine_id not in machines or (wish.bar >= 0 and bar < 0):
            return None
        again = Proposal(machines.index(machine_id), wish.start, wish.end, bar)
        conflict = ghost.conflict if ghost.conflict.reason is Reason.RULE else self._occupancy.conflict(again, self.now)
        return Ghost(again, conflict, refused=True) if conflict else None

    def set_shown(self, shown: Sequence[int], groups: Sequence[str] | None = None) -> None:
        """Show only some rows, under the given group of each row of the data."""
        self._shown = shown
        self._groups = groups if groups is not None else self._groups
        self._arrange()

    def fold(self, group: str) -> None:
        """Fold a group away or open it again."""
        self.folded ^= {group}
        self._arrange()

    def _arrange(self) -> None:
        self.layout_lines = layout_of(self._groups, self._shown, self.folded)
        self._fit_bar()
        self._describe()
        self.update()

    def _describe(self) -> None:
        """Tell screen readers what is selected, or how much is on show."""
        said = bar_summary(self.data, self.bar) if self.bar >= 0 else row_summary(self.picture())
        self.setAccessibleDescription(said)

    def _fit_bar(self) -> None:
        room = max(1, self.height() - HEADER)
        self.rows_bar.setRange(0, max(0, self.layout_lines.height - room))
        self.rows_bar.setPageStep(room)
        self.rows_bar.setVisible(self.rows_bar.maximum() > 0)
        self.rows_bar.setGeometry(self.width() - _BAR_WIDTH - 2, HEADER, _BAR_WIDTH + 2, room)

    def go(self, start: float, view: View | None = None) -> None:
        """Show a view from a UTC second on; None keeps the scale."""
        if view is not None:
            self.view = view
            self.axis = Axis(start, scale_of(view, self.time_width))
        else:
            self.axis = Axis(start, self.axis.scale)
        self._seen()

    def set_axis(self, axis: Axis) -> None:
        """Show the time of an axis, as panning and zooming do."""
        if axis.scale != self.axis.scale:
            self.view = None
        self.axis = axis
        self._seen()

    def _seen(self) -> None:
        self.update()
        self.viewed.emit(int(self.axis.instant(LABEL)), int(self.axis.instant(self.width())))

    def set_now(self, now: int) -> None:
        """Move the now line to a UTC second."""
        self.now = now
        self.update()

    @property
    def time_width(self) -> int:
        """Give the px that time has."""
        return max(1, self.width() - LABEL - (_BAR_WIDTH if self.rows_bar.maximum() else 0))

    @property
    def scrolled(self) -> int:
        """Give how far the rows are scrolled, px."""
        return self.rows_bar.value()

    def picture(self) -> Picture:
        """Freeze what would be painted now."""
        return Picture(
            self.indexed, self.layout_lines, self.axis, self.scrolled, self.width(), self.height(), self.now,
            self.row, self.bar, self.cursor_at, self.hasFocus(), self.ghost, self.folded,
        )  # fmt: skip

    def hit(self, at: QPointF) -> Hit:
        """Say what lies at a point."""
        return self.picture().scene.hit(at.x(), at.y())

    # --- selection and ghost -------------------------------------------------------------

    def choose(self, row: int, bar: int = -1, cursor_at: int | None = None) -> None:
        """Select a machine and perhaps a bar; scrolls its row into view."""
        self.row, self.bar, self.cursor_at = row, bar, cursor_at
        self._show_row(row)
        self._describe()
        self.chosen.emit(row, bar)
        self.update()

    def _show_row(self, row: int) -> None:
        line = self.layout_lines.line_of_row.get(row)
        if line is not None:
            top, room = int(self.layout_lines.tops[line]), self.height() - HEADER
            self.rows_bar.setValue(max(min(self.scrolled, top), top + ROW - room))

    def show_instant(self, instant: float) -> None:
        """Pan so that an instant lies inside the window."""
        x = self.axis.x(instant)
        if not LABEL + 8 <= x <= self.width() - 24:
            self.set_axis(self.axis.panned(x - LABEL - self.time_width / 3))

    def propose(self, wish: Proposal | None) -> Ghost | None:
        """Show a ghost for a proposal, with its conflict; None takes it away."""
        if wish is None:
            self.set_ghost(None)
        elif self.ghost is None or self.ghost.wish != wish:
            self.set_ghost(Ghost(wish, self._occupancy.conflict(wish, self.now)))
        return self.ghost

    def set_ghost(self, ghost: Ghost | None) -> None:
        """Replace the ghost and tell; data that waited for its end is shown then."""
        if ghost is not self.ghost:
            self.ghost = ghost
            self.update()
            self.ghost_changed.emit(ghost)
        if ghost is None and self._waiting is not None and not self.pointer.is_dragging:
            self.set_data(self._waiting)

    def bar_by_rule(self, wish: Proposal, sentence: str) -> None:
        """Mark the ghost as refused by a rule, if it still stands where it was checked."""
        if self.ghost is not None and self.ghost.wish == wish and self.ghost.conflict is None:
            conflict = Conflict(Reason.RULE, wish.start, wish.end, sentence=sentence, spans=((wish.start, wish.end),))
            self.set_ghost(Ghost(wish, conflict, self.ghost.refused))

    def drop(self) -> None:
        """Let go of the ghost: ask for it to be written, or say why not; it stays until the outcome shows."""
        ghost = self.ghost
        if ghost is None:
            return
        if ghost.conflict is None:
            self.dropped.emit(ghost.wish)
            return
        self.set_ghost(Ghost(ghost.wish, ghost.conflict, refused=True))
        self.refused.emit(ghost)

    # --- Qt ------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        """Ask for room for half a day and a dozen machines."""
        return QSize(LABEL + 12 * 52, HEADER + 12 * ROW)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint what is in view."""
        painter = QPainter(self)
        paint(painter, self.picture())
        painter.end()

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """Keep the span of week and month across the new width."""
        self._fit_bar()
        if self.view is not None:
            self.axis = Axis(self.axis.origin, scale_of(self.view, self.time_width))
        self._seen()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a selection, a drag or a pan."""
        self.pointer.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow a drag, or show what a press would do."""
        self.pointer.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Finish a drag."""
        self.pointer.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the bar under the pointer."""
        self.pointer.double_click(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll machines, pan time with Shift, zoom with Ctrl."""
        self.glide.wheel(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the selection or the carried ghost."""
        if not self.keys.press(event):
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keyboard stands."""
        super().focusInEvent(event)
        self.update()

    def event(self, event: QEvent) -> bool:
        """Say what a bar is in a tooltip."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            hit = self.hit(QPointF(event.pos()))
            text = bar_summary(self.data, hit.bar, "\n") if hit.bar >= 0 and self.ghost is None else ""
            QToolTip.showText(event.globalPos(), plain_tip(text), self)
            return True
        return super().event(event)
