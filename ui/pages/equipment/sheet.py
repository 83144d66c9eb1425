"""The sheet of one machine: name and state, acts, tabs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QMenu, QWidget

from center_app.booking.values import MachineState
from center_app.core.access import Right
from ui.kit.buttons import button, icon_button
from ui.kit.layout import Card, clear, column, row, scrolling
from ui.kit.page import Context
from ui.kit.panels import EmptyState
from ui.kit.pill import StateChip
from ui.kit.side_sheet import Tabs
from ui.kit.text import Elided
from ui.kit.words import _
from ui.pages.equipment.data import Detail, state_key, until_text
from ui.pages.equipment.overview import overview
from ui.pages.equipment.tabs import bookings_tab, files_tab, hours_tab, money_tab, upkeep_tab

Acts = dict[str, Callable[[Detail], Any]]


class MachineSheet(Card):
    """Show one machine; `acts` are book, out_of_order, back, label, edit, archive by name."""

    def __init__(self, context: Context, acts: Acts) -> None:
        """Take the context and what the buttons do."""
        super().__init__()
        self._context, self._acts = context, acts
        self.detail: Detail | None = None
        self.tab = "overview"
        self._box = column(gap=0, margins=(1, 1, 1, 1))
        self.setLayout(self._box)
        self.show_nothing()

    def show_nothing(self) -> None:
        """Say that no machine is picked."""
        self.detail = None
        clear(self._box)
        self._box.addWidget(EmptyState("wrench", _("No machine chosen"), _("Choose one in the list to see its sheet.")))

    def show_detail(self, detail: Detail) -> None:
        """Show a machine; the open tab stays."""
        self.detail = detail
        clear(self._box)
        self._box.addLayout(self._head(detail))
        tabs = self._tabs(detail)
        self._box.addWidget(tabs, 1)
        tabs.go(self.tab)
        tabs.opened.connect(self._on_tab)

    def _on_tab(self, key: str) -> None:
        self.tab = key

    def _head(self, detail: Detail) -> Any:
        machine = detail.row.machine
        chip = StateChip(state_key(detail.row), until_text(detail.row))
        name = Elided(machine.names.say(_.language), "title")
        top = row(name, chip, gap=10)
        top.setStretch(0, 1)
        places = (machine.code, machine.category.say(_.language), machine.place.say(_.language))
        line = Elided(_(", ").join(part for part in places if part), "body", "text2")
        return column(top, line, 8, self._buttons(detail), gap=2, margins=(16, 14, 16, 6))

    def _buttons(self, detail: Detail) -> Any:
        actor = self._context.actor
        is_down = detail.row.now.state is MachineState.OUT_OF_ORDER
        book = button(_("Book"), self._run("book", detail), icon="calendar-plus", kind="primary")
        book.setEnabled(actor.may(Right.BOOK))
        if is_down:
            out = button(_("Back in order"), self._run("back", detail), icon="circle-check")
        else:
            out = button(_("Out of order"), self._run("out_of_order", detail), icon="circle-x")
        out.setEnabled(actor.may(Right.OUT_OF_ORDER))
        printed = button(_("Print label"), self._run("label", detail), icon="printer")
        more = icon_button(_("More"), "ellipsis")
        menu = QMenu(more)
        edit = menu.addAction(_("Edit…"), self._run("edit", detail))
        archive = menu.addAction(_("Archive"), self._run("archive", detail))
        for act in (edit, archive):
            act.setEnabled(actor.may(Right.EDIT_EQUIPMENT))
        more.setMenu(menu)
        return row(book, out, printed, None, more)

    def _run(self, name: str, detail: Detail) -> Callable[[], None]:
        return lambda: self._acts[name](detail)

    def _tabs(self, detail: Detail) -> Tabs:
        tabs = Tabs(_("Sheet"))
        pages: tuple[tuple[str, str, Callable[[], QWidget]], ...] = (
            ("overview", _("Overview"), lambda: scrolling(overview(detail, self.width()))),
            ("bookings", _("Bookings"), lambda: bookings_tab(detail, self._open_booking)),
            ("hours", _("Hours"), lambda: hours_tab(detail)),
            ("upkeep", _("Upkeep"), lambda: upkeep_tab(detail)),
            ("money", _("Money"), lambda: money_tab(detail)),
            ("files", _("Files"), lambda: files_tab(lambda: self._context.navigate("grants"))),
        )
        for key, text, build in pages:
            tabs.add(key, text, build)
        return tabs

    def _open_booking(self, view: Any) -> None:
        self._context.navigate("calendar", booking_id=view.id)
