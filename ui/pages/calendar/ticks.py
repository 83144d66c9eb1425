"""Place hours, days and closed hours on the time axis, exact over clock changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from ui.pages.calendar.formats import clock, day_head, day_start, days_between
from ui.pages.calendar.geometry import HOUR_S

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from ui.pages.calendar.data import Opening

_STEPS_H = (1, 2, 3, 6, 12)
_LEAST_PX = 40.0


@dataclass(frozen=True)
class Tick:
    """Hold one mark of the header: instant (UTC s), text ("" for none), strong at midnight."""

    instant: int
    text: str
    strong: bool = False


def hour_step(px_per_hour: float) -> int:
    """Choose how many hours lie between marks so that their texts do not touch; 24 for days only."""
    return next((step for step in _STEPS_H if step * px_per_hour >= _LEAST_PX), 24)


def ticks(t0: float, t1: float, scale: float, zone: str) -> list[Tick]:
    """List the marks that touch [t0, t1); ``scale`` is px per second."""
    step = hour_step(scale * HOUR_S)
    found: list[Tick] = []
    for day in days_between(t0, t1, zone):
        found.extend(_day_ticks(day, step, scale, zone))
    return [tick for tick in found if tick.instant < t1]


def _day_ticks(day: date, step: int, scale: float, zone: str) -> Iterator[Tick]:
    first, last = day_start(day, zone), day_start(day + timedelta(days=1), zone)
    hourly = step < 4
    head = clock(first, zone) if hourly else day_head(day, scale * 86400 < 72)
    yield Tick(first, head, strong=True)
    for instant in range(first + HOUR_S, last, HOUR_S):
        hour = int(clock(instant, zone)[:2])
        if hour % step == 0 and hour:
            yield Tick(instant, clock(instant, zone) if hourly else "")


def closed(t0: float, t1: float, opening: Opening, zone: str) -> Iterator[tuple[int, int]]:
    """List the spans within [t0, t1) in which the centre is closed (local wall time)."""
    for day in days_between(t0, t1, zone):
        first, last = day_start(day, zone), day_start(day + timedelta(days=1), zone)
        if day.weekday() not in opening.weekdays:
            yield first, last
            continue
        yield first, _wall(day, opening.open_minute, zone)
        yield _wall(day, opening.close_minute, zone), last


def _wall(day: date, minute: int, zone: str) -> int:
    """Give the UTC second of a local wall time; wall hours keep their name over a clock change."""
    from datetime import UTC, datetime, time
    from zoneinfo import ZoneInfo

    if minute >= 24 * 60:
        return day_start(day + timedelta(days=1), zone)
    at = datetime.combine(day, time(minute // 60, minute % 60), ZoneInfo(zone))
    return int(at.astimezone(UTC).timestamp())
