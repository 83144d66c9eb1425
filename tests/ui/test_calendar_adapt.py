"""Turn the centre's values into what the timeline paints."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from center_app.booking.hours import MeasuredInterval, Measurement
from center_app.booking.values import Timeline, TimelineMachine
from center_app.core.labels import Label
from center_app.core.periods import Period, total_s, union
from ui.pages.calendar.adapt import Loaded, Measured, timeline_data
from ui.pages.calendar.data import BarState, TrackKind
from ui.pages.calendar.filters import Filter, groups_of, shown_rows
from ui.pages.calendar.measured import strips

START = datetime(2026, 6, 1, tzinfo=UTC)
HOUR_US = 3_600_000_000


def us(hour: float) -> int:
    """Give an hour of the day as microseconds since 1970."""
    return round(START.timestamp() * 1_000_000 + hour * HOUR_US)


def bar(number: int, machine: int, start: float, end: float, state: str, **more: object) -> tuple[object, ...]:
    """Give a bar as the query returns it, with a buffer of half an hour after."""
    values = {"person": 1, "project": 1, "setup": 900, "title": "", **more}
    return (
        number, machine, us(start), us(end), us(start), us(end + 0.5), state, values["person"], values["project"],
        values["setup"], values["title"], 2026, number,
    )  # fmt: skip


def loaded(*bars: tuple[object, ...], measured: tuple[Measured, ...] = ()) -> Loaded:
    """Wrap bars on two machines as one load, seen by person 1 at 10:00."""
    machines = tuple(
        TimelineMachine(n, f"EQ-{n}", Label.of(f"Machine {n}"), 1, Label.of("Mills"), 0, "H1", None, n - 1 or None)
        for n in (1, 2)
    )
    period = Period(START, START + timedelta(days=1))
    people = {1: "Chen Yu", 2: "Jana Fischer"}
    shown = Timeline(period, machines, bars, people, {1: ("P-1", Label.of("Hip"))})  # type: ignore[arg-type]
    now = int((START + timedelta(hours=10)).timestamp())
    return Loaded(shown, measured=measured, person_id=1, now=now, zone="UTC")


def test_bars_keep_times_buffers_and_states() -> None:
    data = timeline_data(
        loaded(
            bar(1, 2, 12, 14, "booked", person=2),
            bar(2, 1, 9, 11, "booked"),
            bar(3, 1, 13, 14, "breakdown", person=None, project=None, title="Chiller", setup=0),
            bar(4, 1, 7, 8, "cancelled"),
        )
    )
    bars = data.bars
    assert bars.id.tolist() == [2, -3, 1]
    assert bars.row.tolist() == [0, 0, 1]
    assert [BarState(int(code)) for code in bars.state] == [BarState.LATE, BarState.OUT_OF_ORDER, BarState.BOOKED]
    assert bars.after.tolist() == [1800, 0, 1800]
    assert bars.own.tolist() == [True, False, False]
    assert bars.title == ("Hip", "Out of order since 13:00: Chiller", "Jana Fischer")
    assert bars.detail == ("P-1", "", "Hip")


def test_a_run_without_booking_becomes_a_bar_of_its_own() -> None:
    start = int(START.timestamp())
    long_run = Measured(1, start + 3600, start + 7200, TrackKind.UNBOOKED)
    blip = Measured(1, start + 8000, start + 8010, TrackKind.UNBOOKED)
    data = timeline_data(loaded(measured=(long_run, blip)))
    assert [BarState(int(code)) for code in data.bars.state] == [BarState.UNBOOKED]
    assert data.tracks.kind.tolist() == [TrackKind.UNBOOKED, TrackKind.UNBOOKED]


def test_an_empty_centre_is_an_empty_picture() -> None:
    data = timeline_data(loaded())
    assert len(data.bars) == 0
    assert len(data.rows) == 2


def test_filters_choose_rows() -> None:
    found = loaded(bar(1, 2, 12, 14, "booked", person=2, project=None), bar(2, 1, 9, 11, "booked"))
    data = timeline_data(found)
    t0, t1 = data.start, data.end
    assert shown_rows(data, found, Filter(), t0, t1) == [0, 1]
    assert shown_rows(data, found, Filter(mine=True), t0, t1) == [0]
    assert shown_rows(data, found, Filter(project_id=1), t0, t1) == [0]
    assert shown_rows(data, found, Filter(qualified=True), t0, t1) == [0]
    assert shown_rows(data, found, Filter(booked=True), t0, t0 + 3600) == []
    assert groups_of(data, "place") == ["H1", "H1"]


periods = st.lists(
    st.tuples(st.integers(0, 200), st.integers(1, 40)).map(
        lambda pair: Period(START + timedelta(minutes=pair[0]), START + timedelta(minutes=sum(pair)))
    ),
    max_size=6,
)


@given(runs=periods, covered=periods, uses=periods)
def test_strips_divide_the_uses_and_count_nothing_twice(
    runs: list[Period], covered: list[Period], uses: list[Period]
) -> None:
    measurement = Measurement(1, tuple(MeasuredInterval(1, run, 1, 1) for run in runs), tuple(covered))
    found = strips(measurement, uses)
    length = {kind: sum(one.end - one.start for one in found if one.kind is kind) for kind in TrackKind}
    inside = length[TrackKind.RUN] + length[TrackKind.IDLE] + length[TrackKind.NOT_MEASURED]
    assert inside == total_s(union(uses))
    assert length[TrackKind.RUN] + length[TrackKind.UNBOOKED] == total_s(union(runs))
    ordered = sorted((one.start, one.end) for one in found)
    assert all(first[1] <= second[0] for first, second in pairwise(ordered))


def test_without_a_recording_nothing_reads_as_idle() -> None:
    use = Period(START, START + timedelta(hours=1))
    assert [one.kind for one in strips(Measurement(1), [use])] == [TrackKind.NOT_MEASURED]
