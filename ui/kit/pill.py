"""Pills: a soft coloured word with an icon; and the painter that tables share."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.kit.icons import paint_icon
from ui.kit.states import state
from ui.kit.theme import font, theme
from ui.kit.words import _

HEIGHT = 20
ICON = 14


def pill_width(text: str, icon: str = "") -> int:
    """Return the width in pixels that a pill takes."""
    advance = QFontMetricsF(font(11.5, bold=True)).horizontalAdvance(text)
    return round(advance) + 16 + (ICON + 6 if icon else 0)


def paint_pill(painter: QPainter, rect: QRectF, text: str, token: str, icon: str = "", look: str = "soft") -> None:
    """Paint a pill into a rectangle; `look` is soft, solid, outlined or bare (icon and word only)."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _ground(painter, rect, token, look)
    ink = theme["surface"] if look == "solid" else theme[token]
    x = rect.left() + (0 if look == "bare" else 7)
    if icon:
        paint_icon(painter, icon, x, rect.center().y() - ICON / 2, ICON, ink)
        x += ICON + 6
    painter.setPen(ink)
    painter.setFont(font(11.5, bold=True))
    room = QRectF(x, rect.top(), rect.right() - x - 2, rect.height())
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(room.width()) + 1)
    painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)
    painter.restore()


def _ground(painter: QPainter, rect: QRectF, token: str, look: str) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    soft = f"{token}_soft"
    if look == "soft":
        painter.setBrush(theme[soft] if soft in theme.tokens.hexes else theme["off_soft"])
    elif look == "solid":
        painter.setBrush(theme[token])
    elif look == "outlined":
        painter.setPen(QPen(theme[token] if token != "text2" else theme["line_strong"], 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
    if look != "bare":
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)


class Pill(QWidget):
    """Show one soft coloured word with an optional icon."""

    def __init__(self, text: str, token: str = "off", icon: str = "", look: str = "soft") -> None:
        """Take the translated text, a state token, an icon name and a look."""
        super().__init__()
        self._text, self._token, self._icon, self._look = text, token, icon, look
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)

    def show_text(self, text: str, token: str | None = None, icon: str | None = None) -> None:
        """Replace what the pill says."""
        self._text = text
        self._token = self._token if token is None else token
        self._icon = self._icon if icon is None else icon
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        """Return the text shown."""
        return self._text

    def sizeHint(self) -> QSize:
        """Fit the text."""
        return QSize(pill_width(self._text, self._icon), HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the pill."""
        painter = QPainter(self)
        paint_pill(painter, QRectF(self.rect()), self._text, self._token, self._icon, self._look)


class StateChip(Pill):
    """Show a declared state: colour, icon and word."""

    def __init__(self, key: str, detail: str = "") -> None:
        """Take a key of `states.STATES` and an optional detail after the word."""
        look = state(key)
        text = f"{_(look.word)} {detail}".strip()
        super().__init__(text, look.token, look.icon, "outlined" if look.outlined else "soft")
