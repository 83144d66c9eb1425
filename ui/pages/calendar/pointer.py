"""Follow the mouse over the timeline: select, draw, move, resize, pan, scroll at the edges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt, QTimer

from ui.pages.calendar.data import MOVABLE, BarState
from ui.pages.calendar.geometry import HEADER, LABEL
from ui.pages.calendar.gesture import Gesture, Grip

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent

    from ui.pages.calendar.gesture import Hit
    from ui.pages.calendar.timeline import Timeline

DEAD_ZONE_PX = 4
EDGE_PX = 28
_TICK_MS = 16
_CURSORS = {
    Grip.START: Qt.CursorShape.SizeHorCursor,
    Grip.END: Qt.CursorShape.SizeHorCursor,
    Grip.BODY: Qt.CursorShape.PointingHandCursor,
    Grip.GROUP: Qt.CursorShape.PointingHandCursor,
}


class Pointer:
    """Turn mouse events into gestures on the timeline; belongs to the GUI thread."""

    def __init__(self, timeline: Timeline) -> None:
        """Attach to a timeline."""
        self._timeline = timeline
        self._gesture: Gesture | None = None
        self._pressed = QPointF()
        self._at = QPointF()
        self._pulled = False
        self._pan: QPointF | None = None
        self._edge = QTimer(timeline)
        self._edge.setInterval(_TICK_MS)
        self._edge.timeout.connect(self._on_edge)

    @property
    def is_dragging(self) -> bool:
        """Say whether a drag is under way."""
        return self._pulled

    def forget(self) -> None:
        """Give up a drag, as Escape does."""
        self._gesture, self._pan, self._pulled = None, None, False
        self._edge.stop()

    def press(self, event: QMouseEvent) -> None:
        """Select what is under the pointer and get ready to drag it."""
        self._timeline.setFocus(Qt.FocusReason.MouseFocusReason)
        self._pressed = self._at = event.position()
        self._pulled = False
        self._timeline.propose(None)
        hit = self._timeline.hit(event.position())
        if event.button() == Qt.MouseButton.MiddleButton or hit.grip is Grip.HEADER:
            self._pan = event.position()
        elif event.button() == Qt.MouseButton.LeftButton:
            self._grab(hit)
        elif event.button() == Qt.MouseButton.RightButton and hit.row >= 0:
            self._select(hit)

    def _grab(self, hit: Hit) -> None:
        if hit.grip is Grip.GROUP:
            self._timeline.fold(hit.group)
            return
        self._select(hit)
        if self._timeline.may_carry(hit.bar):
            self._gesture = self._gesture_of(hit)

    def _select(self, hit: Hit) -> None:
        if hit.row >= 0:
            cursor = int(hit.instant // 900) * 900 if hit.grip is Grip.EMPTY else None
            self._timeline.choose(hit.row, hit.bar, cursor)

    def _gesture_of(self, hit: Hit) -> Gesture | None:
        bars = self._timeline.data.bars
        if hit.grip is Grip.EMPTY:
            at = int(hit.instant)
            return Gesture(hit.grip, hit.row, -1, hit.instant, at, at)
        if hit.grip not in (Grip.BODY, Grip.START, Grip.END):
            return None
        if hit.grip is Grip.BODY and BarState(int(bars.state[hit.bar])) not in MOVABLE:
            return None
        start, end = int(bars.start[hit.bar]), int(bars.end[hit.bar])
        return Gesture(hit.grip, hit.row, hit.bar, hit.instant, start, end)

    def move(self, event: QMouseEvent) -> None:
        """Follow the drag, or show the cursor of what a press would do."""
        self._at = event.position()
        if self._pan is not None:
            self._timeline.set_axis(self._timeline.axis.panned(self._pan.x() - self._at.x()))
            self._pan = self._at
        elif self._gesture is not None:
            self._pull()
        else:
            self._show_cursor(event)

    def _show_cursor(self, event: QMouseEvent) -> None:
        grip = self._timeline.hit(event.position()).grip
        self._timeline.setCursor(_CURSORS.get(grip, Qt.CursorShape.ArrowCursor))

    def _pull(self) -> None:
        away = (self._at - self._pressed).manhattanLength()
        if not self._pulled and away < DEAD_ZONE_PX:
            return
        self._pulled = True
        self._propose()
        self._edge.start()

    def _propose(self) -> None:
        if self._gesture is None:
            return
        timeline = self._timeline
        y = self._at.y() - HEADER + timeline.scrolled
        row = timeline.layout_lines.nearest_row(y)
        timeline.propose(self._gesture.proposal(row, timeline.axis.instant(self._at.x())))

    def _on_edge(self) -> None:
        """Scroll while the pointer is held near an edge; faster the nearer it is."""
        timeline = self._timeline
        across = _push(self._at.x(), LABEL, timeline.width())
        down = _push(self._at.y(), HEADER, timeline.height())
        if across:
            timeline.set_axis(timeline.axis.panned(across))
        if down:
            timeline.rows_bar.setValue(timeline.scrolled + round(down))
        if across or down:
            self._propose()

    def release(self, event: QMouseEvent) -> None:
        """Drop what was dragged; a click without a drag only selects."""
        self._at = event.position()
        pulled = self._pulled
        if pulled:
            self._propose()
        self.forget()
        if pulled:
            self._timeline.drop()

    def double_click(self, event: QMouseEvent) -> None:
        """Open the bar under the pointer."""
        hit = self._timeline.hit(event.position())
        if hit.bar >= 0:
            self._timeline.opened.emit(hit.bar)


def _push(at: float, low: float, high: float) -> float:
    """Give px per tick that an edge pushes: negative at the low edge, none in the middle."""
    if at < low + EDGE_PX:
        return max(-20.0, (at - low - EDGE_PX) * 0.5)
    return min(20.0, max(0.0, (at - high + EDGE_PX) * 0.5))
