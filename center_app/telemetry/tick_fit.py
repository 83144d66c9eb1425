"""Fit recorded time to a device's counter: between bounds on arrival times, with outliers without weight."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Int64Array = NDArray[np.int64]

SLACK_NS: Final = 50_000.0
BATCH_SHARE: Final = 0.28
"""Where in an unseen phase of a batch the line lies: nearer to the read's end, where aligned devices are."""


@dataclass
class _Bucket:
    """Hold the tightest bounds of half a second as (nominal, arrival) pairs in ns."""

    upper: tuple[float, float]
    lower: tuple[float, float] | None
    frames: int
    reads: int


class TickFit:
    """Fit segment time to a device counter: t = a + b * tick, between two bounds.

    A frame never arrives early, so the last frame of a read bounds the line from above; and the first frame
    of a read had not arrived when the read before it ended, which bounds it from below. The slope is the one
    in the middle of those that respect both over the last 300 s (half-second extremes, so that late arrivals
    have no weight). The offset touches the upper bound, as of a clock seen through one-way delays
    (Moon, Skelly, Towsley, INFOCOM 1999); behind an adapter that batches frames, where the phase inside a
    batch cannot be seen, it lies between the bounds. In the first 5 s the nominal period holds. Counter
    resets and jumps start anew.
    """

    WINDOW_NS: Final = 300_000_000_000
    BUCKET_NS: Final = 500_000_000
    NOMINAL_NS: Final = 5_000_000_000
    EARLY_NS: Final = 5_000_000
    LATE_NS: Final = 30_000_000
    LATE_FOR_NS: Final = 3_000_000_000
    MAX_SKEW: Final = 0.03
    BATCH_FRAMES: Final = 3

    def __init__(self, tick_ns: float) -> None:
        self._tick_ns = float(tick_ns)
        self.restarts = 0
        self._forget()

    def _forget(self) -> None:
        self._origin: tuple[int, int] | None = None
        self._buckets: deque[_Bucket] = deque()
        self._slope, self._offset, self._top = 1.0, 0.0, 0.0
        self.is_settled, self.misfit_ns = False, 0.0
        self._last: tuple[int, float] | None = None
        self._late_since: float | None = None

    def restart(self) -> None:
        """Forget what was fitted (after a reconnect)."""
        self._forget()

    def lateness_ns(self, tick: int, arrival_ns: int) -> float:
        """Return how long after the tightest bound a frame arrived; `misfit_ns` says how far the bounds cross."""
        if self._origin is None:
            return 0.0
        nominal = (tick - self._origin[0]) * self._tick_ns
        return float(arrival_ns - self._origin[1] - self._top - self._slope * nominal)

    def forget_since(self, tick: int) -> None:
        """Forget the bounds learnt from a tick on: its numbers turned out to be wrong."""
        nominal = (tick - self._origin[0]) * self._tick_ns if self._origin else 0.0
        while self._buckets and self._buckets[-1].upper[0] >= nominal:
            self._buckets.pop()
        if self._buckets:
            self._fit()

    @property
    def skew_ppm(self) -> float:
        """Return how much longer the device's second is than ours, in parts per million."""
        return (self._slope - 1.0) * 1e6

    def times(self, ticks: Int64Array, arrivals: Int64Array) -> Int64Array:
        """Take one read's counters and arrival times (int64 ns, ascending); return the fitted times."""
        if self._last is not None and ticks[0] <= self._last[0]:
            self._start_anew()
        if self._origin is None:
            self._origin = (int(ticks[0]), int(arrivals[0]))
        nominal = ((ticks - self._origin[0]) * self._tick_ns).astype(np.float64)
        arrived = (arrivals - self._origin[1]).astype(np.float64)
        if self._has_moved(nominal, arrived):
            self._start_anew()
            return self.times(ticks, arrivals)
        self._learn(nominal, arrived)
        self._last = (int(ticks[-1]), float(arrived[-1]))
        fitted: Int64Array = np.rint(np.minimum(self._offset + self._slope * nominal, arrived)).astype(np.int64)
        return fitted + self._origin[1]

    def _start_anew(self) -> None:
        self.restarts += 1
        self._forget()

    def _has_moved(self, nominal: NDArray[np.float64], arrived: NDArray[np.float64]) -> bool:
        """Tell whether the counter jumped ahead (frames seem early) or stood still (all seem late for 3 s)."""
        if not self._buckets:
            return False
        late = arrived - (self._offset + self._slope * nominal)
        slack = self.EARLY_NS + self.MAX_SKEW * (nominal[-1] - self._buckets[-1].upper[0])
        if late.min() < -slack:
            return True
        if late.min() < self.LATE_NS:
            self._late_since = None
            return False
        self._late_since = float(arrived[0]) if self._late_since is None else self._late_since
        return bool(arrived[-1] - self._late_since > self.LATE_FOR_NS)

    def _learn(self, nominal: NDArray[np.float64], arrived: NDArray[np.float64]) -> None:
        best = int(np.argmin(arrived - self._slope * nominal))
        upper = (float(nominal[best]), float(arrived[best]))
        lower = None if self._last is None else (float(nominal[0]), self._last[1])
        bucket = self._buckets[-1] if self._buckets else None
        if bucket is None or upper[0] // self.BUCKET_NS != bucket.upper[0] // self.BUCKET_NS:
            self._buckets.append(_Bucket(upper, lower, len(nominal), 1))
            while upper[0] - self._buckets[0].upper[0] > self.WINDOW_NS:
                self._buckets.popleft()
            self._fit()
            return
        bucket.upper = self._tighter(bucket.upper, upper)
        bucket.lower = lower if bucket.lower is None else self._tighter(bucket.lower, lower or bucket.lower)
        bucket.frames += len(nominal)
        bucket.reads += 1
        self._offset = min(self._offset, self._above(bucket.upper))
        self._top = min(self._top, self._above(bucket.upper))

    def _above(self, point: tuple[float, float]) -> float:
        return point[1] - self._slope * point[0]

    def _tighter(self, one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
        """Return the point that was stamped with the least delay."""
        return other if self._above(other) < self._above(one) else one

    def _fit(self) -> None:
        uppers = np.array([bucket.upper for bucket in self._buckets])
        whole = list(self._buckets)[:-1]  # the newest holds one read yet, which may have been stamped late
        lowers = np.array([bucket.lower for bucket in whole if bucket.lower is not None])
        long = bool(uppers[-1, 0] - uppers[0, 0] >= self.NOMINAL_NS) and len(lowers) > 1
        self._slope = _middle_slope(uppers, lowers, self.MAX_SKEW) if long else 1.0
        top = float((uppers[:, 1] - self._slope * uppers[:, 0]).min())
        self._offset, self._top, self.is_settled = top, top, long
        if not long:
            return
        bottom = float((lowers[:, 1] - self._slope * lowers[:, 0]).max())
        self.misfit_ns = max(0.0, bottom - top)
        frames, reads = (sum(getattr(bucket, name) for bucket in self._buckets) for name in ("frames", "reads"))
        if frames >= self.BATCH_FRAMES * reads:
            self._offset = min(top, top - BATCH_SHARE * (top - bottom))


def _middle_slope(uppers: NDArray[np.float64], lowers: NDArray[np.float64], max_skew: float) -> float:
    """Return the middle of the slopes whose line fits below all uppers and above all lowers.

    The gap between the bounds is concave in the slope; slopes within 50 us of the widest gap count as fitting.
    """

    def gap(slope: float) -> float:
        return float((uppers[:, 1] - slope * uppers[:, 0]).min() - (lowers[:, 1] - slope * lowers[:, 0]).max())

    best = _peak(gap, 1.0 - max_skew, 1.0 + max_skew)
    floor = gap(best) - SLACK_NS
    return (_edge(gap, floor, best, 1.0 - max_skew) + _edge(gap, floor, best, 1.0 + max_skew)) / 2


def _peak(function: Callable[[float], float], low: float, high: float) -> float:
    """Return where a concave function is largest, by golden section to 1e-10."""
    ratio = (5**0.5 - 1) / 2
    left, right = high - ratio * (high - low), low + ratio * (high - low)
    at_left, at_right = function(left), function(right)
    while high - low > 1e-10:
        if at_left >= at_right:
            high, right, at_right = right, left, at_left
            left = high - ratio * (high - low)
            at_left = function(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + ratio * (high - low)
            at_right = function(right)
    return (low + high) / 2


def _edge(function: Callable[[float], float], floor: float, inside: float, outside: float) -> float:
    """Return how far from `inside` towards `outside` a concave function stays at or above a floor."""
    while abs(outside - inside) > 1e-10:
        middle = (inside + outside) / 2
        if function(middle) >= floor:
            inside = middle
        else:
            outside = middle
    return inside
