"""What is due next, with the days that are left."""

from __future__ import annotations

from datetime import date

from PySide6.QtWidgets import QGridLayout, QSizePolicy

from center_app.grants.values import DutyView
from ui.kit.layout import Card, clear, column
from ui.kit.panels import heading, icon_label
from ui.kit.pill import Pill
from ui.kit.text import Elided, label
from ui.kit.words import _

_ICONS = {
    "statement": "receipt", "draw_down": "banknote", "report": "file-check-2", "sharing": "share-2",
    "stock_take": "clipboard-check",
}  # fmt: skip
MOST = 5


class DutiesCard(Card):
    """List the next duties by day."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self._count = label("", "secondary", "accent")
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnStretch(1, 1)
        self.setLayout(column(heading(_("Next duties"), "", self._count), self._grid, gap=8, margins=(16, 11, 16, 10)))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)

    def show_duties(self, duties: tuple[DutyView, ...], today: date) -> None:
        """Replace the list."""
        clear(self._grid)
        self._count.setText(_.plural("{n} in all", "{n} in all", len(duties)))
        if not duties:
            self._grid.addWidget(label(_("Nothing is due."), "secondary"), 0, 0, 1, 5)
        for n, duty in enumerate(duties[:MOST]):
            left = (duty.due_on - today).days
            self._grid.setRowMinimumHeight(n, 28)
            self._grid.addWidget(icon_label(_ICONS.get(duty.kind, "calendar-clock"), "text2", 15), n, 0)
            self._grid.addWidget(Elided(duty.names.say(_.language), "body"), n, 1)
            self._grid.addWidget(label(duty.person, "secondary"), n, 2)
            self._grid.addWidget(label(_.date(duty.due_on, "iso"), "secondary"), n, 3)
            self._grid.addWidget(_days(left), n, 4)


def _days(left: int) -> Pill:
    text = _.plural("{n} day", "{n} days", abs(left))
    if left < 0:
        return Pill(_("{days} late", days=text), "crit", "triangle-alert")
    if left <= 7:
        return Pill(text, "crit", "triangle-alert")
    return Pill(text, "warn", "hourglass") if left <= 14 else Pill(text, "off")
