"""Rows of one stream as columns: what a decoded block becomes before it is stored.

Channels of one dtype form a group held as one array (channels of the group, rows), so that every step
works on whole blocks. Quality is None where all samples are good.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from center_app.telemetry.store.values import ChannelPlan, Int64Array
from devices.values import Quality

Array = NDArray[Any]
QualityArray = NDArray[np.uint8]
CHUNK_ROWS = 4096


@dataclass(frozen=True)
class Layout:
    """Say which channels of a stream share a dtype: per group its dtype and its channel positions."""

    count: int
    groups: tuple[tuple[np.dtype[Any], tuple[int, ...]], ...]

    @property
    def is_uniform(self) -> bool:
        """Tell whether all channels share one dtype."""
        return len(self.groups) == 1

    def place(self, channel: int) -> tuple[int, int]:
        """Return (group, position in the group) of a channel."""
        for index, (_, members) in enumerate(self.groups):
            if channel in members:
                return index, members.index(channel)
        raise IndexError(channel)


def layout_of(plan: Sequence[ChannelPlan]) -> Layout:
    """Group a stream's channels by dtype, first appearance first."""
    members: dict[np.dtype[Any], list[int]] = {}
    for position, channel in enumerate(plan):
        members.setdefault(np.dtype(channel.dtype), []).append(position)
    return Layout(len(plan), tuple((dtype, tuple(found)) for dtype, found in members.items()))


@dataclass(frozen=True)
class Rows:
    """Hold n rows: `times` int64 (n,), per group values (c, n), quality (channels, n) or None.

    `ends` int64 (n,): offset in received bytes after each row's frame; the first frame starts at `raw_from`.
    """

    first_row: int
    times: Int64Array
    values: tuple[Array, ...]
    quality: QualityArray | None
    raw_from: int
    ends: Int64Array

    @property
    def raw_to(self) -> int:
        """Return the offset in received bytes behind the last row's frame."""
        return int(self.ends[-1])

    def __len__(self) -> int:
        return len(self.times)


def fit(layout: Layout, values: Array, quality: QualityArray) -> tuple[tuple[Array, ...], QualityArray | None]:
    """Cast a block (channels, n) to the stored dtypes; what a dtype cannot hold is marked, never bent.

    NaN with good quality becomes NOT_MEASURED, a number outside the dtype OUT_OF_RANGE; both store 0 in
    integer channels.
    """
    marks = None if not quality.any() else np.array(np.broadcast_to(quality, values.shape), dtype=np.uint8)
    fitted = []
    for dtype, members in layout.groups:
        part = values if layout.is_uniform else values[list(members)]
        if part.dtype.kind == "f":
            marks = _mark_nan(part, members, marks, values.shape)
        if part.dtype != dtype:
            part, marks = _cast(part, dtype, members, marks, values.shape)
        fitted.append(part)
    return tuple(fitted), marks


def _marks(marks: QualityArray | None, shape: tuple[int, ...]) -> QualityArray:
    return np.zeros(shape, dtype=np.uint8) if marks is None else marks


def _mark(
    marks: QualityArray | None, shape: tuple[int, ...], members: tuple[int, ...], where: Array, mark: Quality
) -> QualityArray:
    marks = _marks(marks, shape)
    rows = marks[list(members)]
    rows[where & (rows == 0)] = mark
    marks[list(members)] = rows
    return marks


def _mark_nan(
    part: Array, members: tuple[int, ...], marks: QualityArray | None, shape: tuple[int, ...]
) -> QualityArray | None:
    missing = np.isnan(part)
    if not missing.any():
        return marks
    return _mark(marks, shape, members, missing, Quality.NOT_MEASURED)


def _cast(
    part: Array, dtype: np.dtype[Any], members: tuple[int, ...], marks: QualityArray | None, shape: tuple[int, ...]
) -> tuple[Array, QualityArray | None]:
    if dtype.kind == "f":
        return part.astype(dtype), marks
    limits = np.iinfo(dtype)
    wide = np.nan_to_num(part, nan=0.0, posinf=np.inf, neginf=-np.inf)
    outside = (wide < limits.min) | (wide > limits.max)
    if outside.any():
        marks = _mark(marks, shape, members, outside, Quality.OUT_OF_RANGE)
        wide = np.where(outside, 0, wide)
    return wide.astype(dtype), marks


