"""The paper on screen: pages below each other, drawn as they come into view, with figures that can be clicked."""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict

from PySide6.QtCore import QEasingCurve, QPointF, QPropertyAnimation, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea

from center_app.grants.reports.values import PrintedFigure
from ui.kit.tasks import Task, Tasks
from ui.kit.theme import theme
from ui.kit.words import _
from ui.pages.reports import pdf
from ui.pages.reports.data import Document

GAP, EDGE = 14, 8
SIDE = 44
LEAST, MOST = 0.25, 5.0
STEP = 1.2
KEPT_PIXELS = 60_000_000
GLIDE_MS = 160


class PaperView(QAbstractScrollArea):
    """Show a paper; scale is pixels a point, 0 fits the width, −1 the whole page."""

    page_changed = Signal(int)
    zoom_changed = Signal()
    figure_picked = Signal(object)

    def __init__(self, tasks: Tasks) -> None:
        """Take the lanes; pages are drawn on the window lane."""
        super().__init__()
        self._tasks = tasks
        self._document: Document | None = None
        self._by_page: dict[int, list[PrintedFigure]] = {}
        self._pictures: OrderedDict[int, tuple[float, QImage]] = OrderedDict()
        self._asked: dict[int, tuple[float, Task]] = {}
        self.fit = 0.0
        self.scale = 1.0
        self._tops: list[float] = []
        self._page = 0
        self._hovered: PrintedFigure | None = None
        self.chosen: PrintedFigure | None = None
        self.covered = 0
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(_("Pages of the report"))
        self.viewport().setMouseTracking(True)
        self._glide = QPropertyAnimation(self.verticalScrollBar(), b"value", self)
        self._glide.setDuration(GLIDE_MS)
        self._glide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(30)
        self._wait.timeout.connect(self._ask)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.horizontalScrollBar().valueChanged.connect(lambda _value: self.viewport().update())

    # -- what is shown --------------------------------------------------------------------------------

    def show_document(self, document: Document | None, keep_place: bool = False) -> None:
        """Show a paper from its first page, or at the same place after it was printed anew."""
        place = self.verticalScrollBar().value() if keep_place else 0
        for _scale, task in self._asked.values():
            task.cancel()
        self._asked.clear()
        self._pictures.clear()
        self._document, self._hovered, self.chosen = document, None, None
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

    @property
    def is_drawn(self) -> bool:
        """Tell whether every page in view is there at its full sharpness."""
        return all(self._is_sharp(n) for n in self._seen())

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
        self._wait.start()

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
        self._wait.start()

    # -- pictures -------------------------------------------------------------------------------------

    def _sharpness(self) -> float:
        return self.scale * self.devicePixelRatioF()

    def _is_sharp(self, n: int) -> bool:
        return n in self._pictures and abs(self._pictures[n][0] - self._sharpness()) < 1e-6

    def _ask(self) -> None:
        """Ask for the pages in view first, then their neighbours."""
        seen, wanted = self._seen(), self._sharpness()
        if self._document is None or self._document.path is None or not seen:
            return
        near = [n for n in (seen[-1] + 1, seen[0] - 1) if 0 <= n < self.pages]
        for n, (scale, task) in list(self._asked.items()):
            if scale != wanted or n not in (*seen, *near):
                task.cancel()
                del self._asked[n]
        for n in (*seen, *near):
            if not self._is_sharp(n) and n not in self._asked:
                self._ask_page(self._document, n, wanted)

    def _ask_page(self, document: Document, n: int, wanted: float) -> None:
        def drawn(image: QImage) -> None:
            self._asked.pop(n, None)
            self._keep(n, wanted, image)

        assert document.path is not None
        task = self._tasks.window(pdf.picture, document.path, n, wanted, done=drawn, owner=self)
        self._asked[n] = (wanted, task)

    def _keep(self, n: int, scale: float, image: QImage) -> None:
        self._pictures[n] = (scale, image)
        self._pictures.move_to_end(n)
        while len(self._pictures) > 3 and self._kept_pixels() > KEPT_PIXELS:
            self._pictures.popitem(last=False)
        self.viewport().update()

    def _kept_pixels(self) -> int:
        return sum(image.width() * image.height() for _scale, image in self._pictures.values())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit again; the place stays."""
        super().resizeEvent(event)
        share = self._share()
        self._lay_out()
        self._go_to_share(share)
        self._wait.start()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the pages in view and mark the figure under the pointer."""
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), theme["sunken" if not theme.is_dark else "bg"])
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for n in self._seen():
            rect = self.page_rect(n)
            if n in self._pictures:
                painter.drawImage(rect, self._pictures[n][1])
            else:
                painter.fillRect(rect, Qt.GlobalColor.white)
            if not theme.is_dark:
                painter.setPen(QPen(theme["line"], 1))
                painter.drawRect(rect)
        for place, strong in ((self._hovered, False), (self.chosen, True)):
            if place is not None:
                self._mark(painter, place, strong)

    def _mark(self, painter: QPainter, place: PrintedFigure, strong: bool) -> None:
        rect = self.figure_rect(place).adjusted(-4, -2, 4, 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink = theme["info"] if not theme.is_dark else theme["accent"].darker(150)
        fill = theme.tokens.alpha("accent", 0.16 if strong else 0.1)
        painter.setPen(QPen(ink, 1.6 if strong else 1))
        painter.setBrush(fill)
        painter.drawRoundedRect(rect, 3, 3)

    # -- pointer and keys -----------------------------------------------------------------------------

    def figure_at(self, point: QPointF) -> PrintedFigure | None:
        """Return the printed figure at a point of the viewport."""
        for place in (place for n in self._seen() for place in self._by_page.get(n + 1, ())):
            if self.figure_rect(place).adjusted(-3, -2, 3, 2).contains(point):
                return place
        return None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show which figure would open."""
        found = self.figure_at(event.position())
        if found is not self._hovered:
            self._hovered = found
            shape = Qt.CursorShape.PointingHandCursor if found else Qt.CursorShape.ArrowCursor
            self.viewport().setCursor(shape)
            self.viewport().setToolTip(_("Show where this figure comes from") if found else "")
            self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Open the origin of the figure under the pointer."""
        found = self.figure_at(event.position())
        if found is not None and event.button() == Qt.MouseButton.LeftButton:
            self.choose(found)

    def choose(self, place: PrintedFigure | None, tell: bool = True) -> None:
        """Mark a figure, and tell that it was picked."""
        self.chosen = place
        self.viewport().update()
        if place is not None and tell:
            self.figure_picked.emit(place)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom with Ctrl, else scroll."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_by(1 if event.angleDelta().y() > 0 else -1)
        else:
            self._glide.stop()
            super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Turn pages, walk over figures, open one."""
        turns = {
            Qt.Key.Key_PageDown: self.page + 1,
            Qt.Key.Key_PageUp: self.page - 1,
            Qt.Key.Key_Home: 1,
            Qt.Key.Key_End: self.pages,
        }
        key = Qt.Key(event.key())
        if key in turns:
            self.turn_to(turns[key])
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._step_figure(1 if key == Qt.Key.Key_Right else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.chosen is not None:
            self.choose(self.chosen)
        elif key == Qt.Key.Key_Equal and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_by(1)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._scroll(self.verticalScrollBar().value() + (60 if key == Qt.Key.Key_Down else -60))
        else:
            super().keyPressEvent(event)

    def _step_figure(self, step: int) -> None:
        here = self._by_page.get(self.page, [])
        if not here:
            return
        at = next((n for n, place in enumerate(here) if place is self.chosen), -1 if step > 0 else 0)
        self.choose(here[(at + step) % len(here)], tell=False)
