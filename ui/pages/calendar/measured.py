"""Lay measured runs over uses of machines: run, idle, not measured, run without booking."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from center_app.booking import queries as bookings
from center_app.booking.hours import Measurement
from center_app.booking.values import UsageView
from center_app.core.db import Read
from center_app.core.periods import Period, intersect, subtract, union
from ui.pages.calendar.adapt import Measured
from ui.pages.calendar.data import TrackKind


def measured_in(read: Read, period: Period, measurements: Iterable[Measurement] = ()) -> tuple[Measured, ...]:
    """Return the strips of all machines for a period."""
    by_machine: dict[int, list[UsageView]] = {}
    for usage in bookings.usage_in(read, period):
        by_machine.setdefault(usage.machine_id, []).append(usage)
    known = {one.machine_id: one for one in measurements}
    found: list[Measured] = []
    for machine_id in by_machine.keys() | known.keys():
        uses = [_period(usage, read, period) for usage in by_machine.get(machine_id, ())]
        measured = known.get(machine_id) or Measurement(machine_id)
        found.extend(strips(measured, [use for use in uses if use is not None]))
    return tuple(found)


def _period(usage: UsageView, read: Read, window: Period) -> Period | None:
    end = usage.ended_at or read.now
    if end <= usage.started_at:
        return None
    return Period(usage.started_at, end).intersection(window)


def strips(measured: Measurement, uses: Sequence[Period]) -> list[Measured]:
    """Split the uses of a machine by what was measured; runs outside any use are unbooked.

    Run, idle and not measured together are exactly the uses; nothing is counted twice.
    """
    used, watched = union(uses), measured.coverage()
    runs = union([interval.period for interval in measured.intervals])
    run = intersect(used, runs)
    idle = subtract(intersect(used, watched), run)
    parts = (
        (TrackKind.RUN, run),
        (TrackKind.IDLE, idle),
        (TrackKind.NOT_MEASURED, subtract(used, watched)),
        (TrackKind.UNBOOKED, subtract(runs, used)),
    )
    return [_strip(measured.machine_id, part, kind) for kind, periods in parts for part in periods]


def _strip(machine_id: int, part: Period, kind: TrackKind) -> Measured:
    return Measured(machine_id, int(part.start.timestamp()), int(part.end.timestamp()), kind)
