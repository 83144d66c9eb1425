"""From recorded runs to hours: nanoseconds become periods, provenance stays."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from center_app.booking import queries
from center_app.booking.hours import Source
from center_app.booking.measured import measurement_of
from center_app.telemetry.measured import MachineMeasure, ns_of
from center_app.telemetry.values import RunInterval
from tests.booking.world import World, at, span


def run_of(machine_id: int, when: str, **known: Any) -> RunInterval:
    """Make a stored run; what a test does not name is empty."""
    period = span(when)
    told: dict[str, Any] = {
        "collector": "hall-1", "recording_id": 12, "machine_id": machine_id, "rule_version": 3,
        "start_ns": ns_of(period.start), "end_ns": ns_of(period.end), **known,
    }  # fmt: skip
    return RunInterval(**{field.name: told.get(field.name, 0) for field in fields(RunInterval)})


def test_runs_keep_their_recording_and_coverage(world: World) -> None:
    view = world.book("Mon 09:00-11:00")
    runs = (
        run_of(world.machine.id, "Mon 09:30-10:00"),
        run_of(world.machine.id, "Mon 10:00-10:30", end_ns=ns_of(at("Mon 10:00"))),
    )
    covered = ((ns_of(at("Mon 08:00")), ns_of(at("Mon 12:00"))), (ns_of(at("Mon 13:00")), ns_of(at("Mon 13:00"))))
    measurement = measurement_of(MachineMeasure(world.machine.id, runs, covered))
    assert measurement.covered == (span("Mon 08:00-12:00"),)
    (found,) = world.center.read(queries.hours_in, span("Mon 00:00-23:00"), {world.machine.id: measurement})
    assert (found.measured_s, found.rows[0].booking_id) == (1800, view.id)
    assert found.rows[0].sources == (Source(12, 3, span("Mon 09:30-10:00"), "hall-1"),)
