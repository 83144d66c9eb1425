"""The top bar: heading of the page, command box, person menu."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QWidget

from center_app.core.text import N_
from ui.kit.avatar import paint_avatar
from ui.kit.buttons import button
from ui.kit.icons import paint_icon
from ui.kit.layout import clear, row
from ui.kit.page import Heading
from ui.kit.panels import icon_label
from ui.kit.text import Elided, label
from ui.kit.theme import font, measure, theme
from ui.kit.words import _

ROLE_WORDS = {
    "staff": N_("Staff"),
    "engineer": N_("Engineer"),
    "manager": N_("Manager"),
    "administrator": N_("Administrator"),
    "auditor": N_("Auditor"),
}


class PersonButton(QAbstractButton):
    """Who acts, in which role; opens the person menu."""

    def __init__(self, name: str, role: str) -> None:
        """Take the name and the translated role."""
        super().__init__()
        self._name, self._role = name, role
        self.setAccessibleName(f"{name}, {role}")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def _text(self) -> str:
        return f"{self._name} · {self._role}" if _.language == "zh" else f"{self._name}  •  {self._role}"

    def sizeHint(self) -> QSize:
        """Fit name and role."""
        self.ensurePolished()
        self.setFont(font(13))
        return QSize(32 + self.fontMetrics().horizontalAdvance(self._text()) + 30, 34)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint circle, text, arrow."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus():
            painter.setPen(QPen(theme["accent"], 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        paint_avatar(painter, QRectF(2, self.height() / 2 - 12.5, 25, 25), self._name)
        painter.setFont(font(13))
        painter.setPen(theme["text2"])
        painter.drawText(self.rect().adjusted(34, 0, -20, 0), int(Qt.AlignmentFlag.AlignVCenter), self._text())
        paint_icon(painter, "chevron-down", self.width() - 20, self.height() / 2 - 7, 14, theme["text2"])


class TopBar(QWidget):
    """The bar over the page."""

    page_asked = Signal(str)

    def __init__(self, command_box: QWidget, person: QWidget) -> None:
        """Take the command box and the person button."""
        super().__init__()
        self.setFixedHeight(measure("top_bar"))
        self._heading = QHBoxLayout()
        self._heading.setSpacing(8)
        left = QWidget()
        left.setLayout(self._heading)
        self._heading.setContentsMargins(0, 0, 0, 0)
        self.setLayout(row(left, command_box, person, gap=12, margins=(16, 0, 12, 0)))
        box = self.layout()
        assert isinstance(box, QHBoxLayout)
        box.setStretch(0, 1)

    def show_heading(self, heading: Heading) -> None:
        """Say where one is."""
        clear(self._heading)
        for n, (text, page) in enumerate(heading.trail):
            if n:
                self._heading.addWidget(icon_label("chevron-right", "text3", 14))
            self._heading.addWidget(self._part(text, page, last=n == len(heading.trail) - 1))
        if heading.subtitle:
            self._heading.addWidget(Elided(heading.subtitle, "body", "text2"), 1)
        for make in heading.beside:
            self._heading.addWidget(make())
        self._heading.addStretch(1 if not heading.subtitle else 0)

    def _part(self, text: str, page: str, last: bool) -> QWidget:
        if last or not page:
            return label(text, "title")
        made = button(text, self._opener(page), kind="link")
        made.setFont(font(16))
        return made

    def _opener(self, page: str) -> Callable[[], None]:
        return lambda: self.page_asked.emit(page)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint surface and edge."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme["surface"])
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme["line"])
