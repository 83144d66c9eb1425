"""The list of bookings of a span: the same bookings as a table to sort, filter, copy and print."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QStackedWidget

from center_app.booking import queries as bookings
from center_app.booking.values import BookingView
from center_app.core.periods import Period
from ui.kit.memory import Memory
from ui.kit.page import Context
from ui.kit.panels import EmptyState
from ui.kit.table_model import Column, RowTableModel
from ui.kit.table_view import TableView
from ui.kit.words import _, weekday_day_month
from ui.pages.calendar.formats import clock, length, local, seconds
from ui.pages.calendar.present import state_key


class Listing(QStackedWidget):
    """Show bookings as rows; ``opened`` carries a booking id."""

    opened = Signal(int)

    def __init__(self, memory: Memory, zone: str, now: Callable[[], datetime]) -> None:
        """Build the empty table; ``now`` tells the present instant."""
        super().__init__()
        self._zone, self._now = zone, now
        self._model = RowTableModel(self._columns(), group_of=self._day)
        self.table = TableView(self._model, _("Bookings"), memory=memory)
        self.table.row_picked.connect(self._on_picked)
        self.table.row_activated.connect(self._on_picked)
        self.addWidget(self.table)
        self.addWidget(EmptyState("calendar-days", _("No bookings"), _("Nothing is booked in this time.")))

    def _day(self, view: BookingView) -> tuple[str, str]:
        day = local(seconds(view.start_at), self._zone).date()
        return day.isoformat(), weekday_day_month(day)

    def _columns(self) -> list[Column]:
        return [
            Column("state", _("State"), lambda view: "", pill=self._state, width=116),
            Column("time", _("Time"), self._times, value=lambda view: view.start_at, width=120),
            Column("length", _("Length"), lambda view: length(_length(view)), value=_length, width=76, right=True),
            Column("machine", _("Machine"), lambda view: view.machine.say(_.language), width=190, stretch=2),
            Column("person", _("Person"), lambda view: view.person, width=150, stretch=1),
            Column("project", _("Project"), _project, width=200, stretch=2),
            Column("title", _("What for"), lambda view: view.title, width=150, stretch=1),
            Column("reference", _("Number"), lambda view: view.reference, width=96),
        ]

    def _state(self, view: BookingView) -> str:
        return state_key(view, self._now())

    def _times(self, view: BookingView) -> str:
        return f"{clock(seconds(view.start_at), self._zone)}–{clock(seconds(view.end_at), self._zone)}"

    def load(self, context: Context, period: Period, owner: QObject) -> None:
        """Read the bookings of a period."""
        context.tasks.read(bookings.bookings_in, period, done=self.show_bookings, owner=owner, key="list")

    def show_bookings(self, views: list[BookingView]) -> None:
        """Replace the rows."""
        self._model.set_rows(views)
        self.setCurrentIndex(0 if views else 1)

    def narrow(self, person_id: int | None, project_id: int | None) -> None:
        """Show only the bookings of a person or a project; None narrows nothing."""

        def fits(view: BookingView) -> bool:
            is_theirs = person_id is None or view.person_id == person_id
            return is_theirs and (project_id is None or view.project_id == project_id)

        self._model.set_filter(predicate=fits)

    def rows(self) -> list[BookingView]:
        """Return the bookings on show, in view order."""
        return list(self._model.shown_rows())

    def _on_picked(self, view: Any) -> None:
        if isinstance(view, BookingView):
            self.opened.emit(view.id)


def _length(view: BookingView) -> int:
    return int((view.end_at - view.start_at).total_seconds())


def _project(view: BookingView) -> str:
    return f"{view.project_code} {view.project.say(_.language)}".strip()
