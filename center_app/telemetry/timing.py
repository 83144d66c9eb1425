"""Recorded time: one clock per run that never steps, sample times inside a read, device clocks fitted.

A segment of time (one run of a collector on one boot) starts at UTC and advances by CLOCK_BOOTTIME; what
the wall clock does later is kept as anchors. Frames inside a read are spread backwards from its end by line
speed. A device counter is tied to that clock by the lower envelope of arrival times, because a frame may
arrive late (adapter batching, a stalled reader) but never early.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from center_app.core.clock import Clock
from devices.values import Block, LineSettings, StreamSpec

Int64Array = NDArray[np.int64]

STEP_NS: Final = 100_000_000
"""A wall clock that moved by more against boot time was set by somebody: anchor "step" (100 ms)."""
DRIFT_NS: Final = 5_000_000
"""A wall clock that crept away by more gets an anchor "drift" (5 ms)."""
ANCHOR_EVERY_NS: Final = 600_000_000_000
"""At least every 10 minutes there is an anchor "periodic"."""


@dataclass(frozen=True)
class Stamp:
    """Hold one instant, ns: segment time (`t_ns`) and what the wall clock read."""

    t_ns: int
    wall_ns: int


@dataclass(frozen=True)
class Anchor:
    """Tie segment time to the wall clock, with the reason: start, step, drift or periodic."""

    t_ns: int
    wall_ns: int
    reason: str

    @property
    def offset_ns(self) -> int:
        """Return wall clock minus segment time."""
        return self.wall_ns - self.t_ns


class SegmentClock:
    """Tell segment time: UTC at the start, CLOCK_BOOTTIME from then on; suspend counts, steps do not."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._base_ns = clock.wall_ns() - clock.boottime_ns()
        self._last: Anchor | None = None

    def stamp(self) -> Stamp:
        """Return this instant on both clocks; safe in every thread."""
        return Stamp(self.at(self._clock.boottime_ns()), self._clock.wall_ns())

    def at(self, boot_ns: int) -> int:
        """Return the segment time of a CLOCK_BOOTTIME instant, ns."""
        return boot_ns + self._base_ns

    def anchor(self) -> Anchor | None:
        """Return an anchor when one is due (one thread asks, about once a second)."""
        now = self.stamp()
        reason = self._reason(now)
        if reason is None:
            return None
        self._last = Anchor(now.t_ns, now.wall_ns, reason)
        return self._last

    def _reason(self, now: Stamp) -> str | None:
        if self._last is None:
            return "start"
        moved = abs(now.wall_ns - now.t_ns - self._last.offset_ns)
        if moved >= STEP_NS:
            return "step"
        if moved >= DRIFT_NS:
            return "drift"
        return "periodic" if now.t_ns - self._last.t_ns >= ANCHOR_EVERY_NS else None


def wall_of(t_ns: int, anchors: Sequence[Anchor]) -> int:
    """Return the wall clock of a segment time by the newest anchor before it (the first for earlier times)."""
    before = [anchor for anchor in anchors if anchor.t_ns <= t_ns]
    anchor = before[-1] if before else anchors[0] if anchors else None
    return t_ns if anchor is None else t_ns + anchor.offset_ns


def spread(end_offset: Int64Array, received: int, read_ns: int, byte_ns: float) -> Int64Array:
    """Return arrival times, int64 ns (n,): each frame's last byte, counted back from the end of the read.

    `received` is the offset of the last byte of the read, `byte_ns` the time of one byte on the line.
    """
    return read_ns - np.rint((received - end_offset) * byte_ns).astype(np.int64)


