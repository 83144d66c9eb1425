"""The middle of the page: toolbar, progress, paper, and the panel that says where a figure comes from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from ui.kit.buttons import button
from ui.kit.layout import Card, clear, column, row
from ui.kit.panels import EmptyState, Progress, icon_label
from ui.kit.text import label, rule
from ui.kit.words import _
from ui.pages.reports.origin_panel import HEIGHT, OriginPanel
from ui.pages.reports.toolbar import Toolbar
from ui.pages.reports.viewer import PaperView

MARGIN = 12
NEAREST = 40


class ProgressStrip(QWidget):
    """Show the long work under way over the paper."""

    def __init__(self) -> None:
        super().__init__()
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(16, 8, 16, 10)
        self._progress: Progress | None = None
        self.cancel: Callable[[], Any] = self.hide_all
        self.hide()

    def start(self, text: str, cancel: Callable[[], Any]) -> None:
        """Show work that has begun."""

        def stop() -> None:
            cancel()
            self.hide_all()

        clear(self._box)
        self.cancel = stop
        self._progress = Progress(text, stop)
        self._box.addWidget(self._progress)
        self.show()

    def show_progress(self, fraction: float, text: str = "") -> None:
        """Show how far it is."""
        if self._progress is not None:
            self._progress.show_progress(fraction, text)

    def hide_all(self) -> None:
        """Take it away."""
        self._progress = None
        self.hide()


class Notice(QWidget):
    """One quiet line over the paper with one act."""

    def __init__(self) -> None:
        super().__init__()
        self._box = row(margins=(16, 6, 16, 6), gap=10)
        self.setLayout(self._box)
        self.hide()

    def say(self, text: str, act: str = "", clicked: Callable[[], Any] | None = None, token: str = "info") -> None:
        """Show a sentence and an act; an empty sentence hides the line."""
        clear(self._box)
        self.setVisible(bool(text))
        if text:
            icon = "triangle-alert" if token == "warn" else "languages"
            words = label(text, "secondary", token, wrap=True)
            for widget in (icon_label(icon, token), words, button(act, clicked, small=True)):
                self._box.addWidget(widget)
            self._box.setStretch(1, 1)


class Centre(Card):
    """Hold toolbar, strips, the paper or what stands in for it."""

    def __init__(self, toolbar: Toolbar, progress: ProgressStrip, viewer: PaperView) -> None:
        self.toolbar, self.viewer = toolbar, viewer
        self.notice = Notice()
        self._empty = QVBoxLayout()
        stand_in = QWidget()
        stand_in.setLayout(self._empty)
        self._stack = QStackedWidget()
        self._stack.addWidget(viewer)
        self._stack.addWidget(stand_in)
        box = column(toolbar, rule(), progress, self.notice, self._stack, gap=0, margins=(1, 1, 1, 1))
        box.setStretch(4, 1)
        super().__init__(box)
        self.setAccessibleName(_("Report"))
        self.panel = OriginPanel(viewer)
        self.panel.closed.connect(self.close_panel)
        viewer.installEventFilter(self)
        viewer.zoom_changed.connect(self.follow)
        viewer.verticalScrollBar().valueChanged.connect(self.follow)

    def show_paper(self) -> None:
        """Show the paper."""
        self._stack.setCurrentIndex(0)

    def show_empty(self, state: EmptyState) -> None:
        """Show a sentence and an act in place of the paper."""
        self.close_panel()
        clear(self._empty)
        self._empty.addWidget(state)
        self._stack.setCurrentIndex(1)

    @property
    def is_empty(self) -> bool:
        """Tell whether something stands in for the paper."""
        return self._stack.currentIndex() == 1

    def open_panel(self) -> None:
        """Lay the panel over the paper and bring the chosen figure above it."""
        self.viewer.cover(HEIGHT + MARGIN)
        self._place()
        if self.viewer.chosen is not None:
            self.viewer.bring_up(self.viewer.chosen, HEIGHT + MARGIN)
        self._place()

    def close_panel(self) -> None:
        """Take the panel away; the focus goes back to the paper."""
        if self.panel.isHidden():
            return
        self.panel.hide()
        self.viewer.choose(None)
        self.viewer.cover(0)
        self.viewer.setFocus()

    def _place(self) -> None:
        """Lay the panel under its figure as far as there is room, else along the lower edge."""
        room, chosen = self.viewer.viewport().rect(), self.viewer.chosen
        top = room.height() - HEIGHT - MARGIN
        if chosen is not None:
            rect = self.viewer.figure_rect(chosen)
            top = min(top, max(round(rect.bottom()) + 4, NEAREST))
            self.panel.point_at(rect.center().x() - MARGIN)
        self.panel.setGeometry(MARGIN, top, room.width() - 2 * MARGIN, HEIGHT)

    def follow(self, _value: int = 0) -> None:
        """Let the panel follow its figure."""
        if not self.panel.isHidden():
            self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the panel at the lower edge."""
        if event.type() == QEvent.Type.Resize and not self.panel.isHidden():
            self._place()
        return super().eventFilter(watched, event)
