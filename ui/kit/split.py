"""Splitters: a hairline that can be dragged, with sizes remembered at this desk."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSplitter, QSplitterHandle, QWidget

from ui.kit.memory import Memory
from ui.kit.theme import theme

GRIP = 7
"""Width in px that the pointer can take hold of; one of them is painted."""


class _Handle(QSplitterHandle):
    """Paint one hairline in the middle of the grip."""

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the line."""
        painter = QPainter(self)
        middle = self.rect().center()
        if self.orientation() == Qt.Orientation.Horizontal:
            painter.fillRect(QRect(middle.x(), 0, 1, self.height()), theme["line"])
        else:
            painter.fillRect(QRect(0, middle.y(), self.width(), 1), theme["line"])


class Splitter(QSplitter):
    """Part an area; what a person drags is remembered, and nothing can be dragged shut."""

    def __init__(self, name: str, memory: Memory, orientation: Qt.Orientation = Qt.Orientation.Horizontal) -> None:
        """Take the name under which the sizes are remembered."""
        super().__init__(orientation)
        self._key, self._memory = f"split.{name}", memory
        self.setChildrenCollapsible(False)
        self.setHandleWidth(GRIP)
        self.splitterMoved.connect(lambda _at, _handle: memory.put(self._key, self.sizes()))

    def createHandle(self) -> QSplitterHandle:
        """Make a handle that paints a hairline."""
        return _Handle(self.orientation(), self)

    def part(self, *widgets: QWidget, stretched: int) -> None:
        """Add widgets; the one at `stretched` gets what room is left, none of them with -1."""
        for n, widget in enumerate(widgets):
            self.addWidget(widget)
            self.setStretchFactor(self.count() - 1, 1 if n == stretched else 0)

    @property
    def is_remembered(self) -> bool:
        """Tell whether a person has dragged it before."""
        held = self._memory.get(self._key)
        return isinstance(held, list) and len(held) == self.count()

    def suggest(self, sizes: list[int]) -> None:
        """Take sizes in px, unless a person chose others; a size of 0 stands for what is left."""
        if self.is_remembered:
            self.setSizes(self._memory.get(self._key))
            return
        whole = self.width() if self.orientation() == Qt.Orientation.Horizontal else self.height()
        rest = max(1, whole - sum(sizes) - GRIP * (len(sizes) - 1))
        self.setSizes([size or rest for size in sizes])
