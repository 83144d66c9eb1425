"""Panels: empty states, key-value rows, progress with Cancel, headings of cards."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from ui.kit.buttons import button
from ui.kit.icons import pixmap
from ui.kit.layout import Item, clear, column, row
from ui.kit.text import Elided, Label, label
from ui.kit.theme import theme
from ui.kit.words import _


def icon_label(name: str, token: str = "text2", size: int = 16) -> QLabel:
    """Show an icon that says nothing of its own."""
    made = Label()
    made.setPixmap(pixmap(name, theme[token].name(), size, 2.0))
    made.setFixedSize(size, size)
    return made


def heading(text: str, note: str = "", *right: Item) -> QHBoxLayout:
    """Lay a card's heading: bold text, a muted note, things at the right."""
    made = row(label(text, "heading"), gap=8)
    if note:
        made.addWidget(label(note, "secondary"))
    made.addStretch(1)
    for item in right:
        if isinstance(item, QWidget):
            made.addWidget(item)
    return made


class EmptyState(QWidget):
    """Say why nothing is here and what to do about it."""

    def __init__(
        self, icon: str, title: str, text: str, act: str = "", clicked: Callable[[], Any] | None = None
    ) -> None:
        """Take translated texts and one act that fills the emptiness."""
        super().__init__()
        words = label(text, "secondary")
        words.setWordWrap(True)
        words.setFixedWidth(min(420, words.fontMetrics().horizontalAdvance(text) + 8))
        words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        inner = column(gap=8)
        inner.addStretch(1)
        picture = icon_label(icon, "text3", 32)
        for widget in (picture, label(title, "heading"), words):
            inner.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        if act:
            inner.addSpacing(4)
            made = button(act, clicked, kind="primary")
            inner.addWidget(made, 0, Qt.AlignmentFlag.AlignHCenter)
        inner.addStretch(2)
        self.setLayout(inner)


class KeyValues(QWidget):
    """Show rows of a muted key and a value."""

    def __init__(self, key_width: int = 96, gap: int = 3, right: bool = False) -> None:
        """Take the width of the key column in px; `right` aligns the values right."""
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(gap)
        self._grid.setHorizontalSpacing(12)
        self._grid.setColumnMinimumWidth(0, key_width)
        self._grid.setColumnStretch(1, 1)
        self._right = right

    def show_rows(self, rows: Iterable[tuple[str, str | QWidget]]) -> None:
        """Replace the rows; a value is a text or a widget."""
        clear(self._grid)
        for n, (key, value) in enumerate(rows):
            name = label(key, "secondary")
            shown = value if isinstance(value, QWidget) else self._text(value or "–")
            if self._right:
                self._grid.addLayout(self._apart(name, shown), n, 0, 1, 2)
                continue
            self._grid.addWidget(name, n, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(shown, n, 1)

    def _apart(self, name: QWidget, shown: QWidget) -> QHBoxLayout:
        """Lay a key left and its value right; each row shares its own width, so that one long key narrows no other."""
        if isinstance(shown, QLabel):
            shown.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        box = QHBoxLayout()
        box.setSpacing(12)
        box.addWidget(name, 0, Qt.AlignmentFlag.AlignTop)
        box.addWidget(shown, 1)
        return box

    def _text(self, value: str) -> QWidget:
        """Show a text: several words go on in a second line, one long word is cut."""
        return label(value, "body", wrap=True) if self._right and " " in value else Elided(value, "body")


class Progress(QWidget):
    """Show how far long work is, with Cancel."""

    def __init__(self, text: str, cancel: Callable[[], Any]) -> None:
        """Take the translated name of the work and what Cancel does."""
        super().__init__()
        self._text = label(text, "secondary")
        self._bar = QProgressBar()
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(text)
        self._cancel = button(_("Cancel"), cancel, small=True)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self._text)
        box.addLayout(row(self._bar, self._cancel, gap=10))

    def show_progress(self, fraction: float, text: str = "") -> None:
        """Show a fraction from 0 to 1 and, when given, what is being done."""
        self._bar.setRange(0, 1000)
        self._bar.setValue(round(max(0.0, min(1.0, fraction)) * 1000))
        if text:
            self._text.setText(text)
