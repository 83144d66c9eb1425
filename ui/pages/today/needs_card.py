"""The card "Needs you": filters by kind, grouped lines with one button each, the last act with Undo."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStackedWidget

from center_app.core.access import Actor
from center_app.core.text import N_
from ui.kit.buttons import button
from ui.kit.controls import SegmentedControl
from ui.kit.layout import Card, column, holder, row
from ui.kit.panels import EmptyState, icon_label
from ui.kit.pill import Pill
from ui.kit.states import state
from ui.kit.table_model import Column, RowTableModel
from ui.kit.table_view import TableView
from ui.kit.text import Elided, key_cap, label, rule
from ui.kit.words import _
from ui.pages.today.needs import GROUPS, Need, may

SEGMENTS = (
    ("all", N_("All")),
    ("down", N_("Down")),
    ("late", N_("Late")),
    ("alarm", N_("Alarms")),
    ("approval", N_("Approvals")),
    ("duty", N_("Duties")),
)


class NeedsTable(TableView):
    """The table; M asks to move."""

    move_asked = Signal(object)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move with M; everything else as in every table."""
        if event.text().lower() == "m" and self.current_row() is not None:
            self.move_asked.emit(self.current_row())
        else:
            super().keyPressEvent(event)


class NeedsCard(Card):
    """Show what needs a person; tells when a line's act is asked for."""

    act_asked = Signal(object)
    move_asked = Signal(object)
    menu_asked = Signal(object, QPoint)

    def __init__(self, actor: Callable[[], Actor]) -> None:
        """Take who acts now."""
        super().__init__()
        self._actor = actor
        self._count = Pill("0", "off")
        self.segments = SegmentedControl(_("Kind"), framed=False, height=26)
        self.segments.picked.connect(self._on_segment)
        self.model = RowTableModel(self._columns(), lambda need: (need.group, _(GROUPS[need.group])))
        self.table = NeedsTable(self.model, _("Needs you"), row_height=48, edge=10)
        self.table.same_row = lambda one, two: one.key == two.key
        self.table.row_activated.connect(self.act_asked)
        self.table.button_pressed.connect(self._on_pressed)
        self.table.menu_asked.connect(self.menu_asked)
        self.table.move_asked.connect(self.move_asked)
        self._foot = row(gap=8, margins=(16, 0, 16, 0))
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(
            EmptyState(
                "circle-check",
                _("Nothing needs you"),
                _("Machines down, late check-ins, alarms, approvals and duties appear here."),
            )
        )
        self._build()
        self.show_last("", None)

    def _build(self) -> None:
        head = row(label(_("Needs you"), "heading"), self._count, None, self.segments, margins=(16, 10, 16, 10))
        foot = holder(self._foot)
        foot.setFixedHeight(44)
        box = column(head, rule(), self._stack, rule(), foot, gap=0, margins=(1, 1, 1, 1))
        box.setStretch(2, 1)
        self.setLayout(box)

    def _columns(self) -> list[Column]:
        return [
            Column("state", _("State"), lambda need: _(state(need.state).word),
                   pill=lambda need: need.state, width=114),
            Column("what", _("What"), lambda need: need.title, second=lambda need: need.note,
                   bold=lambda _need: True, width=280, stretch=1),
            Column("who", _("Who and where"), lambda need: need.who or need.where,
                   second=lambda need: need.where if need.who else "", width=164, drop=1),
            Column("since", _("Since or due"), lambda need: need.at_text, second=lambda need: need.since,
                   second_token=lambda need: need.token, value=lambda need: need.at, width=108),
            Column("act", "", lambda need: need.act_text, button=self._button, width=138),
            Column("menu", "", lambda _need: "", icon=lambda _need: "ellipsis-vertical", pressable=True, width=34),
        ]  # fmt: skip

    def _button(self, need: Need) -> str:
        return need.act_text if may(need, self._actor()) else ""

    def show_needs(self, needs: tuple[Need, ...]) -> None:
        """Show freshly read lines; the selection stays, else the first is chosen."""
        counts = Counter(need.kind for need in needs)
        self._count.show_text(str(len(needs)))
        segments = [(key, _(word), str(counts[key] if key != "all" else len(needs))) for key, word in SEGMENTS]
        self.segments.set_segments(segments)
        first_time = not self.model.rows()
        self.model.set_rows(needs)
        if first_time and needs:
            self.table.pick(lambda need: need.key == needs[0].key)
        self._stack.setCurrentIndex(0 if needs else 1)

    def _on_segment(self, key: str) -> None:
        self.model.set_filter("", None if key == "all" else lambda need: need.kind == key)

    def _on_pressed(self, need: Need, column_id: str) -> None:
        if column_id == "act":
            self.act_asked.emit(need)
        else:
            cursor = self.table.viewport().mapToGlobal(self.table.visualRect(self.table.currentIndex()).bottomRight())
            self.menu_asked.emit(need, cursor)

    def show_last(self, text: str, undo: Callable[[], Any] | None) -> None:
        """Show the last act with Undo at the left, the keys at the right."""
        from ui.kit.layout import clear

        clear(self._foot)
        if text:
            said = Elided(f"{_.now():%H:%M}  {text}", "secondary")
            self._foot.addWidget(icon_label("undo-2"))
            self._foot.addWidget(said)
            said.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        if undo is not None:
            self._foot.addWidget(button(_("Undo"), undo, kind="link"))
        self._foot.addStretch(1)
        for cap, word in (("↑ ↓", _("select")), ("Enter", _("act")), ("M", _.context("act", "move"))):
            self._foot.addWidget(_cap(cap))
            self._foot.addWidget(label(word, "secondary", "text3"))


def _cap(text: str) -> QLabel:
    return key_cap(text)
