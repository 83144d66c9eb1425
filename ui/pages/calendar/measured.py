"""Lay measured runs over uses of machines: run, idle, not measured, run without booking."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from center_app.booking import queries as bookings
from center_app.booking.values import UsageView
from center_app.core.db import Read
from center_app.core.periods import Period, intersect, subtract, union
from ui.pages.calendar.adapt import Measured
from ui.pages.calendar.data import TrackKind


@dataclass(frozen=True)
class MachineRuns:
    """Hold what was measured on one machine: the time it was recorded, and the time it ran."""

    machine_id: int
    covered: tuple[Period, ...]
    runs: tuple[Period, ...]


def measured_in(read: Read, period: Period, runs: Iterable[MachineRuns] = ()) -> tuple[Measured, ...]:
    """Return the strips of all machines for a period."""
    by_machine: dict[int, list[UsageView]] = {}
    for usage in bookings.usage_in(read, period):
        by_machine.setdefault(usage.machine_id, []).append(usage)
    known = {one.machine_id: one for one in runs}
    found: list[Measured] = []
    for machine_id in by_machine.keys() | known.keys():
        uses = [_period(usage, read, period) for usage in by_machine.get(machine_id, ())]
        measured = known.get(machine_id) or MachineRuns(machine_id, (), ())
        found.extend(strips(measured, [use for use in uses if use is not None]))
    return tuple(found)


def _period(usage: UsageView, read: Read, window: Period) -> Period | None:
    end = usage.ended_at or read.now
    if end <= usage.started_at:
        return None
    return Period(usage.started_at, end).intersection(window)


def strips(measured: MachineRuns, uses: Sequence[Period]) -> list[Measured]:
    """Split the uses of a machine by what was measured; runs outside any use are unbooked.

    Run, idle and not measured together are exactly the uses; nothing is counted twice.
    """
    used = union(uses)
    run = intersect(used, measured.runs)
    idle = subtract(intersect(used, measured.covered), run)
    parts = (
        (TrackKind.RUN, run),
        (TrackKind.IDLE, idle),
        (TrackKind.NOT_MEASURED, subtract(subtract(used, measured.covered), run)),
        (TrackKind.UNBOOKED, subtract(measured.runs, used)),
    )
    return [_strip(measured.machine_id, part, kind) for kind, periods in parts for part in periods]


def _strip(machine_id: int, part: Period, kind: TrackKind) -> Measured:
    return Measured(machine_id, int(part.start.timestamp()), int(part.end.timestamp()), kind)
