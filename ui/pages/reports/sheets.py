"""Sheets below each other in a scrolling view: where each lies, how large it is, which are in view."""

from __future__ import annotations

from bisect import bisect_right

from PySide6.QtCore import QEasingCurve, QPropertyAnimation, QRectF, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea

from center_app.grants.reports.values import PrintedFigure
from ui.pages.reports.data import Document

GAP, EDGE = 14, 8
SIDE = 44
LEAST, MOST = 0.25, 5.0
STEP = 1.2
GLIDE_MS = 160


class Sheets(QAbstractScrollArea):
    """Lay out a paper; scale is pixels a point, `fit` 0 keeps the width of the window, −1 the whole page."""

    page_changed = Signal(int)
    zoom_changed = Signal()
    moved = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._document: Document | None = None
        self._by_page: dict[int, list[PrintedFigure]] = {}
        self.fit = 0.0
        self.scale = 1.0
        self._tops: list[float] = []
        self._page = 0
        self.chosen: PrintedFigure | None = None
        self.covered = 0
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._glide = QPropertyAnimation(self.verticalScrollBar(), b"value", self)
        self._glide.setDuration(GLIDE_MS)
        self._glide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.horizontalScrollBar().valueChanged.connect(lambda _value: self.viewport().update())

    # -- what is shown --------------------------------------------------------------------------------

    def show_document(self, document: Document | None, keep_place: bool = False) -> None:
        """Show a paper from its first page, or at the same place after it was printed anew."""
        place = self.verticalScrollBar().value() if keep_place else 0
        self._document, self.chosen = document, None
        self._by_page = {}
        for one in document.places if document else ():
            self._by_page.setdefault(one.page, []).append(one)
        self._lay_out()
        self.verticalScrollBar().setValue(place)
        self._page = -1
        self._on_scrolled()

    @property
    def pages(self) -> int:
        """Return how many pages there are."""
        return len(self._document.sizes) if self._document else 0

    @property
    def page(self) -> int:
        """Return the page in view, from 1."""
        return self._page + 1

    def _sizes(self) -> tuple[tuple[float, float], ...]:
        return self._document.sizes if self._document else ()

    def _lay_out(self) -> None:
        sizes = self._sizes()
        self.scale = self._fitting() if self.fit <= 0 else self.fit
        tops, y = [], float(EDGE)
        for _width, height in sizes:
            tops.append(y)
            y += height * self.scale + GAP
        self._tops = tops
        room, widest = self.viewport().size(), max((width for width, _height in sizes), default=0) * self.scale
        self.verticalScrollBar().setRange(0, max(0, round(y - GAP + EDGE + self.covered - room.height())))
        self.verticalScrollBar().setPageStep(room.height())
        self.verticalScrollBar().setSingleStep(40)
        self.horizontalScrollBar().setRange(0, max(0, round(widest + 2 * EDGE - room.width())))
        self.horizontalScrollBar().setPageStep(room.width())
        self.zoom_changed.emit()

    def _fitting(self) -> float:
        sizes = self._sizes()
        if not sizes:
            return 1.0
        width, height = sizes[0]
        room = self.viewport().size()
        side = min(SIDE, max(EDGE, room.width() * 0.06))
        wide = (room.width() - 2 * side) / width
        if self.fit < 0:
            wide = min(wide, (room.height() - 2 * EDGE) / height)
        return max(LEAST, min(MOST, wide))

    def page_rect(self, n: int) -> QRectF:
        """Return where a page (from 0) lies in the viewport."""
        width, height = self._sizes()[n]
        wide, room = width * self.scale, self.viewport().width()
        left = (room - wide) / 2 if wide + 2 * EDGE <= room else EDGE - self.horizontalScrollBar().value()
        return QRectF(round(left), self._tops[n] - self.verticalScrollBar().value(), wide, height * self.scale)

    def figure_rect(self, place: PrintedFigure) -> QRectF:
        """Return where a printed figure lies in the viewport."""
        page = self.page_rect(place.page - 1)
        left, bottom, right, top = place.rect
        height = self._sizes()[place.page - 1][1]
        return QRectF(
            page.left() + left * self.scale,
            page.top() + (height - top) * self.scale,
            (right - left) * self.scale,
            (top - bottom) * self.scale,
        )

    def _seen(self) -> list[int]:
        if not self._tops:
            return []
        top = self.verticalScrollBar().value()
        first = max(0, bisect_right(self._tops, top) - 1)
        last = bisect_right(self._tops, top + self.viewport().height())
        return list(range(first, max(first + 1, last)))

    # -- zoom and place -------------------------------------------------------------------------------

    def zoom_to(self, fit: float) -> None:
        """Set pixels a point, 0 for the width of the window, −1 for the whole page; the place stays."""
        share = self._share()
        self.fit = fit if fit <= 0 else max(LEAST, min(MOST, fit))
        self._lay_out()
        self._go_to_share(share)
        self.viewport().update()
        self.moved.emit()

    def zoom_by(self, steps: int) -> None:
        """Enlarge or shrink by a fifth a step."""
        self.zoom_to(self.scale * STEP**steps)

    def _share(self) -> tuple[int, float]:
        if not self._tops:
            return 0, 0.0
        top = self.verticalScrollBar().value()
        page = max(0, bisect_right(self._tops, top) - 1)
        return page, (top - self._tops[page]) / self.scale

    def _go_to_share(self, share: tuple[int, float]) -> None:
        if share[0] < len(self._tops):
            self.verticalScrollBar().setValue(round(self._tops[share[0]] + share[1] * self.scale))

    def turn_to(self, page: int, smooth: bool = True) -> None:
        """Go to the top of a page, from 1."""
        if self._tops:
            self._scroll(round(self._tops[max(0, min(self.pages, page) - 1)] - EDGE), smooth)

    def _scroll(self, value: int, smooth: bool = True) -> None:
        bar = self.verticalScrollBar()
        self._glide.stop()
        if not smooth or not self.isVisible():
            bar.setValue(value)
            return
        self._glide.setStartValue(bar.value())
        self._glide.setEndValue(max(0, min(bar.maximum(), value)))
        self._glide.start()

    def bring_up(self, place: PrintedFigure, covered: int) -> None:
        """Bring a figure into the part of the view that a panel of `covered` px leaves free."""
        rect, room = self.figure_rect(place), self.viewport().height() - covered
        if rect.top() < 20 or rect.bottom() > room - 6:
            self._scroll(round(self.verticalScrollBar().value() + rect.center().y() - room * 0.8), smooth=False)

    def cover(self, height: int) -> None:
        """Leave room below the last page for a panel that covers the view."""
        if height != self.covered:
            self.covered = height
            share = self._share()
            self._lay_out()
            self._go_to_share(share)

    def _on_scrolled(self, _value: int = 0) -> None:
        middle = self.verticalScrollBar().value() + self.viewport().height() / 2
        page = max(0, bisect_right(self._tops, middle) - 1) if self._tops else 0
        if page != self._page:
            self._page = page
            self.page_changed.emit(page + 1)
        self.viewport().update()
        self.moved.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit again; the place stays."""
        super().resizeEvent(event)
        share = self._share()
        self._lay_out()
        self._go_to_share(share)
        self.moved.emit()