class RowBuffer:
    """Cut appended rows into chunks of at most 4096; keep the rest (one stream, writer thread)."""

    def __init__(self, layout: Layout, next_row: int = 0, raw_from: int = 0) -> None:
        self.layout = layout
        self.next_row = next_row
        self._raw_from = raw_from
        self._last_ns: int | None = None
        self._parts: list[Rows] = []
        self._held = 0
        self.started_at: float | None = None
        """When the oldest held row came (s of the caller's clock)."""

    @property
    def held(self) -> int:
        """Count the rows that are in no chunk yet."""
        return self._held

    def resume(self, next_row: int, raw_from: int, last_ns: int | None) -> None:
        """Go on behind rows that are stored already (after a crash)."""
        self.next_row, self._raw_from = next_row, raw_from
        if last_ns is not None:
            self._last_ns = last_ns

    def append(
        self, times: Int64Array, values: tuple[Array, ...], quality: QualityArray | None, ends: Int64Array, now: float
    ) -> Rows:
        """Add rows; times that run backwards are held at the latest time. Return the rows as added."""
        times = self._ascending(times)
        rows = Rows(self.next_row, times, values, quality, self._raw_from, ends)
        self._parts.append(rows)
        self.next_row += len(rows)
        self._held += len(rows)
        self._raw_from = rows.raw_to
        if self.started_at is None:
            self.started_at = now
        return rows

    def _ascending(self, times: Int64Array) -> Int64Array:
        times = np.asarray(times, dtype=np.int64)
        floor = times[0] if self._last_ns is None else self._last_ns
        if times[0] < floor or (np.diff(times) < 0).any():
            times = np.maximum(np.maximum.accumulate(times), floor)
        self._last_ns = int(times[-1])
        return times

    def since(self, row: int) -> Rows | None:
        """Return the held rows from `row` on, which is where an append began; None if there are none."""
        start = len(self._parts)
        while start and self._parts[start - 1].first_row >= row:
            start -= 1
        return join(self._parts[start:]) if start < len(self._parts) else None

    def take_full(self) -> list[Rows]:
        """Return the complete chunks of 4096 rows."""
        if self._held < CHUNK_ROWS:
            return []
        whole = join(self._parts)
        full = len(whole) - len(whole) % CHUNK_ROWS
        chunks = [cut(whole, start, start + CHUNK_ROWS) for start in range(0, full, CHUNK_ROWS)]
        rest = cut(whole, full, len(whole)) if full < len(whole) else None
        self._keep(rest)
        return chunks

    def take_rest(self) -> Rows | None:
        """Return the rows that are left as one short chunk."""
        if not self._held:
            return None
        whole = join(self._parts)
        self._keep(None)
        return whole

    def _keep(self, rest: Rows | None) -> None:
        self._parts = [] if rest is None else [rest]
        self._held = 0 if rest is None else len(rest)
        if rest is None:
            self.started_at = None


def join(parts: Sequence[Rows]) -> Rows:
    """Join consecutive rows into one."""
    if len(parts) == 1:
        return parts[0]
    first = parts[0]
    times = np.concatenate([part.times for part in parts])
    groups = range(len(first.values))
    values = tuple(np.concatenate([part.values[group] for part in parts], axis=1) for group in groups)
    ends = np.concatenate([part.ends for part in parts])
    return Rows(first.first_row, times, values, _join_quality(parts), first.raw_from, ends)


def _join_quality(parts: Sequence[Rows]) -> QualityArray | None:
    if all(part.quality is None for part in parts):
        return None
    channels = sum(len(group) for group in parts[0].values)
    none = np.zeros((channels, 0), dtype=np.uint8)
    filled = [
        np.zeros((channels, len(part)), dtype=np.uint8) if part.quality is None else part.quality for part in parts
    ]
    return np.concatenate([none, *filled], axis=1)


def cut(rows: Rows, start: int, stop: int) -> Rows:
    """Return rows[start:stop] with the bytes of their own frames."""
    quality = None if rows.quality is None else rows.quality[:, start:stop]
    if quality is not None and not quality.any():
        quality = None
    values = tuple(group[:, start:stop] for group in rows.values)
    raw_from = int(rows.ends[start - 1]) if start else rows.raw_from
    return Rows(rows.first_row + start, rows.times[start:stop], values, quality, raw_from, rows.ends[start:stop])
