"""A person's picture: a circle with initials."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ui.kit.theme import font, theme


def initials(name: str) -> str:
    """Return up to two letters; one character for a name without spaces."""
    parts = name.split()
    if len(parts) < 2:
        return name[:1].upper()
    return (parts[0][0] + parts[-1][0]).upper()


def paint_avatar(painter: QPainter, box: QRectF, name: str) -> None:
    """Paint a circle with initials."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme["accent_soft"])
    painter.drawEllipse(box)
    painter.setPen(theme["accent"])
    painter.setFont(font(round(box.height() * 0.42), bold=True))
    painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), initials(name))
    painter.restore()


class Avatar(QWidget):
    """Show a person's circle."""

    def __init__(self, name: str, size: int = 32) -> None:
        """Take the name and the diameter in px."""
        super().__init__()
        self._name = name
        self.setFixedSize(size, size)
        self.setAccessibleName(name)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the circle."""
        paint_avatar(QPainter(self), QRectF(self.rect()), self._name)
