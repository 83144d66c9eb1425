"""Keep the rows of a calendar page: which machines are shown, under which headings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.kit.words import _
from ui.pages.calendar.filters import Filter, groups_of, shown_rows
from ui.pages.calendar.summary import ROW_WORDS

if TYPE_CHECKING:
    from ui.pages.calendar.page import CalendarPage

_MANY_ROWS = 12


class Rows:
    """Filter and group the rows; belongs to the GUI thread."""

    def __init__(self, page: CalendarPage) -> None:
        """Attach to a page whose widgets exist."""
        self._page = page
        self.group = "category"
        self._is_set = False

    def set_first_filter(self) -> None:
        """Start with the booked machines where there are enough of them to fill the page."""
        page, picture = self._page, self._page.timeline.picture()
        if page.loaded is not None and not self._is_set:
            booked = shown_rows(page.timeline.data, page.loaded, Filter(booked=True), picture.t0, picture.t1)
            page.filters.booked.set_on(len(booked) >= _MANY_ROWS)
        self._is_set = True

    def offer_filters(self) -> None:
        """Fill the menus of projects and states."""
        loaded = self._page.loaded
        named = loaded.timeline.projects.items() if loaded else ()
        projects = sorted((f"{code} {names.say(_.language)}", str(key)) for key, (code, names) in named)
        states = [(str(key), _(word)) for key, word in ROW_WORDS.items()]
        self._page.filters.show_choices([(key, text) for text, key in projects], states)

    def on_filter(self) -> None:
        """Take up what the filter row says now."""
        self._is_set = True
        self.arrange()

    def group_by(self, key: str) -> None:
        """Group the machines another way."""
        self.group = key
        self._page.toolbar.show_group(key)
        self.arrange()

    def wanted(self) -> Filter:
        """Give what the filter row says."""
        bar = self._page.filters
        project_id = int(bar.project_key) if bar.project_key else None
        return Filter(bar.booked.on, bar.mine.on, bar.qualified.on, project_id, bar.state_key)

    def arrange(self) -> None:
        """Choose and group the rows of the timeline, and narrow the list likewise."""
        page = self._page
        if page.loaded is None:
            return
        data, picture, wanted = page.timeline.data, page.timeline.picture(), self.wanted()
        rows = shown_rows(data, page.loaded, wanted, picture.t0, picture.t1)
        page.timeline.set_shown(rows, groups_of(data, self.group))
        person_id = page.context.actor.person_id if wanted.mine else None
        page.listing.narrow(person_id, wanted.project_id)
