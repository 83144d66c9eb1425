"""The card "Machines now and next": counts by state and the machines that matter now."""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from center_app.core.text import N_
from ui.kit.buttons import button
from ui.kit.icons import paint_icon
from ui.kit.layout import Card, column, row
from ui.kit.states import state
from ui.kit.table_model import Column, RowTableModel
from ui.kit.table_view import TableView
from ui.kit.text import label
from ui.kit.theme import font, theme
from ui.kit.words import _
from ui.pages.today.data import NowRow, holder_text, next_text, right_text

COUNTS = (
    ("in_use", ("in_use", "setup"), N_("{n} in use")),
    ("free", ("free", "booked"), N_("{n} free")),
    ("late", ("late",), N_("{n} late")),
    ("service", ("service", "locked"), N_("{n} service")),
    ("down", ("out_of_order",), N_("{n} down")),
)
SHORT = {"out_of_order": "down"}


class CountStrip(QWidget):
    """One line of counts by state on a sunken ground."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self.setFixedHeight(28)
        self._parts: list[tuple[str, str]] = []

    def show_counts(self, parts: list[tuple[str, str]]) -> None:
        """Show (state key, text) pairs."""
        self._parts = parts
        self.setAccessibleName(_(", ").join(text for _key, text in parts))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint icons and texts, closer together where room is short."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme["sunken"])
        painter.setPen(QPen(theme["line"], 1))
        for y in (0, self.height() - 1):
            painter.drawLine(0, y, self.width(), y)
        painter.setFont(font(12))
        widths = [painter.fontMetrics().horizontalAdvance(text) + 18 for _key, text in self._parts]
        spare = self.width() - 32 - sum(widths)
        gap = max(6, min(14, spare // max(1, len(widths) - 1)))
        x = 16
        for (key, text), wide in zip(self._parts, widths, strict=True):
            look = state(key)
            paint_icon(painter, look.icon, x, self.height() / 2 - 6.5, 13, theme[look.token])
            painter.setPen(theme["text2"])
            painter.drawText(x + 18, 0, wide, self.height(), int(Qt.AlignmentFlag.AlignVCenter), text)
            x += wide + gap


class MachinesCard(Card):
    """Show machines now and next."""

    machine_picked = Signal(object)
    all_asked = Signal()

    def __init__(self) -> None:
        """Build head, counts and table."""
        super().__init__()
        self._all = button("", self.all_asked.emit, kind="link")
        self._strip = CountStrip()
        self.model = RowTableModel(
            [
                Column("state", _("State"), lambda held: _(state(_state_key(held)).word), pill=_state_key, width=106),
                Column("name", _("Machine"), lambda row: row.names.say(_.language), second=holder_text,
                       bold=lambda _row: True, width=112, stretch=1),
                Column("next", _("Next"), right_text, second=next_text, right=True, width=164),
            ]
        )  # fmt: skip
        self.table = TableView(self.model, _("Machines now and next"), row_height=48, edge=10)
        self.table.same_row = lambda one, two: one.machine.id == two.machine.id
        self.table.horizontalHeader().hide()
        self.table.row_activated.connect(self.machine_picked)
        head = row(label(_("Machines now and next"), "heading"), None, self._all, margins=(16, 10, 16, 10))
        box = column(head, self._strip, self.table, gap=0, margins=(1, 1, 1, 6))
        box.setStretch(2, 1)
        self.setLayout(box)

    def show_machines(self, rows: tuple[NowRow, ...]) -> None:
        """Show freshly read machines."""
        counts = Counter(held.now.state.value for held in rows)
        self._strip.show_counts(
            [
                (key, _(text, n=total))
                for key, names, text in COUNTS
                if (total := sum(counts[name] for name in names)) or key in ("in_use", "free")
            ]
        )
        self._all.setText(_("All {n}", n=len(rows)))
        self.model.set_rows(rows)


def _state_key(held: NowRow) -> str:
    key = held.now.state.value
    return SHORT.get(key, key)
