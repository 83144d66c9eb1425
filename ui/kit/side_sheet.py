"""The side sheet: a surface at the right with a heading, tabs and scrolling pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QTabBar, QVBoxLayout, QWidget

from ui.kit.buttons import icon_button
from ui.kit.layout import Card, clear, column, scrolling
from ui.kit.text import rule
from ui.kit.words import _


class Tabs(QWidget):
    """A tab bar over a stack; a tab's page is built when it is first opened."""

    opened = Signal(str)

    def __init__(self, name: str) -> None:
        """Take the accessible name."""
        super().__init__()
        self._bar = QTabBar()
        self._bar.setAccessibleName(name)
        self._bar.setDrawBase(False)
        self._bar.setExpanding(False)
        self._bar.setUsesScrollButtons(True)
        self._stack = QStackedWidget()
        self._builders: list[tuple[str, Callable[[], QWidget]]] = []
        self._bar.currentChanged.connect(self._on_changed)
        self.setLayout(column(self._bar, rule(), self._stack, gap=0))

    def add(self, key: str, text: str, build: Callable[[], QWidget]) -> None:
        """Add a tab."""
        self._builders.append((key, build))
        self._stack.addWidget(QWidget())
        self._bar.addTab(text.replace("&", "&&"))

    def show_count(self, key: str, text: str) -> None:
        """Replace a tab's text, as when a count changes."""
        self._bar.setTabText(self._keys().index(key), text.replace("&", "&&"))

    def go(self, key: str) -> None:
        """Open a tab by key; an unknown key changes nothing."""
        if key in self._keys():
            self._bar.setCurrentIndex(self._keys().index(key))

    @property
    def key(self) -> str:
        """Return the open tab's key."""
        at = self._bar.currentIndex()
        return self._keys()[at] if 0 <= at < len(self._builders) else ""

    def page(self) -> QWidget:
        """Return the open tab's page."""
        page = self._stack.currentWidget()
        assert page is not None
        return page

    def _keys(self) -> list[str]:
        return [key for key, _build in self._builders]

    def _on_changed(self, at: int) -> None:
        if not 0 <= at < len(self._builders):
            return
        key, build = self._builders[at]
        held = self._stack.widget(at)
        if held is not None and not held.property("built"):
            made = build()
            made.setProperty("built", True)
            self._stack.removeWidget(held)
            held.deleteLater()
            self._stack.insertWidget(at, made)
        self._stack.setCurrentIndex(at)
        self.opened.emit(key)


class SideSheet(Card):
    """A card at the right: head, optional body, foot that stays; Escape or the cross closes it."""

    closed = Signal()

    def __init__(self, name: str, width: int = 300, closable: bool = True) -> None:
        """Take the accessible name and the width in px (0: as wide as the layout says)."""
        super().__init__()
        self.setAccessibleName(name)
        if width:
            self.setFixedWidth(width)
        self._closable = closable
        self.head = QVBoxLayout()
        self.head.setContentsMargins(16, 14, 16, 10)
        self.head.setSpacing(4)
        self.body = QVBoxLayout()
        self.body.setContentsMargins(16, 12, 16, 12)
        self.body.setSpacing(12)
        self.foot = QVBoxLayout()
        self.foot.setContentsMargins(16, 10, 16, 14)
        self.foot.setSpacing(8)
        content = QWidget()
        content.setLayout(self.body)
        self._foot_rule = rule()
        self.setLayout(column(self.head, rule(), scrolling(content), self._foot_rule, self.foot, gap=0))

    def empty(self) -> None:
        """Take everything out."""
        for part in (self.head, self.body, self.foot):
            clear(part)

    def close_button(self) -> QWidget:
        """Make the cross that closes the sheet."""
        return icon_button(_("Close"), "x", self.closed.emit, quiet=True)

    def show_foot(self, items: Sequence[Any]) -> None:
        """Fill the foot; nothing in it hides its line."""
        clear(self.foot)
        for item in items:
            self.foot.addWidget(item) if isinstance(item, QWidget) else self.foot.addLayout(item)
        self._foot_rule.setVisible(bool(items))

    def keyPressEvent(self, event: Any) -> None:
        """Close on Escape."""
        if event.key() == Qt.Key.Key_Escape and self._closable:
            self.closed.emit()
        else:
            super().keyPressEvent(event)
