"""Cells: tiles and plots show what was recorded, live and back in time."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from center_app.core.access import Actor, Role
from center_app.core.labels import Label
from center_app.telemetry import service
from center_app.telemetry.store import BulkWriter
from center_app.telemetry.values import AlarmRuleDraft, CellDraft
from devices import profiles
from devices.values import Block
from tests.ui.desk import Desk
from ui.kit.recorded import to_ns
from ui.pages.cells.plot.feed import ChannelKey
from ui.pages.cells.plot.stack import PlotStack
from ui.pages.cells.plot.timebase import SECOND, TimeBase, ticks, value_ticks
from ui.pages.cells.plot.trace import Points, runs, spliced, value_at, value_range
from ui.pages.cells.tile_paint import limit_of

MS = 1_000_000
ROWS = 60_000
PEAK_AT = 30_123
ENGINEER = Actor(0, "E", Role.ADMINISTRATOR, "test")


@pytest.fixture
def cell_id(desk: Desk) -> int:
    """Record a minute of a robot cell at 1 kHz, with one spike and a gap of 2 s."""
    machine = 1
    draft = CellDraft(machine, Label.of("Cell 1"), "/dev/ttyX0", "robot_cell", headline="motion.force")
    cell = desk.center.write(ENGINEER, service.add_cell, draft)
    desk.center.write(
        ENGINEER, service.set_alarm_rule, AlarmRuleDraft(cell.id, "motion.force", Label.of("Force"), 40.0)
    )
    profile = profiles.get("robot_cell")
    stream = next(s for s in profile.streams_for({}) if s.key == "motion")
    start = to_ns(desk.clock.now()) - 61 * SECOND
    t_ns = start + np.arange(ROWS, dtype=np.int64) * MS
    t_ns[40_000:] += 2 * SECOND - 1
    t_ns = t_ns[t_ns < to_ns(desk.clock.now())]
    values = np.zeros((len(stream.channels), t_ns.size), np.int16)
    names = [channel.key for channel in stream.channels]
    values[names.index("force")] = 100
    values[names.index("force"), PEAK_AT] = 30_000
    with BulkWriter(desk.center.folder, cell.collector, desk.clock) as writer:
        made = writer.begin_recording(
            cell.id, profile.id, profile.version, {}, profile.line, "", streams=[stream], t_ns=start
        )
        made.append_block(
            Block("motion", values, np.zeros(t_ns.size, np.uint8), np.arange(1, t_ns.size + 1) * 40), t_ns
        )
        made.add_gap(int(t_ns[39_999]), int(t_ns[40_000]), "unplugged", None)
        made.end()
    return cell.id


def test_a_tile_shows_the_headline_with_its_limit(desk: Desk, cell_id: int) -> None:
    page = desk.go("cells")
    tile = page.overview._tiles[cell_id]
    assert tile.card.headline is not None
    assert tile.card.headline.channel == "force"
    assert limit_of(tile.card) == 40.0
    scale = tile.card.headline.scale
    assert np.nanmax(tile.curve.y) == pytest.approx(30_000 * scale)


def test_plots_keep_a_single_extreme_however_far_out(desk: Desk, cell_id: int) -> None:
    page = desk.go("cells", cell_id=cell_id)
    monitor = page.monitor
    desk.until(lambda: monitor.stack.feed.curves)
    force = next(c for c in monitor._channels if c.key.channel == "force")
    monitor.list._on.add(force.key)
    monitor.stack.show_channels([force])
    for span_s in (60, 900, 28_800, 604_800):
        monitor.base.set_span(span_s * SECOND)
        desk.until(lambda: _fits(monitor.stack, force.key))
        assert np.nanmax(monitor.stack.feed.curves[force.key].y) == pytest.approx(30_000 * 0.01), span_s


def _fits(stack: PlotStack, key: ChannelKey) -> bool:
    """Tell whether what is loaded reaches over the whole view."""
    loaded = stack.feed._loaded
    start, _end = stack.base.window()
    wide = stack.base.span_ns // stack._columns()
    return loaded is not None and loaded.from_ns <= start and loaded.width_ns == wide and key in stack.feed.curves


def test_a_gap_breaks_the_line(desk: Desk, cell_id: int) -> None:
    page = desk.go("cells", cell_id=cell_id)
    stack = page.monitor.stack
    desk.until(lambda: stack.feed.curves)
    desk.until(lambda: stack.feed.gaps)
    start, end = stack.feed.gaps[0]
    key = next(iter(stack.feed.curves))
    assert math.isnan(value_at(stack.feed.curves[key], (start + end) // 2)) or end - start > SECOND


def test_keys_pause_zoom_and_go_back(desk: Desk, cell_id: int) -> None:
    page = desk.go("cells", cell_id=cell_id)
    base = page.monitor.base
    assert base.is_live
    page.context.actions.run("cells.pause")
    assert not base.is_live
    before = base.window()
    page.context.actions.run("cells.earlier")
    assert base.window()[0] < before[0]
    page.context.actions.run("cells.closer")
    assert base.span_ns == 30 * SECOND
    page.context.actions.run("cells.live")
    assert base.is_live


def test_dragging_and_the_wheel_move_the_time(desk: Desk, cell_id: int) -> None:
    page = desk.go("cells", cell_id=cell_id)
    desk.until(lambda: page.monitor.stack._shown)
    view = page.monitor.stack._shown[0].panel.view
    middle = view.rect().center()
    QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)
    QTest.mouseMove(view.viewport(), middle + QPoint(120, 0))
    QTest.mouseRelease(
        view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle + QPoint(120, 0)
    )
    assert not page.monitor.base.is_live
    span = page.monitor.base.span_ns
    wheel = QWheelEvent(
        QPointF(middle), QPointF(view.mapToGlobal(middle)), QPoint(0, 0), QPoint(0, 120),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view.viewport(), wheel)
    assert page.monitor.base.span_ns < span


def test_an_empty_centre_says_what_to_do(desk: Desk) -> None:
    page = desk.go("cells")
    assert page.overview._stack.currentIndex() == 1


_times = st.lists(st.integers(0, 10_000), min_size=1, max_size=60, unique=True).map(sorted)


@given(_times, st.integers(0, 10_000), st.integers(0, 5_000))
def test_splicing_keeps_order_and_the_newest_part(times: list[int], cut: int, keep: int) -> None:
    t = np.array(times, np.int64)
    old = Points(t, np.zeros(t.size), 0.0)
    new = Points(t, np.ones(t.size), 1.0)
    made = spliced(old, new, cut, keep)
    assert np.all(np.diff(made.t_ns) > 0)
    assert np.all(made.y[made.t_ns >= cut] == 1)
    assert np.all(made.t_ns[made.t_ns < cut] >= keep)


@given(st.lists(st.one_of(st.floats(-5, 5), st.just(math.nan)), max_size=40))
def test_runs_are_the_stretches_without_holes(values: list[float]) -> None:
    y = np.array(values, np.float64)
    inside = {n for begin, end in runs(y) for n in range(begin, end)}
    assert inside == {n for n, value in enumerate(values) if value == value}
    assert all(end > begin for begin, end in runs(y))


def test_the_range_ignores_what_is_out_of_view() -> None:
    curve = Points(np.arange(10, dtype=np.int64), np.arange(10.0))
    assert value_range([curve], 4, 6) == (3.0, 6.0)
    assert value_range([Points()], 0, 1) is None


@given(st.integers(1, 10**9), st.integers(1, 400 * 86_400))
def test_ticks_are_anchored_to_the_clock(offset_s: int, span_s: int) -> None:
    start = (1_780_000_000 + offset_s) * SECOND
    found = ticks(start, start + span_s * SECOND, 1000, "Asia/Shanghai")
    assert all(start <= tick.t_ns <= start + span_s * SECOND for tick in found)
    assert len(found) <= 14
    steps = {b.t_ns - a.t_ns for a, b in pairwise(found)}
    assert len(steps) <= 1


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_value_ticks_are_round_and_inside(low: float, span: float) -> None:
    found = value_ticks(low, low + span, 200)
    assert all(low - span * 1e-6 <= value <= low + span * (1 + 1e-6) for value in found)
    assert len(found) <= 14


def test_panning_past_the_present_is_live_again() -> None:
    base = TimeBase(lambda: 1000 * SECOND, 60 * SECOND)
    base.pan(-10 * SECOND)
    assert base.window() == (930 * SECOND, 990 * SECOND)
    base.pan(20 * SECOND)
    assert base.is_live
