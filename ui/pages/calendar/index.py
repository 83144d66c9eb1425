"""Find the intervals of a row that touch a window, without looking at the others."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


class IntervalIndex:
    """Answer "which intervals of these rows touch [t0, t1)?" in O(log n + hits) a row.

    Takes int64 columns sorted by (row, start). Because long intervals may cover short
    ones, the lower bound is searched in the running maximum of the ends.
    """

    def __init__(self, row: Ints, start: Ints, end: Ints, row_count: int) -> None:
        """Build offsets of each row and the running maximum of the ends inside it."""
        self._start, self._end = start, end
        self._first = np.searchsorted(row, np.arange(row_count + 1))
        self._reach = _running_maximum(end, self._first)

    def span(self, row: int, t0: int, t1: int) -> tuple[int, int]:
        """Bound the candidates of one row; single ones in it may still end before t0."""
        low, high = int(self._first[row]), int(self._first[row + 1])
        first = low + int(np.searchsorted(self._reach[low:high], t0, side="right"))
        last = low + int(np.searchsorted(self._start[low:high], t1, side="left"))
        return first, max(first, last)

    def touching(self, row: int, t0: int, t1: int) -> Ints:
        """List the intervals of one row that overlap [t0, t1), in order of start."""
        first, last = self.span(row, t0, t1)
        return np.flatnonzero(self._end[first:last] > t0) + first

    def of_row(self, row: int) -> range:
        """Give all intervals of one row."""
        return range(int(self._first[row]), int(self._first[row + 1]))

    def at(self, row: int, instant: int) -> int:
        """Give the latest-starting interval of the row that holds the instant, or -1."""
        hits = self.touching(row, instant, instant + 1)
        return int(hits[-1]) if hits.size else -1


def _running_maximum(end: Ints, first: Ints) -> Ints:
    reach = end.copy()
    for low, high in pairwise(first.tolist()):
        np.maximum.accumulate(end[low:high], out=reach[low:high])
    return reach
