"""Small charts: hours as bars, shares of a whole, sparklines, a day as a strip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.kit.theme import font, theme
from ui.kit.words import _

CENTRE = Qt.AlignmentFlag.AlignCenter
MIDDLE = Qt.AlignmentFlag.AlignVCenter


def hatch(painter: QPainter, rect: QRectF, colour: QColor, step: float = 6.0) -> None:
    """Fill a rectangle with 1 px lines rising to the right."""
    painter.save()
    painter.setClipRect(rect, Qt.ClipOperation.IntersectClip)
    painter.setPen(QPen(colour, 1))
    x = rect.left() - rect.height()
    while x < rect.right():
        painter.drawLine(QPointF(x, rect.bottom()), QPointF(x + rect.height(), rect.top()))
        x += step
    painter.restore()


class Chart(QWidget):
    """Base of small charts: a name for screen readers and a fixed height."""

    def __init__(self, name: str, height: int) -> None:
        """Take the accessible name and the height in px."""
        super().__init__()
        self.setAccessibleName(name)
        self.setFixedHeight(height)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Ask for a modest width."""
        return QSize(160, self.height())


class HoursBar(Chart):
    """One horizontal bar of hours: booked outlined, checked-in solid accent, measured solid green."""

    def __init__(self, kind: str, share: float, missing: float = 0.0) -> None:
        """Take booked, checked_in or measured; shares of the widest bar, `missing` hatched after it."""
        super().__init__(kind, 12)
        self._kind, self._share, self._missing = kind, share, missing
        self.setMinimumWidth(60)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the bar."""
        painter = QPainter(self)
        wide = self.width() - 1
        bar = QRectF(0.5, 0.5, max(0.0, wide * min(1.0, self._share)), self.height() - 1)
        if self._kind == "booked":
            painter.setPen(QPen(theme["accent"], 1))
            painter.setBrush(theme["accent_soft"])
            painter.drawRect(bar)
            return
        painter.fillRect(bar, theme["accent"] if self._kind == "checked_in" else theme["ok"])
        if self._missing > 0:
            rest = QRectF(bar.right(), 0.5, wide * self._missing, self.height() - 1)
            hatch(painter, rest, theme["text3"], 5)
            painter.setPen(QPen(theme["text3"], 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(rest)


@dataclass(frozen=True)
class Share:
    """One part of a whole: fraction 0 to 1 and its colour token."""

    fraction: float
    token: str


class SharesBar(Chart):
    """A whole cut into coloured parts, 2 px apart."""

    def __init__(self, name: str, shares: Sequence[Share], height: int = 8) -> None:
        """Take the parts from left to right."""
        super().__init__(name, height)
        self._shares = list(shares)

    def show_shares(self, shares: Sequence[Share]) -> None:
        """Replace the parts."""
        self._shares = list(shares)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the parts."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        x = 0.0
        for share in self._shares:
            wide = self.width() * share.fraction
            painter.setBrush(theme[share.token])
            painter.drawRoundedRect(QRectF(x, 0, max(0.0, wide - 2), self.height()), 2, 2)
            x += wide


@dataclass(frozen=True)
class MonthHours:
    """Hours of one month; measured None means not measured (drawn hatched, never zero)."""

    text: str
    booked: float
    checked_in: float
    measured: float | None


class MonthBars(Chart):
    """Months with three bars each: booked outlined, checked-in tinted, measured solid."""

    def __init__(self, name: str, months: Sequence[MonthHours], height: int = 150) -> None:
        """Take the months from left to right; hours."""
        super().__init__(name, height)
        self._months = list(months)

    def show_months(self, months: Sequence[MonthHours]) -> None:
        """Replace the months."""
        self._months = list(months)
        self.update()

    def _top(self) -> float:
        most = max((max(m.booked, m.checked_in, m.measured or 0) for m in self._months), default=0)
        return nice_top(most)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint grid, bars and texts."""
        painter = QPainter(self)
        plot = QRectF(34, 14, self.width() - 34, self.height() - 34)
        top = self._top()
        self._paint_grid(painter, plot, top)
        if not self._months:
            return
        slot = plot.width() / len(self._months)
        for n, month in enumerate(self._months):
            self._paint_month(painter, plot, top, month, plot.left() + n * slot, slot)

    @staticmethod
    def _paint_grid(painter: QPainter, plot: QRectF, top: float) -> None:
        painter.setFont(font(11))
        for n in range(4):
            y = round(plot.bottom() - plot.height() * n / 3) + 0.5
            painter.setPen(QPen(theme["line_strong"] if n == 0 else theme["grid"], 1))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(theme["text2"])
            text = _.number(top * n / 3)
            painter.drawText(QRectF(0, y - 8, plot.left() - 8, 16), int(Qt.AlignmentFlag.AlignRight | MIDDLE), text)

    def _paint_month(
        self, painter: QPainter, plot: QRectF, top: float, month: MonthHours, x: float, slot: float
    ) -> None:
        wide = min(17.0, (slot - 14) / 3)
        left = x + (slot - 3 * wide - 2) / 2
        for n, (hours, kind) in enumerate(((month.booked, 0), (month.checked_in, 1), (month.measured, 2))):
            self._paint_bar(painter, plot, top, hours, kind, left + n * (wide + 1), wide)
        painter.setFont(font(11))
        painter.setPen(theme["text2"])
        painter.drawText(QRectF(x, plot.bottom() + 4, slot, 16), int(CENTRE), month.text)
        if month.measured:
            face = font(11, bold=True)
            painter.setFont(face)
            painter.setPen(theme["accent"])
            tall = max(month.measured, month.checked_in, month.booked)
            y = plot.bottom() - plot.height() * tall / top - 16
            painter.drawText(QRectF(x, y, slot, 14), int(CENTRE), _.number(month.measured, 1))

    @staticmethod
    def _paint_bar(
        painter: QPainter, plot: QRectF, top: float, hours: float | None, kind: int, x: float, wide: float
    ) -> None:
        tall = plot.height() * (hours if hours is not None else top * 0.16) / top
        box = QRectF(round(x) + 0.5, plot.bottom() - tall, round(wide) - 1, tall)
        if hours is None:
            hatch(painter, box, theme["text3"], 5)
        elif kind == 2:
            painter.fillRect(box, theme["accent"])
        else:
            painter.setPen(QPen(theme["accent"] if kind else theme["text3"], 1))
            painter.setBrush(theme["accent_soft"] if kind else theme["surface"])
            painter.drawRect(box)


