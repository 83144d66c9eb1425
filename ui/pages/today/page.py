"""Today: what needs a person, machines now and next, the week's hours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtWidgets import QMenu, QWidget

from center_app.booking.values import BookingView
from center_app.core.changes import Changed
from center_app.core.text import N_
from ui.kit.layout import column, row
from ui.kit.page import Context, Page, PageSpec
from ui.kit.words import _, long_day
from ui.pages.today.acts import TodayActs
from ui.pages.today.data import NowRow, Today, load, load_week
from ui.pages.today.machines_card import MachinesCard
from ui.pages.today.needs import Need
from ui.pages.today.needs_card import NeedsCard
from ui.pages.today.week_card import WeekCard

FRESH_MS = 20_000


class TodayPage(Page):
    """The page."""

    def __init__(self, context: Context) -> None:
        """Build the three cards."""
        super().__init__(context, _("Today"))
        self.needs = NeedsCard(lambda: context.actor)
        self.machines, self.week = MachinesCard(), WeekCard()
        self.acts = TodayActs(context, self._on_done)
        right = column(self.machines, self.week, gap=16)
        right.setStretch(0, 1)
        box = row(self.needs, right, gap=16, margins=(16, 16, 16, 16))
        box.setStretch(0, 67)
        box.setStretch(1, 33)
        self.needs.setMinimumWidth(560)
        self.machines.setMinimumWidth(340)
        self.setLayout(box)
        self.setFocusProxy(self.needs.table)
        self._connect()
        self.act(
            "today.act", N_("Do what the chosen line says"), self._on_key_act, icon="check", shortcut="Ctrl+Return"
        )
        self.act("today.undo", N_("Undo"), self._on_undo, icon="undo-2", shortcut="Ctrl+Z")
        self._undo: Callable[[], Any] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(FRESH_MS)
        self._timer.timeout.connect(self.touch)
        self._timer.start()

    def _connect(self) -> None:
        self.needs.act_asked.connect(self.acts.run)
        self.needs.move_asked.connect(self.acts.move)
        self.needs.menu_asked.connect(self._on_menu)
        self.machines.machine_picked.connect(self._on_machine)
        self.machines.all_asked.connect(lambda: self.context.navigate("equipment"))
        self.week.report_asked.connect(lambda: self.context.navigate("reports"))

    def refresh(self) -> None:
        """Read everything the page shows."""
        self.context.tasks.read(
            load, self.context.center, self.context.actor, owner=self, key="today", done=self._on_loaded
        )
        self.context.tasks.read(load_week, self.context.center, owner=self, key="week", done=self.week.show_week)

    def _on_loaded(self, data: Today) -> None:
        self.set_heading((_("Today"), ""), subtitle=long_day(_.local(data.at).date()))
        self.needs.show_needs(data.needs)
        self.machines.show_machines(data.machines)

    def _on_machine(self, held: NowRow) -> None:
        self.context.navigate("equipment", machine_id=held.machine.id)

    def _on_key_act(self) -> None:
        need = self.needs.table.current_row()
        if need is not None:
            self.acts.run(need)

    def _on_done(self, text: str, undo: Callable[[], Any] | None) -> None:
        self._undo = undo
        self.needs.show_last(text, self._on_undo if undo else None)

    def _on_undo(self) -> None:
        undo, self._undo = self._undo, None
        if undo is not None:
            undo()
            self.needs.show_last(_("Undone"), None)

    def _on_menu(self, need: Need, at: QPoint) -> None:
        menu = QMenu(self)
        menu.addAction(need.act_text, lambda: self.acts.run(need))
        if isinstance(need.subject, BookingView):
            menu.addAction(_("Move…"), lambda: self.acts.move(need))
        if need.act == "approve":
            menu.addAction(_("Decline"), lambda: self.acts.decline(need))
        menu.exec(at)

    def state(self) -> dict[str, Any]:
        """Keep the filter."""
        return {"segment": self.needs.segments.key}

    def restore(self, state: dict[str, Any]) -> None:
        """Take up the filter."""
        if state["segment"]:
            self.needs.segments.pick(state["segment"])


def build(context: Context) -> QWidget:
    """Make the page."""
    return TodayPage(context)


PAGE = PageSpec(
    "today", "layout-dashboard", N_("Today"), build,
    Changed.BOOKINGS | Changed.OCCUPANCY | Changed.USAGE | Changed.EQUIPMENT | Changed.ALARMS | Changed.HOURS
    | Changed.REQUESTS | Changed.AWARDS | Changed.REPORTS,
)  # fmt: skip
