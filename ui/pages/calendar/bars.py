"""The toolbar, the filter row and the legend above the timeline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QMenu, QSizePolicy, QWidget

from ui.kit.buttons import button, icon_button, menu_button
from ui.kit.controls import Chip, SearchField, SegmentedControl
from ui.kit.layout import row
from ui.kit.text import label
from ui.kit.theme import font, theme
from ui.kit.words import _
from ui.pages.calendar.data import BarState
from ui.pages.calendar.geometry import RADIUS
from ui.pages.calendar.ink import Ink, ink

TOOLBAR = 48
FILTERS = 36
Choices = Sequence[tuple[str, str]]


class PickMenu(QMenu):
    """A menu of choices of which one is ticked."""

    picked = Signal(str)

    def __init__(self, choices: Choices = (), key: str = "") -> None:
        """Take (key, text) pairs."""
        super().__init__()
        self.show_choices(choices, key)

    def show_choices(self, choices: Choices, key: str) -> None:
        """Replace the choices."""
        self.clear()
        group = QActionGroup(self)
        for value, text in choices:
            act = QAction(text.replace("&", "&&"), self)
            act.setCheckable(True)
            act.setChecked(value == key)
            act.setData(value)
            group.addAction(act)
            self.addAction(act)
        group.triggered.connect(self._on_triggered)

    def _on_triggered(self, act: QAction) -> None:
        self.picked.emit(str(act.data()))


class Toolbar(QFrame):
    """Today, back and forward, title, views, grouping, the find field, Book."""

    today_asked = Signal()
    stepped = Signal(int)
    view_picked = Signal(str)
    group_picked = Signal(str)
    found = Signal(str)
    book_asked = Signal()

    def __init__(self, groups: Choices) -> None:
        """Take the ways to group machines as (key, text)."""
        super().__init__()
        self.setFixedHeight(TOOLBAR)
        self._groups = groups
        self.title = label("", "heading")
        self.views = SegmentedControl(_("View"))
        words = (
            ("day", _.context("calendar view", "Day")),
            ("week", _.context("calendar view", "Week")),
            ("month", _.context("calendar view", "Month")),
            ("list", _.context("calendar view", "List")),
        )
        self.views.set_segments([(key, word, "") for key, word in words], "day")
        self.views.picked.connect(self.view_picked)
        self._menu = PickMenu()
        self._menu.picked.connect(self.group_picked)
        self._group = menu_button("", self._menu, icon="layers")
        self.search = SearchField(_("Find a slot: 2 h, 5-axis, this week"), "F")
        self.search.setMinimumWidth(150)
        self.search.setTextMargins(0, 0, 26, 0)
        self.search.setMaximumWidth(336)
        self.search.returnPressed.connect(self._on_find)
        self.show_group(groups[0][0])
        self._lay_out()

    def _lay_out(self) -> None:
        today = button(_("Today"), self.today_asked.emit)
        back = icon_button(_("Earlier"), "chevron-left", self._on_back)
        on = icon_button(_("Later"), "chevron-right", self._on_forward)
        book = button(_("Book"), self.book_asked.emit, icon="plus", kind="primary")
        inner = row(today, row(back, on, gap=0), gap=10, margins=(16, 0, 16, 0))
        inner.addWidget(self.title)
        inner.addSpacing(8)
        inner.addWidget(self.views)
        inner.addWidget(self._group)
        inner.addStretch(1)
        inner.addWidget(self.search, 3)
        inner.addWidget(book)
        self.setLayout(inner)

    def show_group(self, key: str) -> None:
        """Tick the way machines are grouped."""
        self._menu.show_choices(self._groups, key)
        self._group.setText("  " + _("Group: {name}", name=dict(self._groups)[key]))

    def _on_back(self) -> None:
        self.stepped.emit(-1)

    def _on_forward(self) -> None:
        self.stepped.emit(1)

    def _on_find(self) -> None:
        self.found.emit(self.search.text())


class FilterRow(QWidget):
    """Chips that narrow the rows, and the legend."""

    changed = Signal()

    def __init__(self) -> None:
        """Start with everything shown."""
        super().__init__()
        self.setFixedHeight(FILTERS)
        self.booked = Chip(_("Booked in view"))
        self.mine = Chip(_("Mine"))
        self.qualified = Chip(_("I am qualified"))
        self.project, self.state = PickMenu(), PickMenu()
        self.project_key = self.state_key = ""
        self._project = self._button(_("Project"), self.project, self._on_project)
        self._state = self._button(_("State"), self.state, self._on_state)
        for chip in (self.booked, self.mine, self.qualified):
            chip.toggled.connect(self._on_chip)
        inner = row(self.booked, self.mine, self.qualified, self._project, self._state, gap=6, margins=(16, 0, 16, 0))
        inner.addSpacing(12)
        inner.addWidget(Legend(), 1)
        self.setLayout(inner)

    @staticmethod
    def _button(text: str, menu: PickMenu, picked: Callable[[str], Any]) -> QWidget:
        made = menu_button(text, menu)
        made.setProperty("small", "true")
        made.setFont(font(12))
        made.setStyleSheet(f"QPushButton {{ color: {theme.tokens.hex('text2')}; }}")
        menu.picked.connect(picked)
        return made

    def show_choices(self, projects: Choices, states: Choices) -> None:
        """Fill the menus; the first entry of each lifts the filter."""
        everything = ("", _("All"))
        self.project.show_choices((everything, *projects), self.project_key)
        self.state.show_choices((everything, *states), self.state_key)

    def _on_project(self, key: str) -> None:
        self.project_key = key
        self._mark(self._project, bool(key))

    def _on_state(self, key: str) -> None:
        self.state_key = key
        self._mark(self._state, bool(key))

    def _mark(self, made: QWidget, on: bool) -> None:
        made.setProperty("kind", "on" if on else "plain")
        made.style().unpolish(made)
        made.style().polish(made)
        self.changed.emit()

    def _on_chip(self, _on: bool) -> None:
        self.changed.emit()


class Legend(QWidget):
    """Say what the looks of bars mean; entries without room are left out, the last first."""

    def __init__(self) -> None:
        """Take what room is left."""
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(FILTERS)
        self._entries = (
            (_("Done"), BarState.DONE),
            (_("In use"), BarState.IN_USE),
            (_("Booked"), BarState.BOOKED),
            (_("Late"), BarState.LATE),
            (_("Pending"), BarState.PENDING),
            (_("Mine"), "own"),
            (_("Set-up, buffer"), "hatch"),
            (_("Outage"), "outage"),
            (_("Measured run"), "run"),
            (_("Not measured"), "dots"),
        )
        self.setAccessibleName(_("Legend"))
        self.setAccessibleDescription(", ".join(text for text, _look in self._entries))
        self.setToolTip(", ".join(text for text, _look in self._entries))

    def minimumSizeHint(self) -> QSize:
        """Need no room at all."""
        return QSize(0, FILTERS)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint as many entries as fit, flush right."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        face = font(11.5)
        metrics = QFontMetricsF(face)
        painter.setFont(face)
        widths = [metrics.horizontalAdvance(text) + 33 for text, _look in self._entries]
        count = len(widths)
        while count and sum(widths[:count]) - 10 > self.width():
            count -= 1
        x = self.width() - sum(widths[:count]) + 10
        for (text, look), width in zip(self._entries[:count], widths, strict=False):
            _paint_look(painter, look, QRectF(x + 0.5, FILTERS / 2 - 6 + 0.5, 15, 11), ink())
            painter.setPen(ink().colour["text2"])
            painter.drawText(QPointF(x + 21, FILTERS / 2 + 4.5), text)
            x += width


def _paint_look(painter: QPainter, look: BarState | str, box: QRectF, tools: Ink) -> None:
    if isinstance(look, BarState):
        painter.setPen(tools.styles[look].border)
        painter.setBrush(tools.styles[look].fill)
        painter.drawRoundedRect(box, RADIUS - 1, RADIUS - 1)
    elif look == "own":
        painter.setPen(tools.own)
        painter.setBrush(tools.colour["surface"])
        painter.drawRoundedRect(box, RADIUS - 1, RADIUS - 1)
    elif look in ("hatch", "outage"):
        painter.fillRect(box, tools.buffer if look == "hatch" else tools.outage)
        if look == "outage":
            painter.setPen(tools.strong)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, RADIUS - 1, RADIUS - 1)
    elif look == "run":
        painter.fillRect(QRectF(box.left(), box.center().y() - 2, 15, 4), tools.colour["ok"])
    else:
        for step in range(4):
            painter.fillRect(QRectF(box.left() + step * 4.5, box.center().y() - 1, 2, 2), tools.colour["text3"])
