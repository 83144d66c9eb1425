"""The min/max pyramid: every level reduces the one below by 16; buckets count samples.

Bucket k of level L covers rows [k * 16^L, (k + 1) * 16^L) of its stream, so that it never moves; only the
last bucket of a recording may be short. Each level is stored in blocks of at most 2048 buckets.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from center_app.telemetry.store.codec import Packed, pack, pack_times, unpack_times
from center_app.telemetry.store.columns import Layout, Rows
from center_app.telemetry.store.values import Int64Array

FACTOR = 16
BLOCK_BUCKETS = 2048
MAX_LEVEL = 9
_TIME_HEAD = struct.Struct("<qq")
Array = NDArray[Any]
PyramidBlockRow = tuple[int, str, str, bytes, str, bytes, str | None, bytes | None]
"""id or slot, dtype, low codec, low, high codec, high, good codec, good."""


@dataclass(frozen=True)
class Entries:
    """Hold m buckets of all channels: times (m,), per group low and high (c, m), good counts (channels, m).

    A bucket without a good sample has the identity of min and max (largest, smallest value of the dtype).
    """

    t_first: Int64Array
    t_last: Int64Array
    low: tuple[Array, ...]
    high: tuple[Array, ...]
    good: Int64Array

    def __len__(self) -> int:
        return len(self.t_first)


def highest(dtype: np.dtype[Any]) -> Any:
    """Return the identity of min: the largest value of a dtype."""
    return np.inf if dtype.kind == "f" else np.iinfo(dtype).max


def lowest(dtype: np.dtype[Any]) -> Any:
    """Return the identity of max: the smallest value of a dtype."""
    return -np.inf if dtype.kind == "f" else np.iinfo(dtype).min


def entries_of(layout: Layout, rows: Rows) -> Entries:
    """Return rows as entries of level 0: one bucket per row."""
    if rows.quality is None:
        good = np.ones((1, 1), dtype=np.int64)
        return Entries(
            rows.times, rows.times, rows.values, rows.values, np.broadcast_to(good, (layout.count, len(rows)))
        )
    low, high = [], []
    for (dtype, members), values in zip(layout.groups, rows.values, strict=True):
        usable = rows.quality[list(members)] == 0
        low.append(np.where(usable, values, np.asarray(highest(dtype), dtype)))
        high.append(np.where(usable, values, np.asarray(lowest(dtype), dtype)))
    return Entries(rows.times, rows.times, tuple(low), tuple(high), (rows.quality == 0).astype(np.int64))


def concatenate(parts: Sequence[Entries]) -> Entries:
    """Join consecutive entries."""
    if len(parts) == 1:
        return parts[0]
    groups = range(len(parts[0].low))
    return Entries(
        np.concatenate([part.t_first for part in parts]),
        np.concatenate([part.t_last for part in parts]),
        tuple(np.concatenate([part.low[group] for part in parts], axis=1) for group in groups),
        tuple(np.concatenate([part.high[group] for part in parts], axis=1) for group in groups),
        np.concatenate([part.good for part in parts], axis=1),
    )


def slice_of(entries: Entries, start: int, stop: int) -> Entries:
    """Return entries[start:stop]."""
    part = slice(start, stop)
    return Entries(
        entries.t_first[part],
        entries.t_last[part],
        tuple(group[:, part] for group in entries.low),
        tuple(group[:, part] for group in entries.high),
        entries.good[:, part],
    )


def copy_of(entries: Entries) -> Entries:
    """Return entries that hold their own memory: a view would keep all rows they were cut from for a day."""
    return Entries(
        entries.t_first.copy(),
        entries.t_last.copy(),
        tuple(group.copy() for group in entries.low),
        tuple(group.copy() for group in entries.high),
        entries.good.copy(),
    )


def _fold(values: Array, reduce: Callable[..., Array]) -> Array:
    """Reduce the last axis by 16; a transposed copy lets numpy work on long rows."""
    channels, count = values.shape
    turned = np.ascontiguousarray(values.reshape(channels, count // FACTOR, FACTOR).transpose(2, 0, 1))
    return reduce(turned, axis=0)


def reduced(entries: Entries) -> Entries:
    """Return every 16 entries as one (their number is a multiple of 16); nothing of them is kept alive."""
    return Entries(
        entries.t_first[::FACTOR].copy(),
        entries.t_last[FACTOR - 1 :: FACTOR].copy(),
        tuple(_fold(group, np.minimum.reduce) for group in entries.low),
        tuple(_fold(group, np.maximum.reduce) for group in entries.high),
        _fold(entries.good, np.add.reduce),
    )


def squeezed(entries: Entries) -> Entries:
    """Return all entries (fewer than 16) as one short bucket."""
    return Entries(
        entries.t_first[:1],
        entries.t_last[-1:],
        tuple(group.min(axis=1, keepdims=True) for group in entries.low),
        tuple(group.max(axis=1, keepdims=True) for group in entries.high),
        entries.good.sum(axis=1, keepdims=True),
    )


@dataclass(frozen=True)
class Sealed:
    """Hold one finished block of a level."""

    level: int
    first_row: int
    rows: int
    entries: Entries


@dataclass
class _Level:
    """Collect one level: finer entries that fill no bucket yet, and buckets that fill no block yet."""

    level: int
    first_row: int = 0
    waiting: list[Entries] = field(default_factory=list)
    formed: list[Entries] = field(default_factory=list)
    count: int = 0
    """Buckets in `formed`."""

    def form(self, finer: Entries) -> Entries | None:
        """Take finer entries; return the whole buckets they complete."""
        joined = concatenate([*self.waiting, finer])
        whole = len(joined) - len(joined) % FACTOR
        self.waiting = [copy_of(slice_of(joined, whole, len(joined)))] if whole < len(joined) else []
        if not whole:
            return None
        buckets = reduced(slice_of(joined, 0, whole))
        self.formed.append(buckets)
        self.count += len(buckets)
        return buckets

    def take(self, buckets: int, short_rows: int = 0) -> Sealed:
        """Take the oldest buckets as one block; `short_rows` is what a short last bucket lacks."""
        joined = concatenate(self.formed)
        rows = buckets * FACTOR**self.level - short_rows
        sealed = Sealed(self.level, self.first_row, rows, slice_of(joined, 0, buckets))
        self.formed = [copy_of(slice_of(joined, buckets, len(joined)))] if buckets < len(joined) else []
        self.first_row += rows
        self.count -= buckets
        return sealed


class Pyramid:
    """Build all levels of one stream from its rows (writer thread)."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._levels: dict[int, _Level] = {}

    def push(self, rows: Rows) -> list[Sealed]:
        """Take the rows of a chunk; return the blocks that became full."""
        sealed: list[Sealed] = []
        self._feed(1, entries_of(self._layout, rows), sealed)
        return sealed

    def restore(self, level: int, first_row: int, finer: Iterator[Entries]) -> list[Sealed]:
        """Continue a level whose blocks end at `first_row` with stored finer entries (highest level first)."""
        self._levels.setdefault(level, _Level(level)).first_row = first_row
        sealed: list[Sealed] = []
        for entries in finer:
            self._feed(level, entries, sealed)
        return sealed

    def _feed(self, number: int, finer: Entries, sealed: list[Sealed]) -> None:
        if number > MAX_LEVEL:
            return
        level = self._levels.setdefault(number, _Level(number))
        buckets = level.form(finer)
        if buckets is None:
            return
        while level.count >= BLOCK_BUCKETS:
            sealed.append(level.take(BLOCK_BUCKETS))
        self._feed(number + 1, buckets, sealed)

    def close_day(self) -> list[Sealed]:
        """Seal the formed buckets of the x16 level, which goes with its day file."""
        level = self._levels.get(1)
        return [level.take(level.count)] if level and level.formed else []

    def finish(self, rows: int) -> list[Sealed]:
        """Seal every level of a stream that ends with `rows` rows, short buckets included."""
        sealed: list[Sealed] = []
        carried: Entries | None = None
        for number in sorted(self._levels):
            carried = self._finish_level(self._levels[number], carried, rows, sealed)
        return sealed

    @staticmethod
    def _finish_level(level: _Level, carried: Entries | None, rows: int, sealed: list[Sealed]) -> Entries | None:
        rest = [*level.waiting, *([carried] if carried is not None else [])]
        level.waiting = []
        short = squeezed(concatenate(rest)) if rest else None
        if short is not None:
            level.formed.append(short)
            level.count += 1
        while level.count:
            take = min(level.count, BLOCK_BUCKETS)
            missing = level.first_row + take * FACTOR**level.level - rows if take == level.count else 0
            sealed.append(level.take(take, max(0, missing)))
        return short


