"""Lucide icons: shipped SVGs, stroked in a palette colour at the screen's pixel ratio."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from ui.kit.assets import asset
from ui.kit.theme import theme

RATIOS = (1.0, 1.5, 2.0)


@lru_cache(maxsize=256)
def _source(name: str) -> str:
    return asset("icons", f"{name}.svg").read_text("utf-8")


def svg_bytes(name: str, colour: str, stroke: float = 2.0) -> bytes:
    """Return an icon's SVG with its stroke in `#RRGGBB`."""
    text = _source(name).replace("currentColor", colour)
    return text.replace('stroke-width="2"', f'stroke-width="{stroke}"').encode()


@lru_cache(maxsize=1024)
def pixmap(name: str, colour: str, size: int = 16, ratio: float = 1.0) -> QPixmap:
    """Return an icon as a pixmap of `size` logical pixels at a device pixel ratio."""
    made = QPixmap(round(size * ratio), round(size * ratio))
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    stroke = 1.75 if size >= 18 else 2.0
    QSvgRenderer(QByteArray(svg_bytes(name, colour, stroke))).render(painter)
    painter.end()
    made.setDevicePixelRatio(ratio)
    return made


def icon(name: str, token: str = "text2", size: int = 16) -> QIcon:
    """Return a QIcon in a token's colour, with a pixmap for each usual pixel ratio."""
    made = QIcon()
    for ratio in RATIOS:
        made.addPixmap(pixmap(name, theme[token].name(), size, ratio))
        faded = pixmap(name, theme["text3"].name(), size, ratio)
        made.addPixmap(faded, QIcon.Mode.Disabled)
    return made


def paint_icon(painter: QPainter, name: str, x: float, y: float, size: int, colour: QColor) -> None:
    """Paint an icon with its top left corner at x, y in the painter's coordinates."""
    ratio = painter.device().devicePixelRatioF()
    image = pixmap(name, colour.name(), size, float(ratio))
    painter.drawPixmap(QRectF(x, y, size, size), image, QRectF(image.rect()))


def icon_rect(x: int, middle: int, size: int) -> QRect:
    """Return the square of an icon centred on a vertical middle."""
    return QRect(x, middle - size // 2, size, size)
