"""The calendar page: toolbar, filters, timeline or list, side panel."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from center_app.core.changes import Changed
from center_app.core.db import Read
from center_app.core.periods import Period
from center_app.core.text import N_
from ui.kit.layout import row
from ui.kit.page import Context, Page, PageSpec
from ui.kit.text import rule
from ui.kit.theme import theme
from ui.kit.words import _
from ui.pages.calendar import ink
from ui.pages.calendar.acts import at
from ui.pages.calendar.adapt import Loaded, timeline_data
from ui.pages.calendar.bars import FilterRow, Toolbar
from ui.pages.calendar.conduct import Conduct
from ui.pages.calendar.doors import go_to
from ui.pages.calendar.filters import GROUPS
from ui.pages.calendar.formats import day_start, local, title
from ui.pages.calendar.geometry import View
from ui.pages.calendar.listing import Listing
from ui.pages.calendar.loader import load
from ui.pages.calendar.picture import Indexed
from ui.pages.calendar.rows import Rows
from ui.pages.calendar.shortcuts import register
from ui.pages.calendar.spans import first_day, last_day, origin, stepped, wanted
from ui.pages.calendar.timeline import Timeline

_NOW_MS = 15_000
_SEEN_MS, _UNSEEN_MS = 140, 25


class CalendarPage(Page):
    """Show bookings of all machines over time; see ``Conduct`` for what a person does with them."""

    def __init__(self, context: Context) -> None:
        """Build the page; data comes with the first refresh."""
        super().__init__(context, _("Calendar"))
        ink.renew()
        self.zone = str(context.center.zone)
        self.loaded: Loaded | None = None
        self.view = View.DAY
        self.day: date = local(self.now_s, self.zone).date()
        self._go_again = True
        self.toolbar = Toolbar([(key, _(text)) for key, text in GROUPS])
        self.filters = FilterRow()
        self.timeline = Timeline()
        self.timeline.set_now(self.now_s)
        self.listing = Listing(context.memory, self.zone, context.center.clock.now)
        self._clock = self._timer(_NOW_MS, self._on_clock, single=False)
        self._seen = self._timer(_SEEN_MS, self._on_seen, single=True)
        self._lay_out()
        self.rows = Rows(self)
        self.conduct = Conduct(self)
        self._connect()
        register(self)

    def _timer(self, interval_ms: int, act: Any, single: bool) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(single)
        timer.setInterval(interval_ms)
        timer.timeout.connect(act)
        return timer

    @property
    def now_s(self) -> int:
        """Give the present instant of the centre's clock, UTC seconds."""
        return int(self.context.center.clock.now().timestamp())

    def _lay_out(self) -> None:
        self.stack = QStackedWidget()
        self.stack.addWidget(self.timeline)
        self.stack.addWidget(self.listing)
        self.side = QVBoxLayout()
        self.side.setContentsMargins(0, 0, 0, 0)
        body = row(gap=0)
        body.addWidget(self.stack, 1)
        body.addLayout(self.side)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        self.toolbar.setStyleSheet(f"Toolbar {{ background: {theme.tokens.hex('surface')}; }}")
        for widget in (self.toolbar, rule(), self.filters, rule()):
            whole.addWidget(widget)
        whole.addLayout(body, 1)

    def _connect(self) -> None:
        bar = self.toolbar
        bar.today_asked.connect(self.go_today)
        bar.stepped.connect(self.step)
        bar.view_picked.connect(self.show_view)
        bar.group_picked.connect(self.rows.group_by)
        bar.found.connect(self.conduct.finder.search)
        bar.book_asked.connect(lambda: self.conduct.forms.open_here())
        self.filters.changed.connect(self.rows.on_filter)
        self.timeline.viewed.connect(self._on_viewed)
        self.listing.opened.connect(self.conduct.show_booking)

    # --- time ----------------------------------------------------------------------------

    def go(self, day: date, view: View | None = None) -> None:
        """Show the day, week or month that holds a day."""
        self.view, self.day = view or self.view, day
        width_s = self.timeline.time_width / (52 / 3600)
        opening = self.timeline.data.opening
        self.timeline.go(origin(day, self.view, self.zone, opening, self.now_s, width_s), self.view)
        if self.stack.currentWidget() is self.listing:
            self.refresh()

    def go_today(self) -> None:
        """Show the present."""
        self.go(local(self.now_s, self.zone).date())

    def step(self, by: int) -> None:
        """Show the span before or after."""
        self.go(stepped(self.day, self.view, by))

    def show_view(self, key: str) -> None:
        """Switch between day, week, month and list."""
        if self.toolbar.views.key != key:
            self.toolbar.views.pick(key)
            return
        self.stack.setCurrentWidget(self.listing if key == "list" else self.timeline)
        if key == "list":
            self.refresh()
        else:
            self.go(self.day, View(key))

    def _on_viewed(self, t0: int, t1: int) -> None:
        if self._go_again:
            return
        middle = local((t0 + t1) / 2, self.zone).date()
        if self.view is View.DAY:
            self.day = middle
        first, last = first_day(self.day, self.view), last_day(self.day, self.view)
        if self.view is not View.DAY and not first <= middle <= last:
            self.day = middle
        self.toolbar.title.setText(title(first_day(self.day, self.view), last_day(self.day, self.view)))
        self._seen.start(_SEEN_MS if self._is_loaded(t0, t1) else _UNSEEN_MS)

    def _is_loaded(self, t0: int, t1: int) -> bool:
        data = self.timeline.data
        return self.loaded is not None and data.start <= t0 and t1 <= data.end

    def _on_seen(self) -> None:
        """Load when the view left what was loaded; else only choose rows again."""
        picture = self.timeline.picture()
        if not self._is_loaded(picture.t0, picture.t1):
            self.refresh()
        else:
            self.rows.arrange()

    def _on_clock(self) -> None:
        self.timeline.set_now(self.now_s)

    def showEvent(self, event: QShowEvent) -> None:
        """Run the clock while in view."""
        super().showEvent(event)
        self._clock.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop the clock out of view."""
        super().hideEvent(event)
        self._clock.stop()

    # --- data ----------------------------------------------------------------------------

    def refresh(self) -> None:
        """Load the visible span with margins on the read lane."""
        if self._go_again:
            self._go_again = False
            self.go(self.day)
        picture = self.timeline.picture()
        first, last = wanted(picture.t0, picture.t1, self.view)
        period = Period(at(first), at(last))
        actor, folder = self.context.actor, self.context.center.folder
        self.context.tasks.read(
            _load, period, actor.person_id, self.zone, folder, done=self._on_loaded, owner=self, key="calendar"
        )
        if self.stack.currentWidget() is self.listing:
            self.listing.load(self.context, self._listed_period(), self)

    def _listed_period(self) -> Period:
        first, last = first_day(self.day, self.view), last_day(self.day, self.view)
        return Period(at(day_start(first, self.zone)), at(day_start(last + timedelta(days=1), self.zone)))

    def _on_loaded(self, found: tuple[Loaded, Indexed]) -> None:
        was_empty = self.loaded is None
        self.loaded, indexed = found
        self.timeline.set_now(self.now_s)
        self.timeline.set_data(indexed)
        if was_empty:
            self.go(self.day)
            self.rows.set_first_filter()
        self.rows.offer_filters()
        self.rows.arrange()
        self.conduct.select_awaited()

    # --- the shell -----------------------------------------------------------------------

    def open(self, **args: Any) -> None:
        """Go to a booking, a machine or a day: ``booking_id``, ``machine_id``, ``day``."""
        go_to(self.conduct, args)

    def state(self) -> dict[str, Any]:
        """Keep view, day, grouping and the undo stack over a rebuild."""
        return {
            "history": (self.context.actor.person_id, self.conduct.history),
            "view": self.toolbar.views.key,
            "day": self.day,
            "group": self.rows.group,
            "span": self.view.value,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take up view, day and grouping, and for the same person what can be undone."""
        person_id, history = state.get("history", (None, None))
        if history is not None and person_id == self.context.actor.person_id:
            self.conduct.take_over(history)
        self.day, self.view = state.get("day", self.day), View(state.get("span", self.view.value))
        self.rows.group_by(state.get("group", self.rows.group))
        if state.get("view", "day") != "day":
            self.toolbar.views.pick(state["view"])


def _load(read: Read, period: Period, person_id: int, zone: str, folder: Path) -> tuple[Loaded, Indexed]:
    """Load and index away from the GUI thread."""
    loaded = load(read, period, person_id, zone, folder)
    indexed = Indexed(timeline_data(loaded))
    for index in (indexed.bars, indexed.reach, indexed.tracks, indexed.of_id):
        assert index is not None
    return loaded, indexed


def build(context: Context) -> QWidget:
    """Build the page."""
    return CalendarPage(context)


PAGE = PageSpec(
    id="calendar",
    icon="calendar-days",
    title=N_("Calendar"),
    build=build,
    watches=(
        Changed.BOOKINGS | Changed.OCCUPANCY | Changed.EQUIPMENT | Changed.PEOPLE | Changed.PROJECTS | Changed.USAGE
    ),
)
