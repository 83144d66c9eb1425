"""Paint the bars: fills, hatches and borders first, icons and texts after the now line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from ui.kit.words import _
from ui.pages.calendar.body import Look, hatch
from ui.pages.calendar.data import OUTAGES, BarState
from ui.pages.calendar.formats import day_clock, listed
from ui.pages.calendar.geometry import BAR_HEIGHT, BAR_TOP, BUFFER_HEIGHT, LABEL, RADIUS
from ui.pages.calendar.strips import paint_slivers

if TYPE_CHECKING:
    from PySide6.QtGui import QColor

    from ui.pages.calendar.ink import Ink, Style
    from ui.pages.calendar.picture import Picture

SLIVER = 7.0
"""Bars narrower than this many px are painted without shape, icon or text."""
_COARSE, _COARSE_SLIVER = 4.0, 26.0
_ICON = 12
_FAR = 4.0
_UNBOOKED_ROOM = 130


@dataclass(frozen=True)
class _Shape:
    """Hold one wide bar ready to paint; x in px, y of its row."""

    bar: int
    left: float
    right: float
    y: float
    style: Style
    state: BarState

    @property
    def rect(self) -> QRectF:
        return QRectF(self.left, self.y + BAR_TOP, self.right - self.left, BAR_HEIGHT)


class BarPainter:
    """Paint the bars of one picture."""

    def __init__(self, painter: QPainter, picture: Picture, ink: Ink) -> None:
        """Choose the bars in view and split them into wide ones and slivers."""
        self._painter, self._picture, self._ink = painter, picture, ink
        hits, tops = picture.seen
        if picture.ghost is not None:
            kept = hits != picture.ghost.wish.bar
            hits, tops = hits[kept], tops[kept]
        bars, axis = picture.data.bars, picture.axis
        left = axis.left + (bars.start[hits] - axis.origin) * axis.scale
        right = axis.left + (bars.end[hits] - axis.origin) * axis.scale
        wide = right - left >= (SLIVER if axis.scale * 3600 >= _COARSE else _COARSE_SLIVER)
        self._slivers = hits[~wide], tops[~wide]
        self._shapes = self._shapes_of(hits[wide], left[wide], right[wide], tops[wide])

    def _shapes_of(self, hits: np.ndarray, left: np.ndarray, right: np.ndarray, tops: np.ndarray) -> list[_Shape]:
        """Clip far ends, so that shapes stay small, snap to whole px, and leave pending ones for last."""
        state = self._picture.data.bars.state[hits]
        left = np.rint(np.maximum(left, LABEL - _FAR - RADIUS))
        right = np.rint(np.minimum(right, self._picture.width + _FAR + RADIUS))
        order = np.argsort(state == BarState.PENDING, kind="stable")
        columns = (hits, left, right, tops, state)
        return [
            _Shape(bar, x0, x1, y, self._ink.styles[BarState(code)], BarState(code))
            for bar, x0, x1, y, code in zip(*(c[order].tolist() for c in columns), strict=True)
        ]

    def paint_bodies(self) -> None:
        """Paint what lies under the now line."""
        if self._slivers[0].size:
            paint_slivers(self._painter, self._picture, self._ink, *self._slivers)
        for shape in self._shapes:
            self._paint_buffers(shape)
        for shape in self._shapes:
            self._paint_body(shape)

    def _paint_buffers(self, shape: _Shape) -> None:
        bars, scale = self._picture.data.bars, self._picture.axis.scale
        after, before = round(int(bars.after[shape.bar]) * scale), round(int(bars.before[shape.bar]) * scale)
        y = round(shape.y) + BAR_TOP + (BAR_HEIGHT - BUFFER_HEIGHT) / 2
        if after >= 2:
            hatch(self._painter, QRectF(shape.right + 1, y, after - 1, BUFFER_HEIGHT), self._ink.buffer)
        if before >= 2:
            hatch(self._painter, QRectF(shape.left - before, y, before - 1, BUFFER_HEIGHT), self._ink.buffer)

    def _paint_body(self, shape: _Shape) -> None:
        if shape.state is BarState.UNBOOKED or shape.right - shape.left < 2:
            return
        own = bool(self._picture.data.bars.own[shape.bar])
        look = Look(shape.state, own, int(shape.right - shape.left), max(0, round(self._setup_px(shape))))
        y = round(shape.y) + BAR_TOP
        self._ink.bodies.paint(self._painter, shape.left, y, look, is_screen=not self._ink.is_paper)

    def _setup_px(self, shape: _Shape) -> float:
        """Give how many px of set-up are in view at the left of the shape."""
        bars, axis = self._picture.data.bars, self._picture.axis
        end = axis.x(int(bars.start[shape.bar]) + int(bars.setup[shape.bar]))
        return min(end, shape.right) - shape.left

    def paint_texts(self) -> None:
        """Paint icons and texts over the now line."""
        for shape in self._shapes:
            self._paint_text(shape)

    def _paint_text(self, shape: _Shape) -> None:
        bars, ink = self._picture.data.bars, self._ink
        own = bool(bars.own[shape.bar])
        left = max(shape.left, LABEL, self._ghost_end(shape)) + 6
        right = min(shape.right, self._picture.width) - 5
        setup = self._setup_px(shape)
        if setup >= 3 and right - left - setup > 40:
            left += setup
        if right - left < _ICON:
            return
        text = self._fitted(shape, int(right - left) - _ICON - 5, own)
        if shape.state in OUTAGES:
            self._clear_behind(shape, left, ink.width(text, own))
        self._icon(shape, left)
        if text:
            self._draw(left + _ICON + 5, shape.y, text, own, shape.style.text)

    def _ghost_end(self, shape: _Shape) -> float:
        """Give where a ghost ends that covers the start of the shape, so that the text begins after it."""
        ghost = self._picture.ghost
        if ghost is None or ghost.wish.row != int(self._picture.data.bars.row[shape.bar]):
            return 0.0
        start, end = (self._picture.axis.x(at) for at in (ghost.wish.start, ghost.wish.end))
        return end if start <= shape.left < end < shape.right else 0.0

    def _fitted(self, shape: _Shape, room: int, own: bool) -> str:
        bars = self._picture.data.bars
        title, detail, beyond = bars.title[shape.bar], bars.detail[shape.bar], self._beyond(shape)
        if shape.state is BarState.UNBOOKED:
            room = max(room, _UNBOOKED_ROOM)
        if beyond and self._ink.width(listed(title, detail, beyond), own) > room:
            detail = ""
        detail = listed(detail, beyond)
        return self._ink.fitted(title, detail, room, own) if room > 10 else ""

    def _beyond(self, shape: _Shape) -> str:
        """Say when a bar began or ends that reaches out of the window."""
        picture, bars = self._picture, self._picture.data.bars
        start, end = int(bars.start[shape.bar]), int(bars.end[shape.bar])
        if shape.state in OUTAGES or end - start < 12 * 3600 or picture.axis.scale * 3600 < 30:
            return ""
        if start < picture.t0:
            return _("since {time}", time=day_clock(start, picture.data.zone))
        if end > picture.t1:
            return _("until {time}", time=day_clock(end, picture.data.zone))
        return ""

    def _clear_behind(self, shape: _Shape, left: float, width: float) -> None:
        room = QRectF(left - 3, shape.y + BAR_TOP + 2, _ICON + width + 12, BAR_HEIGHT - 4)
        self._painter.fillRect(room, self._ink.colour["surface"])

    def _icon(self, shape: _Shape, left: float) -> None:
        ratio = float(self._painter.device().devicePixelRatioF())
        image = self._ink.icon(shape.style.icon, shape.style.icon_colour, _ICON, ratio)
        self._painter.drawPixmap(QPointF(round(left), round(shape.y) + BAR_TOP + 4), image)

    def _draw(self, x: float, y: float, text: str, bold: bool, colour: QColor) -> None:
        painter, ink = self._painter, self._ink
        painter.setFont(ink.bold_font if bold else ink.bar_font)
        painter.setPen(colour)
        painter.drawText(QPointF(round(x), round(y) + BAR_TOP + 14), text)

    def paint_ring(self) -> None:
        """Paint the ring around the selected bar."""
        for shape in self._shapes:
            if shape.bar == self._picture.bar:
                self._painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                self._painter.setPen(self._ink.ring)
                self._painter.setBrush(Qt.BrushStyle.NoBrush)
                self._painter.drawRoundedRect(shape.rect.adjusted(-2, -2, 2, 2), RADIUS + 2, RADIUS + 2)
                self._painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
