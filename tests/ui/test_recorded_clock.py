"""Live pictures go by the recording clock: a step of the computer's clock moves nothing and stops nothing."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from center_app.core.access import Actor, Role
from center_app.core.labels import Label
from center_app.telemetry import service
from center_app.telemetry.collector import ledger
from center_app.telemetry.store import BulkWriter
from center_app.telemetry.values import CellDraft, PortHealth, PortState
from devices import profiles
from devices.values import Block
from tests.fakes import FakeClock
from tests.ui.desk import Desk
from ui.kit.recorded import to_datetime
from ui.kit.recorded_clock import TREMOR_NS, RecordedClock
from ui.kit.words import _
from ui.pages.cells import health_rows
from ui.pages.cells.console.panel import Console
from ui.pages.cells.monitor import Monitor
from ui.pages.cells.plot.timebase import SECOND

MS = 1_000_000
STEPS_S = (-7200, 86_400)
ADMIN = Actor(0, "E", Role.ADMINISTRATOR, "test")


class Collector:
    """Tell a port's health as a collector that started at this moment does."""

    def __init__(self, clock: FakeClock, cell_id: int = 1) -> None:
        self.clock, self.cell_id = clock, cell_id
        self.base_ns = clock.wall_ns() - clock.boottime_ns()

    def t_ns(self) -> int:
        """Return recording time."""
        return self.clock.boottime_ns() + self.base_ns

    def health(self) -> PortHealth:
        """Return the news of this moment."""
        t_ns = self.t_ns()
        return PortHealth(self.cell_id, PortState.RECORDING, "/dev/ttyX0", t_ns, t_ns, wall_ns=self.clock.wall_ns())


@pytest.mark.parametrize("step_s", STEPS_S)
def test_a_step_moves_nothing_before_or_after_the_collector_tells_of_it(clock: FakeClock, step_s: int) -> None:
    collector, shown = Collector(clock), RecordedClock(clock)
    shown.heard(collector.health())
    clock.advance(0.4)
    old = collector.health()
    clock.advance(0.3)
    clock.step_wall(step_s)
    assert shown.now_ns() == collector.t_ns()
    shown.heard(old)
    assert shown.now_ns() == collector.t_ns()
    for _n in range(5):
        clock.advance(0.5)
        shown.heard(collector.health())
        assert shown.now_ns() == collector.t_ns()


@pytest.mark.parametrize("step_s", STEPS_S)
def test_a_desk_opened_after_the_step_follows_the_recording(clock: FakeClock, step_s: int) -> None:
    collector = Collector(clock)
    clock.step_wall(step_s)
    clock.advance(10)
    shown = RecordedClock(clock)
    shown.heard(collector.health())
    assert shown.now_ns() == collector.t_ns()


def test_a_desk_whose_own_clock_is_wrong_still_sees_the_newest_data(clock: FakeClock) -> None:
    collector = Collector(clock)
    told = replace(collector.health(), wall_ns=collector.t_ns())
    clock.step_wall(3600)
    shown = RecordedClock(clock)
    shown.heard(told)
    clock.advance(1)
    shown.heard(replace(collector.health(), wall_ns=collector.t_ns()))
    assert shown.now_ns() == collector.t_ns()


def test_a_collector_that_starts_anew_after_a_step_is_followed(clock: FakeClock) -> None:
    shown = RecordedClock(clock)
    shown.heard(Collector(clock).health())
    clock.step_wall(86_400)
    clock.advance(5)
    again = Collector(clock)
    shown.heard(again.health())
    assert shown.now_ns() == again.t_ns() == clock.wall_ns()


def test_a_tremor_of_the_news_moves_nothing(clock: FakeClock) -> None:
    collector, shown = Collector(clock), RecordedClock(clock)
    shown.heard(collector.health())
    before = shown.now_ns()
    health = collector.health()
    shown.heard(replace(health, wall_ns=health.wall_ns + TREMOR_NS))
    assert shown.now_ns() == before


