"""One graphics item that paints grid, bands, limits, gaps and all curves of a plot."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from ui.kit.theme import font, theme
from ui.kit.words import _
from ui.pages.cells.plot.roll import Roll, View
from ui.pages.cells.plot.timebase import Tick
from ui.pages.cells.plot.trace import Points, runs

LINE_COLUMNS = 2
"""A new point changes the line towards it, from the column before."""
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


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
    column_ns: int = 0
    """Width of a pixel column while time runs on by whole columns, else 0: then everything is painted each time."""
    fresh_ns: int | None = None
    """Since which instant the curves are newer than what was painted; None: nowhere."""

    def end_column(self) -> int:
        """Return the column after the last one, counted from the epoch."""
        return self.end_ns // self.column_ns

    def look(self) -> tuple[object, ...]:
        """Return what the pixels of the curves depend on besides time and points."""
        colours = tuple(colour.rgb() for _points, colour in self.curves)
        marks = tuple((limit.value, limit.token, limit.above) for limit in self.limits)
        bands = (tuple(self.gaps), tuple(self.raised), self.selected)
        step = self.ticks[1].t_ns - self.ticks[0].t_ns if len(self.ticks) > 1 else 0
        return self.column_ns, self.low, self.high, tuple(self.levels), colours, marks, bands, step


class CurvesItem(pg.GraphicsObject):  # type: ignore[misc]
    """Paint a Scene into a rectangle of pixels; no per-sample objects, no Qt paths, 1 px pens."""

    def __init__(self) -> None:
        super().__init__()
        self.scene_data = Scene()
        self._roll = Roll()
        self._rect = QRectF(0, 0, 1, 1)
        self._margin = 0.0
        self.setFlag(self.GraphicsItemFlag.ItemUsesExtendedStyleOption)

    def resize(self, width: float, height: float, margin: float = 0) -> None:
        """Take the room in pixels, and that of the value labels at its left."""
        self.prepareGeometryChange()
        self._rect = QRectF(0, 0, max(1.0, width), max(1.0, height))
        self._margin = margin

    @property
    def width(self) -> float:
        """Return the width of the drawing in pixels."""
        return self._rect.width()

    def boundingRect(self) -> QRectF:
        """Return the room in pixels, labels included."""
        return self._rect.adjusted(-self._margin, 0, 0, 0)

    def px(self, t_ns: float) -> float:
        """Return the pixel of an instant."""
        scene = self.scene_data
        return (t_ns - scene.start_ns) / max(1, scene.end_ns - scene.start_ns) * self._rect.width()

    def py(self, value: float) -> float:
        """Return the pixel of a value."""
        scene = self.scene_data
        return self._rect.height() * (1 - (value - scene.low) / ((scene.high - scene.low) or 1.0))

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Paint value labels, the picture of the curves, limits, the crosshair and the frame, in that order."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if option.exposedRect.left() < 0:
            self._paint_labels(painter)
        painter.setClipRect(self._rect)
        if self.scene_data.column_ns and painter.device().devicePixelRatioF().is_integer():
            self._roll_on(painter)
        else:
            self._paint_picture(painter, 0, self._rect.width())
        self._paint_limits(painter)
        self._paint_cursor(painter)
        painter.setPen(QPen(theme["line"], 1))
        painter.drawRect(self._rect.adjusted(0, 0, -1, -1))

    def _roll_on(self, painter: QPainter) -> None:
        """Paint only the columns that are new or changed; keep the others as they are."""
        scene = self.scene_data
        fresh, scene.fresh_ns = scene.fresh_ns, None
        first = None if fresh is None else fresh // scene.column_ns - LINE_COLUMNS
        look = scene.look(), theme.tokens.name
        view = View(scene.end_column(), round(self._rect.width()), round(self._rect.height()), look)
        self._roll.paint(painter, view, first, self._paint_picture)

    def _paint_picture(self, painter: QPainter, left: float, right: float) -> None:
        """Paint fills, grid, curves and gaps between two pixels, in that order; the clip is set."""
        painter.fillRect(QRectF(left, 0, right - left, self._rect.height()), theme["surface"])
        self._paint_fills(painter)
        self._paint_grid(painter)
        for curve, colour in self.scene_data.curves:
            self._paint_curve(painter, curve, colour, left, right)
        self._paint_gaps(painter)

    def _paint_labels(self, painter: QPainter) -> None:
        painter.setFont(font(11))
        painter.setPen(theme["text2"])
        levels = self.scene_data.levels
        digits = _digits(levels)
        for level in levels:
            y = self.py(level)
            if 7 <= y <= self._rect.height() - 6:
                room = QRectF(-self._margin, y - 8, self._margin - 8, 16)
                painter.drawText(room, _RIGHT, _.number(level, digits))

    def _paint_fills(self, painter: QPainter) -> None:
        scene = self.scene_data
        for limit in scene.limits:
            edge = self.py(limit.value)
            wide, high = self._rect.width(), self._rect.height()
            room = QRectF(0, 0, wide, edge) if limit.above else QRectF(0, edge, wide, high)
            if limit.token == "crit":
                painter.fillRect(room, theme["crit_soft"])
        for start, end in scene.raised:
            painter.fillRect(self._stretch(start, end, 1), theme.tokens.alpha("crit", 0.22))
        if scene.selected:
            painter.fillRect(self._stretch(*scene.selected), theme.tokens.alpha("accent", 0.10))

    def _stretch(self, start_ns: int, end_ns: int, least_px: int = 0) -> QRectF:
        """Return the room of a stretch of time, in whole pixels."""
        left, right = round(self.px(start_ns)), round(self.px(end_ns))
        return QRectF(left, 0, max(least_px, right - left), self._rect.height())

    def _paint_grid(self, painter: QPainter) -> None:
        scene = self.scene_data
        lines = [QLineF(x, 0, x, self._rect.height()) for tick in scene.ticks if (x := round(self.px(tick.t_ns))) > 0]
        lines += [QLineF(0, y, self._rect.width(), y) for level in scene.levels if (y := round(self.py(level))) > 0]
        painter.setPen(QPen(theme["grid"], 1))
        painter.drawLines(lines)
        if scene.low < 0 < scene.high:
            painter.setPen(QPen(theme["line_strong"], 1))
            zero = round(self.py(0.0))
            painter.drawLine(QLineF(0, zero, self._rect.width(), zero))

    def _paint_limits(self, painter: QPainter) -> None:
        painter.setFont(font(11))
        for limit in self.scene_data.limits:
            pen = QPen(theme[limit.token], 1, Qt.PenStyle.CustomDashLine)
            pen.setDashPattern([6, 3])
            painter.setPen(pen)
            edge = round(self.py(limit.value))
            painter.drawLine(QLineF(0, edge, self._rect.width(), edge))
            painter.setPen(theme[limit.token])
            painter.drawText(QPointF(6, edge - 4 if edge > 16 else edge + 13), limit.text)

    def _paint_curve(self, painter: QPainter, curve: Points, colour: QColor, left: float, right: float) -> None:
        scene = self.scene_data
        scale = self._rect.width() / max(1, scene.end_ns - scene.start_ns)
        sought = scene.start_ns + int((left - 1) / scale), scene.start_ns + int((right + 1) / scale)
        if not curve.t_ns.size or curve.t_ns[-1] < sought[0]:
            return
        first, last = np.searchsorted(curve.t_ns, sought)
        first, last = max(0, int(first) - 1), min(curve.t_ns.size, int(last) + 1)
        if last - first < 1:
            return
        x = (curve.t_ns[first:last] - scene.start_ns) * scale
        y = self._rect.height() * (1 - (curve.y[first:last] - scene.low) / ((scene.high - scene.low) or 1.0))
        painter.setPen(QPen(colour, 1))
        for begin, end in runs(y):
            draw_run(painter, x[begin:end], y[begin:end])

    def _paint_gaps(self, painter: QPainter) -> None:
        brush = QBrush(theme["hatch"], Qt.BrushStyle.BDiagPattern)
        for start, end in self.scene_data.gaps:
            room = self._stretch(start, end, 2)
            painter.fillRect(room, theme["surface"])
            painter.setBrushOrigin(room.topLeft())
            painter.fillRect(room, brush)
            painter.setPen(QPen(theme["line_strong"], 1))
            painter.drawLine(QLineF(room.left(), 0, room.left(), room.height()))
            painter.drawLine(QLineF(room.right(), 0, room.right(), room.height()))

    def _paint_cursor(self, painter: QPainter) -> None:
        if self.scene_data.cursor_ns is None:
            return
        x = round(self.px(self.scene_data.cursor_ns))
        painter.setPen(QPen(theme["text2"], 1, Qt.PenStyle.DotLine))
        painter.drawLine(QLineF(x, 0, x, self._rect.height()))


def _digits(levels: list[float]) -> int:
    steps = [abs(b - a) for a, b in pairwise(levels)]
    return next((n for n in range(5) if all(abs(round(step, n) - step) < 1e-9 for step in steps)), 4)


def draw_run(painter: QPainter, x: NDArray[np.floating], y: NDArray[np.floating]) -> None:
    """Draw one unbroken stretch of pixels."""
    if x.size == 1:
        painter.drawPoint(QPointF(float(x[0]), float(y[0])))
        return
    painter.drawPolyline(pg.functions.arrayToQPolygonF(x, y))
