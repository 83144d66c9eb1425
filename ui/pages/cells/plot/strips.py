"""What runs along the plots: the time axis, state bands, the booking bar and the overview of a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QBrush, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from ui.kit.theme import font, theme
from ui.kit.words import _
from ui.pages.cells.plot.panel import LEFT, RIGHT
from ui.pages.cells.plot.timebase import SECOND, Tick, clock_text, ticks
from ui.pages.cells.plot.trace import Points

_MIDDLE = int(Qt.AlignmentFlag.AlignVCenter)
_CENTRE = int(Qt.AlignmentFlag.AlignCenter)


class Strip(QWidget):
    """Share the plots' horizontal measures."""

    def __init__(self, height: int, name: str) -> None:
        super().__init__()
        self.setFixedHeight(height)
        self.setAccessibleName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.start_ns, self.end_ns = 0, 1
        self._look: object = None

    def show_window(self, start_ns: int, end_ns: int) -> None:
        """Move to a window of time; only a change that can be seen repaints."""
        self.start_ns, self.end_ns = start_ns, end_ns
        look = self.look()
        if look != self._look:
            self._look = look
            self.update()

    def look(self) -> object:
        """Return what moves with time, in whole pixels."""
        return self.start_ns, self.end_ns

    def ground(self) -> QPainter:
        """Begin to paint: the page's ground covers all that was there."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme["bg"])
        return painter

    def at(self, t_ns: float) -> float:
        """Return the pixel of an instant."""
        room = self.width() - LEFT - RIGHT
        return LEFT + (t_ns - self.start_ns) / max(1, self.end_ns - self.start_ns) * room

    def left_word(self, painter: QPainter, word: str) -> None:
        """Write the strip's name in the left margin, a little smaller where it would not fit."""
        room = QRectF(2, 0, LEFT - 8, self.height())
        size = fitting_size(word, room.width())
        painter.setFont(font(size))
        painter.setPen(theme["text2"])
        shown = QFontMetricsF(painter.font()).elidedText(word, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, _MIDDLE | int(Qt.AlignmentFlag.AlignRight), shown)
        painter.setFont(font(11))


def fitting_size(word: str, room: float) -> float:
    """Return the largest type size from 11 down to 8.5 at which a word fits into a room in px."""
    sizes = (11.0, 10.5, 10.0, 9.5, 9.0)
    return next((size for size in sizes if QFontMetricsF(font(size)).horizontalAdvance(word) <= room), 8.5)


