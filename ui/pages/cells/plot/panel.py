"""One plot: a header with unit and fixed value slots above the drawing."""

from __future__ import annotations

from dataclasses import dataclass

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from ui.kit.theme import font, theme
from ui.kit.words import _
from ui.pages.cells.plot.curves import CurvesItem, Scene
from ui.pages.cells.plot.timebase import value_ticks
from ui.pages.cells.plot.trace import value_range

LEFT = 52
RIGHT = 12
HEADER = 20
SLOT = 92
FIGURE = 50
"""Room kept for a figure such as 3,862.31, so that slots stand still while values change."""
SHORTEST = 14


@dataclass(frozen=True)
class HeaderSlot:
    """One channel in a plot's header: colour, word, value text."""

    colour: QColor
    word: str
    value: str


class PlotHeader(QWidget):
    """Show a plot's name and unit left, and a fixed slot for each channel's value right."""

    def __init__(self, title: str, unit: str) -> None:
        super().__init__()
        self.title, self.unit = title, unit
        self.slots: list[HeaderSlot] = []
        self._figure = float(FIGURE)
        self.setFixedHeight(HEADER)

    def show_slots(self, slots: list[HeaderSlot]) -> None:
        """Replace the values; only a real change repaints."""
        if slots != self.slots:
            self.slots = slots
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint title, unit and slots."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme["bg"])
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        painter.setFont(font(12, bold=True))
        painter.setPen(theme["text"])
        wide = QFontMetricsF(painter.font()).horizontalAdvance(self.title)
        painter.drawText(QRectF(LEFT, 0, wide + 4, HEADER), middle, self.title)
        painter.setFont(font(12))
        painter.setPen(theme["text2"])
        painter.drawText(QRectF(LEFT + wide + 5, 0, 80, HEADER), middle, self.unit)
        room = self.width() - LEFT - RIGHT - wide - 60
        shown = self.slots[: max(0, int(room // SLOT))]
        words = telling([slot.word for slot in shown])
        figures = QFontMetricsF(font(11.5, bold=True))
        widest = max((figures.horizontalAdvance(slot.value) for slot in shown), default=0.0)
        self._figure = max(self._figure, widest)
        each = slot_width(words, room, self._figure)
        for n, (slot, word) in enumerate(zip(reversed(shown), reversed(words), strict=True)):
            self._paint_slot(painter, QRectF(self.width() - RIGHT - (n + 1) * each, 0, each, HEADER), slot, word)

    def _paint_slot(self, painter: QPainter, place: QRectF, slot: HeaderSlot, word: str) -> None:
        """Paint a slot: the figure whole, the name in what is left."""
        x = place.left()
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        painter.fillRect(QRectF(x + 8, 6, 8, 8), slot.colour)
        painter.setFont(font(11.5, bold=True))
        painter.setPen(theme["text"])
        painter.drawText(place, middle | int(Qt.AlignmentFlag.AlignRight), slot.value)
        left = place.width() - 26 - QFontMetricsF(painter.font()).horizontalAdvance(slot.value)
        painter.setFont(font(11.5))
        painter.setPen(theme["text2"])
        if left > SHORTEST:
            painter.drawText(QRectF(x + 20, 0, left + 1, HEADER), middle, _short(painter, word, left))


def telling(words: list[str]) -> list[str]:
    """Leave out what all names of a plot share at either end: hip torque, knee torque become hip, knee."""
    parts = [word.split() for word in words]
    if len(set(words)) < len(words) or len(words) < 2:
        return words
    while all(len(part) > 1 for part in parts) and len({part[-1] for part in parts}) == 1:
        parts = [part[:-1] for part in parts]
    while all(len(part) > 1 and part[1][0].isalpha() for part in parts) and len({part[0] for part in parts}) == 1:
        parts = [part[1:] for part in parts]
    return [" ".join(part) for part in parts]


def slot_width(words: list[str], room: float, figure: float = FIGURE) -> float:
    """Return one width in px for all slots: 92, or what the widest name and figure need while there is room."""
    metrics = QFontMetricsF(font(11.5))
    widest = max((metrics.horizontalAdvance(word) for word in words), default=0.0)
    return max(SLOT, min(widest + 28 + figure, room / max(1, len(words))))


class PlotView(pg.GraphicsView):  # type: ignore[misc]
    """Draw one plot; drags pan, the wheel zooms, moving the mouse sets the crosshair."""

    panned = Signal(float)
    zoomed = Signal(float, float)
    hovered = Signal(object)

    def __init__(self, name: str) -> None:
        super().__init__(background=None)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(name)
        self.setMinimumHeight(56)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAntialiasing(False)
        self.setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.item = CurvesItem()
        self.item.setPos(LEFT, 0)
        self.scene().addItem(self.item)
        self._grabbed: float | None = None
        self._scale: object = None

    @property
    def frame(self) -> Scene:
        """Return what the next frame shows."""
        return self.item.scene_data

    def repaint_curves(self) -> None:
        """Paint a new frame; the value labels only when they differ."""
        scale = self.frame.low, self.frame.high, self.frame.levels
        if scale != self._scale:
            self._scale = scale
            self.viewport().update()
        else:
            self.viewport().update(LEFT, 0, self.width() - LEFT - RIGHT, self.height())

    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:
        """Paint the page's ground where the plot does not."""
        for margin in self._margins():
            painter.fillRect(margin & rect, theme["bg"])

    def _margins(self) -> tuple[QRectF, QRectF, QRectF]:
        wide, high = float(self.width()), float(self.height())
        return QRectF(0, 0, LEFT, high), QRectF(wide - RIGHT, 0, RIGHT, high), QRectF(0, high - 1, wide, 1)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Keep pixels: one scene unit is one pixel; the base class calls this before we are made."""
        super().resizeEvent(event)
        if event is None:
            return
        self.setRange(QRectF(0, 0, self.width(), self.height()), padding=0, disableAutoPixel=False)
        self.item.resize(self.width() - LEFT - RIGHT, self.height() - 1, LEFT)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the time."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._grabbed = event.position().x()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan while held, else show the crosshair."""
        x = event.position().x()
        if self._grabbed is not None:
            self.panned.emit((self._grabbed - x) / max(1.0, self.item.width))
            self._grabbed = x
        self.hovered.emit(self._share(event.position()))

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """Let go."""
        self._grabbed = None
        self.unsetCursor()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the pointer; sideways pans."""
        delta = event.angleDelta()
        if abs(delta.x()) > abs(delta.y()) or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.panned.emit(-(delta.x() or delta.y()) / 1200)
        else:
            self.zoomed.emit(0.8 ** (delta.y() / 120), self._share(event.position()) or 0.0)
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        """Take the crosshair away."""
        self.hovered.emit(None)
        super().leaveEvent(event)

    def _share(self, position: QPointF) -> float | None:
        """Return where a point lies in the window, 0 left to 1 right; None outside."""
        share = (position.x() - LEFT) / max(1.0, self.item.width)
        return share if 0 <= share <= 1 else None


class PlotPanel(QWidget):
    """A header over a drawing, with the value range that fits."""

    def __init__(self, title: str, unit: str) -> None:
        super().__init__()
        self.header = PlotHeader(title, unit)
        self.view = PlotView(f"{title} {unit}")
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(2)
        box.addWidget(self.header)
        box.addWidget(self.view, 1)

    def fit_values(self) -> None:
        """Choose the value range of what is visible, limits included; grow at once, shrink with reserve."""
        frame = self.view.frame
        found = value_range([curve for curve, _colour in frame.curves], frame.start_ns, frame.end_ns)
        low, high = found or (0.0, 1.0)
        for limit in frame.limits:
            low, high = min(low, limit.value), max(high, limit.value)
        room = (high - low or abs(high) or 1.0) * 0.08
        low, high = low - room, high + room
        span = frame.high - frame.low
        if not (frame.low <= low + room and high - room <= frame.high and (high - low) > 0.55 * span):
            frame.low, frame.high = low, high
        frame.levels = value_ticks(frame.low, frame.high, self.view.height())


def _short(painter: QPainter, word: str, room: float) -> str:
    """Return a name that fits: whole, its last word, or cut."""
    metrics = QFontMetricsF(painter.font())
    for part in (word, word.split()[-1] if word.split() else ""):
        if metrics.horizontalAdvance(part) <= room:
            return part
    return metrics.elidedText(word, Qt.TextElideMode.ElideRight, room)


def value_text(value: float, digits: int = 2) -> str:
    """Say a value, or a dash where there is none."""
    return _.number(value, digits) if value == value else "–"
