"""Say rows and bars in a sentence: tooltips, screen readers, the clipboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from center_app.core.text import N_
from ui.kit.words import _
from ui.pages.calendar.data import BarState, RowState
from ui.pages.calendar.formats import listed, local, times, title

if TYPE_CHECKING:
    from ui.pages.calendar.data import TimelineData
    from ui.pages.calendar.picture import Picture

BAR_WORDS = {
    BarState.BOOKED: N_("Booked"),
    BarState.PENDING: N_("Pending"),
    BarState.IN_USE: N_("In use"),
    BarState.LATE: N_("Late"),
    BarState.DONE: N_("Done"),
    BarState.NO_SHOW: N_("No-show"),
    BarState.OUT_OF_ORDER: N_("Out of order"),
    BarState.SERVICE: N_("Service"),
    BarState.UNBOOKED: N_("Run without booking"),
    BarState.ALARM: N_("In use, alarm"),
}
ROW_WORDS = {
    RowState.FREE: N_("Free"),
    RowState.IN_USE: N_("In use"),
    RowState.BOOKED: N_("Booked"),
    RowState.SET_UP: N_("Set-up"),
    RowState.LATE: N_("Late"),
    RowState.SERVICE: N_("Service"),
    RowState.DOWN: N_("Down"),
    RowState.LOCKED: N_("Locked"),
    RowState.ALARM: N_("Alarm"),
}


def bar_summary(data: TimelineData, bar: int, between: str = "; ") -> str:
    """Say machine, state, person, project and times of one bar."""
    bars = data.bars
    state = BarState(int(bars.state[bar]))
    when = times(int(bars.start[bar]), int(bars.end[bar]), data.zone)
    who = listed(bars.title[bar], bars.detail[bar])
    machine = data.rows[int(bars.row[bar])].name
    return between.join(part for part in (machine, _(BAR_WORDS[state]), who, when) if part)


def row_summary(picture: Picture) -> str:
    """Say the selected machine with its bars in view, or how much is on show."""
    if picture.row < 0:
        day = local(picture.t0, picture.data.zone).date()
        shown = _.plural("{n} machine", "{n} machines", len(picture.layout.line_of_row))
        return f"{title(day, day)}: {shown}"
    machine = picture.data.rows[picture.row]
    hits = picture.indexed.bars.touching(picture.row, picture.t0, picture.t1)
    count = _.plural("{n} booking in view", "{n} bookings in view", int(hits.size))
    return "; ".join((machine.name, _(ROW_WORDS[machine.state]), count))
