"""One curve's points as they are drawn: fetched decimated, spliced while live."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from center_app.telemetry.store.values import Window

Int64Array = NDArray[np.int64]
Float64Array = NDArray[np.float64]
_EMPTY_T = np.empty(0, np.int64)
_EMPTY_Y = np.empty(0, np.float64)


@dataclass(frozen=True)
class Points:
    """A polyline: `t_ns` int64 ascending, `y` float64 with NaN where the line breaks; `last` newest value."""

    t_ns: Int64Array = field(default_factory=lambda: _EMPTY_T)
    y: Float64Array = field(default_factory=lambda: _EMPTY_Y)
    last: float = float("nan")


def points(window: Window) -> Points:
    """Turn a window query into a polyline: exact samples, or each column's low and high.

    Every other column runs from high to low, so that the line never crosses back. The first column
    of a part that is spliced in must therefore have an even number.
    """
    if window.t_ns is not None and window.values is not None:
        return Points(window.t_ns, window.values, window.last)
    low, high = window.low, window.high
    y = np.empty(low.size * 2, np.float64)
    y[0::4], y[1::4] = low[0::2], high[0::2]
    y[2::4], y[3::4] = high[1::2], low[1::2]
    middle = (window.edges_ns[:-1] + window.edges_ns[1:]) // 2
    return Points(np.repeat(middle, 2), y, window.last)


def spliced(old: Points, new: Points, from_ns: int, keep_ns: int) -> Points:
    """Replace what lies after `from_ns` by newer points and drop what is older than `keep_ns`."""
    first = int(np.searchsorted(old.t_ns, keep_ns))
    cut = int(np.searchsorted(old.t_ns, from_ns))
    begin = int(np.searchsorted(new.t_ns, from_ns))
    t_ns = np.concatenate((old.t_ns[first:cut], new.t_ns[begin:]))
    y = np.concatenate((old.y[first:cut], new.y[begin:]))
    return Points(t_ns, y, new.last if new.last == new.last else old.last)


def first_change(old: Points, new: Points, from_ns: int) -> int | None:
    """Return from which instant on a newer part differs from what is held, None where it does not (ns)."""
    cut, begin = int(np.searchsorted(old.t_ns, from_ns)), int(np.searchsorted(new.t_ns, from_ns))
    was_t, is_t, was, now = old.t_ns[cut:], new.t_ns[begin:], old.y[cut:], new.y[begin:]
    shared = min(was.size, now.size)
    same = (was_t[:shared] == is_t[:shared]) & ((was[:shared] == now[:shared]) | np.isnan(was[:shared] + now[:shared]))
    same &= np.isnan(was[:shared]) == np.isnan(now[:shared])
    first = shared if same.all() else int(np.argmin(same))
    ends = [int(times[first]) for times in (was_t, is_t) if times.size > first]
    return min(ends, default=None)


def value_range(curves: list[Points], start_ns: int, end_ns: int) -> tuple[float, float] | None:
    """Return lowest and highest visible value of several curves, None where there is none."""
    lows, highs = [], []
    for curve in curves:
        first, last = np.searchsorted(curve.t_ns, (start_ns, end_ns))
        part = curve.y[max(0, first - 1) : last + 1]
        part = part[np.isfinite(part)]
        if part.size:
            lows.append(float(part.min()))
            highs.append(float(part.max()))
    return (min(lows), max(highs)) if lows else None


def runs(y: Float64Array) -> list[tuple[int, int]]:
    """Return [start, end) of every stretch without NaN."""
    finite = np.isfinite(y)
    if finite.all():
        return [(0, y.size)] if y.size else []
    step = np.flatnonzero(np.diff(np.concatenate(([False], finite, [False])).astype(np.int8)))
    return list(zip(step[0::2].tolist(), step[1::2].tolist(), strict=True))


def value_at(curve: Points, t_ns: int) -> float:
    """Return the value drawn at an instant: the newest point not after it, NaN in a gap or before the first."""
    at = int(np.searchsorted(curve.t_ns, t_ns, side="right")) - 1
    return float(curve.y[at]) if at >= 0 else float("nan")
