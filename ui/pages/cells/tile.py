"""A tile of the overview: one cell at a glance, painted whole; a click or Enter opens its plots."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from center_app.telemetry.values import PortState
from ui.kit.buttons import button
from ui.kit.theme import theme
from ui.kit.words import _
from ui.pages.cells.data import CellCard
from ui.pages.cells.plot.trace import Points
from ui.pages.cells.tile_paint import HEIGHT, PAD, TilePaint, state_text, tone_of

FOOT_MIDDLE = 23
"""How far above the lower edge the middle of the foot's pills is, px."""


class CellTile(QWidget):
    """Show one cell; red border when an alarm is critical, amber when something needs attention."""

    opened = Signal(int)
    take_back_wanted = Signal(int)

    def __init__(self, card: CellCard) -> None:
        super().__init__()
        self.take_back = button(_("Take back now"), self._on_take_back, icon="link", small=True)
        self.take_back.setParent(self)
        self.take_back.hide()
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
        self.take_back.setVisible(card.state is PortState.RELEASED)
        self.update()

    def _on_take_back(self) -> None:
        self.take_back_wanted.emit(self.card.cell.id)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the button in the foot."""
        super().resizeEvent(event)
        size = self.take_back.sizeHint()
        self.take_back.setGeometry(
            self.width() - size.width() - PAD, HEIGHT - FOOT_MIDDLE - size.height() // 2, size.width(), size.height()
        )

    def _name(self) -> None:
        self.setAccessibleName(f"{self.card.machine.say(_.language)}, {state_text(self.card)}")

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
        wide = 2 if self.hasFocus() else 1
        painter.setPen(QPen(theme["accent"] if self.hasFocus() else theme[self.tone()], wide))
        painter.setBrush(theme["surface"])
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(wide / 2, wide / 2, -wide / 2, -wide / 2), 8, 8)
        TilePaint(self.card, self.curve, self.now_ns, self.width()).paint(painter)
