"""Drive the timeline by keyboard: walk over bars and times, carry a ghost, drop it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from ui.pages.calendar.conflict import Proposal
from ui.pages.calendar.data import EXTENDABLE, MOVABLE, BarState
from ui.pages.calendar.geometry import HOUR_S, LABEL, SNAP_S
from ui.pages.calendar.gesture import nudged

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from ui.pages.calendar.timeline import Timeline

_SHIFT = Qt.KeyboardModifier.ShiftModifier
_CONTROL = Qt.KeyboardModifier.ControlModifier
_STEP = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
_ACROSS = (Qt.Key.Key_Left, Qt.Key.Key_Right)
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Keys:
    """Turn key presses into selection and carrying; belongs to the GUI thread."""

    def __init__(self, timeline: Timeline) -> None:
        """Attach to a timeline."""
        self._timeline = timeline
        self.is_carrying = False

    def press(self, event: QKeyEvent) -> bool:
        """Handle a key; False lets it pass on."""
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape:
            return self.cancel()
        if key in _STEP:
            step, shift = _STEP[key], bool(event.modifiers() & _SHIFT)
            control = bool(event.modifiers() & _CONTROL)
            self._arrow(key in _ACROSS, step, shift, control)
            return True
        if key in _ENTER:
            return self._enter()
        return self._zoom(key)

    def cancel(self) -> bool:
        """Give up a drag or a carried ghost; False when there was none."""
        had = self._timeline.ghost is not None
        self.is_carrying = False
        self._timeline.pointer.forget()
        self._timeline.propose(None)
        return had

    def _zoom(self, key: Qt.Key) -> bool:
        factor = {Qt.Key.Key_Plus: 1.25, Qt.Key.Key_Equal: 1.25, Qt.Key.Key_Minus: 0.8}.get(key)
        if factor is None:
            return False
        timeline = self._timeline
        timeline.set_axis(timeline.axis.zoomed(factor, LABEL + timeline.time_width / 2))
        return True

    def carry(self) -> bool:
        """Lift the selected bar, or a new hour at the cursor, to move it with the arrow keys."""
        timeline = self._timeline
        wish = self._lifted() if timeline.may_carry(timeline.bar) else None
        if wish is None:
            return False
        self.is_carrying = True
        timeline.propose(wish)
        return True

    def _lifted(self) -> Proposal | None:
        timeline = self._timeline
        if timeline.bar >= 0:
            bars = timeline.data.bars
            if BarState(int(bars.state[timeline.bar])) not in EXTENDABLE:
                return None
            return Proposal(timeline.row, int(bars.start[timeline.bar]), int(bars.end[timeline.bar]), timeline.bar)
        if timeline.row < 0:
            return None
        start = self._cursor()
        return Proposal(timeline.row, start, start + HOUR_S)

    def _cursor(self) -> int:
        timeline = self._timeline
        if timeline.cursor_at is not None:
            return timeline.cursor_at
        earliest = max(timeline.now, timeline.axis.instant(LABEL))
        return int(-(-earliest // SNAP_S)) * SNAP_S

    def _enter(self) -> bool:
        timeline = self._timeline
        if self.is_carrying:
            self.is_carrying = timeline.ghost is not None and timeline.ghost.conflict is not None
            timeline.drop()
            return True
        if timeline.bar >= 0:
            timeline.opened.emit(timeline.bar)
            return True
        return self.carry()

    def _arrow(self, across: bool, step: int, shift: bool, control: bool) -> None:
        if self.is_carrying and self._timeline.ghost is not None:
            self._carry_on(across, step, shift, control)
        elif not across:
            self._walk_rows(step)
        elif shift:
            self._walk_time(step * (HOUR_S if control else SNAP_S))
        else:
            self._walk_bars(step)

    def _carry_on(self, across: bool, step: int, shift: bool, control: bool) -> None:
        timeline = self._timeline
        assert timeline.ghost is not None
        wish = timeline.ghost.wish
        shift_s = step * (HOUR_S if control else SNAP_S)
        if not across:
            wish = nudged(wish, row=timeline.layout_lines.step(wish.row, step)) if self._is_free(wish) else wish
        elif shift or not self._is_free(wish):
            wish = nudged(wish, end_s=shift_s)
        else:
            wish = nudged(wish, shift_s, shift_s)
        timeline.propose(wish)
        timeline.show_instant(wish.end if across and step > 0 else wish.start)

    def _is_free(self, wish: Proposal) -> bool:
        """Say whether the whole may move: a running booking keeps its start and machine."""
        return wish.bar < 0 or BarState(int(self._timeline.data.bars.state[wish.bar])) in MOVABLE

    def _walk_rows(self, step: int) -> None:
        timeline = self._timeline
        at = self.place()
        row = timeline.layout_lines.step(timeline.row, step)
        if row >= 0:
            timeline.choose(row, timeline.indexed.bars.at(row, at), at)

    def place(self) -> int:
        """Give the UTC second the keyboard stands at: the selected bar's start, or the cursor."""
        timeline = self._timeline
        return int(timeline.data.bars.start[timeline.bar]) if timeline.bar >= 0 else self._cursor()

    def _walk_time(self, by_s: int) -> None:
        timeline = self._timeline
        if timeline.row >= 0:
            at = self.place() + by_s
            timeline.choose(timeline.row, timeline.indexed.bars.at(timeline.row, at), at)
            timeline.show_instant(at)

    def _walk_bars(self, step: int) -> None:
        """Go to the next or previous bar of the row, else an hour on."""
        timeline = self._timeline
        if timeline.row < 0:
            self._walk_rows(0)
            return
        starts = timeline.data.bars.start
        mine = [bar for bar in timeline.indexed.bars.of_row(timeline.row) if bar != timeline.bar]
        at = self.place()
        if step > 0:
            found = min((bar for bar in mine if starts[bar] >= at), default=-1)
        else:
            found = max((bar for bar in mine if starts[bar] <= at), default=-1)
        if found < 0:
            self._walk_time(step * HOUR_S)
            return
        timeline.choose(timeline.row, found)
        timeline.show_instant(int(starts[found]))
