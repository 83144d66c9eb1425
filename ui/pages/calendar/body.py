"""Paint the body of a bar, and keep bodies as pixmaps: most bars share a few looks and widths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap

from ui.pages.calendar.data import OUTAGES, BarState
from ui.pages.calendar.geometry import BAR_HEIGHT, RADIUS

if TYPE_CHECKING:
    from PySide6.QtGui import QBrush

    from ui.pages.calendar.ink import Ink

_WIDEST_KEPT = 420
_MOST_KEPT = 1500


@dataclass(frozen=True)
class Look:
    """Say what a body looks like: state, own or not, width and set-up in whole px."""

    state: BarState
    own: bool
    width: int
    setup: int


class Bodies:
    """Paint bodies with one ink; pixmaps are kept per look and pixel ratio."""

    def __init__(self, ink: Ink) -> None:
        """Start without any."""
        self._ink = ink
        self._kept: dict[tuple[Look, float], QPixmap] = {}

    def paint(self, painter: QPainter, x: float, y: float, look: Look, *, is_screen: bool = True) -> None:
        """Paint a body with its upper left corner at x, y; on paper as lines, on screen from a pixmap."""
        if is_screen and look.width <= _WIDEST_KEPT:
            painter.drawPixmap(QPointF(x, y), self._pixmap(look, float(painter.device().devicePixelRatioF())))
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw(painter, QRectF(x, y, look.width, BAR_HEIGHT), look)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _pixmap(self, look: Look, ratio: float) -> QPixmap:
        kept = self._kept.get((look, ratio))
        if kept is None:
            if len(self._kept) > _MOST_KEPT:
                self._kept.clear()
            kept = self._kept[(look, ratio)] = self._made(look, ratio)
        return kept

    def _made(self, look: Look, ratio: float) -> QPixmap:
        made = QPixmap(round(look.width * ratio), round(BAR_HEIGHT * ratio))
        made.setDevicePixelRatio(ratio)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw(painter, QRectF(0, 0, look.width, BAR_HEIGHT), look)
        painter.end()
        return made

    def _draw(self, painter: QPainter, whole: QRectF, look: Look) -> None:
        style = self._ink.styles[look.state]
        inset = 1.0 if look.own else 0.5
        rect = whole.adjusted(inset, inset, -inset, -inset)
        painter.setPen(style.own_border if look.own else style.border)
        painter.setBrush(style.fill)
        painter.drawRoundedRect(rect, RADIUS, RADIUS)
        if look.state in OUTAGES:
            hatch(painter, rect.adjusted(1, 1, -1, -1), self._ink.outage)
        if look.setup >= 3:
            inner = rect.adjusted(0.5, 0.5, -0.5, -0.5)
            inner.setWidth(min(look.setup, inner.width()))
            hatch(painter, inner, style.hatch)


def hatch(painter: QPainter, rect: QRectF, brush: QBrush) -> None:
    """Fill a rectangle with a hatch that begins at its corner."""
    painter.setBrushOrigin(rect.topLeft())
    painter.fillRect(rect, brush)
