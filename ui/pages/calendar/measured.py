"""Lay measured runs over uses of machines: run, idle, not measured, run without booking."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from center_app.booking import queries as bookings
from center_app.booking.hours import MeasuredInterval, Measurement
from center_app.booking.values import UsageView
from center_app.core.db import Read
from center_app.core.periods import Period, intersect, subtract, union
from center_app.telemetry.opening import of_read
from ui.pages.calendar.adapt import Measured
from ui.pages.calendar.data import TrackKind


def measurements_in(read: Read, folder: Path, period: Period) -> list[Measurement]:
    """Return what was measured on every machine in a period; `folder` is this machine's store folder.

    Without a recording in it, nor on the centre's server, or on a machine without a run rule, nothing was measured.
    """
    place = of_read(read, folder)
    if place.is_here and not (folder / "telemetry").is_dir():
        return []
    from center_app.telemetry.measured import MachineMeasure, datetime_of, measured, period_of
    from ui.kit.ledgers import records
    from ui.kit.stores import store_reader

    def measurement(one: MachineMeasure) -> Measurement:
        intervals = [
            MeasuredInterval(one.machine_id, period_of(run), run.recording_id, run.rule_version)
            for run in one.runs
            if run.end_ns > run.start_ns
        ]
        covered = [Period(datetime_of(start), datetime_of(end)) for start, end in one.covered if end > start]
        return Measurement(one.machine_id, tuple(intervals), tuple(covered))

    found = measured(read, records(place), store_reader(place), period)
    return [measurement(one) for one in found.values()]


def measured_in(read: Read, period: Period, measurements: Iterable[Measurement] = ()) -> tuple[Measured, ...]:
    """Return the strips of all machines for a period."""
    by_machine: dict[int, list[UsageView]] = {}
    for usage in bookings.usage_in(read, period):
        by_machine.setdefault(usage.machine_id, []).append(usage)
    known = {one.machine_id: one for one in measurements}
    found: list[Measured] = []
    for machine_id in by_machine.keys() | known.keys():
        uses = [_period(usage, read, period) for usage in by_machine.get(machine_id, ())]
        measurement = known.get(machine_id) or Measurement(machine_id)
        found.extend(strips(measurement, [use for use in uses if use is not None]))
    return tuple(found)


def _period(usage: UsageView, read: Read, window: Period) -> Period | None:
    end = usage.ended_at or read.now
    if end <= usage.started_at:
        return None
    return Period(usage.started_at, end).intersection(window)


def strips(measurement: Measurement, uses: Sequence[Period]) -> list[Measured]:
    """Split the uses of a machine by what was measured; runs outside any use are unbooked.

    Run, idle and not measured together are exactly the uses; nothing is counted twice.
    """
    used, watched = union(uses), measurement.coverage()
    runs = union([interval.period for interval in measurement.intervals])
    run = intersect(used, runs)
    idle = subtract(intersect(used, watched), run)
    parts = (
        (TrackKind.RUN, run),
        (TrackKind.IDLE, idle),
        (TrackKind.NOT_MEASURED, subtract(used, watched)),
        (TrackKind.UNBOOKED, subtract(runs, used)),
    )
    return [_strip(measurement.machine_id, part, kind) for kind, periods in parts for part in periods]


def _strip(machine_id: int, part: Period, kind: TrackKind) -> Measured:
    return Measured(machine_id, int(part.start.timestamp()), int(part.end.timestamp()), kind)
