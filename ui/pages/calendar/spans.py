"""Choose which time a view shows: days, weeks and months around a local day."""

from __future__ import annotations

from datetime import date, timedelta

from ui.pages.calendar.data import Opening
from ui.pages.calendar.formats import day_start, local
from ui.pages.calendar.geometry import HOUR_S, View

_MARGIN_S = {View.DAY: 3 * 86400, View.WEEK: 5 * 86400, View.MONTH: 8 * 86400}


def first_day(day: date, view: View) -> date:
    """Give the first day of the day, week (from Monday) or month that holds a day."""
    if view is View.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if view is View.MONTH else day


def last_day(day: date, view: View) -> date:
    """Give the last day of the day, week or month that holds a day."""
    first = first_day(day, view)
    if view is View.WEEK:
        return first + timedelta(days=6)
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1) if view is View.MONTH else day


def stepped(day: date, view: View, by: int) -> date:
    """Give the same place so many days, weeks or months on."""
    if view is View.MONTH:
        first, step = day.replace(day=1), 1 if by > 0 else -1
        for _n in range(abs(by)):
            first = (first + timedelta(days=31 if step > 0 else -1)).replace(day=1)
        return first
    return day + timedelta(days=by * (7 if view is View.WEEK else 1))


def origin(day: date, view: View, zone: str, opening: Opening, now: int, width_s: float) -> int:
    """Give the first UTC second to show.

    A day starts an hour before the centre opens; where the present would then lie near or beyond
    an edge, it is put into the middle instead.
    """
    if view is not View.DAY:
        return day_start(first_day(day, view), zone)
    start = day_start(day, zone) + max(0, opening.open_minute * 60 - HOUR_S)
    if local(now, zone).date() != day or start + 0.08 * width_s <= now <= start + 0.85 * width_s:
        return start
    return int(now - width_s / 2) // HOUR_S * HOUR_S


def wanted(t0: int, t1: int, view: View) -> tuple[int, int]:
    """Give what to load for a visible span: a margin on both sides, so that panning finds it loaded."""
    margin = _MARGIN_S[view]
    return t0 - margin, t1 + margin