def nice_top(most: float) -> float:
    """Return a round axis end at or above a value, divisible by three steps."""
    step = 1.0
    while True:
        for factor in (1, 2, 4, 5, 8):
            if step * factor * 3 >= most:
                return step * factor * 3
        step *= 10


class Sparkline(Chart):
    """A thin curve without axes; None breaks it."""

    def __init__(self, name: str, values: Sequence[float | None] = (), token: str = "curve1", height: int = 28) -> None:
        """Take values at equal distances."""
        super().__init__(name, height)
        self._values, self._token = list(values), token

    def show_values(self, values: Sequence[float | None]) -> None:
        """Replace the values."""
        self._values = list(values)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the pieces between gaps."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme[self._token], 1))
        known = [value for value in self._values if value is not None]
        if len(known) < 2:
            return
        low, high = min(known), max(known)
        room = (high - low) or 1.0
        step = (self.width() - 2) / max(1, len(self._values) - 1)
        piece = QPolygonF()
        for n, value in enumerate([*self._values, None]):
            if value is None:
                painter.drawPolyline(piece)
                piece = QPolygonF()
            else:
                piece.append(QPointF(1 + n * step, self.height() - 2 - (value - low) / room * (self.height() - 4)))


@dataclass(frozen=True)
class StripBar:
    """A bar of a day strip: fractions 0 to 1 of the day shown, text, kind (in_use, booked, outage, buffer)."""

    start: float
    end: float
    text: str
    kind: str


class DayStrip(Chart):
    """One machine's day: bars over a sunken track with hours below and the present as a line."""

    def __init__(
        self, name: str, bars: Sequence[StripBar], ticks: Sequence[tuple[float, str]], now: float | None
    ) -> None:
        """Take bars, (fraction, text) ticks and the present as a fraction."""
        super().__init__(name, 48)
        self._bars, self._ticks, self._now = list(bars), list(ticks), now

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint track, bars, ticks, present."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        wide = float(self.width() - 1)
        painter.fillRect(QRectF(0, 3, wide, 26), theme["sunken"])
        for bar in self._bars:
            self._paint_bar(painter, bar, wide)
        painter.setFont(font(11))
        for at, text in self._ticks:
            self._paint_tick(painter, at * wide, text, wide)
        if self._now is not None and 0 <= self._now <= 1:
            painter.setPen(QPen(theme["accent"], 2))
            x = self._now * wide
            painter.drawLine(QPointF(x, 0), QPointF(x, 32))

    @staticmethod
    def _paint_bar(painter: QPainter, bar: StripBar, wide: float) -> None:
        box = QRectF(bar.start * wide + 0.5, 3.5, max(2.0, (bar.end - bar.start) * wide - 1), 25)
        if bar.kind in ("buffer", "outage"):
            hatch(painter, box, theme["line_strong"] if bar.kind == "buffer" else theme["crit"])
        if bar.kind == "buffer":
            return
        token = {"in_use": "ok", "booked": "info", "outage": "crit"}.get(bar.kind, "off")
        painter.setPen(QPen(theme[token], 1))
        painter.setBrush(Qt.BrushStyle.NoBrush if bar.kind == "outage" else theme[f"{token}_soft"])
        painter.drawRoundedRect(box, 4, 4)
        painter.setFont(font(11.5, bold=bar.kind == "in_use"))
        painter.setPen(theme[token] if bar.kind == "outage" else theme["text"])
        shown = painter.fontMetrics().elidedText(bar.text, Qt.TextElideMode.ElideRight, int(box.width()) - 12)
        painter.drawText(box.adjusted(7, 0, -4, 0), int(MIDDLE), shown)

    @staticmethod
    def _paint_tick(painter: QPainter, x: float, text: str, wide: float) -> None:
        half = QFontMetricsF(font(11)).horizontalAdvance(text) / 2
        left = min(max(0.0, x - half), wide - 2 * half)
        painter.setPen(theme["text3"])
        painter.drawLine(QPointF(x, 29), QPointF(x, 32))
        painter.setPen(theme["text2"])
        painter.drawText(QRectF(left, 33, 2 * half + 2, 14), int(MIDDLE), text)
