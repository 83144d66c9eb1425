"""The page Cells: tiles of every cell, and the plots of one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from center_app.core.access import Right
from center_app.core.changes import Changed
from center_app.core.text import N_
from center_app.telemetry.values import PortState
from ui.kit.actions import Action
from ui.kit.page import Context, Page, PageSpec
from ui.kit.pill import Pill
from ui.kit.recorded import Doors
from ui.kit.words import _
from ui.pages.cells import acts
from ui.pages.cells.acts import profiles as profile_acts
from ui.pages.cells.data import CellCard
from ui.pages.cells.monitor import Monitor
from ui.pages.cells.overview import Overview
from ui.pages.cells.tile_paint import state_of


class CellsPage(Page):
    """Switch between the tiles and one cell's plots."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, _("Cells"))
        doors = Doors(context.center.folder, database=context.center.database)
        self.overview = Overview(context, doors, self.add_device)
        self.monitor = Monitor(context, doors)
        self.drawers: list[QWidget] = []
        self._stack = QStackedWidget()
        self._stack.addWidget(self.overview)
        self._stack.addWidget(self.monitor)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self._stack)
        self.overview.opened.connect(lambda cell_id: self.open(cell_id=cell_id))
        self.overview.port_wanted.connect(self.add_device)
        self.monitor.loaded.connect(self._on_loaded)
        self._register()

    def _register(self) -> None:
        monitor = self.monitor
        for action_id, text, run, key in (
            ("cells.pause", N_("Pause or follow live"), monitor.base.toggle, "Space"),
            ("cells.live", N_("Follow live"), monitor.base.go_live, "L"),
            ("cells.earlier", N_("Go back in time"), lambda: monitor.pan(-0.5), "Shift+Left"),
            ("cells.later", N_("Go forward in time"), lambda: monitor.pan(0.5), "Shift+Right"),
            ("cells.closer", N_("Zoom in"), lambda: monitor.zoom(0.5), "+"),
            ("cells.wider", N_("Zoom out"), lambda: monitor.zoom(2.0), "-"),
            ("cells.find", N_("Find a channel"), lambda: monitor.search.setFocus(), "Ctrl+F"),
            ("cells.tiles", N_("All cells"), self.back, "Escape"),
        ):
            self.act(action_id, text, run, shortcut=key)
        self.act(
            "cells.add", N_("Connect device…"), self.add_device, icon="plug", shortcut="Ctrl+N", right=Right.RECORD
        )
        acts.register_all(self)

    def offer(self, place: str, action_id: str, text: str, run: Callable[[], Any], **more: Any) -> Action:
        """Register an act (as `act` does) and show it in the menu "⋯" of the "overview" or the "monitor"."""
        action = self.act(action_id, text, run, **more)
        (self.overview if place == "overview" else self.monitor).more.add(action)
        return action

    def refresh(self) -> None:
        """Load again what is in view."""
        if self._stack.currentWidget() is self.overview:
            self.overview.refresh()

    def open(self, **args: Any) -> None:
        """Open the plots of `cell_id`, around `at_ns` when given; without a cell the tiles, `profile` in the editor."""
        if "cell_id" not in args:
            self.show_tiles()
            if "profile" in args:
                profile_acts.open_editor(self, str(args["profile"]))
            return
        self._stack.setCurrentWidget(self.monitor)
        self.monitor.show_cell(int(args["cell_id"]), args.get("at_ns"))
        self.monitor.setFocus()

    def back(self) -> None:
        """Close what is open under the plots, else show every cell again."""
        opened = [drawer for drawer in self.drawers if drawer.isVisible()]
        for drawer in opened:
            drawer.hide()
        if not opened:
            self.show_tiles()

    def show_tiles(self) -> None:
        """Show every cell again."""
        self._stack.setCurrentWidget(self.overview)
        self.set_heading((_("Cells"), ""))

    def _on_loaded(self, card: CellCard) -> None:
        if self._stack.currentWidget() is not self.monitor:
            return
        token, icon, word = state_of(card)
        name = card.machine.say(_.language)
        lost = card.health.lost_samples if card.health else 0
        beside = [lambda: Pill(_.context("cell state", word), token, icon)]
        if card.state is not PortState.STOPPED:
            beside.append(lambda: Pill(_("{n} lost", n=lost), "crit" if lost else "ok", "check"))
        self.set_heading((_("Cells"), "cells"), (name, ""), beside=tuple(beside))

    def add_device(self, port: str = "") -> None:
        """Listen at a port, or choose one, then record."""
        from ui.pages.cells.add_device import ask

        ask(self.context, self, self.overview.refresh, port)

    def state(self) -> dict[str, Any]:
        """Keep the open cell."""
        return self.monitor.state() if self._stack.currentWidget() is self.monitor else {}

    def restore(self, state: dict[str, Any]) -> None:
        """Open the same cell again."""
        if state.get("cell_id"):
            self.monitor.base.set_span(int(state["span_ns"]))
            self.open(cell_id=state["cell_id"])


PAGE = PageSpec(
    id="cells",
    icon="activity",
    title=N_("Cells"),
    build=CellsPage,
    watches=Changed.CELLS | Changed.ALARMS | Changed.BOOKINGS,
)
