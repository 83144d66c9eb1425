"""The window query: min and max per screen column, exact samples where there are few.

Columns lie at absolute multiples of their width, buckets at fixed sample counts, and a bucket belongs to the
column of its first sample: scrolling never moves an extreme and none is missing. At least two buckets fall
into a column; where samples lie so thin that a bucket is wider than a column it is split, down to samples.
With `exact` every bucket that crosses a column edge is split, so that each column is true to the sample.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from center_app.telemetry.store.pyramid import FACTOR, MAX_LEVEL, highest, lowest
from center_app.telemetry.store.series import Series
from center_app.telemetry.store.source import Piece
from center_app.telemetry.store.values import Float64Array, GapView, Int64Array, Window

BUCKETS_PER_COLUMN = 2
EXACT_PER_COLUMN = 2
Array = NDArray[Any]


@dataclass(frozen=True)
class Grid:
    """Hold the columns: `count` of `width` ns from `start`, an absolute multiple of the width."""

    start: int
    width: int
    count: int

    @property
    def stop(self) -> int:
        """Return the end of the last column, ns."""
        return self.start + self.width * self.count

    def edges(self) -> Int64Array:
        """Return the column edges, int64 (count + 1,)."""
        return self.start + self.width * np.arange(self.count + 1, dtype=np.int64)

    def column(self, times: Int64Array) -> Int64Array:
        """Return the column of each time; outside the grid it is negative or >= count."""
        return (times - self.start) // self.width


def grid_of(t0_ns: int, t1_ns: int, columns: int) -> Grid:
    """Lay `columns` columns over [t0, t1); their width depends on the span alone."""
    columns = max(2, columns)
    width = max(1, -(-max(1, t1_ns - t0_ns) // (columns - 1)))
    return Grid(t0_ns // width * width, width, columns)


@dataclass
class Columns:
    """Collect the columns' figures over several recordings."""

    low: Float64Array
    high: Float64Array
    count: Int64Array
    bad: Int64Array


def _empty(columns: int) -> Columns:
    none = np.full(columns, np.nan)
    zero = np.zeros(columns, dtype=np.int64)
    return Columns(none, none.copy(), zero, zero.copy())


def query(series: Sequence[Series], grid: Grid, gaps: Sequence[GapView], *, exact: bool) -> Window:
    """Answer a window query over the recordings of one channel."""
    rows = sum(max(0.0, part.row_at(grid.stop) - part.row_at(grid.start)) for part in series)
    level = level_for(rows, grid.count)
    figures = _empty(grid.count)
    found = [(part, _collect(part, level, grid, exact=exact)) for part in series]
    for part, pieces in found:
        _add(figures, grid, part, pieces)
    samples = _samples(found, grid, gaps) if level == 0 and rows <= EXACT_PER_COLUMN * grid.count else (None, None)
    return Window(
        grid.edges(), figures.low, figures.high, figures.count, figures.bad, _last(found, grid.stop), level, *samples
    )


def level_for(rows: float, columns: int) -> int:
    """Return the coarsest level that leaves at least two buckets to a column."""
    per_column = rows / (columns * BUCKETS_PER_COLUMN)
    return min(MAX_LEVEL, max(0, int(math.log(per_column, FACTOR) + 1e-9))) if per_column >= FACTOR else 0


def _collect(part: Series, level: int, grid: Grid, *, exact: bool) -> list[Piece]:
    def crosses(piece: Piece) -> Array:
        return np.asarray(grid.column(piece.t_first) != grid.column(piece.t_last))

    def is_wide(piece: Piece) -> Array:
        return np.asarray(piece.t_last - piece.t_first > grid.width)

    return part.collect(level, grid.start, grid.stop, crosses if exact else is_wide)