class TickFit:
    """Fit segment time to a device counter: t = a + b * tick, from below.

    Delays are never negative, so the line is the edge of the lower convex hull of (tick, arrival) at its
    centre (Moon, Skelly, Towsley: Estimation and Removal of Clock Skew from Network Delay Measurements,
    INFOCOM 1999), over the last 60 s in quarter-second minima. Late arrivals are thereby outliers without
    weight. In the first 5 s the nominal period holds and only the offset is fitted. Counter resets and
    jumps start anew.
    """

    WINDOW_NS: Final = 60_000_000_000
    BUCKET_NS: Final = 250_000_000
    NOMINAL_NS: Final = 5_000_000_000
    EARLY_NS: Final = 5_000_000
    LATE_NS: Final = 30_000_000
    LATE_FOR_NS: Final = 3_000_000_000
    MAX_SKEW: Final = 0.03

    def __init__(self, tick_ns: float) -> None:
        self._tick_ns = float(tick_ns)
        self.restarts = 0
        self._forget()

    def _forget(self) -> None:
        self._origin: tuple[int, int] | None = None
        self._points: deque[tuple[float, float]] = deque()
        self._slope, self._offset = 1.0, 0.0
        self._last_tick: int | None = None
        self._late_since: float | None = None

    def restart(self) -> None:
        """Forget what was fitted (after a reconnect)."""
        self._forget()

    @property
    def skew_ppm(self) -> float:
        """Return how much longer the device's second is than ours, in parts per million."""
        return (self._slope - 1.0) * 1e6

    def times(self, ticks: Int64Array, arrivals: Int64Array) -> Int64Array:
        """Take one block's counters and arrival times (int64 ns, ascending); return the fitted times."""
        if self._broken(ticks):
            self.restarts += 1
            self._forget()
        if self._origin is None:
            self._origin = (int(ticks[0]), int(arrivals[0]))
        self._last_tick = int(ticks[-1])
        nominal = (ticks - self._origin[0]) * self._tick_ns
        arrived = (arrivals - self._origin[1]).astype(np.float64)
        if self._has_moved(nominal, arrived):
            self.restarts += 1
            self._forget()
            return self.times(ticks, arrivals)
        self._learn(nominal, arrived)
        fitted = self._offset + self._slope * nominal
        return np.rint(np.minimum(fitted, arrived)).astype(np.int64) + self._origin[1]

    def _broken(self, ticks: Int64Array) -> bool:
        """Tell whether the counter ran backwards: the device started anew."""
        before = self._last_tick
        return before is not None and bool(ticks[0] <= before)

    def _has_moved(self, nominal: NDArray[np.float64], arrived: NDArray[np.float64]) -> bool:
        """Tell whether the counter jumped ahead (frames seem early) or stood still (all seem late for 3 s)."""
        if not self._points:
            return False
        late = arrived - (self._offset + self._slope * nominal)
        slack = self.EARLY_NS + self.MAX_SKEW * (nominal[-1] - self._points[-1][0])
        if late.min() < -slack:
            return True
        if late.min() < self.LATE_NS:
            self._late_since = None
            return False
        self._late_since = arrived[0] if self._late_since is None else self._late_since
        return bool(arrived[-1] - self._late_since > self.LATE_FOR_NS)

    def _learn(self, nominal: NDArray[np.float64], arrived: NDArray[np.float64]) -> None:
        best = int(np.argmin(arrived - self._slope * nominal))
        point = (float(nominal[best]), float(arrived[best]))
        if self._points and point[0] // self.BUCKET_NS == self._points[-1][0] // self.BUCKET_NS:
            last = self._points[-1]
            if point[1] - self._slope * point[0] >= last[1] - self._slope * last[0]:
                return
            self._points.pop()
        self._points.append(point)
        while point[0] - self._points[0][0] > self.WINDOW_NS:
            self._points.popleft()
        self._fit()

    def _fit(self) -> None:
        points = self._points
        if points[-1][0] - points[0][0] < self.NOMINAL_NS:
            self._slope = 1.0
        else:
            slope = _hull_slope(list(points))
            self._slope = min(1 + self.MAX_SKEW, max(1 - self.MAX_SKEW, slope))
        self._offset = min(y - self._slope * x for x, y in points)


def _hull_slope(points: list[tuple[float, float]]) -> float:
    """Return the slope of the lower convex hull's edge over the mean x (points ascend in x)."""
    hull: list[tuple[float, float]] = []
    for point in points:
        while len(hull) >= 2 and _turn(hull[-2], hull[-1], point) <= 0:
            hull.pop()
        hull.append(point)
    centre = sum(x for x, _ in points) / len(points)
    for left, right in zip(hull, hull[1:], strict=False):
        if right[0] >= centre:
            return (right[1] - left[1]) / (right[0] - left[0])
    return 1.0


def _turn(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    """Return the cross product of ab and ac; positive when c lies to the left."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


class SampleTimes:
    """Give decoded frames their times; times of a stream always ascend.

    Frames with a device counter follow its fit, the others are spread inside their read by line speed.
    """

    def __init__(self, line: LineSettings, streams: Sequence[StreamSpec]) -> None:
        self._byte_ns = line.byte_ns
        self._fits = {spec.key: TickFit(spec.tick_ns) for spec in streams if spec.tick_ns}
        self._last: dict[str, int] = {}

    def of(self, block: Block, read_ns: int, received: int) -> Int64Array:
        """Return t_ns int64 (n,) for a block; `received` counts the decoder's bytes at the end of the read."""
        if not len(block.end_offset):
            return np.zeros(0, dtype=np.int64)
        t_ns = spread(block.end_offset, received, read_ns, self._byte_ns)
        fit = self._fits.get(block.stream)
        if fit is not None and block.tick is not None:
            t_ns = fit.times(block.tick, t_ns)
        return self._ascending(block.stream, t_ns)

    def _ascending(self, stream: str, t_ns: Int64Array) -> Int64Array:
        floor = self._last.get(stream)
        if floor is not None and t_ns[0] <= floor:
            t_ns = np.maximum(t_ns, floor + 1 + np.arange(len(t_ns)))
        if (np.diff(t_ns) <= 0).any():
            t_ns = np.maximum.accumulate(t_ns)
        self._last[stream] = int(t_ns[-1])
        return t_ns

    def restart(self) -> None:
        """Forget the fits after a gap; order goes on."""
        for fit in self._fits.values():
            fit.restart()

    def skew_ppm(self, stream: str) -> float | None:
        """Return a device clock's skew against ours; None for a stream without a counter."""
        fit = self._fits.get(stream)
        return None if fit is None else fit.skew_ppm