@pytest.fixture
def collector(desk: Desk) -> Collector:
    """Record a minute of a cell at 1 kHz and tell its health."""
    draft = CellDraft(1, Label.of("Cell 1"), "/dev/ttyX0", "robot_cell", headline="motion.force")
    cell = desk.center.write(ADMIN, service.add_cell, draft)
    made = Collector(desk.clock, cell.id)
    record(desk, made, 60)
    tell(desk, made)
    return made


def record(desk: Desk, collector: Collector, seconds: int) -> None:
    """Record the last seconds up to now."""
    profile = profiles.get("robot_cell")
    stream = next(s for s in profile.streams_for({}) if s.key == "motion")
    t_ns = collector.t_ns() - np.arange(seconds * 1000, 0, -1, dtype=np.int64) * MS
    values = np.full((len(stream.channels), t_ns.size), 100, np.int16)
    block = Block("motion", values, np.zeros(t_ns.size, np.uint8), np.arange(1, t_ns.size + 1) * 40)
    with BulkWriter(desk.center.folder, "local", desk.clock) as writer:
        made = writer.begin_recording(
            collector.cell_id, profile.id, profile.version, {}, profile.line, "", streams=[stream], t_ns=int(t_ns[0])
        )
        made.append_block(block, t_ns)
        made.end()


def tell(desk: Desk, collector: Collector) -> None:
    """Write the health of this moment, as the collector does."""
    with BulkWriter(desk.center.folder, "local", desk.clock) as writer:
        writer.engine.shelf.in_ledger([ledger.create, partial(ledger.put_health, health=collector.health())])


@pytest.mark.parametrize("step_s", STEPS_S)
def test_live_plots_go_on_after_a_step(desk: Desk, collector: Collector, step_s: int) -> None:
    monitor = desk.go("cells", cell_id=collector.cell_id).monitor
    desk.until(lambda: monitor.card is not None and newest_ns(monitor))
    before = monitor.base.window()
    assert before[1] == collector.t_ns()
    desk.clock.step_wall(step_s)
    look_again(desk, monitor)
    assert monitor.base.window() == before, "the news of the step is not there yet"
    desk.clock.advance(2)
    record(desk, collector, 2)
    tell(desk, collector)
    look_again(desk, monitor)
    assert monitor.base.end_ns == collector.t_ns()
    desk.until(lambda: newest_ns(monitor) > collector.t_ns() - SECOND)
    assert dict(health_rows.clock_rows(collector.health()))
    axis = monitor.stack.axis
    desk.until(lambda: axis.ticks and axis.ticks[-1].t_ns > before[1] - 12 * SECOND)
    said = to_datetime(axis.ticks[-1].t_ns).astimezone(_.zone)
    assert axis.ticks[-1].text == f"{said:%H:%M:%S}"
    assert before[0] < axis.ticks[0].t_ns <= axis.ticks[-1].t_ns <= collector.t_ns()


@pytest.mark.parametrize("step_s", STEPS_S)
def test_a_cell_opened_after_a_step_is_drawn_in_tile_plot_and_console(
    desk: Desk, collector: Collector, step_s: int
) -> None:
    desk.clock.step_wall(step_s)
    tell(desk, collector)
    page = desk.go("cells")
    tile = page.overview._tiles[collector.cell_id]
    assert tile.now_ns == collector.t_ns()
    assert np.isfinite(tile.curve.y).any()
    page.open(cell_id=collector.cell_id)
    desk.until(lambda: page.monitor.card is not None and newest_ns(page.monitor) > collector.t_ns() - SECOND)
    desk.until(lambda: page.monitor._aside)
    assert all(np.isfinite(value) for value in page.monitor._aside.values())
    page.context.actions.run("cells.console")
    assert page.monitor.findChild(Console)._now_ns() == collector.t_ns()


def look_again(desk: Desk, monitor: Monitor) -> None:
    """Do what the monitor does once a second."""
    monitor._follow()
    desk.settle()


def newest_ns(monitor: Monitor) -> int:
    """Return the time of the newest value that the plots hold, 0 without one."""
    curves = monitor.stack.feed.curves.values()
    return max((int(t) for curve in curves for t in curve.t_ns[np.isfinite(curve.y)][-1:]), default=0)
