"""A small curve of a machine's run: what was measured, the counted part tinted, hatched where nothing was."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ui.kit.recorded import to_datetime
from ui.kit.theme import font, theme
from ui.kit.words import _
from ui.pages.reports.detail import RunDetail

HEIGHT = 72


class RunCurve(QWidget):
    """Draw the window around the runs of a use."""

    def __init__(self, detail: RunDetail) -> None:
        """Take what was read; a window is there."""
        super().__init__()
        assert detail.window is not None
        self._detail, self._window = detail, detail.window
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName(_("Curve of the recording"))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint runs, curve and times."""
        painter = QPainter(self)
        room = QRectF(0.5, 0.5, self.width() - 1, HEIGHT - 18)
        start, end = int(self._window.edges_ns[0]), int(self._window.edges_ns[-1])
        painter.fillRect(room, theme["sunken"])
        painter.fillRect(room, QBrush(theme["hatch"], Qt.BrushStyle.BDiagPattern))
        for first, last in self._detail.spans:
            left = room.left() + (first - start) / (end - start) * room.width()
            wide = (last - first) / (end - start) * room.width()
            painter.fillRect(QRectF(left, room.top(), wide, room.height()), theme["info_soft"])
        self._paint_curve(painter, room)
        painter.setPen(QPen(theme["line_strong"], 1))
        painter.drawRect(room)
        self._paint_times(painter, room)

    def _paint_curve(self, painter: QPainter, room: QRectF) -> None:
        low, high = self._window.low, self._window.high
        known = np.isfinite(low)
        if not known.any():
            return
        bottom, top = float(low[known].min()), float(high[known].max())
        span = (top - bottom) or 1.0
        x = room.left() + (np.arange(len(low)) + 0.5) / len(low) * room.width()
        y = [room.bottom() - 4 - (part - bottom) / span * (room.height() - 8) for part in (low, high)]
        painter.setPen(QPen(theme["curve1"], 1))
        painter.drawLines([QLineF(x[n], y[0][n], x[n], y[1][n] - 1) for n in np.flatnonzero(known)])
        steps = np.flatnonzero(known[:-1] & known[1:])
        painter.drawLines([QLineF(x[n], y[1][n], x[n + 1], y[0][n + 1]) for n in steps])

    def _paint_times(self, painter: QPainter, room: QRectF) -> None:
        painter.setFont(font(11))
        painter.setPen(theme["text2"])
        ends = (self._detail.spans[0][0], self._detail.spans[-1][1])
        for t_ns, align in zip(ends, (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight), strict=True):
            told = _.time(to_datetime(t_ns), str(_.zone))
            painter.drawText(QRectF(0, room.bottom() + 2, self.width(), 15), int(align), told)
