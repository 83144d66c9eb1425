"""Plan believable bookings and uses: pure, seeded, the same for the same day."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from center_app.core.periods import Period

_QUARTER = timedelta(minutes=15)
# category -> (chance of a busy day, sessions a day, hours of a session)
_HABITS = {
    "additive": (0.75, (1, 2), (3.0, 8.0)),
    "machining": (0.85, (1, 3), (2.0, 5.0)),
    "cutting": (0.70, (1, 3), (1.0, 3.0)),
    "metrology": (0.75, (1, 3), (1.0, 3.5)),
    "testing": (0.60, (1, 2), (2.0, 6.0)),
    "cells": (0.92, (2, 2), (3.0, 5.0)),
    "compute": (0.80, (1, 1), (6.0, 11.0)),
}
NO_SHOW = 0.03


@dataclass(frozen=True)
class PlannedUse:
    """Plan one booking: period, actual check-in and check-out (None: nobody came), runs, set-up in s."""

    period: Period
    used: Period | None
    runs: tuple[Period, ...]
    setup_s: int
    postprocess_s: int


def plan_days(code: str, category: str, first: date, last: date, zone: str, buffer_s: int) -> Iterator[PlannedUse]:
    """Yield the uses of one machine from first to last day, in order, buffers kept free."""
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        dice = random.Random(f"{code} {day}")
        if day.weekday() < 5 or (day.weekday() == 5 and dice.random() < 0.25):
            yield from _day(dice, category, day, zone, buffer_s)


def _day(dice: random.Random, category: str, day: date, zone: str, buffer_s: int) -> Iterator[PlannedUse]:
    first = datetime.combine(day, time(8), ZoneInfo(zone)).astimezone(UTC)
    latest = datetime.combine(day, time(20), ZoneInfo(zone)).astimezone(UTC)
    yield from _shift(dice, category, first, latest, buffer_s)


def plan_night(code: str, category: str, now: datetime, zone: str, buffer_s: int) -> Iterator[PlannedUse]:
    """Yield a night shift around the present where it is not day, so that there is something to watch."""
    local = now.astimezone(ZoneInfo(zone))
    if 9 <= local.hour < 18 and local.weekday() < 5:
        return
    dice = random.Random(f"{code} night {local:%Y-%m-%d}")
    first = _next_quarter(now) - timedelta(hours=4)
    yield from _shift(dice, category, first, first + timedelta(hours=10), buffer_s)


def _shift(
    dice: random.Random, category: str, first: datetime, latest: datetime, buffer_s: int
) -> Iterator[PlannedUse]:
    busy, sessions, hours = _HABITS[category]
    if dice.random() > busy:
        return
    at = first + _QUARTER * dice.randrange(0, 6)
    for _ in range(dice.randint(*sessions)):
        length = timedelta(hours=round(dice.uniform(*hours) * 4) / 4)
        if at + length > latest:
            return
        use = _use(dice, Period(at, at + length))
        yield use
        end = max(use.period.end, use.used.end if use.used else use.period.end)
        at = _next_quarter(end + timedelta(seconds=buffer_s)) + _QUARTER * dice.randrange(0, 4)


def _next_quarter(moment: datetime) -> datetime:
    rest = (moment - datetime.min.replace(tzinfo=UTC)) % _QUARTER
    return moment if not rest else moment + _QUARTER - rest


def _use(dice: random.Random, period: Period) -> PlannedUse:
    if dice.random() < NO_SHOW:
        return PlannedUse(period, None, (), 0, 0)
    late = timedelta(seconds=dice.randrange(0, 600))
    early = timedelta(seconds=dice.randrange(0, 900))
    used = Period(period.start + late, period.end - early)
    setup_s = min(dice.randrange(300, 1800), int(used.duration_s // 6))
    post_s = min(dice.randrange(120, 900), int(used.duration_s // 8))
    return PlannedUse(period, used, tuple(_runs(dice, used, setup_s, post_s)), setup_s, post_s)


def _runs(dice: random.Random, used: Period, setup_s: int, post_s: int) -> Iterator[Period]:
    """Split the time between set-up and post-processing into one to three runs with pauses."""
    at = used.start + timedelta(seconds=setup_s)
    end = used.end - timedelta(seconds=post_s)
    parts = dice.randint(1, 3)
    length = (end - at) / parts
    for _ in range(parts):
        stop = at + length * dice.uniform(0.82, 0.97)
        if (stop - at).total_seconds() >= 60:
            yield Period(at.replace(microsecond=0), stop.replace(microsecond=0))
        at += length


def merged(day: Sequence[PlannedUse], night: Sequence[PlannedUse], buffer_s: int) -> list[PlannedUse]:
    """Put a night shift into a plan in place of what it overlaps."""
    if not night:
        return list(day)
    room = Period(night[0].period.start, night[-1].period.end).padded(buffer_s + 1200, buffer_s + 1200)
    kept = [use for use in day if not use.period.overlaps(room)]
    return sorted([*kept, *night], key=lambda use: use.period.start)
