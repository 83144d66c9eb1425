"""Register the calendar's actions: menus, command box, shortcuts and help read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from center_app.core.access import Right
from center_app.core.text import N_
from ui.pages.calendar.geometry import View
from ui.pages.calendar.printing import print_timeline

if TYPE_CHECKING:
    from ui.pages.calendar.page import CalendarPage


def register(page: CalendarPage) -> None:
    """Register every act of a page with its key."""
    _register_views(page)
    _register_acts(page)


def _register_views(page: CalendarPage) -> None:
    page.act("calendar.today", N_("Go to today"), page.go_today, icon="calendar-days", shortcut="T")
    page.act("calendar.day", N_("Show a day"), lambda: page.show_view("day"), shortcut="D")
    page.act("calendar.week", N_("Show a week"), lambda: page.show_view("week"), shortcut="W")
    page.act("calendar.month", N_("Show a month"), lambda: page.show_view("month"), shortcut="Shift+M")
    page.act("calendar.list", N_("Show bookings as a list"), lambda: page.show_view("list"), shortcut="L")
    page.act("calendar.earlier", N_("Go to the time before"), lambda: page.step(-1), shortcut="PgUp")
    page.act("calendar.later", N_("Go to the time after"), lambda: page.step(1), shortcut="PgDown")
    search = page.toolbar.search.setFocus
    page.act("calendar.find", N_("Find a free slot"), search, icon="calendar-search", shortcut="F")
    page.act(
        "calendar.print", N_("Print the timeline"), lambda: print_timeline(page), icon="printer", shortcut="Ctrl+P"
    )


def _register_acts(page: CalendarPage) -> None:
    conduct, book = page.conduct, Right.BOOK
    page.act(
        "calendar.book",
        N_("Book a machine"),
        conduct.forms.open_here,
        icon="plus",
        shortcut="Ctrl+N",
        right=book,
    )
    page.act("calendar.move", N_("Move the booking, or show a month"), lambda: _move(page), shortcut="M", right=book)
    page.act("calendar.cancel", N_("Cancel the booking"), lambda: _cancel(page), icon="x", shortcut="Del", right=book)
    page.act("calendar.undo", N_("Undo"), lambda: conduct.history.undo(), icon="undo-2", shortcut="Ctrl+Z")
    page.act("calendar.redo", N_("Redo"), lambda: conduct.history.redo(), icon="redo-2", shortcut="Ctrl+Y")
    page.act("calendar.copy", N_("Copy the booking"), conduct.clipboard.copy, icon="copy", shortcut="Ctrl+C")
    page.act("calendar.paste", N_("Paste the booking here"), conduct.clipboard.paste, shortcut="Ctrl+V", right=book)


def _move(page: CalendarPage) -> None:
    """Lift the selected booking; without one, M shows the month."""
    if page.timeline.bar >= 0:
        page.timeline.setFocus()
        page.timeline.keys.carry()
    else:
        page.show_view(View.MONTH.value)


def _cancel(page: CalendarPage) -> None:
    timeline = page.timeline
    if timeline.bar >= 0 and int(timeline.data.bars.id[timeline.bar]) > 0:
        page.conduct.with_booking(int(timeline.data.bars.id[timeline.bar]), page.conduct.acts.cancel)
