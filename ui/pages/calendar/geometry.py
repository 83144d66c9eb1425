"""Turn instants and rows into pixels and back; pure arithmetic, no Qt."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

HEADER = 32
GROUP = 20
ROW = 28
LABEL = 224
BAR_TOP = 2
BAR_HEIGHT = 23
BUFFER_HEIGHT = 15
TRACK_HEIGHT = 4
HOUR = 52
RADIUS = 4
SNAP_S = 15 * 60
HOUR_S = 3600
DAY_S = 86400


class View(StrEnum):
    """Name the spans the timeline can show."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True)
class Axis:
    """Map UTC seconds to x; ``left`` is the x of ``origin``, ``scale`` is px per second."""

    origin: float
    scale: float
    left: float = LABEL

    def x(self, instant: float) -> float:
        """Give the x of an instant."""
        return self.left + (instant - self.origin) * self.scale

    def instant(self, x: float) -> float:
        """Give the instant at an x."""
        return self.origin + (x - self.left) / self.scale

    def panned(self, pixels: float) -> Axis:
        """Move the window so that its content shifts left by so many pixels."""
        return replace(self, origin=self.origin + pixels / self.scale)

    def zoomed(self, factor: float, x: float) -> Axis:
        """Scale about an x: the instant under it stays where it is."""
        scale = min(max(self.scale * factor, SCALE_LEAST), SCALE_MOST)
        return replace(self, scale=scale, origin=self.instant(x) - (x - self.left) / scale)


SCALE_MOST = 4 * HOUR / HOUR_S
SCALE_LEAST = 8 / DAY_S


def scale_of(view: View, width: float) -> float:
    """Give px per second: 52 px an hour for a day, else the whole span across the width."""
    if view is View.DAY:
        return max(HOUR / HOUR_S, width / DAY_S)
    days = 7 if view is View.WEEK else 31
    return width / (days * DAY_S)


def snapped(instant: float, step: int = SNAP_S) -> int:
    """Round an instant to the nearest step; every zone's offset is a multiple of it."""
    return int((instant + step / 2) // step) * step


@dataclass(frozen=True)
class Line:
    """Describe one painted line: a group header (``row`` is -1) or a machine."""

    group: str
    row: int = -1
    shown: int = 0
    total: int = 0


@dataclass(frozen=True)
class Layout:
    """Hold the painted lines from top to bottom."""

    lines: tuple[Line, ...]

    @cached_property
    def tops(self) -> np.ndarray:
        """Give the y of each line and, last, the height of all (int64, n + 1)."""
        heights = [GROUP if line.row < 0 else ROW for line in self.lines]
        return np.concatenate(([0], np.cumsum(heights, dtype=np.int64)))

    @cached_property
    def line_of_row(self) -> dict[int, int]:
        """Map each shown row to its line."""
        return {line.row: n for n, line in enumerate(self.lines) if line.row >= 0}

    @property
    def height(self) -> int:
        """Give the height of all lines, px."""
        return int(self.tops[-1])

    def at(self, y: float) -> int:
        """Give the line at a y of the content, or -1 outside."""
        if not 0 <= y < self.height:
            return -1
        return int(np.searchsorted(self.tops, y, side="right")) - 1

    def between(self, top: float, bottom: float) -> range:
        """Give the lines that touch a band of the content."""
        first = max(0, int(np.searchsorted(self.tops, top, side="right")) - 1)
        last = int(np.searchsorted(self.tops[:-1], bottom, side="left"))
        return range(first, max(first, last))

    def nearest_row(self, y: float) -> int:
        """Give the row under a y, or the closest one to it; -1 where there is none."""
        rows = [line.row for line in self.lines if line.row >= 0]
        if not rows:
            return -1
        line = self.at(min(max(y, 0), self.height - 1))
        while line < len(self.lines) and self.lines[line].row < 0:
            line += 1
        return self.lines[line].row if line < len(self.lines) else rows[-1]

    def step(self, row: int, by: int) -> int:
        """Give the shown row so many rows below (or above) another."""
        rows = [line.row for line in self.lines if line.row >= 0]
        if not rows:
            return -1
        if row not in self.line_of_row:
            return rows[0]
        return rows[min(max(rows.index(row) + by, 0), len(rows) - 1)]


def layout_of(groups: Sequence[str], shown: Iterable[int], folded: frozenset[str] = frozenset()) -> Layout:
    """Put the shown rows under the header of their group; folded groups keep only the header.

    Takes the group of every row; groups follow the order of their first shown row.
    """
    kept: dict[str, list[int]] = {}
    for number in shown:
        kept.setdefault(groups[number], []).append(number)
    totals = Counter(groups)
    lines: list[Line] = []
    for group, members in kept.items():
        lines.append(Line(group, -1, len(members), totals[group]))
        if group not in folded:
            lines.extend(Line(group, number) for number in members)
    return Layout(tuple(lines))
