"""Keep a scrolling picture as pixels, like paper on a drum: only what came new is painted again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPixmap

MOST_SHARE = 0.5
"""Painting more than this share of the picture anew is no gain over painting it whole."""

Paint = Callable[[QPainter, float, float], None]
"""Paint the picture between two of its pixels, left and right."""


@dataclass(frozen=True)
class View:
    """Name what is shown: the column after the last one, columns (one px each), height, what else shapes pixels."""

    end: int
    columns: int
    height: int
    look: object


class Roll:
    """Hold the newest columns of a picture; a column keeps its place on the drum while time moves on (GUI thread)."""

    def __init__(self) -> None:
        self._pixmap = QPixmap()
        self._view: View | None = None

    def paint(self, painter: QPainter, view: View, fresh_from: int | None, draw: Paint) -> None:
        """Bring the picture up to date and copy it to (0, 0); columns from `fresh_from` on changed, None: none did."""
        device = painter.device()
        ratio = device.devicePixelRatio() if device is not None else 1.0
        first = self._first_stale(view, fresh_from, ratio)
        if first < view.end:
            self._bring(view, max(first, view.end - view.columns), draw)
        self._view = view
        at, deep = self._place(view.end, view), view.height * ratio
        painter.drawPixmap(QPointF(0, 0), self._pixmap, QRectF(at * ratio, 0, (view.columns - at) * ratio, deep))
        if at:
            painter.drawPixmap(QPointF(view.columns - at, 0), self._pixmap, QRectF(0, 0, at * ratio, deep))

    def _first_stale(self, view: View, fresh_from: int | None, ratio: float) -> int:
        """Return the first column that must be painted; a picture of another look is made anew."""
        known, begin = self._view, view.end - view.columns
        is_kept = known is not None and known.look == view.look and self._pixmap.devicePixelRatio() == ratio
        if known is None or not is_kept or (known.columns, known.height) != (view.columns, view.height):
            self._pixmap = QPixmap(round(view.columns * ratio), round(view.height * ratio))
            self._pixmap.setDevicePixelRatio(ratio)
            return begin
        if view.end < known.end:
            return begin
        stale = known.end if fresh_from is None else min(known.end, fresh_from)
        return begin if view.end - stale > MOST_SHARE * view.columns else stale

    @staticmethod
    def _place(column: int, view: View) -> int:
        return column % view.columns

    def _bring(self, view: View, first: int, draw: Paint) -> None:
        """Paint columns [first, end), in two parts where they lie across the drum's seam."""
        begin, at = view.end - view.columns, self._place(first, view)
        seam = min(view.end, first + view.columns - at)
        painter = QPainter(self._pixmap)
        for start, stop in ((first, seam), (seam, view.end)):
            if start < stop:
                painter.save()
                painter.translate(self._place(start, view) - (start - begin), 0)
                painter.setClipRect(QRectF(start - begin, 0, stop - start, view.height))
                draw(painter, start - begin, stop - begin)
                painter.restore()
        painter.end()
