"""Recorded time: one clock per run that never steps, sample times inside a read, device clocks fitted.

A segment of time (one run of a collector on one boot) starts at UTC and advances by CLOCK_BOOTTIME; what
the wall clock does later is kept as anchors. Frames inside a read are spread backwards from its end by line
speed. A device counter, or the steady rate of a device without one, is tied to that clock by bounds on arrival
times, because a frame may arrive late (adapter batching, a stalled reader) but never early.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from center_app.core.clock import Clock
from center_app.telemetry.rate_fit import RateFit
from center_app.telemetry.tick_fit import TickFit
from devices.values import Block, LineSettings, StreamSpec

Int64Array = NDArray[np.int64]

STEP_NS: Final = 100_000_000
"""A wall clock that moved by more against boot time was set by somebody: anchor "step" (100 ms)."""
DRIFT_NS: Final = 5_000_000
"""A wall clock that crept away by more gets an anchor "drift" (5 ms)."""
ANCHOR_EVERY_NS: Final = 600_000_000_000
"""At least every 10 minutes there is an anchor "periodic"."""


HELD_NS: Final = 2 * 86_400_000_000_000
"""A wall clock that is behind the last recording by up to two days is not allowed to turn the order round."""


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
    """Tell segment time: UTC at the start, CLOCK_BOOTTIME from then on; suspend counts, steps do not.

    A segment never starts before the end of the one before it (`not_before_ns`), so that a wall clock that was put
    back, or lost its battery's time, changes no order; its anchors tell what the wall clock reads instead. A clock
    that is wrong by more than two days is believed: somebody corrected a wrong one.
    """

    def __init__(self, clock: Clock, not_before_ns: int | None = None) -> None:
        self._clock = clock
        wall_ns = clock.wall_ns()
        behind_ns = (not_before_ns or 0) + 1 - wall_ns
        start_ns = wall_ns + behind_ns if 0 < behind_ns <= HELD_NS else wall_ns
        self._base_ns = start_ns - clock.boottime_ns()
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
    late: Int64Array = np.rint((received - end_offset) * byte_ns).astype(np.int64)
    return read_ns - late


class SampleTimes:
    """Give decoded frames their times; times of a stream always ascend.

    Frames with a device counter follow its fit. The others are spread inside their read by line speed; where they
    turn out to come at a steady rate, they follow the fit of that rate. Answers to our own polls come when we ask:
    they are never fitted (`is_polled`).
    """

    def __init__(self, line: LineSettings, streams: Sequence[StreamSpec], *, is_polled: bool = False) -> None:
        self._byte_ns = line.byte_ns
        self._fits = {spec.key: TickFit(spec.tick_ns) for spec in streams if spec.tick_ns}
        free = () if is_polled else tuple(spec.key for spec in streams if not spec.tick_ns)
        self._rates = {key: RateFit() for key in free}
        self._last: dict[str, int] = {}

    def of(self, block: Block, read_ns: int, received: int) -> Int64Array:
        """Return t_ns int64 (n,) for a block; `received` counts the decoder's bytes at the end of the read."""
        if not len(block.end_offset):
            return np.zeros(0, dtype=np.int64)
        arrived = spread(block.end_offset, received, read_ns, self._byte_ns)
        return self._ascending(block.stream, self._fitted(block, arrived))

    def _fitted(self, block: Block, arrived: Int64Array) -> Int64Array:
        fit, rate = self._fits.get(block.stream), self._rates.get(block.stream)
        if fit is not None and block.tick is not None:
            return fit.times(block.tick, arrived)
        return arrived if rate is None else rate.times(arrived, block.sequence_gaps)

    def _ascending(self, stream: str, t_ns: Int64Array) -> Int64Array:
        """Move what would not ascend by the least: each time is at least 1 ns after the one before."""
        steps = np.arange(len(t_ns))
        floor = self._last.get(stream)
        if floor is not None and t_ns[0] <= floor:
            t_ns = np.maximum(t_ns, floor + 1 + steps)
        if (np.diff(t_ns) <= 0).any():
            t_ns = np.maximum.accumulate(t_ns - steps) + steps
        self._last[stream] = int(t_ns[-1])
        return t_ns

    def restart(self, floor_ns: int | None = None) -> None:
        """Forget the fits after a gap; order goes on, and nothing is earlier than `floor_ns`, the gap's end."""
        for fit in self._fits.values():
            fit.restart()
        for rate in self._rates.values():
            rate.restart()
        if floor_ns is not None:
            keys = (*self._fits, *self._rates)
            self._last = {key: max(self._last.get(key, floor_ns), floor_ns) for key in keys} | {
                key: max(last, floor_ns) for key, last in self._last.items()
            }

    def is_fitted(self, stream: str) -> bool:
        """Tell whether a stream's times follow a fit now, so that a read's lateness can be known."""
        rate = self._rates.get(stream)
        return stream in self._fits or (rate is not None and rate.is_used)

    def skew_ppm(self, stream: str) -> float | None:
        """Return a device clock's skew against ours; None for a stream without a counter."""
        fit = self._fits.get(stream)
        return None if fit is None else fit.skew_ppm
