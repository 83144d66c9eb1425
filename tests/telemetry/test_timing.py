"""Time: segment clock, spreading inside a read, device clocks behind batching adapters."""

from __future__ import annotations

import numpy as np
import pytest

from center_app.telemetry.tick_fit import TickFit
from center_app.telemetry.timing import Anchor, SampleTimes, SegmentClock, spread, wall_of
from devices.values import Block, ChannelSpec, LineSettings, StreamSpec
from tests.fakes import FakeClock

LINE = LineSettings(921_600)
FRAME = 16
SPEC = StreamSpec("drive", (ChannelSpec("i", {"en": "I"}, "A", "i2"),), 1000.0, 1_000_000, 32)


def batched(
    seed: int,
    seconds: float,
    ppm: float,
    *,
    batch_ns: int = 16_000_000,
    host_ns: float = 200_000,
    aligned: bool = False,
) -> tuple[np.ndarray, np.ndarray]:
    """Simulate a 1 kHz device behind an adapter that hands over every 16 ms: (true, fitted) times."""
    random = np.random.default_rng(seed)
    count = int(seconds * 1000)
    phase = 0 if aligned else random.integers(0, 1_000_000)
    truth = (phase + np.arange(1, count + 1) * 1e6 * (1 + ppm / 1e6)).astype(np.int64)
    grid = 0 if aligned else random.integers(0, batch_ns)
    handed = -(-(truth - grid) // batch_ns) * batch_ns + grid
    times = SampleTimes(LINE, (SPEC,))
    fitted = []
    for moment in np.unique(handed):
        rows = np.flatnonzero(handed == moment)
        ends = (rows + 1) * FRAME
        read_ns = int(moment) + int(random.exponential(host_ns))
        block = Block("drive", np.zeros((1, len(rows)), "i2"), np.zeros(len(rows), "u1"), ends, rows.astype(np.int64))
        fitted.append(times.of(block, read_ns, int(ends[-1])))
    return truth, np.concatenate(fitted)


@pytest.mark.parametrize("ppm", [-100.0, -40.0, 20.0, 40.0, 100.0])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_batching_of_16_ms_leaves_less_than_0_3_ms_after_30_s(seed: int, ppm: float) -> None:
    truth, fitted = batched(seed, 75, ppm)
    error = (fitted - truth)[30_000:].astype(float)
    assert np.sqrt(np.mean(error**2)) <= 0.3e6
    assert (np.diff(fitted) >= 0).all()


def test_an_aligned_device_behind_batching_is_timed_within_0_3_ms() -> None:
    truth, fitted = batched(5, 60, 0.0, aligned=True)
    error = (fitted - truth)[30_000:].astype(float)
    assert np.sqrt(np.mean(error**2)) <= 0.3e6


def test_a_phase_that_cannot_be_seen_costs_less_than_a_frame() -> None:
    for seed in range(3):
        truth, fitted = batched(seed, 45, 0.0)
        error = (fitted - truth)[30_000:].astype(float)
        assert np.sqrt(np.mean(error**2)) <= 0.75e6


def test_line_speed_spreads_frames_inside_a_read() -> None:
    ends = np.array([16, 32, 48], dtype=np.int64)
    found = spread(ends, 50, 1_000_000, LINE.byte_ns)
    assert found.tolist() == [1_000_000 - round((50 - end) * LINE.byte_ns) for end in ends.tolist()]


def test_times_ascend_whatever_the_reads_say() -> None:
    times = SampleTimes(LineSettings(9600), (StreamSpec("s", SPEC.channels),))
    ends = np.array([100, 200], dtype=np.int64)
    block = Block("s", np.zeros((1, 2), "i2"), np.zeros(2, "u1"), ends)
    first = times.of(block, 1_000_000_000, 200)
    second = times.of(block, 1_000_000_001, 200)
    assert first[-1] < second[0] < second[1]


def test_a_stalled_reader_does_not_move_sample_times() -> None:
    fit = TickFit(1_000_000)
    ticks = np.arange(10_000, dtype=np.int64)
    fit.times(ticks, ticks * 1_000_000)
    late = np.arange(10_000, 12_000, dtype=np.int64)
    found = fit.times(late, np.full(2000, 12_500_000_000))
    assert np.abs(found - late * 1_000_000).max() <= 100_000
    assert fit.restarts == 0


def test_a_counter_that_starts_anew_starts_the_fit_anew() -> None:
    fit = TickFit(1_000_000)
    ticks = np.arange(5000, dtype=np.int64)
    fit.times(ticks, ticks * 1_000_000)
    found = fit.times(ticks, ticks * 1_000_000 + 60_000_000_000)
    assert fit.restarts == 1
    assert np.abs(found - (ticks * 1_000_000 + 60_000_000_000)).max() <= 1000


def test_a_counter_that_jumps_ahead_starts_the_fit_anew() -> None:
    fit = TickFit(1_000_000)
    ticks = np.arange(5000, dtype=np.int64)
    fit.times(ticks, ticks * 1_000_000)
    found = fit.times(ticks + 5_000_000, (ticks + 5000) * 1_000_000)
    assert fit.restarts == 1
    assert found[0] == 5_000_000_000


def test_a_counter_that_stood_still_starts_the_fit_anew_after_three_seconds() -> None:
    fit = TickFit(1_000_000)
    for start in range(0, 20_000, 100):
        ticks = np.arange(start, start + 100, dtype=np.int64)
        pause = 10_000_000_000 if start >= 10_000 else 0
        found = fit.times(ticks, ticks * 1_000_000 + pause)
    assert fit.restarts == 1
    assert abs(int(found[-1]) - (19_999 * 1_000_000 + 10_000_000_000)) < 1_000_000


def test_wall_steps_leave_segment_time_alone() -> None:
    clock = FakeClock()
    segment = SegmentClock(clock)
    first = segment.anchor()
    assert first is not None
    assert first.reason == "start"
    for step in (-7200, 86_400, 3600):
        before = segment.stamp()
        clock.advance(1)
        clock.step_wall(step)
        after = segment.stamp()
        assert after.t_ns - before.t_ns == 1_000_000_000
        anchor = segment.anchor()
        assert anchor is not None
        assert anchor.reason == "step"
        assert anchor.wall_ns == clock.wall_ns()
    assert segment.anchor() is None
    clock.advance(600)
    periodic = segment.anchor()
    assert periodic is not None
    assert periodic.reason == "periodic"


def test_anchors_give_the_wall_clock_back() -> None:
    anchors = [Anchor(100, 100, "start"), Anchor(1000, 500, "step")]
    assert wall_of(50, anchors) == 50
    assert wall_of(900, anchors) == 900
    assert wall_of(1200, anchors) == 700
    assert wall_of(7, []) == 7


def test_a_clock_put_back_before_a_restart_or_reboot_keeps_the_order() -> None:
    clock = FakeClock()
    last_ns = clock.wall_ns() + 5_000_000_000
    for behind_s in (0.5, 7200.0, 90_000.0):
        clock.step_wall(-behind_s)
        segment = SegmentClock(clock, last_ns)
        first = segment.stamp()
        assert first.t_ns > last_ns
        anchor = segment.anchor()
        assert anchor is not None
        assert anchor.wall_ns == clock.wall_ns()
        assert wall_of(first.t_ns, [anchor]) == clock.wall_ns()
        clock.step_wall(behind_s)


def test_a_clock_that_was_far_ahead_is_not_followed_for_ever() -> None:
    clock = FakeClock()
    segment = SegmentClock(clock, clock.wall_ns() + 10 * 365 * 86_400_000_000_000)
    assert segment.stamp().t_ns == clock.wall_ns()


def test_suspend_counts_and_loses_nothing() -> None:
    """CLOCK_BOOTTIME runs while the computer sleeps: the night is in the recording as time without samples."""
    clock = FakeClock()
    segment = SegmentClock(clock)
    before = segment.stamp().t_ns
    clock.advance(8 * 3600)
    assert segment.stamp().t_ns - before == 8 * 3600 * 1_000_000_000
