"""A passing message at the lower edge, with Undo while it lasts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ui.kit.buttons import button, icon_button
from ui.kit.layout import row
from ui.kit.panels import icon_label
from ui.kit.text import Elided
from ui.kit.theme import theme
from ui.kit.words import _

SHOWN_MS = 8000
_ICONS = {"ok": "check", "warn": "triangle-alert", "crit": "circle-alert", "info": "info"}


class Toast(QWidget):
    """Float above the bottom of its host; a new message replaces the old one."""

    def __init__(self, host: QWidget, text: str, undo: Callable[[], Any] | None, token: str = "ok") -> None:
        """Take the translated text, what Undo does, and a state token."""
        super().__init__(host)
        self._token = token
        self._undo = undo
        self._text = Elided(text, "bold")
        self._text.setFixedWidth(min(560, self._text.fontMetrics().horizontalAdvance(text) + 4))
        items: list[QWidget] = [icon_label(_ICONS.get(token, "info"), token), self._text]
        if undo is not None:
            items.append(button(_("Undo"), self.undo, kind="link"))
        items.append(icon_button(_("Close"), "x", self.close, quiet=True))
        line = row(*items, gap=10, margins=(14, 6, 8, 6))
        line.setStretch(1, 1)
        self.setLayout(line)
        self.setAccessibleName(text)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        host.installEventFilter(self)
        QTimer.singleShot(SHOWN_MS, self, self.close)
        self.place()
        self.show()
        self.raise_()

    @property
    def has_undo(self) -> bool:
        """Say whether the act can be taken back."""
        return self._undo is not None

    def undo(self) -> None:
        """Take the act back and go."""
        undo, self._undo = self._undo, None
        self.close()
        if undo is not None:
            undo()

    def place(self) -> None:
        """Centre at the lower edge of the host."""
        self.adjustSize()
        host = self.parentWidget()
        assert host is not None
        self.move((host.width() - self.width()) // 2, host.height() - self.height() - 40)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the host's size."""
        if event.type() == QEvent.Type.Resize:
            self.place()
        return super().eventFilter(watched, event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint surface and border."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme["line_strong"], 1))
        painter.setBrush(theme["surface"])
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 8, 8)
