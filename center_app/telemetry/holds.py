"""Two thresholds with hold times over blocks of samples, on sample time; the base of alarms and run rules.

A *holder* is off or on. It turns on when `up` has held without a break for `hold_on_ns`, and off when `down` has
held for `hold_off_ns`; any sample that breaks the mask, and any pause longer than `pause_ns` between two good
samples, starts the wait anew. Samples that are not good are left out before: they neither raise nor clear.
The result does not depend on how the samples are cut into blocks.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from center_app.telemetry.values import MAX_PAUSE_NS

Int64 = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Turn:
    """Report one change: the sample that completed the hold, and the first sample of the run that did it.

    `index` counts in the block that was fed; `since_index` too, and is -1 when the run began in an earlier one.
    """

    is_on: bool
    index: int
    t_ns: int
    since_index: int
    since_ns: int


@dataclass
class _Run:
    """Follow the run of one mask across blocks."""

    hold_ns: int
    since_ns: int | None = None
    tail_index: int = -1
    starts: Int64 = field(default_factory=lambda: np.empty(0, np.int64))
    fires: Int64 = field(default_factory=lambda: np.empty(0, np.int64))
    since: Int64 = field(default_factory=lambda: np.empty(0, np.int64))

    def scan(self, t: Int64, mask: Mask, breaks: Mask) -> None:
        """Find the runs of a block, and in each the index at which it has held long enough."""
        if not mask.any():
            self.since_ns = None
            self.starts = self.fires = self.since = np.empty(0, np.int64)
            return
        opens = mask.copy()
        opens[1:] &= ~mask[:-1] | breaks[1:]
        if self.since_ns is not None and mask[0] and not breaks[0]:
            opens[0] = False
        closes = mask.copy()
        closes[:-1] &= ~mask[1:] | breaks[1:]
        starts = np.flatnonzero(opens)
        if mask[0] and not opens[0]:
            starts = np.concatenate((np.array([-1]), starts))
        self._fire(t, starts, np.flatnonzero(closes))
        self.tail_index = int(starts[-1])
        self.since_ns = self._since_of(self.tail_index, t) if mask[-1] else None

    def _fire(self, t: Int64, starts: Int64, ends: Int64) -> None:
        since = np.where(starts >= 0, t[np.maximum(starts, 0)], self.since_ns or 0)
        first = np.maximum(np.searchsorted(t, since + self.hold_ns, side="left"), np.maximum(starts, 0))
        held = first <= ends
        self.starts, self.fires, self.since = starts[held], first[held], since[held]

    def _since_of(self, start: int, t: Int64) -> int:
        return int(t[start]) if start >= 0 else int(self.since_ns or 0)

    def next_from(self, position: int) -> int | None:
        """Return the first completed run at or after a position, as an index into `fires`."""
        at = int(np.searchsorted(self.fires, position, side="left"))
        return at if at < len(self.fires) else None


class Holder:
    """Turn on and off with hold times; feed it good samples in time order, block by block."""

    def __init__(self, hold_on_ns: int, hold_off_ns: int, pause_ns: int = MAX_PAUSE_NS, is_on: bool = False) -> None:
        """Start off, or on when restored."""
        self.is_on = is_on
        self.pause_ns = pause_ns
        self.last_ns: int | None = None
        self._up = _Run(hold_on_ns)
        self._down = _Run(hold_off_ns)

    def feed(self, t: Int64, up: Mask, down: Mask) -> list[Turn]:
        """Take samples (t ns, rising; masks of the same length) and return the turns they bring."""
        if not len(t):
            return []
        breaks = self._breaks(t)
        self._up.scan(t, up, breaks)
        self._down.scan(t, down, breaks)
        self.last_ns = int(t[-1])
        return self._turns(t)

    def pending(self, *, up: bool) -> tuple[int, int] | None:
        """Return (index, t ns) where the run that the last sample belongs to began, None when there is none.

        The index counts in the block fed last and is -1 when the run began in an earlier block.
        """
        run = self._up if up else self._down
        return None if run.since_ns is None else (run.tail_index, run.since_ns)

    def _breaks(self, t: Int64) -> Mask:
        breaks = np.empty(len(t), np.bool_)
        breaks[0] = self.last_ns is None or t[0] - self.last_ns > self.pause_ns
        np.greater(np.diff(t), self.pause_ns, out=breaks[1:])
        return breaks

    def _turns(self, t: Int64) -> list[Turn]:
        turns: list[Turn] = []
        position = 0
        while True:
            run = self._down if self.is_on else self._up
            at = run.next_from(position)
            if at is None:
                return turns
            position = int(run.fires[at])
            self.is_on = not self.is_on
            turns.append(Turn(self.is_on, position, int(t[position]), int(run.starts[at]), int(run.since[at])))
