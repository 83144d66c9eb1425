"""Equipment: the list of machines and one machine's sheet."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from center_app.core.changes import Changed
from center_app.core.text import N_
from ui.kit.layout import row
from ui.kit.page import Context, Page, PageSpec
from ui.kit.words import _
from ui.pages.equipment.acts import EquipmentActs
from ui.pages.equipment.data import Detail, Equipment, MachineRow, load, load_detail
from ui.pages.equipment.list_card import ListCard
from ui.pages.equipment.sheet import MachineSheet


class EquipmentPage(Page):
    """The page."""

    def __init__(self, context: Context) -> None:
        """Build list and sheet."""
        super().__init__(context, _("Equipment"))
        self.acts = EquipmentActs(context, self)
        self.list = ListCard(context, self.acts.may_edit())
        self.sheet = MachineSheet(
            context,
            {
                "book": self.acts.book,
                "out_of_order": self.acts.out_of_order,
                "back": self.acts.back,
                "label": self.acts.label,
                "edit": lambda detail: self.acts.edit(self.data, detail.row.machine) if self.data else None,
                "archive": self.acts.archive,
            },
        )
        self.data: Equipment | None = None
        self.chosen: int | None = None
        box = row(self.list, self.sheet, gap=12, margins=(16, 16, 16, 16))
        box.setStretch(0, 62)
        box.setStretch(1, 38)
        self.list.setMinimumWidth(560)
        self.sheet.setMinimumWidth(400)
        self.setLayout(box)
        self.list.picked.connect(self._on_picked)
        self.list.add_asked.connect(lambda: self.acts.edit(self.data, None) if self.data else None)
        self.setFocusProxy(self.list.table)
        self._register()
        self._minute = QTimer(self)
        self._minute.setInterval(60_000)
        self._minute.timeout.connect(self.touch)
        self._minute.start()

    def _register(self) -> None:
        self.act("equipment.find", N_("Filter machines"), self.list.search.setFocus, icon="search", shortcut="Ctrl+F")
        self.act("equipment.book", N_("Book the chosen machine"), lambda: self._on_sheet("book"), icon="calendar-plus",
                 shortcut="Ctrl+B")  # fmt: skip
        self.act("equipment.out", N_("Out of order now"), lambda: self._on_sheet("out_of_order"), icon="circle-x",
                 shortcut="Ctrl+Shift+O")  # fmt: skip
        self.act("equipment.label", N_("Print label"), lambda: self._on_sheet("label"), icon="printer")
        self.act("equipment.edit", N_("Edit machine"), lambda: self._on_sheet("edit"), icon="pencil", shortcut="F2")

    def _on_sheet(self, name: str) -> None:
        detail = self.sheet.detail
        if detail is None:
            return
        if name == "edit":
            if self.data:
                self.acts.edit(self.data, detail.row.machine)
        else:
            getattr(self.acts, name)(detail)

    def refresh(self) -> None:
        """Read the list, and the sheet that is open."""
        self.context.tasks.read(load, self.context.actor, owner=self, key="list", done=self._on_loaded)
        if self.chosen is not None:
            self._load_sheet(self.chosen)

    def _on_loaded(self, data: Equipment) -> None:
        self.data = data
        self.list.show_data(data)
        if self.chosen is not None:
            self.list.table.pick(lambda held: held.id == self.chosen)
        elif self.list.model.shown_rows():
            first = self.list.model.shown_rows()[0]
            self.list.table.pick(lambda held: held.id == first.id)

    def _on_picked(self, held: MachineRow) -> None:
        if held.id != self.chosen:
            self.chosen = held.id
            self._load_sheet(held.id)

    def _load_sheet(self, machine_id: int) -> None:
        folder = self.context.center.folder
        self.context.tasks.read(load_detail, folder, machine_id, owner=self, key="sheet", done=self._on_detail)

    def _on_detail(self, detail: Detail) -> None:
        if detail.row.id == self.chosen:
            self.sheet.show_detail(detail)

    def open(self, **args: Any) -> None:
        """Go to a machine: `machine_id`, and a tab of its sheet: `tab`; or to a state: `state`."""
        if "tab" in args:
            self.sheet.tab = args["tab"]
        if "state" in args:
            self.list.segments.pick(args["state"])
        if "machine_id" in args:
            self.chosen = args["machine_id"]
            self._load_sheet(self.chosen)
            self.list.table.pick(lambda held: held.id == self.chosen)

    def state(self) -> dict[str, Any]:
        """Keep the chosen machine, tab and filter."""
        return {"machine": self.chosen, "tab": self.sheet.tab, "filter": self.list.search.text()}

    def restore(self, state: dict[str, Any]) -> None:
        """Take up the chosen machine, tab and filter."""
        self.chosen, self.sheet.tab = state["machine"], state["tab"]
        self.list.search.setText(state["filter"])
        if self.chosen is not None:
            self._load_sheet(self.chosen)


def build(context: Context) -> QWidget:
    """Make the page."""
    return EquipmentPage(context)


PAGE = PageSpec(
    "equipment", "wrench", N_("Equipment"), build,
    Changed.EQUIPMENT | Changed.OCCUPANCY | Changed.BOOKINGS | Changed.USAGE | Changed.HOURS,
)  # fmt: skip
