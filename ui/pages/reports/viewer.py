"""The paper on screen: pages drawn as they come into view, with figures that can be clicked."""

from __future__ import annotations

from collections import OrderedDict

from PySide6.QtCore import QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent

from center_app.grants.reports.values import PrintedFigure
from ui.kit.tasks import Task, Tasks
from ui.kit.theme import theme
from ui.kit.words import _
from ui.pages.reports import pdf
from ui.pages.reports.data import Document
from ui.pages.reports.sheets import Sheets

KEPT_PIXELS = 60_000_000


class PaperView(Sheets):
    """Show a paper; pages are drawn on the window lane."""

    figure_picked = Signal(object)

    def __init__(self, tasks: Tasks) -> None:
        """Take the lanes."""
        super().__init__()
        self._tasks = tasks
        self._pictures: OrderedDict[int, tuple[float, QImage]] = OrderedDict()
        self._asked: dict[int, tuple[float, Task]] = {}
        self._hovered: PrintedFigure | None = None
        self.setAccessibleName(_("Pages of the report"))
        self.viewport().setMouseTracking(True)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(30)
        self._wait.timeout.connect(self._ask)
        self.moved.connect(self._wait.start)

    def show_document(self, document: Document | None, keep_place: bool = False) -> None:
        """Show a paper from its first page, or at the same place after it was printed anew."""
        for _scale, task in self._asked.values():
            task.cancel()
        self._asked.clear()
        self._pictures.clear()
        self._hovered = None
        super().show_document(document, keep_place)

    @property
    def is_drawn(self) -> bool:
        """Tell whether every page in view is there at its full sharpness."""
        return all(self._is_sharp(n) for n in self._seen())

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
