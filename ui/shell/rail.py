"""The rail: mark of the product, pages with icon and word, badges."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QIcon, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QAbstractButton, QVBoxLayout, QWidget

from ui.kit.icons import paint_icon
from ui.kit.text import elide
from ui.kit.theme import font, measure, theme
from ui.kit.words import _
from ui.shell.pages import PAGES, RailItem


def paint_mark(painter: QPainter, box: QRectF) -> None:
    """Paint the product's mark."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme["accent"])
    painter.drawRoundedRect(box, box.width() * 0.24, box.width() * 0.24)
    painter.setPen(theme["accent_on"])
    painter.setFont(font(box.width() * 0.38, bold=True))
    painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), "CD")


def mark(size: int) -> QIcon:
    """Return the product's mark as a window icon of so many px."""
    image = QPixmap(size, size)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_mark(painter, QRectF(1, 1, size - 2, size - 2))
    painter.end()
    return QIcon(image)


class RailButton(QAbstractButton):
    """One page in the rail."""

    def __init__(self, item: RailItem) -> None:
        """Take the page's rail item."""
        super().__init__()
        self.item = item
        self.badge = 0
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setText(_(item.title))
        self.setAccessibleName(_(item.title))
        self.setFixedSize(measure("rail"), 54)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._hover = False

    def show_badge(self, count: int) -> None:
        """Show a count at the icon; zero hides it."""
        self.badge = count
        self.setAccessibleDescription(str(count) if count else "")
        self.update()

    def sizeHint(self) -> QSize:
        """Fill the rail's width."""
        return QSize(measure("rail"), 54)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Light up."""
        self._hover = True
        self.update()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Go dark."""
        self._hover = False
        self.update()
        super().leaveEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint ground, icon, word, badge."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(6, 1, self.width() - 13, self.height() - 3)
        painter.setPen(QPen(theme["accent"], 1) if self.hasFocus() else Qt.PenStyle.NoPen)
        if self.isChecked() or self._hover or self.hasFocus():
            painter.setBrush(theme["accent_soft"] if self.isChecked() else theme["sunken"])
            painter.drawRoundedRect(box, 8, 8)
        ink = theme["accent"] if self.isChecked() else theme["text2"]
        middle = box.center().x()
        paint_icon(painter, self.item.icon, middle - 10, 8, 20, ink)
        painter.setFont(font(11, bold=self.isChecked()))
        painter.setPen(ink)
        word = elide(painter.fontMetrics(), self.text(), box.width() + 4)
        painter.drawText(QRectF(0, 31, self.width() - 1, 18), int(Qt.AlignmentFlag.AlignCenter), word)
        if self.badge:
            self._paint_badge(painter, middle)

    def _paint_badge(self, painter: QPainter, middle: float) -> None:
        text = str(self.badge) if self.badge < 100 else "99+"
        wide = 15.0 + 6 * (len(text) - 1)
        box = QRectF(middle + 5, 3, wide, 15)
        painter.setPen(QPen(theme["surface"], 1))
        painter.setBrush(theme["crit"])
        painter.drawRoundedRect(box, 7.5, 7.5)
        painter.setPen(theme["surface"])
        painter.setFont(font(9.5, bold=True))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text)


class Rail(QWidget):
    """The column of pages at the left."""

    picked = Signal(str)

    def __init__(self) -> None:
        """Build one button for each page."""
        super().__init__()
        self.setFixedWidth(measure("rail"))
        self.setAccessibleName(_("Pages"))
        self.buttons = {item.id: RailButton(item) for item in PAGES}
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 56, 0, 10)
        box.setSpacing(0)
        for item in PAGES:
            if item.at_bottom:
                box.addStretch(1)
            box.addWidget(self.buttons[item.id])
            self.buttons[item.id].clicked.connect(lambda _on=False, page=item.id: self.picked.emit(page))

    def show_page(self, page_id: str) -> None:
        """Mark the page in view."""
        self.buttons[page_id].setChecked(True)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint surface, edge and the product's mark."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), theme["surface"])
        painter.fillRect(self.width() - 1, 0, 1, self.height(), theme["line"])
        paint_mark(painter, QRectF(21, 10, 34, 34))
