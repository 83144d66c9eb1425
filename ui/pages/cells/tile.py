"""A tile of the overview: one cell at a glance, painted whole; a click or Enter opens its plots."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.kit.theme import theme
from ui.kit.words import _
from ui.pages.cells.data import CellCard
from ui.pages.cells.plot.trace import Points
from ui.pages.cells.tile_paint import HEIGHT, TilePaint, state_of, tone_of


class CellTile(QWidget):
    """Show one cell; red border when an alarm is critical, amber when something needs attention."""

    opened = Signal(int)

    def __init__(self, card: CellCard) -> None:
        super().__init__()
        self.card = card
        self.curve = Points()
        self.now_ns = 0
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._name()

    def show_card(self, card: CellCard, curve: Points, now_ns: int) -> None:
        """Replace what is shown."""
        self.card, self.curve, self.now_ns = card, curve, now_ns
        self._name()
        self.update()

    def _name(self) -> None:
        _token, _icon, word = state_of(self.card)
        said = _.context("cell state", word)
        self.setAccessibleName(f"{self.card.machine.say(_.language)}, {said}")

    def sizeHint(self) -> QSize:
        """Ask for a third of the page."""
        return QSize(400, HEIGHT)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open the plots."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(self.card.cell.id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open with Enter or Space."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit(self.card.cell.id)
        else:
            super().keyPressEvent(event)

    def tone(self) -> str:
        """Return the border's token."""
        return tone_of(self.card)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint ground, head, value and curve, the day, and the foot."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme["accent"] if self.hasFocus() else theme[self.tone()], 1))
        painter.setBrush(theme["surface"])
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        TilePaint(self.card, self.curve, self.now_ns, self.width()).paint(painter)
