"""The card at the left: the award, its reported periods and the versions of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import groupby
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QSizePolicy, QVBoxLayout, QWidget

from center_app.grants.reports.values import ReportState
from center_app.grants.values import ReportView
from ui.kit.buttons import icon_button
from ui.kit.layout import Card, clear, column, row, scrolling
from ui.kit.pill import paint_pill, pill_width
from ui.kit.states import state
from ui.kit.text import Elided, rule
from ui.kit.theme import font, theme
from ui.kit.words import _, day_month
from ui.pages.reports.data import Shelf, key_of

ROW = 30


def state_of(view: ReportView) -> str:
    """Return the key of a version's state: draft, fixed (locked) or signed."""
    return {"draft": "draft", ReportState.LOCKED.value: "fixed"}.get(view.state, view.state)


def version_text(view: ReportView) -> str:
    """Name a version, as in "Version 2"."""
    return str(_.context("report", "Version {version}", version=view.version))


class VersionRow(QWidget):
    """One version: its number, when it was made, its state."""

    picked = Signal(object)
    moved = Signal(int)

    def __init__(self, view: ReportView) -> None:
        super().__init__()
        self.view, self.chosen = view, False
        self.setFixedHeight(ROW)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._look = state(state_of(view))
        self._word = _(self._look.word)
        self.setAccessibleName(", ".join((view.names.say(_.language), version_text(view), self._word)))
        made = _.datetime(view.made_at, str(_.zone))
        self.setToolTip(_("Made {at} by {name}", at=made, name=view.made_by))

    def sizeHint(self) -> QSize:
        """Fill the width."""
        return QSize(180, ROW)

    def set_chosen(self, chosen: bool) -> None:
        """Mark as the one shown."""
        self.chosen = chosen
        self.update()

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        """Show this version."""
        self.picked.emit(self.view)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move with the arrows; Enter shows."""
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
        if step:
            self.moved.emit(step)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.picked.emit(self.view)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that it went."""
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the row."""
        painter = QPainter(self)
        if self.chosen:
            painter.fillRect(self.rect(), theme["selection"])
            painter.fillRect(0, 0, 3, self.height(), theme["accent"])
        wide = pill_width(self._word, self._look.icon)
        pill = QRectF(self.width() - 16 - wide, (ROW - 20) / 2, wide, 20)
        self._paint_words(painter, pill.left())
        paint_pill(painter, pill, self._word, self._look.token, self._look.icon)
        if self.hasFocus():
            painter.setPen(theme["accent"])
            painter.drawRect(self.rect().adjusted(1, 1, -2, -2))

    def _paint_words(self, painter: QPainter, right: float) -> None:
        middle, name = int(Qt.AlignmentFlag.AlignVCenter), version_text(self.view)
        painter.setFont(font(13, bold=self.chosen))
        painter.setPen(theme["text"])
        painter.drawText(QRectF(28, 0, right - 32, ROW), middle, name)
        x = 28 + painter.fontMetrics().horizontalAdvance(name) + 8
        painter.setFont(font(12))
        painter.setPen(theme["text2"])
        day = day_month(_.local(self.view.made_at).date())
        if x + painter.fontMetrics().horizontalAdvance(day) < right:
            painter.drawText(QRectF(x, 0, right - x, ROW), middle, day)


class VersionsCard(Card):
    """Choose an award, a period and a version."""

    award_picked = Signal(str)
    version_picked = Signal(object)

    def __init__(self, build: Callable[[], Any], width: int) -> None:
        """Take what "+" does."""
        self.award = QComboBox()
        self.award.setAccessibleName(_("Award"))
        self.add = icon_button(_("Build a report…"), "plus", build)
        name = Elided(_("Periods and versions"), "bold")
        title = row(name, self.add)
        title.setStretch(0, 1)
        head = column(title, self.award, gap=10, margins=(16, 10, 14, 12))
        self._list = QVBoxLayout()
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(0)
        content = QWidget()
        content.setLayout(column(self._list, None, gap=0))
        super().__init__(column(head, rule(), scrolling(content), gap=0, margins=(1, 1, 1, 1)))
        self.award.activated.connect(lambda at: self.award_picked.emit(self.award.itemData(at)))
        self.setAccessibleName(_("Periods and versions"))
        self.setFixedWidth(width)
        self.rows: list[VersionRow] = []

    def show_shelf(self, shelf: Shelf, award: str, chosen: ReportView | None) -> None:
        """Replace everything."""
        self.award.clear()
        for view in shelf.awards:
            self.award.addItem(view.number, view.number)
            self.award.setItemData(self.award.count() - 1, view.names.say(_.language), Qt.ItemDataRole.ToolTipRole)
        self.award.setCurrentIndex(self.award.findData(award))
        self.award.setVisible(bool(shelf.awards))
        focused = next((made.view for made in self.rows if made.hasFocus()), None)
        clear(self._list)
        self.rows = []
        for _number, views in groupby(shelf.of(award), key=lambda view: view.number):
            self._add_period(list(views))
        self.mark(chosen)
        for made in self.rows:
            if focused is not None and key_of(made.view) == key_of(focused):
                made.setFocus()

    def _add_period(self, views: Sequence[ReportView]) -> None:
        first = views[0]
        name = Elided(first.names.say(_.language), "bold")
        span = f"{_.date(first.first_day)} – {_.date(first.last_day)}"
        if span == name.text():
            months = (first.last_day.year - first.first_day.year) * 12 + first.last_day.month - first.first_day.month
            span = _.plural("{n} month", "{n} months", months + 1)
        self._list.addLayout(column(name, Elided(span, "secondary"), gap=1, margins=(16, 9, 16, 5)))
        for view in views:
            made = VersionRow(view)
            made.picked.connect(self.version_picked.emit)
            made.moved.connect(partial(self._move, len(self.rows)))
            self._list.addWidget(made)
            self.rows.append(made)
        self._list.addSpacing(6)
        self._list.addWidget(rule())

    def _move(self, at: int, step: int) -> None:
        wanted = max(0, min(len(self.rows) - 1, at + step))
        self.rows[wanted].setFocus()
        self.version_picked.emit(self.rows[wanted].view)

    def mark(self, chosen: ReportView | None) -> None:
        """Mark the version on show."""
        for made in self.rows:
            made.set_chosen(chosen is not None and key_of(made.view) == key_of(chosen))
