"""The one way from recordings to hours: what collectors measured, matched with bookings and uses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from center_app.booking.hours import MachineHours, MeasuredInterval, Measurement
from center_app.booking.queries.hours import hours_in
from center_app.core.db import Read
from center_app.core.periods import Period

if TYPE_CHECKING:
    from center_app.telemetry.measured import MachineMeasure
    from center_app.telemetry.records import Records
    from center_app.telemetry.store.reader import StoreReader


def measured_hours(
    read: Read, records: Records, reader: StoreReader, period: Period, machine_ids: Iterable[int] | None = None
) -> list[MachineHours]:
    """Return the hours of machines in a period, measured ones included, by machine number."""
    ids = None if machine_ids is None else list(machine_ids)
    return hours_in(read, period, measurements(read, records, reader, period, ids), ids)


def measurements(
    read: Read, records: Records, reader: StoreReader, period: Period, machine_ids: Iterable[int] | None = None
) -> dict[int, Measurement]:
    """Return what was measured on machines in a period, by machine number."""
    from center_app.telemetry.measured import measured

    found = measured(read, records, reader, period, machine_ids)
    return {machine_id: measurement_of(one) for machine_id, one in found.items()}


def measurement_of(one: MachineMeasure) -> Measurement:
    """Turn runs and coverage in nanoseconds into periods; what has no length is left out."""
    from center_app.telemetry.measured import datetime_of, period_of

    runs = tuple(
        MeasuredInterval(one.machine_id, period_of(run), run.recording_id, run.rule_version, (), run.collector)
        for run in one.runs
        if datetime_of(run.start_ns) < datetime_of(run.end_ns)
    )
    covered = ((datetime_of(start), datetime_of(end)) for start, end in one.covered)
    return Measurement(one.machine_id, runs, tuple(Period(start, end) for start, end in covered if start < end))
