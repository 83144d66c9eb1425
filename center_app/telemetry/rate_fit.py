"""Fit recorded time to a device that sends at a steady rate without a counter: its frames are counted instead."""

from __future__ import annotations

from math import ceil
from typing import Final

import numpy as np

from center_app.telemetry.tick_fit import Int64Array, TickFit


class RateFit:
    """Give the frames of a steady device their times; those of any other device keep their arrival times.

    The rate is measured over the first frames (5 s and 50 of them), then fitted as a counter would be. A device
    counts as steady while the bounds on its frames fit one line to within half a period. Frames that were lost
    shift the count. The last frame of a batch lies up to one period before its hand-over, so when every read of
    a second comes later than that, frames were lost and the count is put right; when one comes as much too early,
    it was counted too often, and all is measured again.
    """

    WARM_NS: Final = 5_000_000_000
    WARM_FRAMES: Final = 50
    SLOW_NS: Final = 40_000_000
    """Slower devices keep their arrival times: batching hardly hurts them, and evidence that is decoded again from
    the middle of a recording must agree to within 50 ms, which half of a longer period would not allow."""
    BUCKET_NS: Final = 500_000_000
    SHIFTED: Final = 1.25
    STEADY: Final = 0.5
    DOUBT_NS: Final = 2_000_000_000
    PATIENCE_NS: Final = 10_000_000_000

    def __init__(self) -> None:
        self.is_used = False
        self.shifts = 0
        self._forget()

    def _forget(self) -> None:
        self._count = 0
        self._start_ns: int | None = None
        self._period_ns = 0.0
        self._fit: TickFit | None = None
        self._bucket: tuple[int, int, float] | None = None
        self._late: tuple[int, float] | None = None
        self._astray_ns: int | None = None
        self.is_used = False

    def restart(self) -> None:
        """Forget what was fitted (after a gap)."""
        self._forget()

    def times(self, arrived: Int64Array, missed: int = 0) -> Int64Array:
        """Take one read's arrival times (int64 ns, ascending); return the times of its frames.

        `missed` counts frames known to be missing before the read's last one.
        """
        ticks = self._count + missed + np.arange(len(arrived), dtype=np.int64)
        self._count += missed + len(arrived)
        if self._fit is None:
            self._warm_up(int(ticks[-1]), arrived)
            return arrived
        if self._is_early(self._fit, ticks, arrived):
            self._forget()
            return arrived
        ticks = self._put_right(self._fit, ticks, arrived)
        fitted = self._fit.times(ticks, arrived)
        self._judge(self._fit, int(arrived[-1]))
        return fitted if self.is_used else arrived

    def _warm_up(self, tick: int, arrived: Int64Array) -> None:
        """Measure the period from the last frames of two reads."""
        now_ns = int(arrived[-1])
        if self._start_ns is None:
            self._start_ns, self._count = now_ns, 1
            return
        if now_ns - self._start_ns >= self.WARM_NS and tick >= self.WARM_FRAMES:
            self._period_ns = (now_ns - self._start_ns) / tick
            if self._period_ns > self.SLOW_NS:
                self._start_ns, self._count = now_ns, 1
                return
            self._fit = TickFit(self._period_ns)

    def _judge(self, fit: TickFit, now_ns: int) -> None:
        """Decide whether the device is steady; measure again when it is not for 10 s."""
        if fit.restarts:
            self._forget()
            return
        fits = bool(fit.is_settled and fit.misfit_ns <= self.STEADY * self._period_ns)
        if fits or not fit.is_settled:
            self.is_used, self._astray_ns = fits, None
            return
        self._astray_ns = now_ns if self._astray_ns is None else self._astray_ns
        self.is_used = self.is_used and now_ns - self._astray_ns <= self.DOUBT_NS
        if now_ns - self._astray_ns > self.PATIENCE_NS:
            self._forget()

    def _put_right(self, fit: TickFit, ticks: Int64Array, arrived: Int64Array) -> Int64Array:
        """Shift the count by the frames that were lost."""
        if not fit.is_settled:
            return ticks
        last, now_ns = int(ticks[-1]), int(arrived[-1])
        number, late = now_ns // self.BUCKET_NS, fit.lateness_ns(last, now_ns)
        if self._bucket is None or self._bucket[0] != number:
            moved = self._close_bucket(fit)
            self._bucket = (number, int(ticks[0]), late)
            return self._shift(ticks, moved) if moved else ticks
        self._bucket = (number, self._bucket[1], min(self._bucket[2], late))
        return ticks

    def _close_bucket(self, fit: TickFit) -> int:
        """Return by how many periods two half seconds in a row came late at least."""
        bucket, before, self._late = self._bucket, self._late, None
        if bucket is None or bucket[2] < self.SHIFTED * self._period_ns:
            return 0
        self._late = (bucket[1], bucket[2])
        if before is None:
            return 0
        self._late = None
        fit.forget_since(before[0] - round(2 * self.BUCKET_NS / self._period_ns))
        return ceil(min(before[1], bucket[2]) / self._period_ns - 1.1)

    def _shift(self, ticks: Int64Array, frames: int) -> Int64Array:
        self.shifts += 1
        self._count += frames
        self._bucket = self._late = None
        moved: Int64Array = ticks + frames
        return moved

    def _is_early(self, fit: TickFit, ticks: Int64Array, arrived: Int64Array) -> bool:
        """Tell whether frames came before they could: they were counted too often."""
        first = fit.lateness_ns(int(ticks[0]), int(arrived[0]))
        last = fit.lateness_ns(int(ticks[-1]), int(arrived[-1]))
        return self.is_used and min(first, last) < -self.SHIFTED * self._period_ns