class TimeAxis(Strip):
    """Label the ticks, and the crosshair as a pill."""

    def __init__(self) -> None:
        super().__init__(20, _("Time"))
        self.ticks: list[Tick] = []
        self.cursor_ns: int | None = None
        self.day = ""

    def look(self) -> object:
        """Return where each tick's words stand, and the crosshair's."""
        words = tuple((round(self.at(tick.t_ns)), tick.text) for tick in self.ticks)
        return words, self.day, self.cursor_ns, self.width()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the words under the ticks."""
        painter = self.ground()
        self.left_word(painter, self.day)
        for tick in self.ticks:
            x = self.at(tick.t_ns)
            half = QFontMetricsF(painter.font()).horizontalAdvance(tick.text) / 2
            if LEFT + half <= x <= self.width() - half:
                painter.drawText(QRectF(x - 50, 2, 100, 16), _CENTRE, tick.text)
        if self.cursor_ns is not None:
            self._paint_pill(painter, self.cursor_ns)

    def _paint_pill(self, painter: QPainter, t_ns: int) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        text = clock_text(t_ns, str(_.zone))
        left = min(max(self.at(t_ns) - 42, 0.0), self.width() - 84.0)
        room = QRectF(left, 1, 84, 17)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme["text"])
        painter.drawRoundedRect(room, 4, 4)
        painter.setPen(theme["surface"])
        painter.setFont(font(11, bold=True))
        painter.drawText(room, _CENTRE, text)


@dataclass(frozen=True)
class Stretch:
    """A labelled stretch of time in a band."""

    start_ns: int
    end_ns: int
    text: str
    token: str = "info"


_BAND_TOKENS = ("off", "info", "accent", "ok", "warn")


class StateBand(Strip):
    """Show a state channel as coloured words over time."""

    def __init__(self, word: str, states: Mapping[int, str]) -> None:
        super().__init__(20, word)
        self._word, self._states = word, dict(states)
        self._curve = Points()

    def show_curve(self, curve: Points) -> None:
        """Take the channel's points; each value is a state number."""
        self._curve = curve

    def look(self) -> object:
        """Return where each state begins and ends."""
        return self.width(), [(round(self.at(a)), round(self.at(b)), value) for a, b, value in self._stretches()]

    def _stretches(self) -> list[tuple[int, int, int]]:
        curve = self._curve
        first, last = np.searchsorted(curve.t_ns, (self.start_ns, self.end_ns))
        first = max(0, int(first) - 1)
        t_ns, y = curve.t_ns[first:last], curve.y[first:last]
        if not t_ns.size:
            return []
        turns = np.flatnonzero((y[1:] != y[:-1]) & ~(np.isnan(y[1:]) & np.isnan(y[:-1]))) + 1
        begins = np.concatenate(([0], turns))
        ends = np.append(t_ns[turns], min(self.end_ns, int(t_ns[-1])))
        return [(int(t_ns[b]), int(e), int(y[b])) for b, e in zip(begins, ends, strict=True) if y[b] == y[b]]

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the stretches and their words where they fit."""
        painter = self.ground()
        self.left_word(painter, self._word)
        painter.setClipRect(QRectF(LEFT, 0, self.width() - LEFT - RIGHT, self.height()))
        for start, end, value in self._stretches():
            left, right = self.at(start), self.at(end)
            token = _BAND_TOKENS[value % len(_BAND_TOKENS)]
            room = QRectF(left, 1, max(1.0, right - left), 18)
            painter.fillRect(room, theme[f"{token}_soft"])
            painter.setPen(theme[token if token != "off" else "text2"])
            text = self._states.get(value, str(value))
            if QFontMetricsF(painter.font()).horizontalAdvance(text) + 8 < room.width():
                painter.drawText(room, _CENTRE, text)
            painter.setPen(QPen(theme["surface"], 1))
            painter.drawLine(QLineF(room.right(), 1, room.right(), 19))


class BookingBar(Strip):
    """Show who has the machine booked, over time."""

    def __init__(self) -> None:
        super().__init__(18, _("Bookings"))
        self.stretches: Sequence[Stretch] = ()

    def look(self) -> object:
        """Return where each booking's bar begins and ends inside the plot."""
        rooms = [(self._room(stretch), stretch.text) for stretch in self.stretches]
        return [(round(left), round(right), text) for (left, right), text in rooms if right > left]

    def _room(self, stretch: Stretch) -> tuple[float, float]:
        return max(self.at(stretch.start_ns), float(LEFT)), min(self.at(stretch.end_ns), float(self.width() - RIGHT))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint each booking as a thin bar with its words."""
        painter = self.ground()
        painter.setFont(font(11))
        painter.setClipRect(QRectF(LEFT, 0, self.width() - LEFT - RIGHT, self.height()))
        for stretch in self.stretches:
            left, right = self._room(stretch)
            if right <= left:
                continue
            painter.fillRect(QRectF(left, 1, right - left, 16), theme["info_soft"])
            painter.fillRect(QRectF(left, 1, right - left, 2), theme["info"])
            painter.setPen(theme["info"])
            room = QRectF(left + 6, 2, right - left - 12, 15)
            text = QFontMetricsF(painter.font()).elidedText(stretch.text, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, _CENTRE, text)


class Overview(Strip):
    """Show the last day at a glance, with the visible window; a click or drag goes there."""

    moved_to = Signal(object)
    SPAN_NS = 86_400 * SECOND

    def __init__(self) -> None:
        super().__init__(52, _("Last 24 hours"))
        self.curve = Points()
        self.gaps: Sequence[tuple[int, int]] = ()
        self.bookings: Sequence[Stretch] = ()
        self.view: tuple[int, int] = (0, 1)
        self.is_live = False

    def look(self) -> object:
        """Return which pixel of the day is the last, where the visible window lies, the gaps, and what is said."""
        pixel_ns = max(1, self.SPAN_NS // max(1, self.width() - LEFT - RIGHT))
        view = [round(self.at(t_ns)) for t_ns in self.view]
        return self.end_ns // pixel_ns, view, self.gaps, self.is_live, self.width()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint shape, bookings, gaps, the visible window and the hours."""
        painter = self.ground()
        painter.setPen(QPen(theme["line"], 1))
        painter.drawLine(0, 0, self.width(), 0)
        self.left_word(painter, _("{n} h", n=24))
        painter.save()
        painter.setClipRect(QRectF(LEFT, 2, self.width() - LEFT - RIGHT, 34))
        for stretch in self.bookings:
            left = self.at(stretch.start_ns)
            painter.fillRect(QRectF(left, 4, self.at(stretch.end_ns) - left, 3), theme["info"])
        self._paint_shape(painter)
        for start, end in self.gaps:
            room = QRectF(self.at(start), 9, max(1.0, self.at(end) - self.at(start)), 26)
            painter.fillRect(room, QBrush(theme["line_strong"], Qt.BrushStyle.BDiagPattern))
        painter.restore()
        self._paint_view(painter)
        self._paint_hours(painter)

    def _paint_shape(self, painter: QPainter) -> None:
        y = self.curve.y
        finite = y[np.isfinite(y)]
        if not finite.size:
            return
        low, high = float(finite.min()), float(finite.max())
        painter.setPen(QPen(theme["text3"], 1))
        room = self.width() - LEFT - RIGHT
        x = LEFT + (self.curve.t_ns - self.start_ns) / max(1, self.end_ns - self.start_ns) * room
        height = 34 - (y - low) / ((high - low) or 1.0) * 22
        for begin in range(0, x.size - 1, 2):
            if np.isfinite(height[begin]) and np.isfinite(height[begin + 1]):
                painter.drawLine(QLineF(x[begin], 35, x[begin], min(height[begin], height[begin + 1])))

    def _paint_view(self, painter: QPainter) -> None:
        left, right = self.at(self.view[0]), self.at(self.view[1])
        if right - left < 8:
            left = right - 8
        painter.setPen(QPen(theme["accent"], 1))
        painter.setBrush(theme.tokens.alpha("accent", 0.18))
        painter.drawRect(QRectF(left, 3, right - left, 33))

    def _paint_hours(self, painter: QPainter) -> None:
        painter.setFont(font(11))
        painter.setPen(theme["text3"])
        metrics = QFontMetricsF(painter.font())
        now = _("now") if self.is_live else ""
        free = self.free_until(metrics.horizontalAdvance(now)) if now else self.width() - 4
        for tick in ticks(self.start_ns, self.end_ns, self.width() - LEFT - RIGHT, str(_.zone), 90):
            half = metrics.horizontalAdvance(tick.text) / 2
            if LEFT - 8 + half <= self.at(tick.t_ns) <= free - half:
                painter.drawText(QRectF(self.at(tick.t_ns) - 40, 37, 80, 14), _CENTRE, tick.text)
        painter.setPen(theme["text2"])
        painter.drawText(QRectF(0, 37, self.width() - RIGHT, 14), _MIDDLE | int(Qt.AlignmentFlag.AlignRight), now)

    def free_until(self, now_px: float) -> float:
        """Return how far right hours may stand beside the word "now", which ends with the day."""
        return self.width() - RIGHT - now_px - 8

    def _go(self, event: QMouseEvent) -> None:
        share = (event.position().x() - LEFT) / max(1, self.width() - LEFT - RIGHT)
        self.moved_to.emit(self.start_ns + round(share * (self.end_ns - self.start_ns)))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the clicked instant."""
        self._go(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag through the day."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event)


def triangle(x: float, y: float, size: float) -> QPolygonF:
    """Return a small upward triangle, the mark of an alarm."""
    return QPolygonF([QPointF(x - size, y + size), QPointF(x + size, y + size), QPointF(x, y - size)])
