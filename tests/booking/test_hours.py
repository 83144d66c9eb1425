"""Measured hours: parts add up to the whole, nothing counts twice, daylight saving changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from center_app.booking import queries, service
from center_app.booking.hours import (
    BookedTime,
    CheckedIn,
    MachineHours,
    MeasuredInterval,
    Measurement,
    machine_hours,
)
from center_app.core.periods import Period, intersect, month, total_s, union
from tests.booking.world import World, at, span

DAY = datetime(2026, 6, 2, tzinfo=UTC)
WHOLE = Period(DAY, DAY + timedelta(days=1))


def hours(start: float, end: float) -> Period:
    return Period(DAY + timedelta(hours=start), DAY + timedelta(hours=end))


def run(start: float, end: float, recording: int = 3) -> MeasuredInterval:
    return MeasuredInterval(1, hours(start, end), recording, 2, (hours(start, end),))


def test_run_set_up_and_post_processing_are_kept_apart() -> None:
    booked = [BookedTime(7, "B-26-0412", hours(8, 12))]
    uses = [CheckedIn(5, 7, hours(8, 11), setup_s=1800, postprocess_s=900)]
    found = machine_hours(1, WHOLE, booked, uses, Measurement(1, (run(8.5, 10.5),), (hours(0, 24),)))
    row = found.rows[0]
    assert (row.booked_s, row.checked_in_s, row.measured_s) == (4 * 3600, 3 * 3600, 2 * 3600)
    assert (row.setup_s, row.postprocess_s, row.effective_s) == (1800, 900, 7200 + 1800 + 900)
    assert (found.effective_s, found.unbooked_s, found.coverage) == (row.effective_s, 0, Fraction(1))
    assert [(source.recording_id, source.rule_version) for source in row.sources] == [(3, 2)]


def test_set_up_that_the_machine_ran_through_counts_once() -> None:
    uses = [CheckedIn(5, 7, hours(8, 9), setup_s=1800, postprocess_s=3600)]
    found = machine_hours(1, WHOLE, [BookedTime(7, "B", hours(8, 9))], uses, Measurement(1, (run(8.25, 8.75),)))
    row = found.rows[0]
    assert (row.measured_s, row.setup_s, row.postprocess_s) == (1800, 900, 900)
    assert row.effective_s == 3600


def test_without_a_recording_nothing_reads_zero() -> None:
    uses = [CheckedIn(5, 7, hours(8, 9), setup_s=600)]
    for measurement in (None, Measurement(1)):
        found = machine_hours(1, WHOLE, [BookedTime(7, "B", hours(8, 9))], uses, measurement)
        assert (found.measured_s, found.effective_s, found.unbooked_s, found.external_s) == (None, None, None, None)
        assert (found.rows[0].measured_s, found.rows[0].effective_s) == (None, None)
        assert (found.checked_in_s, found.coverage) == (3600, Fraction(0))


def test_a_watched_idle_machine_reads_zero() -> None:
    found = machine_hours(1, WHOLE, [BookedTime(7, "B", hours(8, 9))], [], Measurement(1, (), (hours(0, 24),)))
    assert (found.measured_s, found.rows[0].measured_s, found.is_measured) == (0, 0, True)


def test_unbooked_use_and_no_show() -> None:
    booked = [BookedTime(7, "B", hours(8, 9), is_missed=True)]
    found = machine_hours(1, WHOLE, booked, [], Measurement(1, (run(14, 15.5),), (hours(0, 24),)))
    assert (found.unbooked_s, found.no_show_s, found.rows[0].measured_s) == (5400, 3600, 0)
    assert [source.period for source in found.unbooked] == [hours(14, 15.5)]


def test_a_use_that_overruns_takes_the_time_from_the_next_booking() -> None:
    booked = [BookedTime(7, "B", hours(8, 9)), BookedTime(8, "C", hours(9, 10))]
    uses = [CheckedIn(5, 7, hours(8, 9.5)), CheckedIn(6, 8, hours(9.25, 10))]
    found = machine_hours(1, WHOLE, booked, uses, Measurement(1, (run(8, 10),)))
    assert [row.measured_s for row in found.rows] == [5400, 1800]


def test_two_recordings_of_one_run_count_once() -> None:
    found = machine_hours(
        1, WHOLE, [BookedTime(7, "B", hours(8, 12))], [], Measurement(1, (run(8, 10, 3), run(9, 11, 4)))
    )
    assert found.measured_s == 3 * 3600
    assert [(one.recording_id, one.period) for one in found.rows[0].sources] == [(3, hours(8, 10)), (4, hours(10, 11))]


MOMENTS = st.integers(0, 26 * 60)


@st.composite
def periods(draw: st.DrawFn) -> Period:
    start = draw(MOMENTS)
    length = draw(st.integers(1, 300))
    return hours(start / 60 - 1, (start + length) / 60 - 1)


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[BookedTime], list[CheckedIn], Measurement]:
    booked = [
        BookedTime(index, f"B-{index}", period, is_external=draw(st.booleans()))
        for index, period in enumerate(draw(st.lists(periods(), max_size=6)), start=1)
    ]
    uses = [
        CheckedIn(index, one.booking_id, draw(periods()), draw(st.integers(0, 9000)), draw(st.integers(0, 9000)))
        for index, one in enumerate(booked)
        if draw(st.booleans())
    ]
    runs = [
        MeasuredInterval(1, period, draw(st.integers(1, 3)), 1, (period.padded(60, 60),))
        for period in draw(st.lists(periods(), max_size=6))
    ]
    return booked, uses, Measurement(1, tuple(runs), tuple(draw(st.lists(periods(), max_size=2))))


@given(cases())
def test_the_parts_add_up_to_the_whole(case: tuple[list[BookedTime], list[CheckedIn], Measurement]) -> None:
    booked, uses, measurement = case
    found = machine_hours(1, WHOLE, booked, uses, measurement)
    runs = intersect([one.period for one in measurement.intervals], [WHOLE])
    if found.measured_s is None:
        assert not runs
        return
    assert found.measured_s == total_s(runs)
    assert sum(row.measured_s or 0 for row in found.rows) + (found.unbooked_s or 0) == pytest.approx(found.measured_s)
    assert sum(source.period.duration_s for row in found.rows for source in row.sources) + sum(
        source.period.duration_s for source in found.unbooked
    ) == pytest.approx(found.measured_s)
    assert sum(row.effective_s or 0 for row in found.rows) + (found.unbooked_s or 0) == pytest.approx(found.effective_s)


@given(cases())
def test_no_instant_counts_twice(case: tuple[list[BookedTime], list[CheckedIn], Measurement]) -> None:
    booked, uses, measurement = case
    found = machine_hours(1, WHOLE, booked, uses, measurement)
    for row in found.rows:
        spent = (row.measured_s or 0) + row.setup_s + row.postprocess_s
        assert spent <= row.claimed_s + 1e-6
        assert row.setup_s <= sum(use.setup_s for use in uses if use.booking_id == row.booking_id)
    claimed = sum(row.claimed_s for row in found.rows)
    assert claimed <= total_s(union([one.period for one in booked] + [one.period for one in uses])) + 1e-6
    assert (found.effective_s or 0) <= WHOLE.duration_s + 1e-6


@given(cases(), st.integers(1, 23))
def test_two_halves_make_the_whole(case: tuple[list[BookedTime], list[CheckedIn], Measurement], hour: int) -> None:
    booked, uses, measurement = case
    cut = DAY + timedelta(hours=hour)
    parts: list[MachineHours] = [
        machine_hours(1, part, booked, uses, measurement) for part in (Period(DAY, cut), Period(cut, WHOLE.end))
    ]
    whole = machine_hours(1, WHOLE, booked, uses, measurement)
    for figure in ("booked_s", "checked_in_s"):
        assert sum(getattr(part, figure) for part in parts) == pytest.approx(getattr(whole, figure))
    assert sum(part.measured_s or 0 for part in parts) == pytest.approx(whole.measured_s or 0)


def test_a_month_with_a_clock_change_keeps_elapsed_time() -> None:
    zone = "America/New_York"
    november = month(2026, 11, zone)
    assert november.duration_s == (30 * 24 + 1) * 3600
    local = ZoneInfo(zone)
    night = Period(datetime(2026, 11, 1, 0, 30, tzinfo=local), datetime(2026, 11, 1, 3, 30, tzinfo=local))
    interval = MeasuredInterval(1, night, 1, 1, (night,))
    found = machine_hours(1, november, [BookedTime(1, "B", night)], [], Measurement(1, (interval,)))
    assert (found.measured_s, found.booked_s) == (4 * 3600, 4 * 3600)


def test_hours_from_the_store(world: World) -> None:
    world.policy(setup_cap_s=900, postprocess_cap_s=600)
    view = world.book("Mon 09:00-11:00")
    world.center.clock.advance(3600)  # type: ignore[attr-defined]
    view = world.center.write(world.actor(), service.check_in, view.id, view.version)
    world.center.clock.advance(5400)  # type: ignore[attr-defined]
    view = world.center.write(world.actor(), service.check_out, view.id, view.version, setup_s=3600, postprocess_s=300)
    assert view.usage is not None
    assert (view.usage.setup_s, view.usage.postprocess_s) == (900, 300)
    interval = MeasuredInterval(world.machine.id, span("Mon 09:30-10:15"), 12, 1)
    measured = {world.machine.id: Measurement(world.machine.id, (interval,), (span("Mon 08:00-12:00"),))}
    (found,) = world.center.read(queries.hours_in, span("Mon 00:00-Tue 00:00"), measured)
    row = found.rows[0]
    assert (row.booked_s, row.checked_in_s, row.measured_s) == (7200, 5400, 2700)
    assert (row.setup_s, row.postprocess_s, found.effective_s) == (900, 300, 3900)
    assert (row.reference, found.coverage) == ("B-26-0001", Fraction(1))
    assert view.end_at == at("Mon 11:00")
