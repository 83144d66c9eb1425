"""Find free time: pure search over occupied periods, tried with the rules of time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from center_app.booking.rules import Busy, Case, horizon_end, in_service, is_time_legal
from center_app.booking.values import Slot
from center_app.core.periods import Period, subtract

STEP = timedelta(minutes=15)


def rounded_up(moment: datetime) -> datetime:
    """Return the next full quarter of an hour at or after an instant."""
    over = (moment - datetime(1970, 1, 1, tzinfo=UTC)) % STEP
    return moment + (STEP - over if over else timedelta(0))


def gaps(busy: Iterable[Busy], window: Period, before_s: int, after_s: int) -> tuple[Period, ...]:
    """Return the time of a window that a booking without its buffers may use."""
    blocked = [Period(one.occupied.start, one.occupied.end).padded(after_s, before_s) for one in busy]
    return subtract([window], blocked)


def candidates(
    free: Iterable[Period], length: timedelta, wanted: datetime, others: Iterable[datetime]
) -> list[datetime]:
    """Return possible starts in free time, nearest to the wanted start first."""
    starts: set[datetime] = set()
    marks = [wanted, *others]
    for gap in free:
        latest = gap.end - length
        if latest < gap.start:
            continue
        starts |= {min(max(mark, gap.start), latest) for mark in marks}
        starts |= {gap.start, latest}
    return sorted(starts, key=lambda start: (abs(start - wanted), start))


def day_marks(case: Case, window: Period) -> Iterator[datetime]:
    """Yield the first and the last start inside the opening hours of each local day of a window."""
    policy = case.machine.policy
    day = case.local(window.start).date()
    while True:
        midnight = datetime(day.year, day.month, day.day, tzinfo=case.zone)
        opens = (midnight + timedelta(minutes=policy.opens_minute)).astimezone(UTC)
        if opens >= window.end:
            return
        yield opens
        yield (midnight + timedelta(minutes=policy.closes_minute)).astimezone(UTC) - case.length
        day += timedelta(days=1)


def nearest(case: Case, busy: tuple[Busy, ...], window: Period, count: int = 3) -> list[Period]:
    """Return the legal times of the same length nearest to the wanted one, nearest first, disjoint."""
    policy, length = case.machine.policy, case.length
    earliest, latest = max(window.start, rounded_up(case.now)), _latest(case, window)
    if in_service(case) is not None or earliest + length > latest:
        return []
    free = gaps(busy, Period(earliest, latest), policy.buffer_before_s, policy.buffer_after_s)
    if policy.min_gap_s:
        free = subtract(free, [own.padded(policy.min_gap_s, policy.min_gap_s) for own in case.own_periods])
    found: list[Period] = []
    alone = replace(case, busy=())
    for start in candidates(free, length, case.start, day_marks(case, window)):
        period = Period(start, start + length)
        if not any(period.overlaps(other) for other in found) and is_time_legal(alone, start):
            found.append(period)
        if len(found) == count:
            break
    return found


def _latest(case: Case, window: Period) -> datetime:
    """Return the end of the window, cut where the horizon or the calibration ends."""
    horizon, calibrated = horizon_end(case), case.machine.calibrated_until
    ends = [window.end, horizon + case.length if horizon else None, calibrated]
    return min(end for end in ends if end is not None)


def slots_of(case: Case, busy: tuple[Busy, ...], window: Period, count: int = 3) -> tuple[Slot, ...]:
    """Return `nearest` as slots of the machine."""
    found = nearest(case, busy, window, count)
    return tuple(Slot(case.machine.id, case.machine.code, case.machine.names, period) for period in found)