def _add(figures: Columns, grid: Grid, part: Series, pieces: list[Piece]) -> None:
    """Add a recording's entries, which ascend in time, to the columns of their first samples."""
    if not pieces:
        return
    bounds = np.searchsorted(np.concatenate([piece.t_first for piece in pieces]), grid.edges())
    where = np.flatnonzero(bounds[1:] > bounds[:-1])
    if not len(where):
        return
    starts, stop = bounds[where], int(bounds[-1])
    good = np.concatenate([piece.good for piece in pieces])[:stop]
    rows = np.concatenate([piece.row_counts() for piece in pieces])[:stop]
    counts = np.add.reduceat(good, starts)
    figures.count[where] += counts
    figures.bad[where] += np.add.reduceat(rows, starts) - counts
    low = np.concatenate([piece.low for piece in pieces])[:stop]
    high = np.concatenate([piece.high for piece in pieces])[:stop]
    if (good == 0).any():
        low = np.where(good > 0, low, np.asarray(highest(low.dtype), low.dtype))
        high = np.where(good > 0, high, np.asarray(lowest(high.dtype), high.dtype))
    usable = counts > 0
    lows, highs = np.minimum.reduceat(low, starts)[usable], np.maximum.reduceat(high, starts)[usable]
    _extremes(figures, part, where[usable], lows, highs)


def _extremes(figures: Columns, part: Series, where: Int64Array, low: Array, high: Array) -> None:
    """Merge columns' raw extremes; a negative scale turns lows into highs."""
    lows, highs = part.scaled(low), part.scaled(high)
    if part.scale < 0:
        lows, highs = highs, lows
    figures.low[where] = np.fmin(figures.low[where], lows)
    figures.high[where] = np.fmax(figures.high[where], highs)


def _samples(
    found: list[tuple[Series, list[Piece]]], grid: Grid, gaps: Sequence[GapView]
) -> tuple[Int64Array, Float64Array]:
    """Return the exact samples with NaN where a sample is bad, at gaps and between recordings."""
    times: list[Int64Array] = [np.zeros(0, np.int64)]
    values: list[Float64Array] = [np.zeros(0)]
    for part, pieces in found:
        if pieces and len(times) > 1:
            times.append(times[-1][-1:])
            values.append(np.array([np.nan]))
        for piece in pieces:
            times.append(piece.t_first)
            values.append(np.where(piece.good > 0, part.scaled(piece.low), np.nan))
    t_ns, numbers = np.concatenate(times), np.concatenate(values)
    order = np.argsort(t_ns, kind="stable") if (np.diff(t_ns) < 0).any() else slice(None)
    t_ns, numbers = t_ns[order], numbers[order]
    keep = (t_ns >= grid.start) & (t_ns < grid.stop)
    return _broken(t_ns[keep], numbers[keep], gaps)


def _broken(t_ns: Int64Array, values: Float64Array, gaps: Sequence[GapView]) -> tuple[Int64Array, Float64Array]:
    if not len(t_ns):
        return t_ns, values
    starts = [gap.start_ns for gap in gaps if t_ns[0] <= gap.start_ns < t_ns[-1]]
    if not starts:
        return t_ns, values
    places = np.searchsorted(t_ns, starts, "right")
    return np.insert(t_ns, places, starts), np.insert(values, places, np.nan)


def _last(found: list[tuple[Series, list[Piece]]], until_ns: int) -> float:
    """Return the last good value before a time."""
    for part, pieces in sorted(found, key=lambda pair: pair[0].last_ns, reverse=True):
        seen = _last_seen(part, pieces, until_ns)
        value = part.last_before(until_ns) if seen is None else seen
        if value is not None:
            return value
    return math.nan


def _last_seen(part: Series, pieces: list[Piece], until_ns: int) -> float | None:
    """Return the last good value where the newest entries are exact samples."""
    if not pieces or pieces[-1].level:
        return None
    newest = pieces[-1]
    good = np.flatnonzero((newest.good > 0) & (newest.t_first < until_ns))
    return float(part.scaled(newest.low[good[-1:]])[0]) if len(good) else None
