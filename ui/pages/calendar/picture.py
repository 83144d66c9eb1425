"""Hold all that one painting of the timeline needs, as one value."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ui.pages.calendar.data import TimelineData
from ui.pages.calendar.geometry import HEADER, LABEL, Axis, Layout
from ui.pages.calendar.hit import Scene
from ui.pages.calendar.index import IntervalIndex

if TYPE_CHECKING:
    from ui.pages.calendar.conflict import Conflict, Proposal
    from ui.pages.calendar.data import Ints


@dataclass(frozen=True)
class Ghost:
    """Hold a proposal on its way: what it would be, what bars it (None: it may drop)."""

    wish: Proposal
    conflict: Conflict | None = None
    refused: bool = False


@dataclass(frozen=True, eq=False)
class Indexed:
    """Hold the data with its indexes; built once per load, off the GUI thread if wished."""

    data: TimelineData = field(default_factory=TimelineData)

    @cached_property
    def bars(self) -> IntervalIndex:
        """Index the bars."""
        bars = self.data.bars
        return IntervalIndex(bars.row, bars.start, bars.end, len(self.data.rows))

    @cached_property
    def reach(self) -> IntervalIndex:
        """Index the bars with their buffers, for painting."""
        bars = self.data.bars
        widest = int(bars.before.max(initial=0))
        return IntervalIndex(bars.row, bars.start - widest, bars.end + bars.after, len(self.data.rows))

    @cached_property
    def tracks(self) -> IntervalIndex:
        """Index the measured spans."""
        tracks = self.data.tracks
        return IntervalIndex(tracks.row, tracks.start, tracks.end, len(self.data.rows))

    @cached_property
    def of_id(self) -> dict[int, int]:
        """Map the id of each bar to its position."""
        return {int(key): n for n, key in enumerate(self.data.bars.id)}


@dataclass(frozen=True, eq=False)
class Picture:
    """Hold data, lines, time axis, scroll and marks; sizes in px, ``now`` in UTC seconds."""

    indexed: Indexed
    layout: Layout
    axis: Axis
    scroll: float
    width: int
    height: int
    now: int
    row: int = -1
    bar: int = -1
    cursor: int | None = None
    focused: bool = False
    ghost: Ghost | None = None
    folded: frozenset[str] = frozenset()

    @property
    def data(self) -> TimelineData:
        """Give the data."""
        return self.indexed.data

    @cached_property
    def t0(self) -> int:
        """Give the first visible UTC second."""
        return int(np.floor(self.axis.instant(LABEL)))

    @cached_property
    def t1(self) -> int:
        """Give the UTC second after the last visible one."""
        return int(np.ceil(self.axis.instant(self.width)))

    @cached_property
    def lines(self) -> range:
        """Give the visible lines."""
        return self.layout.between(self.scroll, self.scroll + self.height - HEADER)

    def y(self, line: int) -> float:
        """Give the y of a line in the widget."""
        return float(self.layout.tops[line]) - self.scroll + HEADER

    @cached_property
    def scene(self) -> Scene:
        """Give the hit tester of this picture."""
        return Scene(self.data.bars, self.indexed.bars, self.layout, self.axis, self.scroll)

    @cached_property
    def rows(self) -> list[tuple[int, float]]:
        """List the visible machine rows with their y."""
        lines = self.layout.lines
        return [(lines[n].row, self.y(n)) for n in self.lines if lines[n].row >= 0]

    @cached_property
    def seen(self) -> tuple[Ints, np.ndarray]:
        """Give the bars in view (with buffers) and the y of their rows (float64)."""
        hits, line = self._seen(self.indexed.reach)
        return hits, self._tops[line]

    @cached_property
    def seen_tracks(self) -> tuple[Ints, Ints]:
        """Give the measured spans in view and which of the visible machine rows each is in."""
        return self._seen(self.indexed.tracks)

    def _seen(self, index: IntervalIndex) -> tuple[Ints, Ints]:
        found = [index.touching(row, self.t0, self.t1) for row, _y in self.rows]
        if not found:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        return np.concatenate(found), np.repeat(np.arange(len(found)), [hits.size for hits in found])

    @cached_property
    def _tops(self) -> np.ndarray:
        return np.array([y for _row, y in self.rows])

    def line_of_top(self, tops: np.ndarray) -> Ints:
        """Give which of the visible machine rows lies at each y."""
        return np.searchsorted(self._tops, tops)
