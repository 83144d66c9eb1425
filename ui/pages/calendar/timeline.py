"""The booking timeline: one painted widget, machines by time, virtual in rows and in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, Signal
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QToolTip, QWidget

from ui.kit.text import plain_tip
from ui.pages.calendar.conflict import Conflict, Occupancy, Proposal, Reason
from ui.pages.calendar.data import TimelineData
from ui.pages.calendar.glide import Glide
from ui.pages.calendar.keys import Keys
from ui.pages.calendar.picture import Ghost, Indexed
from ui.pages.calendar.pointer import Pointer
from ui.pages.calendar.summary import bar_summary
from ui.pages.calendar.surface import Surface

if TYPE_CHECKING:
    from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent, QWheelEvent


class Timeline(Surface):
    """Let bars be drawn, moved and resized by mouse and keyboard.

    Signals: ``dropped`` (Proposal that may be written), ``refused`` (Ghost that may not),
    ``ghost_changed`` (Ghost or None), ``chosen`` (row, bar; -1 for none), ``opened`` (bar),
    ``menu_asked`` (global position).
    """

    dropped = Signal(object)
    refused = Signal(object)
    ghost_changed = Signal(object)
    chosen = Signal(int, int)
    opened = Signal(int)
    menu_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start empty; ``set_data`` and ``go`` fill it."""
        super().__init__(parent)
        self.may_edit = self.may_edit_others = True
        self._occupancy = Occupancy(self.data)
        self._waiting: TimelineData | Indexed | None = None
        self.keys, self.pointer = Keys(self), Pointer(self)
        self.glide = Glide(self)

    def set_data(self, data: TimelineData | Indexed) -> None:
        """Replace everything, after a drag under way; the selection stays on the same machine and booking."""
        if self.pointer.is_dragging or (self.keys.is_carrying and self.ghost is not None):
            self._waiting = data
            return
        self._waiting, before = None, self.data
        chosen = self.data.rows[self.row].machine_id if self.row >= 0 else -1
        held = int(self.data.bars.id[self.bar]) if self.bar >= 0 else -1
        self.show_indexed(data if isinstance(data, Indexed) else Indexed(data))
        self._occupancy = Occupancy(self.data)
        machines = [row.machine_id for row in self.data.rows]
        self.row = machines.index(chosen) if chosen in machines else -1
        self.bar = self.indexed.of_id.get(held, -1) if held >= 0 else -1
        self.set_ghost(self._refused_again(before))
        self.pointer.forget()
        self.arrange()

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

    def choose(self, row: int, bar: int = -1, cursor_at: int | None = None) -> None:
        """Select a machine and perhaps a bar; scrolls its row into view."""
        self.row, self.bar, self.cursor_at = row, bar, cursor_at
        self.show_row(row)
        self._describe()
        self.announce(self.accessibleDescription())
        self.chosen.emit(row, bar)
        self.update()

    def may_carry(self, bar: int) -> bool:
        """Say whether the person may move a bar (-1: draw a new one)."""
        return self.may_edit and (bar < 0 or self.may_edit_others or bool(self.data.bars.own[bar]))

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

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for a menu of what can be done with the selection."""
        self.menu_asked.emit(event.globalPos())

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
