"""Say times, days and spans on the timeline in the current language and the centre's zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ui.kit.words import _, long_day, weekday, weekday_day_month

if TYPE_CHECKING:
    from collections.abc import Iterator

_MINUTE_S = 60


def local(instant: float, zone: str) -> datetime:
    """Give UTC seconds as the aware local time of a zone."""
    return datetime.fromtimestamp(instant, UTC).astimezone(ZoneInfo(zone))


def seconds(moment: datetime) -> int:
    """Give an aware datetime as UTC seconds."""
    return int(moment.timestamp())


@lru_cache(maxsize=4096)
def day_start(day: date, zone: str) -> int:
    """Give the UTC second at which a local day begins."""
    return seconds(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)))


def days_between(t0: float, t1: float, zone: str) -> Iterator[date]:
    """List the local days that touch [t0, t1)."""
    day = local(t0, zone).date()
    while day_start(day, zone) < t1:
        yield day
        day += timedelta(days=1)


@lru_cache(maxsize=8192)
def clock(instant: int, zone: str) -> str:
    """Say the local time of day, as in "13:45"."""
    return local(instant, zone).strftime("%H:%M")


def times(start: int, end: int, zone: str) -> str:
    """Say a span of time of day, as in "13:00–15:00", with days where it leaves its day."""
    first, last = local(start, zone).date(), local(end - 1, zone).date()
    if first == last:
        return f"{clock(start, zone)}–{clock(end, zone)}"
    return f"{day_clock(start, zone)} – {day_clock(end, zone)}"


@lru_cache(maxsize=8192)
def _day_clock(instant: int, zone: str, _language: str) -> str:
    moment = local(instant, zone)
    return weekday(moment.date()) + " " + moment.strftime("%H:%M")


def day_clock(instant: int, zone: str) -> str:
    """Say weekday and time, as in "Tue 06:00"."""
    return _day_clock(instant, zone, _.language)


def listed(*parts: str) -> str:
    """Join what is not empty with the comma of the language."""
    return ("，" if _.language == "zh" else ", ").join(part for part in parts if part)


def length(span_s: int) -> str:
    """Say a length briefly, as in "2 h", "1 h 30", "45 min"."""
    hours, minutes = divmod(span_s // _MINUTE_S, 60)
    if not hours:
        return _("{n} min", n=minutes)
    return _("{h} h {m:02d}", h=hours, m=minutes) if minutes else _("{h} h", h=hours)


def title(first: date, last: date) -> str:
    """Say what the toolbar shows: one day in full, or the days from first to last."""
    if first == last:
        return long_day(first) if _.language != "zh" else _.words.date(first, "y年M月d日EEEE")
    if first.day == 1 and (last + timedelta(days=1)).day == 1 and first.month == last.month:
        return str(_.words.date(first, "y年M月" if _.language == "zh" else "MMMM y"))
    return _range(first, last)


_ONE_MONTH = {"en": ("d", "d MMMM y"), "de": ("d.", "d. MMMM y"), "zh": ("y年M月d日", "d日")}
_TWO_MONTHS = {
    "en": ("d MMM", "d MMM y"),
    "de": ("d. MMM", "d. MMM y"),
    "zh": ("y年M月d日", "M月d日"),
}


def _range(first: date, last: date) -> str:
    """Say days from first to last; a month or year that they share is said once."""
    one_month = (first.year, first.month) == (last.year, last.month)
    head, tail = (_ONE_MONTH if one_month else _TWO_MONTHS)[_.language]
    dash = "–" if one_month else " – "
    return str(_.words.date(first, head) + dash + _.words.date(last, tail))


@lru_cache(maxsize=512)
def _day_head(day: date, brief: bool, language: str) -> str:
    if brief:
        return str(day.day)
    return _.words.date(day, "d日EEE") if language == "zh" else weekday_day_month(day)


def day_head(day: date, brief: bool) -> str:
    """Say a day in the time header, only its number where days are narrow."""
    return _day_head(day, brief, _.language)
