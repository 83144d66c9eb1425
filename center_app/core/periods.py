"""Half-open periods of time in UTC, and sets of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from center_app.core.errors import PersonError, declare

PERIOD_EMPTY = declare(
    "period.empty",
    "The end ({end}) must lie after the start ({start}).",
    "Set an end later than the start.",
)
PERIOD_NAIVE = declare(
    "period.naive",
    "A time without a time zone was given.",
    "State the time zone of the times.",
)


@dataclass(frozen=True, order=True)
class Period:
    """Hold [start, end) as aware UTC datetimes, start before end; raises PersonError otherwise."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise PersonError(PERIOD_NAIVE)
        object.__setattr__(self, "start", self.start.astimezone(UTC))
        object.__setattr__(self, "end", self.end.astimezone(UTC))
        if self.start >= self.end:
            raise PersonError(PERIOD_EMPTY, start=self.start, end=self.end)

    @property
    def duration_s(self) -> float:
        """Return the elapsed seconds."""
        return (self.end - self.start).total_seconds()

    def overlaps(self, other: Period) -> bool:
        """Tell whether the two share an instant."""
        return self.start < other.end and other.start < self.end

    def contains(self, instant: datetime) -> bool:
        """Tell whether an instant lies inside; the end does not."""
        return self.start <= instant < self.end

    def covers(self, other: Period) -> bool:
        """Tell whether the other lies wholly inside."""
        return self.start <= other.start and other.end <= self.end

    def intersection(self, other: Period) -> Period | None:
        """Return what both share, or None."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Period(start, end) if start < end else None

    def padded(self, before_s: float = 0, after_s: float = 0) -> Period:
        """Return the period widened by buffers in seconds."""
        return Period(self.start - timedelta(seconds=before_s), self.end + timedelta(seconds=after_s))

    def moved(self, seconds: float) -> Period:
        """Return the period shifted by elapsed seconds."""
        step = timedelta(seconds=seconds)
        return Period(self.start + step, self.end + step)


def union(periods: Iterable[Period]) -> tuple[Period, ...]:
    """Merge overlapping and touching periods; the result is sorted and disjoint."""
    merged: list[Period] = []
    for period in sorted(periods):
        if merged and period.start <= merged[-1].end:
            if period.end > merged[-1].end:
                merged[-1] = Period(merged[-1].start, period.end)
        else:
            merged.append(period)
    return tuple(merged)


def intersect(first: Iterable[Period], second: Iterable[Period]) -> tuple[Period, ...]:
    """Return the time that lies in both sets, sorted and disjoint."""
    left, right = union(first), union(second)
    shared: list[Period] = []
    i = j = 0
    while i < len(left) and j < len(right):
        part = left[i].intersection(right[j])
        if part:
            shared.append(part)
        if left[i].end <= right[j].end:
            i += 1
        else:
            j += 1
    return tuple(shared)


def subtract(first: Iterable[Period], second: Iterable[Period]) -> tuple[Period, ...]:
    """Return the time of the first set that is not in the second, sorted and disjoint."""
    holes = union(second)
    rest: list[Period] = []
    for period in union(first):
        start = period.start
        for hole in holes:
            if hole.end <= start or hole.start >= period.end:
                continue
            if hole.start > start:
                rest.append(Period(start, hole.start))
            start = max(start, hole.end)
        if start < period.end:
            rest.append(Period(start, period.end))
    return tuple(rest)


def total_s(periods: Iterable[Period]) -> float:
    """Return the seconds covered by a set, nothing counted twice."""
    return sum(period.duration_s for period in union(periods))


def _midnight(day: date, zone: str) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def local_day(day: date, zone: str) -> Period:
    """Return a calendar day of a time zone: 23, 24 or 25 hours."""
    return Period(_midnight(day, zone), _midnight(day + timedelta(days=1), zone))


def week(day: date, zone: str) -> Period:
    """Return the calendar week, Monday first, that holds a day."""
    monday = day - timedelta(days=day.weekday())
    return Period(_midnight(monday, zone), _midnight(monday + timedelta(days=7), zone))


def month(year: int, number: int, zone: str) -> Period:
    """Return a calendar month of a time zone."""
    after = date(year + number // 12, number % 12 + 1, 1)
    return Period(_midnight(date(year, number, 1), zone), _midnight(after, zone))
