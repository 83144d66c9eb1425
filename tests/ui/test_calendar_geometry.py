"""Hold the timeline's arithmetic against independent references."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.pages.calendar.conflict import Occupancy, Proposal, Reason
from ui.pages.calendar.data import OCCUPYING, Bar, BarState, Opening, Row, TimelineData, bar_at, bars_of
from ui.pages.calendar.geometry import (
    GROUP,
    HEADER,
    HOUR_S,
    LABEL,
    ROW,
    SNAP_S,
    Axis,
    View,
    layout_of,
    scale_of,
    snapped,
)
from ui.pages.calendar.gesture import Gesture, Grip, nudged
from ui.pages.calendar.hit import EDGE, Scene
from ui.pages.calendar.index import IntervalIndex
from ui.pages.calendar.strips import cells
from ui.pages.calendar.ticks import closed, hour_step, ticks

BASE = 1_780_243_200  # 2026-06-01 00:00 in Shanghai
ZONE = "Asia/Shanghai"
DAY = 86_400

instants = st.integers(BASE - 30 * DAY, BASE + 30 * DAY)
scales = st.floats(1e-4, 0.06)


@st.composite
def bar_lists(draw: st.DrawFn, rows: int = 4) -> list[Bar]:
    """Draw bars that may overlap, with buffers, on a few rows."""
    made = []
    for number in range(draw(st.integers(0, 25))):
        start = BASE + draw(st.integers(0, 300)) * 900
        length = draw(st.integers(1, 60)) * 900
        made.append(
            Bar(
                number,
                draw(st.integers(0, rows - 1)),
                start,
                start + length,
                draw(st.sampled_from(BarState)),
                f"Person {number}",
                before=draw(st.sampled_from([0, 900])),
                after=draw(st.sampled_from([0, 1800])),
            )
        )
    return made


def data_of(bars: list[Bar], rows: int = 4, **row: int) -> TimelineData:
    """Wrap bars as what the timeline shows."""
    machines = tuple(Row(n, f"Machine {n}", **row) for n in range(rows))
    return TimelineData(machines, bars_of(bars), start=BASE - DAY, end=BASE + 5 * DAY, zone=ZONE)


def index_of(data: TimelineData) -> IntervalIndex:
    """Index the bars of a picture."""
    return IntervalIndex(data.bars.row, data.bars.start, data.bars.end, len(data.rows))


@given(origin=instants, scale=scales, at=instants)
def test_axis_turns_instants_into_pixels_and_back(origin: int, scale: float, at: int) -> None:
    axis = Axis(origin, scale)
    assert axis.instant(axis.x(at)) == pytest.approx(at, abs=1e-3)
    assert axis.x(at + 1) > axis.x(at)


@given(origin=instants, scale=scales, factor=st.floats(0.3, 3), x=st.floats(LABEL, 1900))
def test_zoom_keeps_the_instant_under_the_pointer(origin: int, scale: float, factor: float, x: float) -> None:
    axis = Axis(origin, scale)
    assert axis.zoomed(factor, x).instant(x) == pytest.approx(axis.instant(x), abs=1e-2)


@given(pixels=st.floats(-5000, 5000), scale=scales)
def test_pan_shifts_every_instant_by_the_same_pixels(pixels: float, scale: float) -> None:
    axis = Axis(BASE, scale)
    assert axis.panned(pixels).x(BASE) == pytest.approx(axis.x(BASE) - pixels, abs=1e-3)


@given(bars=bar_lists(), row=st.integers(0, 3), t0=st.integers(0, 400), length=st.integers(1, 80))
def test_index_finds_exactly_the_touching_bars(bars: list[Bar], row: int, t0: int, length: int) -> None:
    data = data_of(bars)
    first, last = BASE + t0 * 900, BASE + (t0 + length) * 900
    found = {int(data.bars.id[n]) for n in index_of(data).touching(row, first, last)}
    assert found == {bar.id for bar in bars if bar.row == row and bar.start < last and bar.end > first}


@given(bars=bar_lists())
def test_bars_survive_packing(bars: list[Bar]) -> None:
    packed = bars_of(bars)
    assert {bar_at(packed, n) for n in range(len(packed))} == set(bars)
    order = list(zip(packed.row.tolist(), packed.start.tolist(), strict=True))
    assert order == sorted(order)


def test_layout_places_groups_and_rows() -> None:
    layout = layout_of(["a", "a", "b", "a"], [0, 2, 3])
    assert [(line.group, line.row) for line in layout.lines] == [("a", -1), ("a", 0), ("a", 3), ("b", -1), ("b", 2)]
    assert (layout.lines[0].shown, layout.lines[0].total) == (2, 3)
    assert layout.tops.tolist() == [0, 20, 48, 76, 96, 124]
    assert layout_of(["a", "b"], [0, 1], frozenset({"a"})).height == 2 * GROUP + ROW


@given(count=st.integers(1, 40), groups=st.integers(1, 6), y=st.floats(-50, 2000), height=st.floats(1, 600))
def test_lines_between_are_those_that_touch(count: int, groups: int, y: float, height: float) -> None:
    layout = layout_of([f"g{n % groups}" for n in range(count)], range(count))
    tops = layout.tops.tolist()
    touching = [n for n in range(len(layout.lines)) if tops[n] < y + height and tops[n + 1] > y]
    assert list(layout.between(y, y + height)) == touching
    line = layout.at(y)
    assert line == -1 or tops[line] <= y < tops[line + 1]
    assert layout.nearest_row(y) in range(count)


@given(count=st.integers(1, 12), row=st.integers(0, 11), by=st.integers(-20, 20))
def test_stepping_over_rows_stays_inside(count: int, row: int, by: int) -> None:
    layout = layout_of(["g"] * count, range(count))
    assert layout.step(min(row, count - 1), by) == min(max(min(row, count - 1) + by, 0), count - 1)


@given(at=instants)
def test_snapping_is_within_half_a_step(at: int) -> None:
    assert snapped(at) % SNAP_S == 0
    assert abs(snapped(at) - at) <= SNAP_S / 2


@given(anchor=instants, to=instants)
def test_drawing_covers_the_press_and_is_never_empty(anchor: int, to: int) -> None:
    wish = Gesture(Grip.EMPTY, 2, -1, anchor, anchor, anchor).proposal(3, to)
    assert wish.row == 2
    assert wish.bar == -1
    assert wish.end - wish.start >= SNAP_S
    assert wish.start <= anchor < wish.end
    assert wish.start % SNAP_S == wish.end % SNAP_S == 0


@given(start=instants, length=st.integers(1, 40), by=st.integers(-DAY, DAY), row=st.integers(0, 5))
def test_moving_keeps_the_length_and_takes_the_row(start: int, length: int, by: int, row: int) -> None:
    end = start + length * SNAP_S
    wish = Gesture(Grip.BODY, 0, 7, start + 10, start, end).proposal(row, start + 10 + by)
    assert (wish.end - wish.start, wish.row, wish.bar) == (end - start, row, 7)
    assert abs(wish.start - start - by) <= SNAP_S / 2


@given(start=instants, length=st.integers(1, 40), to=instants, grip=st.sampled_from([Grip.START, Grip.END]))
def test_resizing_moves_one_end_only(start: int, length: int, to: int, grip: Grip) -> None:
    first = snapped(start)
    gesture = Gesture(grip, 1, 7, first, first, first + length * SNAP_S)
    wish = gesture.proposal(5, to)
    assert wish.row == 1
    assert wish.end - wish.start >= SNAP_S
    assert (wish.end if grip is Grip.START else wish.start) == (gesture.end if grip is Grip.START else gesture.start)


@given(start_s=st.integers(-8, 8), end_s=st.integers(-8, 8))
def test_a_nudge_never_makes_an_empty_time(start_s: int, end_s: int) -> None:
    wish = nudged(Proposal(0, BASE, BASE + 2 * SNAP_S), start_s * SNAP_S, end_s * SNAP_S)
    assert wish.end - wish.start >= SNAP_S


@given(bars=bar_lists(), row=st.integers(0, 3), start=st.integers(0, 350), length=st.integers(1, 40))
def test_conflict_is_exactly_an_overlap_with_buffers(bars: list[Bar], row: int, start: int, length: int) -> None:
    data = data_of(bars, before_s=900, after_s=900)
    wish = Proposal(row, BASE + start * 900, BASE + (start + length) * 900)
    blocked = [
        bar for bar in bars
        if bar.row == row and bar.state in OCCUPYING
        and bar.start - bar.before < wish.end + 900 and bar.end + bar.after > wish.start - 900
    ]  # fmt: skip
    found = Occupancy(data).conflict(wish, BASE - DAY)
    assert (found is not None) == bool(blocked)
    if found is not None:
        assert wish.start <= found.start < found.end <= wish.end
        assert int(data.bars.id[found.bar]) in {bar.id for bar in blocked}


@given(bars=bar_lists(), row=st.integers(0, 3), start=st.integers(0, 350), length=st.integers(1, 40))
def test_proposed_free_times_are_free_and_nearest(bars: list[Bar], row: int, start: int, length: int) -> None:
    occupancy = Occupancy(data_of(bars, after_s=900))
    wish = Proposal(row, BASE + start * 900, BASE + (start + length) * 900)
    free = occupancy.nearest_free(wish, BASE)
    for first, last in free:
        assert last - first == wish.end - wish.start
        assert occupancy.conflict(Proposal(row, first, last), BASE) is None
    later = [
        at for at in range(wish.start + 900, BASE + 5 * DAY, 900)
        if at + length * 900 + 900 <= BASE + 5 * DAY
        and occupancy.conflict(Proposal(row, at, at + length * 900), BASE) is None
    ][:1]  # fmt: skip
    assert [first for first, _last in free if first > wish.start] == later


def test_a_running_booking_may_be_extended_but_nothing_begins_in_the_past() -> None:
    running = Bar(1, 0, BASE, BASE + 2 * HOUR_S, BarState.IN_USE, "Chen Yu")
    occupancy = Occupancy(data_of([running]))
    now = BASE + HOUR_S
    assert occupancy.conflict(Proposal(0, BASE, BASE + 3 * HOUR_S, 0), now) is None
    past = occupancy.conflict(Proposal(1, BASE, BASE + 2 * HOUR_S), now)
    assert past is not None
    assert (past.reason, past.start, past.end) == (Reason.PAST, BASE, now)


def test_buffers_and_outages_are_named() -> None:
    bars = [
        Bar(1, 0, BASE, BASE + HOUR_S, after=1800),
        Bar(2, 1, BASE, BASE + HOUR_S, BarState.OUT_OF_ORDER),
    ]
    occupancy = Occupancy(data_of(bars))
    close = occupancy.conflict(Proposal(0, BASE + HOUR_S, BASE + 2 * HOUR_S), BASE - DAY)
    assert close is not None
    assert (close.reason, close.start, close.end) == (Reason.BUFFER, BASE + HOUR_S, BASE + HOUR_S + 1800)
    out = occupancy.conflict(Proposal(1, BASE + 1800, BASE + 2 * HOUR_S), BASE - DAY)
    assert out is not None
    assert out.reason is Reason.OUTAGE


def scene() -> Scene:
    """Show one row with a booked and a running bar, 52 px an hour from BASE."""
    booked = Bar(1, 0, BASE + HOUR_S, BASE + 3 * HOUR_S)
    running = Bar(2, 0, BASE + 4 * HOUR_S, BASE + 6 * HOUR_S, BarState.IN_USE)
    data = data_of([booked, running])
    return Scene(data.bars, index_of(data), layout_of(["g"] * 4, range(4)), Axis(BASE, 52 / HOUR_S))


@pytest.mark.parametrize(
    ("x", "y", "grip", "bar"),
    [
        (500, 10, Grip.HEADER, -1),
        (500, HEADER + 5, Grip.GROUP, -1),
        (50, HEADER + GROUP + 5, Grip.LABEL, -1),
        (LABEL + 20, HEADER + GROUP + 5, Grip.EMPTY, -1),
        (LABEL + 52 + 1, HEADER + GROUP + 5, Grip.START, 0),
        (LABEL + 52 + EDGE + 1, HEADER + GROUP + 5, Grip.BODY, 0),
        (LABEL + 52 * 3 - 1, HEADER + GROUP + 5, Grip.END, 0),
        (LABEL + 52 * 4 + 1, HEADER + GROUP + 5, Grip.BODY, 1),
        (LABEL + 52 * 6 - 1, HEADER + GROUP + 5, Grip.END, 1),
        (LABEL + 20, HEADER + GROUP + 4 * ROW + 5, Grip.NOTHING, -1),
    ],
)
def test_what_lies_under_the_pointer(x: float, y: float, grip: Grip, bar: int) -> None:
    hit = scene().hit(x, y)
    assert (hit.grip, hit.bar) == (grip, bar)


@given(x=st.floats(0, 1400), y=st.floats(0, 400), scroll=st.floats(0, 200))
def test_every_point_has_one_answer(x: float, y: float, scroll: float) -> None:
    made = scene()
    hit = Scene(made.bars, made.index, made.layout, made.axis, scroll).hit(x, y)
    if hit.bar >= 0:
        assert made.bars.start[hit.bar] <= hit.instant < made.bars.end[hit.bar]
    assert (hit.grip in (Grip.BODY, Grip.START, Grip.END)) == (hit.bar >= 0)


def test_a_day_is_52_px_an_hour_and_wider_views_fill_the_width() -> None:
    assert scale_of(View.DAY, 832) * HOUR_S == 52
    assert scale_of(View.WEEK, 840) * DAY == 120
    assert scale_of(View.MONTH, 831) * 31 * DAY == pytest.approx(831)


@pytest.mark.parametrize(("day", "hours"), [(8, 23), (1, 25)])
def test_marks_are_exact_over_clock_changes(day: int, hours: int) -> None:
    month = 3 if hours == 23 else 11
    zone = "America/New_York"
    start = datetime(2026, month, day, tzinfo=ZoneInfo(zone)).astimezone(UTC).timestamp()
    found = ticks(start, start + hours * HOUR_S, 52 / HOUR_S, zone)
    assert len(found) == hours
    assert found[0].strong
    texts = [tick.text for tick in found]
    assert texts.count("01:00") == (2 if hours == 25 else 1)
    assert ("02:00" in texts) == (hours == 25)


@given(px=st.floats(0.5, 200))
def test_marks_leave_room_for_their_text(px: float) -> None:
    assert hour_step(px) * px >= 40 or hour_step(px) == 24


def test_closed_hours_follow_the_wall_clock() -> None:
    opening = Opening(7 * 60, 20 * 60, frozenset(range(5)))
    spans = list(closed(BASE, BASE + DAY, opening, ZONE))
    assert spans == [(BASE, BASE + 7 * HOUR_S), (BASE + 20 * HOUR_S, BASE + DAY)]
    sunday = list(closed(BASE - DAY, BASE, opening, ZONE))
    assert sunday == [(BASE - DAY, BASE)]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 20), st.integers(0, 20)), max_size=12))
def test_cells_cover_each_span_once(spans: list[tuple[int, int, int]]) -> None:
    line = np.array([span[0] for span in spans], np.int64)
    x0 = np.array([span[1] for span in spans], np.int64)
    x1 = np.array([span[2] for span in spans], np.int64)
    where, owner = cells(line, x0, x1, 20)
    wanted = [(n, line_n * 20 + x) for n, (line_n, a, b) in enumerate(spans) for x in range(a, b)]
    assert list(zip(owner.tolist(), where.tolist(), strict=True)) == wanted
