"""The decoded channels of the preview: last value with unit and quality, and a small curve."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from center_app.telemetry.profile_preview import ChannelRow
from devices.values import Quality
from ui.kit.text import elide
from ui.kit.theme import font, theme
from ui.kit.words import _

ROW_HEIGHT = 30


class ValueList(QWidget):
    """Paint one row per channel."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self.setAccessibleName(_("Decoded values"))
        self.rows: tuple[ChannelRow, ...] = ()

    def show_rows(self, rows: tuple[ChannelRow, ...]) -> None:
        """Show channels."""
        self.rows = rows
        self.setAccessibleDescription("; ".join(f"{self.name(row)}: {said(row)}" for row in rows[:20]))
        self.setMinimumHeight(self.sizeHint().height())
        self.update()

    def sizeHint(self) -> QSize:
        """Return the room for all rows."""
        return QSize(380, ROW_HEIGHT * max(1, len(self.rows)))

    def name(self, row: ChannelRow) -> str:
        """Return a channel's name in the person's language."""
        return row.label.get(_.language) or row.label.get("en") or row.key

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows that are in view."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index, row in enumerate(self.rows):
            rect = QRectF(0, index * ROW_HEIGHT, self.width(), ROW_HEIGHT)
            if rect.intersects(QRectF(event.rect())):
                self._paint(painter, row, rect)
        painter.end()

    def _paint(self, painter: QPainter, row: ChannelRow, rect: QRectF) -> None:
        middle = Qt.AlignmentFlag.AlignVCenter
        width = rect.width()
        painter.setFont(font(13))
        painter.setPen(theme["text"])
        name = rect.adjusted(8, 0, -width * 0.62, 0)
        painter.drawText(name, middle, elide(painter.fontMetrics(), self.name(row), name.width()))
        painter.setFont(font(13, bold=True))
        painter.setPen(theme["text" if row.quality == Quality.GOOD else "warn" if row.frames else "text3"])
        value = QRectF(width * 0.38, rect.top(), width * 0.3, rect.height())
        painter.drawText(
            value, middle | Qt.AlignmentFlag.AlignRight, elide(painter.fontMetrics(), said(row), value.width())
        )
        self._curve(painter, row, QRectF(width * 0.71, rect.top() + 5, width * 0.27 - 8, rect.height() - 10))
        painter.setPen(theme["line"])
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())

    def _curve(self, painter: QPainter, row: ChannelRow, area: QRectF) -> None:
        points = row.points[np.isfinite(row.points)]
        if points.size < 2:
            return
        low, high = float(points.min()), float(points.max())
        span = high - low or 1.0
        x = area.left() + np.arange(points.size) * (area.width() / (points.size - 1))
        y = area.bottom() - (points - low) / span * area.height()
        painter.setPen(QPen(theme["accent"], 1))
        painter.drawPolyline(QPolygonF([QPointF(float(a), float(b)) for a, b in zip(x, y, strict=True)]))


def number_text(value: float) -> str:
    """Write up to six digits with the decimal mark and the minus sign of the language."""
    if not 1e-4 <= abs(value) < 1e9 and value != 0:
        return f"{value:.6g}".replace("-", "−")
    plain = f"{value:.6g}"
    whole = f"{float(plain):f}".rstrip("0").rstrip(".")
    return str(_.number(float(plain), len(whole.partition(".")[2])))


def said(row: ChannelRow) -> str:
    """Say a channel's last value with unit and, when it is not good, why."""
    if not row.frames:
        return _("no frame")
    if math.isnan(row.last) or row.quality == Quality.NOT_MEASURED:
        return _("not measured")
    number = row.state or number_text(row.last)
    text = f"{number} {row.unit}".strip()
    return text if row.quality == Quality.GOOD else _("{value} out of range", value=text)
