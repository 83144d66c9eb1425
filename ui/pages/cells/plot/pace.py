"""The pace of live plots: when the newest is fetched, when figures are said, by what steps the window moves."""

from __future__ import annotations

import time
from collections.abc import Callable

from ui.pages.cells.plot.timebase import SECOND, TimeBase

FETCH_NS, FETCH_MOST_NS = SECOND // 36, SECOND // 4
"""The newest is fetched at every second frame, on long spans as often as half a pixel passes."""
FIGURES_NS = SECOND // 10
"""Figures in the headers change ten times a second: faster nobody can read."""


class Pace:
    """Follow a time base; while it is held everything is due at once (GUI thread)."""

    def __init__(self, base: TimeBase, columns: Callable[[], int]) -> None:
        """Take the time and what tells how many pixels wide a plot is."""
        self._base, self._columns = base, columns
        self._fetched_ns = self._told_ns = 0

    def column_ns(self) -> int:
        """Return how much time a pixel shows, ns."""
        return max(1, self._base.span_ns // self._columns())

    def window(self) -> tuple[int, int]:
        """Return what to draw, ns; while live it moves by whole columns, which lie at multiples of their width."""
        if not self._base.is_live:
            return self._base.window()
        wide = self.column_ns()
        end = self._base.end_ns // wide * wide
        return end - self._columns() * wide, end

    def is_fetch_due(self) -> bool:
        """Tell whether to fetch now, and count it as done."""
        now_ns = time.monotonic_ns()
        pause_ns = max(FETCH_NS, min(FETCH_MOST_NS, self.column_ns() // 2))
        if self._base.is_live and now_ns - self._fetched_ns < pause_ns:
            return False
        self._fetched_ns = now_ns
        return True

    def are_figures_due(self, at_once: bool) -> bool:
        """Tell whether to say figures now, and count it as done."""
        now_ns = time.monotonic_ns()
        if self._base.is_live and not at_once and now_ns - self._told_ns < FIGURES_NS:
            return False
        self._told_ns = now_ns
        return True
