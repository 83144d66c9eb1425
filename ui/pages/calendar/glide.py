"""Scroll and zoom smoothly: wheel steps are spread over a few frames, touch pads followed at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt, QTimer

if TYPE_CHECKING:
    from PySide6.QtGui import QWheelEvent

    from ui.pages.calendar.timeline import Timeline

_FRAME_MS = 16
_SHARE = 0.35
_NOTCH = 120
_NOTCH_PX = 84
_ZOOM = 1.2


class Glide:
    """Hold what is still to be scrolled (px) or zoomed (factor); belongs to the GUI thread."""

    def __init__(self, timeline: Timeline) -> None:
        """Attach to a timeline."""
        self._timeline = timeline
        self._rest = QPointF()
        self._timer = QTimer(timeline)
        self._timer.setInterval(_FRAME_MS)
        self._timer.timeout.connect(self._on_frame)

    def wheel(self, event: QWheelEvent) -> None:
        """Take a wheel event: Ctrl zooms about the pointer, Shift pans time, else machines scroll."""
        notch = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            factor = _ZOOM ** (notch.y() / _NOTCH)
            self._timeline.set_axis(self._timeline.axis.zoomed(factor, event.position().x()))
        elif not event.pixelDelta().isNull():
            self._shift(QPointF(event.pixelDelta()), event.modifiers())
        else:
            self._start(QPointF(notch) * (_NOTCH_PX / _NOTCH), event.modifiers())
        event.accept()

    def _start(self, by: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        self._rest += _turned(by, modifiers)
        self._timer.start()
        self._on_frame()

    def _on_frame(self) -> None:
        step = self._rest * _SHARE
        if self._rest.manhattanLength() < 1.5:
            step = self._rest
            self._timer.stop()
        self._rest -= step
        self._apply(step)

    def _shift(self, by: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        self._apply(_turned(by, modifiers))

    def _apply(self, by: QPointF) -> None:
        timeline = self._timeline
        if by.x():
            timeline.set_axis(timeline.axis.panned(-by.x()))
        if by.y():
            timeline.rows_bar.setValue(timeline.scrolled - round(by.y()))


def _turned(by: QPointF, modifiers: Qt.KeyboardModifier) -> QPointF:
    """Turn a vertical wheel step into a horizontal one while Shift is held."""
    if modifiers & Qt.KeyboardModifier.ShiftModifier and not by.x():
        return QPointF(by.y(), 0)
    return by
