"""Times of devices without a counter: a steady rate is found behind batching, anything else keeps its arrival."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from center_app.telemetry.rate_fit import RateFit
from center_app.telemetry.timing import SampleTimes
from devices.values import Block, ChannelSpec, LineSettings, StreamSpec

LINE = LineSettings(921_600)
FRAME = 16
SPEC = StreamSpec("drive", (ChannelSpec("i", {"en": "I"}, "A", "i2"),), 1000.0, None, 0)


def device(seed: int, seconds: float, ppm: float, *, batch_ns: int = 16_000_000, lost: tuple[int, ...] = ()):
    """Simulate a 1 kHz device without a counter behind an adapter that hands over every 16 ms.

    `lost` frames never come. Returns (true, told) times of those that do.
    """
    random = np.random.default_rng(seed)
    phase = random.integers(0, 1_000_000)
    truth = (phase + np.arange(1, int(seconds * 1000) + 1) * 1e6 * (1 + ppm / 1e6)).astype(np.int64)
    truth = np.delete(truth, list(lost))
    grid = random.integers(0, batch_ns)
    handed = -(-(truth - grid) // batch_ns) * batch_ns + grid
    times = SampleTimes(LINE, (SPEC,))
    told, moments = [], np.unique(handed)
    host = random.exponential(200_000, len(moments)).astype(np.int64)
    for moment, late in zip(moments.tolist(), host.tolist(), strict=True):
        rows = np.flatnonzero(handed == moment)
        ends = (rows + 1) * FRAME
        block = Block("drive", np.zeros((1, len(rows)), "i2"), np.zeros(len(rows), "u1"), ends)
        told.append(times.of(block, moment + late, int(ends[-1])))
    return truth, np.concatenate(told), times


def rms_ms(told: np.ndarray, truth: np.ndarray) -> float:
    return float(np.sqrt(np.mean((told - truth).astype(float) ** 2))) / 1e6


@pytest.mark.parametrize("ppm", [-100.0, -40.0, 40.0, 100.0])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_batching_of_16_ms_leaves_less_than_0_3_ms_after_30_s(seed: int, ppm: float) -> None:
    truth, told, times = device(seed, 60, ppm)
    assert rms_ms(told[30_000:], truth[30_000:]) <= 0.3
    assert (np.diff(told) > 0).all()
    assert times.is_fitted("drive")


def test_without_the_fit_the_same_stream_is_off_by_milliseconds() -> None:
    truth, told, _ = device(1, 4, 40.0)
    assert rms_ms(told, truth) > 1.0


def test_lost_frames_are_noticed_by_their_time() -> None:
    lost = (35_000, 35_001, 35_002, 41_500)
    truth, told, _ = device(4, 60, 40.0, lost=lost)
    assert rms_ms(told[47_000:], truth[47_000:]) <= 0.3
    assert rms_ms(told[30_000:], truth[30_000:]) <= 1.0


def test_a_device_that_speaks_when_it_likes_keeps_its_arrival_times() -> None:
    random = np.random.default_rng(7)
    moments = np.cumsum(random.exponential(20e6, 6000)).astype(np.int64)
    fit = RateFit()
    told = np.concatenate([fit.times(moments[n : n + 1]) for n in range(len(moments))])
    assert (told == moments).mean() > 0.95
    assert np.abs(told - moments).max() < 60e6


def test_a_rate_other_than_declared_is_measured() -> None:
    """One that says 1 kHz and sends 730 frames a second is timed by what it does."""
    random = np.random.default_rng(9)
    truth = (np.arange(1, 30_000) * 1e9 / 730).astype(np.int64)
    fit, told = RateFit(), []
    for start in range(0, len(truth), 12):
        rows = truth[start : start + 12]
        late = int(rows[-1] + random.exponential(200_000))
        told.append(fit.times(np.full(len(rows), late) - (rows[-1] - rows > 0) * 1))
    found = np.concatenate(told)
    assert rms_ms(found[22_000:], truth[22_000 : len(found)]) <= 0.5


def test_a_gap_starts_anew_and_nothing_is_earlier_than_its_end() -> None:
    _, _, times = device(1, 20, 0.0)
    times.restart(floor_ns=90_000_000_000)
    assert not times.is_fitted("drive")
    ends = (np.arange(5) + 1) * FRAME
    block = Block("drive", np.zeros((1, 5), "i2"), np.zeros(5, "u1"), ends)
    told = times.of(block, 90_000_000_100, int(ends[-1]))
    assert told[0] == 90_000_000_001
    assert (np.diff(told) > 0).all()


def test_answers_to_our_polls_are_never_fitted() -> None:
    times = SampleTimes(LINE, (SPEC,), is_polled=True)
    for number in range(400):
        block = Block("drive", np.zeros((1, 1), "i2"), np.zeros(1, "u1"), np.array([FRAME * (number + 1)]))
        late = (number % 7) * 1_000_000
        assert times.of(block, number * 50_000_000 + late, FRAME * (number + 1))[0] == number * 50_000_000 + late


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 40), st.integers(-5_000_000, 60_000_000), st.integers(0, 3)), min_size=1, max_size=80
    ),
    st.integers(0, 2**31),
)
def test_times_ascend_strictly_whatever_comes(reads: list[tuple[int, int, int]], start: int) -> None:
    """Any sizes, any delays, clocks that seem to run back, losses: order holds inside a read and between reads."""
    times = SampleTimes(LineSettings(9600), (SPEC,))
    now, received, last = start, 0, -1
    for count, step, missed in reads:
        now += step
        ends = received + (np.arange(count) + 1) * FRAME
        received = int(ends[-1])
        block = Block("drive", np.zeros((1, count), "i2"), np.zeros(count, "u1"), ends, None, missed)
        told = times.of(block, now, received)
        assert (np.diff(told) > 0).all()
        assert told[0] > last or last == -1
        last = int(told[-1])
