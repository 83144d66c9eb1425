"""Text on screen: plain-text labels only, so that a name can never act as markup."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QKeySequence, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget

from ui.kit.theme import font

ROLES = {
    "title": (16, True, ""),
    "heading": (14, True, ""),
    "body": (13, False, ""),
    "bold": (13, True, ""),
    "secondary": (12, False, "text2"),
    "strong": (12, True, ""),
    "small": (11.5, False, "text2"),
    "muted": (12, False, "text3"),
    "figure": (22, True, ""),
    "big": (18, True, ""),
}


class Label(QLabel):
    """Show plain text; markup characters are shown as they are."""

    def __init__(self, text: str = "", role: str = "body", tone: str = "", wrap: bool = False) -> None:
        """Take a role (size and weight) and a tone (a token's colour)."""
        super().__init__(text)
        size, bold, usual = ROLES[role]
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(font(size, bold=bold))
        self.setWordWrap(wrap)
        if wrap:
            self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.set_tone(tone or usual)

    def set_tone(self, tone: str) -> None:
        """Colour the text by a token; an empty tone is the text colour."""
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            self.style().unpolish(self)
            self.style().polish(self)


class Elided(Label):
    """Show one line that ends in an ellipsis when there is no room; the whole text is its tooltip."""

    def __init__(self, text: str = "", role: str = "body", tone: str = "") -> None:
        """Take the whole text; the label may shrink to nothing."""
        super().__init__(text, role, tone)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:
        """Allow shrinking to a few letters."""
        return QSize(24, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the text elided to the width at hand."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), int(self.alignment() | Qt.AlignmentFlag.AlignVCenter), shown)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Offer the whole text as a tooltip while it is cut."""
        super().resizeEvent(event)
        is_cut = self.fontMetrics().horizontalAdvance(self.text()) > self.width()
        self.setToolTip(plain_tip(self.text()) if is_cut else "")


def plain_tip(text: str) -> str:
    """Return a tooltip text that Qt will not take for markup."""
    return f"<span>{escape(text)}</span>" if "<" in text or "&" in text else text


def label(text: str = "", role: str = "body", tone: str = "", wrap: bool = False) -> Label:
    """Make a plain-text label."""
    return Label(text, role, tone, wrap)


def key_cap(text: str) -> Label:
    """Make a small key cap, as in "Ctrl K"."""
    made = Label(text, "small")
    made.setProperty("key", "true")
    made.setFixedHeight(18)
    return made


_ARROWS = {"Left": "←", "Right": "→", "Up": "↑", "Down": "↓"}


def key_words(shortcut: str) -> str:
    """Write keys as this computer and language do, with spaces between: "Ctrl K", "Strg K"."""
    native = QKeySequence.SequenceFormat.NativeText
    said = QKeySequence(shortcut).toString(native) or shortcut
    for name, arrow in _ARROWS.items():
        said = said.replace(QKeySequence(name).toString(native), arrow)
    head = said[:-1] if said.endswith("+") else said
    return " ".join([*(part for part in head.split("+") if part), *(["+"] if head != said else [])])


def rule(vertical: bool = False, parent: QWidget | None = None) -> QFrame:
    """Make a hairline."""
    line = QFrame(parent)
    line.setProperty("rule", "true")
    if vertical:
        line.setFixedWidth(1)
    else:
        line.setFixedHeight(1)
    return line


def elide(metrics: QFontMetrics, text: str, width: float) -> str:
    """Cut a text with an ellipsis to a width in pixels."""
    return metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0, int(width)))
