"""Tell, before a drop, what bars a proposed time and where the nearest free times lie.

This is the look-ahead of the ghost over what is on screen. The service applies the
same half-open rule with buffers, and all other rules, when the booking is written.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from ui.pages.calendar.data import OCCUPYING, OUTAGES, BarState
from ui.pages.calendar.index import IntervalIndex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ui.pages.calendar.data import Ints, TimelineData

_OCCUPYING = np.isin(np.arange(len(BarState)), [int(state) for state in OCCUPYING])


class Reason(StrEnum):
    """Name why a time cannot be had."""

    BOOKED = "booked"
    BUFFER = "buffer"
    OUTAGE = "outage"
    PAST = "past"
    RULE = "rule"


@dataclass(frozen=True)
class Proposal:
    """Hold what a drop would ask for: row, times (UTC s) and the bar it came from (-1: new)."""

    row: int
    start: int
    end: int
    bar: int = -1


@dataclass(frozen=True)
class Conflict:
    """Say what is in the way: the first overlap (UTC s), its bar, and free times of the same length.

    ``spans`` are all overlaps; ``sentence`` is filled for reasons that the rule engine found.
    """

    reason: Reason
    start: int
    end: int
    bar: int = -1
    free: tuple[tuple[int, int], ...] = ()
    sentence: str = ""
    spans: tuple[tuple[int, int], ...] = ()


class Occupancy:
    """Know the occupied time of every row, each bar widened by its buffers."""

    def __init__(self, data: TimelineData) -> None:
        """Keep the occupying bars, sorted again because widening may swap them."""
        self._data = data
        bars = data.bars
        kept = np.flatnonzero(_OCCUPYING[bars.state]) if len(bars) else np.zeros(0, np.int64)
        start, end = bars.start[kept] - bars.before[kept], bars.end[kept] + bars.after[kept]
        order = np.lexsort((start, bars.row[kept]))
        self._bar, self._start, self._end = kept[order], start[order], end[order]
        self._index = IntervalIndex(bars.row[self._bar], self._start, self._end, len(data.rows))

    def _blocks(self, row: int, t0: int, t1: int, ignored: int) -> Ints:
        hits = self._index.touching(row, t0, t1)
        kept: Ints = hits[self._bar[hits] != ignored]
        return kept

    def conflict(self, wish: Proposal, now: int) -> Conflict | None:
        """Give the first obstacle to a proposal, or None where it may be dropped."""
        row = self._data.rows[wish.row]
        if wish.start < now and not self._keeps_start(wish):
            past = Conflict(Reason.PAST, wish.start, min(now, wish.end))
            return self._with_free(past, wish, now)
        t0, t1 = wish.start - row.before_s, wish.end + row.after_s
        hits = self._blocks(wish.row, t0, t1, wish.bar)
        found = [self._obstacle(int(hit), wish) for hit in hits]
        return self._with_free(found[0], wish, now, [(one.start, one.end) for one in found]) if found else None

    def _keeps_start(self, wish: Proposal) -> bool:
        bars = self._data.bars
        return wish.bar >= 0 and int(bars.start[wish.bar]) == wish.start

    def _obstacle(self, hit: int, wish: Proposal) -> Conflict:
        bars, bar = self._data.bars, int(self._bar[hit])
        start, end = int(bars.start[bar]), int(bars.end[bar])
        if start >= wish.end or end <= wish.start:
            return self._buffer(hit, wish, bar)
        reason = Reason.OUTAGE if BarState(int(bars.state[bar])) in OUTAGES else Reason.BOOKED
        return Conflict(reason, max(start, wish.start), min(end, wish.end), bar)

    def _buffer(self, hit: int, wish: Proposal, bar: int) -> Conflict:
        """Describe a clash of turn-round times only: the part of the wish they cover."""
        row = self._data.rows[wish.row]
        if int(self._data.bars.start[bar]) >= wish.end:
            start = max(wish.start, int(self._start[hit]) - row.after_s)
            return Conflict(Reason.BUFFER, start, wish.end, bar)
        end = min(wish.end, int(self._end[hit]) + row.before_s)
        return Conflict(Reason.BUFFER, wish.start, end, bar)

    def _with_free(self, found: Conflict, wish: Proposal, now: int, spans: Sequence[tuple[int, int]] = ()) -> Conflict:
        free = self.nearest_free(wish, now)
        return replace(found, free=free, spans=tuple(spans) or ((found.start, found.end),))

    def nearest_free(self, wish: Proposal, now: int, step: int = 900) -> tuple[tuple[int, int], ...]:
        """Give up to two free times of the wished length, one before and one after, in order."""
        row, length = self._data.rows[wish.row], wish.end - wish.start
        floor = -(-max(now, self._data.start) // step) * step
        gaps = self._gaps(wish.row, wish.bar, floor)
        earlier = [_last_fit(a + row.before_s, b - row.after_s, length, wish.start, step) for a, b in gaps]
        later = [_first_fit(a + row.before_s, b - row.after_s, length, wish.start, step) for a, b in gaps]
        before = max((start for start in earlier if start is not None), default=None)
        after = min((start for start in later if start is not None), default=None)
        starts = [start for start in (before, after) if start is not None]
        return tuple((start, start + length) for start in starts)

    def _gaps(self, row: int, ignored: int, floor: int) -> list[tuple[int, int]]:
        """List the unoccupied stretches of a row within what was loaded."""
        gaps, position = [], floor
        for hit in self._blocks(row, floor, self._data.end, ignored):
            if self._start[hit] > position:
                gaps.append((position, int(self._start[hit])))
            position = max(position, int(self._end[hit]))
        return [*gaps, (position, self._data.end)] if position < self._data.end else gaps


def _first_fit(low: int, high: int, length: int, wish: int, step: int) -> int | None:
    start = -(-max(low, wish + 1) // step) * step
    return start if start + length <= high else None


def _last_fit(low: int, high: int, length: int, wish: int, step: int) -> int | None:
    start = min(high - length, wish - 1) // step * step
    return start if start >= low else None
