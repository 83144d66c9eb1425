"""One graphics item that paints grid, bands, limits, gaps and all curves of a plot."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, field

import numpy as np
import pyqtgraph as pg
import shiboken6
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from ui.kit.theme import font, theme
from ui.pages.cells.plot.timebase import Tick
from ui.pages.cells.plot.trace import Points, runs


@dataclass
class Limit:
    """A limit line: value, word, token; `above` colours what lies beyond it."""

    value: float
    text: str
    token: str = "crit"
    above: bool = True


@dataclass
class Scene:
    """Everything one frame of a plot shows; written and read by the GUI thread only."""

    start_ns: int = 0
    end_ns: int = 1
    low: float = 0.0
    high: float = 1.0
    curves: list[tuple[Points, QColor]] = field(default_factory=list)
    limits: list[Limit] = field(default_factory=list)
    gaps: list[tuple[int, int]] = field(default_factory=list)
    raised: list[tuple[int, int]] = field(default_factory=list)
    selected: tuple[int, int] | None = None
    ticks: list[Tick] = field(default_factory=list)
    levels: list[float] = field(default_factory=list)
    cursor_ns: int | None = None


class CurvesItem(pg.GraphicsObject):  # type: ignore[misc]
    """Paint a Scene into a rectangle of pixels; no per-sample objects, no Qt paths, 1 px pens."""

    def __init__(self) -> None:
        super().__init__()
        self.scene_data = Scene()
        self._rect = QRectF(0, 0, 1, 1)

    def resize(self, width: float, height: float) -> None:
        """Take the room in pixels."""
        self.prepareGeometryChange()
        self._rect = QRectF(0, 0, max(1.0, width), max(1.0, height))

    def boundingRect(self) -> QRectF:
        """Return the room in pixels."""
        return self._rect

    def x(self, t_ns: float) -> float:
        """Return the pixel of an instant."""
        scene = self.scene_data
        return (t_ns - scene.start_ns) / max(1, scene.end_ns - scene.start_ns) * self._rect.width()

    def y(self, value: float) -> float:
        """Return the pixel of a value."""
        scene = self.scene_data
        return self._rect.height() * (1 - (value - scene.low) / ((scene.high - scene.low) or 1.0))

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Paint fills, grid, limits, gaps, curves and the crosshair, in that order."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setClipRect(self._rect)
        painter.fillRect(self._rect, theme["surface"])
        self._paint_fills(painter)
        self._paint_grid(painter)
        self._paint_limits(painter)
        for curve, colour in self.scene_data.curves:
            self._paint_curve(painter, curve, colour)
        self._paint_gaps(painter)
        self._paint_cursor(painter)
        painter.setPen(QPen(theme["line"], 1))
        painter.drawRect(self._rect.adjusted(0, 0, -1, -1))

    def _paint_fills(self, painter: QPainter) -> None:
        scene = self.scene_data
        for limit in scene.limits:
            edge = self.y(limit.value)
            room = QRectF(0, 0, self._rect.width(), edge) if limit.above else QRectF(0, edge, self._rect.width(), self._rect.height())
            if limit.token == "crit":
                painter.fillRect(room, theme["crit_soft"])
        for start, end in scene.raised:
            left = self.x(start)
            painter.fillRect(QRectF(left, 0, max(1.0, self.x(end) - left), self._rect.height()), theme.tokens.alpha("crit", 0.22))
        if scene.selected:
            left, right = self.x(scene.selected[0]), self.x(scene.selected[1])
            painter.fillRect(QRectF(left, 0, right - left, self._rect.height()), theme.tokens.alpha("accent", 0.10))

    def _paint_grid(self, painter: QPainter) -> None:
        scene = self.scene_data
        lines = [QLineF(x, 0, x, self._rect.height()) for tick in scene.ticks if (x := round(self.x(tick.t_ns))) > 0]
        lines += [QLineF(0, y, self._rect.width(), y) for level in scene.levels if (y := round(self.y(level))) > 0]
        painter.setPen(QPen(theme["grid"], 1))
        painter.drawLines(lines)
        if scene.low < 0 < scene.high:
            painter.setPen(QPen(theme["line_strong"], 1))
            zero = round(self.y(0.0))
            painter.drawLine(QLineF(0, zero, self._rect.width(), zero))

    def _paint_limits(self, painter: QPainter) -> None:
        painter.setFont(font(11))
        for limit in self.scene_data.limits:
            pen = QPen(theme[limit.token], 1, Qt.PenStyle.CustomDashLine)
            pen.setDashPattern([6, 3])
            painter.setPen(pen)
            edge = round(self.y(limit.value))
            painter.drawLine(QLineF(0, edge, self._rect.width(), edge))
            painter.setPen(theme[limit.token])
            painter.drawText(QPointF(6, edge - 4 if edge > 16 else edge + 13), limit.text)

    def _paint_curve(self, painter: QPainter, curve: Points, colour: QColor) -> None:
        scene = self.scene_data
        first, last = np.searchsorted(curve.t_ns, (scene.start_ns, scene.end_ns))
        first, last = max(0, int(first) - 1), min(curve.t_ns.size, int(last) + 1)
        if last - first < 1:
            return
        scale = self._rect.width() / max(1, scene.end_ns - scene.start_ns)
        x = (curve.t_ns[first:last] - scene.start_ns) * scale
        y = self._rect.height() * (1 - (curve.y[first:last] - scene.low) / ((scene.high - scene.low) or 1.0))
        painter.setPen(QPen(colour, 1))
        for begin, end in runs(y):
            _draw_run(painter, x[begin:end], y[begin:end])

    def _paint_gaps(self, painter: QPainter) -> None:
        brush = QBrush(theme["hatch"], Qt.BrushStyle.BDiagPattern)
        for start, end in self.scene_data.gaps:
            left = self.x(start)
            room = QRectF(left, 0, max(2.0, self.x(end) - left), self._rect.height())
            painter.fillRect(room, theme["surface"])
            painter.fillRect(room, brush)
            painter.setPen(QPen(theme["line_strong"], 1))
            painter.drawLine(QLineF(room.left(), 0, room.left(), room.height()))
            painter.drawLine(QLineF(room.right(), 0, room.right(), room.height()))

    def _paint_cursor(self, painter: QPainter) -> None:
        if self.scene_data.cursor_ns is None:
            return
        x = round(self.x(self.scene_data.cursor_ns))
        painter.setPen(QPen(theme["text2"], 1, Qt.PenStyle.DotLine))
        painter.drawLine(QLineF(x, 0, x, self._rect.height()))


def _draw_run(painter: QPainter, x: NDArray[np.float64], y: NDArray[np.float64]) -> None:
    if x.size == 1:
        painter.drawPoint(QPointF(float(x[0]), float(y[0])))
        return
    painter.drawPolyline(polygon(x, y))


def polygon(x: NDArray[np.float64], y: NDArray[np.float64]) -> QPolygonF:
    """Copy pixel coordinates into a QPolygonF in one block."""
    made = QPolygonF()
    made.resize(x.size)
    address = shiboken6.VoidPtr(made.data(), x.size * 16, True)
    room = np.frombuffer((ctypes.c_double * (x.size * 2)).from_address(int(address)), np.float64).reshape(-1, 2)
    room[:, 0] = x
    room[:, 1] = y
    return made
