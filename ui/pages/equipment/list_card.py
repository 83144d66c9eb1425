"""The list of machines: filters, counts by state, the table, its foot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox

from center_app.core.text import N_
from ui.kit.buttons import button, icon_button
from ui.kit.controls import SearchField, SegmentedControl
from ui.kit.layout import Card, column, row
from ui.kit.page import Context
from ui.kit.table_export import table_menu
from ui.kit.table_model import RowTableModel
from ui.kit.table_view import TableView
from ui.kit.text import label, rule
from ui.kit.words import _
from ui.pages.equipment.columns import columns
from ui.pages.equipment.data import Equipment, MachineRow, state_key

SEGMENTS = (
    ("all", N_("All"), ()),
    ("free", N_("Free"), ("free",)),
    ("in_use", N_("In use"), ("in_use", "late", "booked")),
    ("setup", N_("Set-up"), ("setup",)),
    ("service", N_("Service"), ("service",)),
    ("out_of_order", N_("Out of order"), ("out_of_order",)),
    ("locked", N_("Locked"), ("locked",)),
)
STATES_OF = {key: states for key, _word, states in SEGMENTS}


class ListCard(Card):
    """Show every machine; tells which one is picked."""

    picked = Signal(object)
    add_asked = Signal()

    def __init__(self, context: Context, may_edit: bool) -> None:
        """Take the context and whether machines may be added."""
        super().__init__()
        self._context = context
        self.search = SearchField(_("Filter by name, number, place, custodian"))
        self.categories, self.places = self._combo(_("All categories")), self._combo(_("All places"))
        self.mine = button(_("I may use"), kind="toggle", icon="circle-check")
        self.mine.toggled.connect(lambda _on: self._filter())
        self.segments = SegmentedControl(_("State"))
        self.segments.picked.connect(lambda _key: self._filter())
        self.add = button(_("Add machine"), self.add_asked.emit, icon="plus")
        self.model = RowTableModel(columns())
        self.table = TableView(self.model, _("Machines"), memory=context.memory)
        self.table.same_row = lambda one, two: one.id == two.id
        self.table.row_picked.connect(self.picked)
        self.search.searched.connect(lambda _text: self._filter())
        self.choose = icon_button(_("Columns, export, print"), "columns-3", self._on_columns)
        self._foot = label("", "secondary")
        self._sorted = label("", "secondary", "text3")
        self._updated = label("", "secondary", "text3")
        self.model.shown_changed.connect(self._show_foot)
        self.table.selectionModel().selectionChanged.connect(lambda *_args: self._show_foot())
        self._lay_out()
        self.add.setVisible(may_edit)
        self._sort_at_first()

    def _lay_out(self) -> None:
        first = row(self.search, self.categories, self.places, self.mine, self.choose)
        first.setStretch(0, 1)
        second = row(self.segments, None, self.add)
        head = column(first, second, gap=8, margins=(12, 12, 12, 10))
        foot = row(self._foot, self._sorted, None, self._updated, gap=16, margins=(12, 6, 12, 7))
        box = column(head, rule(), self.table, rule(), foot, gap=0, margins=(1, 1, 1, 1))
        box.setStretch(2, 1)
        self.setLayout(box)

    def _sort_at_first(self) -> None:
        at = [column.id for column in self.model.columns].index("category")
        self.table.sort_by(at)

    def _combo(self, everything: str) -> QComboBox:
        combo = QComboBox()
        combo.addItem(everything, None)
        combo.setAccessibleName(everything)
        combo.setMinimumWidth(120)
        combo.currentIndexChanged.connect(lambda _at: self._filter())
        return combo

    def show_data(self, data: Equipment) -> None:
        """Show freshly read machines; the selection stays."""
        self._fill(self.categories, [(view.id, view.names.say(_.language)) for view in data.categories])
        self._fill(self.places, [(view.id, view.names.say(_.language)) for view in data.places])
        counts = Counter(state_key(held) for held in data.rows)
        self.segments.set_segments(
            [
                (key, _(word), str(sum(counts[state] for state in states) if states else len(data.rows)))
                for key, word, states in SEGMENTS
            ]
        )
        self._updated.setText(_("Updated {time}", time=f"{_.local(data.read_at):%H:%M:%S}"))
        self.model.set_rows(data.rows)

    @staticmethod
    def _fill(combo: QComboBox, pairs: list[tuple[int, str]]) -> None:
        if [combo.itemData(n) for n in range(1, combo.count())] == [key for key, _text in pairs]:
            return
        combo.blockSignals(True)
        while combo.count() > 1:
            combo.removeItem(1)
        for key, text in pairs:
            combo.addItem(text, key)
        combo.blockSignals(False)

    def _filter(self) -> None:
        self.model.set_filter(self.search.text(), self._predicate())

    def _predicate(self) -> Callable[[Any], bool]:
        states = STATES_OF[self.segments.key] if self.segments.key else ()
        category, place = self.categories.currentData(), self.places.currentData()
        mine = self.mine.isChecked()

        def fits(held: MachineRow) -> bool:
            return (
                (not states or state_key(held) in states)
                and (category is None or held.machine.category_id == category)
                and (place is None or held.machine.place_id == place)
                and (not mine or held.may_use)
            )

        return fits

    def _on_columns(self) -> None:
        table_menu(self.table, _("Machines"), self._context).exec(
            self.choose.mapToGlobal(self.choose.rect().bottomLeft())
        )

    def _show_foot(self) -> None:
        shown, chosen = len(self.model.shown_rows()), len(self.table.selected_rows())
        text = _.plural("{n} machine", "{n} machines", shown)
        self._foot.setText(_("{machines}, {n} selected", machines=text, n=chosen) if chosen else text)
        at = self.model.sorting[0] if self.model.sorting else -1
        titles = [held.title for held in self.model.columns]
        self._sorted.setText(_("Sorted by {column}", column=titles[at]) if at >= 0 else "")
