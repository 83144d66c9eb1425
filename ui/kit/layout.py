"""Boxes without ceremony: rows, columns, cards and scrolling columns."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

Item = QWidget | QLayout | int | None


def fill(box: QBoxLayout, items: tuple[Item, ...]) -> None:
    """Add items: a widget, a layout, an int (fixed space in px), None (stretch)."""
    for item in items:
        if item is None:
            box.addStretch(1)
        elif isinstance(item, int):
            box.addSpacing(item)
        elif isinstance(item, QWidget):
            box.addWidget(item)
        else:
            box.addLayout(item)


def row(*items: Item, gap: int = 8, margins: tuple[int, int, int, int] = (0, 0, 0, 0)) -> QHBoxLayout:
    """Lay items side by side; margins are left, top, right, bottom in px."""
    box = QHBoxLayout()
    box.setSpacing(gap)
    box.setContentsMargins(*margins)
    fill(box, items)
    return box


def column(*items: Item, gap: int = 8, margins: tuple[int, int, int, int] = (0, 0, 0, 0)) -> QVBoxLayout:
    """Lay items one below the other."""
    box = QVBoxLayout()
    box.setSpacing(gap)
    box.setContentsMargins(*margins)
    fill(box, items)
    return box


def holder(layout: QLayout, name: str = "") -> QWidget:
    """Wrap a layout in a widget."""
    made = QWidget()
    made.setObjectName(name)
    made.setLayout(layout)
    return made


class Card(QFrame):
    """A surface with a hairline border and 8 px corners; `tone` crit or warn colours the border."""

    def __init__(self, layout: QLayout | None = None, tone: str = "true") -> None:
        """Take the layout of the content."""
        super().__init__()
        self.setProperty("card", tone)
        if layout is not None:
            self.setLayout(layout)

    def set_tone(self, tone: str) -> None:
        """Colour the border: "true" (plain), "crit" or "warn"."""
        if self.property("card") != tone:
            self.setProperty("card", tone)
            self.style().unpolish(self)
            self.style().polish(self)


def scrolling(content: QWidget, name: str = "") -> QScrollArea:
    """Let a widget scroll vertically inside the room it gets; `name` says what the keyboard scrolls there."""
    area = QScrollArea()
    area.setAccessibleName(name)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(content)
    return area


def clear(layout: QLayout) -> None:
    """Take everything out of a layout and delete it."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()
        elif (inner := item.layout()) is not None:
            clear(inner)