def _time_blob(times: Int64Array) -> tuple[str, bytes]:
    step, packed = pack_times(times)
    return packed.codec, _TIME_HEAD.pack(int(times[0]), step) + packed.data


def read_time_blob(codec: str, blob: bytes, count: int) -> Int64Array:
    """Return the bucket times that a time block holds, int64 ns."""
    first, step = _TIME_HEAD.unpack_from(blob)
    return unpack_times(first, step, count, Packed(codec, "i8", blob[_TIME_HEAD.size :]))


def pack_pyramid(layout: Layout, sealed: Sealed) -> list[PyramidBlockRow]:
    """Pack one finished block: times in slot 0, then one row per channel."""
    entries = sealed.entries
    low_codec, low = _time_blob(entries.t_first)
    high_codec, high = _time_blob(entries.t_last)
    blocks: list[PyramidBlockRow] = [(0, "i8", low_codec, low, high_codec, high, None, None)]
    for (_, members), lows, highs in zip(layout.groups, entries.low, entries.high, strict=True):
        for position, channel in enumerate(members):
            blocks.append(_channel_block(channel, lows[position], highs[position], entries.good[channel]))
    return blocks


def _channel_block(channel: int, low: Array, high: Array, good: Int64Array) -> PyramidBlockRow:
    lows, highs, counts = pack(low), pack(high), pack(good)
    return (channel + 1, lows.dtype, lows.codec, lows.data, highs.codec, highs.data, counts.codec, counts.data)
