"""One channel of one recording as its stored parts: pyramid blocks, chunks and tail."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from center_app.core.db import Connection, SqliteError
from center_app.telemetry.store import blocks
from center_app.telemetry.store.archive import Archive
from center_app.telemetry.store.columns import Layout
from center_app.telemetry.store.errors import damaged
from center_app.telemetry.store.pyramid import FACTOR
from center_app.telemetry.store.values import Float64Array, Int64Array

Array = NDArray[Any]
FIRST_KEPT_LEVEL = 2
FAR = 1 << 62


@dataclass(frozen=True)
class Piece:
    """Hold consecutive entries of one level: `step` rows each (the last may have fewer), raw values."""

    level: int
    first_row: int
    end_row: int
    t_first: Int64Array
    t_last: Int64Array
    low: Array
    high: Array
    good: Int64Array

    def __len__(self) -> int:
        return len(self.t_first)

    @property
    def step(self) -> int:
        """Return how many rows an entry covers."""
        return int(FACTOR**self.level)

    def slice(self, start: int, stop: int) -> Piece:
        """Return entries[start:stop]."""
        if start == 0 and stop >= len(self):
            return self
        part = slice(start, stop)
        end_row = min(self.end_row, self.first_row + stop * self.step)
        return Piece(
            self.level, self.first_row + start * self.step, end_row, self.t_first[part], self.t_last[part],
            self.low[part], self.high[part], self.good[part],
        )  # fmt: skip

    def in_rows(self, start_row: int, end_row: int) -> Piece:
        """Return the entries that begin in rows [start_row, end_row)."""
        start = max(0, -(-(start_row - self.first_row) // self.step))
        stop = max(start, min(len(self), -(-(end_row - self.first_row) // self.step)))
        return self.slice(start, stop)

    def in_time(self, t0_ns: int, t1_ns: int) -> Piece:
        """Return the entries that touch [t0, t1)."""
        start = int(np.searchsorted(self.t_last, t0_ns, "left"))
        stop = int(np.searchsorted(self.t_first, t1_ns, "left"))
        return self.slice(start, max(start, stop))

    def row_counts(self) -> Int64Array:
        """Return how many rows each entry covers, int64 (m,)."""
        counts = np.full(len(self), self.step, dtype=np.int64)
        if len(self):
            counts[-1] = self.end_row - self.first_row - (len(self) - 1) * self.step
        return counts


@dataclass(frozen=True)
class Source:
    """Fetch what is stored of one channel of one recording; scaled = raw * scale + offset."""

    archive: Archive
    recording_id: int
    stream_id: int
    slot: int
    layout: Layout
    scale: float
    offset: float
    profile_version: int
    first_ns: int
    last_ns: int
    rows: int

    def scaled(self, raw: Array) -> Float64Array:
        """Return raw numbers in the channel's unit."""
        values = raw.astype(np.float64)
        return values if self.scale == 1.0 and self.offset == 0.0 else values * self.scale + self.offset

    def fetch(self, level: int, t0_ns: int, t1_ns: int, row: int, end_row: int) -> Iterator[Piece]:
        """Yield the stored entries of one level that touch [t0, t1) and begin in rows [row, end_row)."""
        if level >= FIRST_KEPT_LEVEL:
            with self.archive.snapshot() as ledger:
                yield from self._buckets(ledger, "ledger", level, t0_ns, t1_ns, row, end_row)
            return
        read = self._buckets if level else self.chunks
        limits = (level, t0_ns, t1_ns, row, end_row)
        found = [
            piece
            for day in self.archive.days(t0_ns, t1_ns)
            for piece in read(self.archive.open_day(day), day.name, *limits)
        ]
        for piece in sorted(found, key=lambda piece: piece.first_row):
            rest = piece.in_rows(row, end_row)
            row = max(row, piece.end_row)
            if len(rest):
                yield rest

    def _buckets(
        self, file: Connection, name: str, level: int, t0_ns: int, t1_ns: int, row: int, end_row: int
    ) -> Iterator[Piece]:
        heads = self._heads(file, name, _PYRAMID_HEADS, (self.stream_id, level), (t0_ns, t1_ns, row, end_row))
        for pyramid_id, first_row, rows, buckets in heads:
            read_times = partial(blocks.read_bucket_times, file, pyramid_id, buckets)
            read_values = partial(blocks.read_buckets, file, pyramid_id, self.slot, buckets)
            t_first, t_last = self._cached(name, "pt", pyramid_id, 0, read_times)
            low, high, good = self._cached(name, "pv", pyramid_id, self.slot, read_values)
            piece = Piece(level, first_row, first_row + rows, t_first, t_last, low, high, good)
            piece = piece.in_rows(row, end_row).in_time(t0_ns, t1_ns)
            if len(piece):
                yield piece

    def chunks(
        self, file: Connection, name: str, level: int, t0_ns: int, t1_ns: int, row: int, end_row: int
    ) -> Iterator[Piece]:
        """Yield the samples of a day's chunks that touch [t0, t1) and lie in rows [row, end_row)."""
        heads = self._heads(file, name, _CHUNK_HEADS, (self.stream_id,), (t0_ns, t1_ns, row, end_row))
        for chunk_id, first_row, rows, t_first, step in heads:
            times, values, quality = self._whole_chunk(file, name, chunk_id, rows, t_first, step)
            piece = sample_piece(first_row, times, values, quality).in_rows(row, end_row).in_time(t0_ns, t1_ns)
            if len(piece):
                yield piece

    def _heads(
        self, file: Connection, name: str, sql: str, keys: tuple[int, ...], limits: tuple[int, int, int, int]
    ) -> Iterable[Any]:
        t0_ns, t1_ns, row, end_row = limits
        try:
            arguments = (*keys, t0_ns, *keys, t1_ns, FAR * 2 - 1, t1_ns, row, end_row)
            return self.archive.ask(file, sql, arguments)
        except SqliteError as error:
            raise damaged(name, str(error)) from error

    def _cached(self, name: str, kind: str, block_id: int, slot: int, read: Callable[[], Any]) -> Any:
        key = (self.archive.key, name, kind, block_id, slot)
        found = self.archive.cache.get(key)
        if found is None:
            try:
                found = read()
            except (ValueError, SqliteError) as error:
                raise damaged(name, str(error)) from error
            self.archive.cache.put(key, found)
        return found

    def tail(self, t0_ns: int, t1_ns: int, row: int) -> Iterator[Piece]:
        """Yield the samples behind `row` that are in no chunk yet."""
        for day in self.archive.days(t0_ns, t1_ns):
            if not day.is_sealed:
                yield from self._tail_of(self.archive.open_day(day), t0_ns, t1_ns, row)

    def _tail_of(self, file: Connection, t0_ns: int, t1_ns: int, row: int) -> Iterator[Piece]:
        for first_row, times, values, quality in self._tail_rows(file, t0_ns, row):
            piece = sample_piece(first_row, times, values, quality).in_rows(row, FAR).in_time(t0_ns, t1_ns)
            if len(piece):
                yield piece

    def _tail_rows(
        self, file: Connection, t0_ns: int, row: int
    ) -> Iterator[tuple[int, Int64Array, Array, Array | None]]:
        """Yield the tail's rows behind `row` from t0 on: first row, times, raw values, quality."""
        found = self.archive.ask(
            file,
            "SELECT first_row, rows, times, data, quality FROM tail WHERE stream_id = ? AND first_row + rows > ?"
            " AND t_last >= ? ORDER BY first_row",
            (self.stream_id, row, t0_ns),
        )
        if found:
            times = np.frombuffer(b"".join(part[2] for part in found), np.int64)
            yield (found[0][0], times, *self._tail_columns(found))

    def _tail_columns(self, found: list[Any]) -> tuple[Array, Array | None]:
        """Cut this channel's column out of consecutive tail rows."""
        group, position = self.layout.place(self.slot - 1)
        before = sum(dtype.itemsize * len(members) for dtype, members in self.layout.groups[:group])
        dtype = self.layout.groups[group][0]
        start = before + position * dtype.itemsize
        stop = start + dtype.itemsize
        values = np.frombuffer(b"".join(row[3][start * row[1] : stop * row[1]] for row in found), dtype)
        if all(row[4] is None for row in found):
            return values, None
        channel = self.slot - 1
        marks = b"".join(
            bytes(row[1]) if row[4] is None else row[4][channel * row[1] : (channel + 1) * row[1]] for row in found
        )
        return values, np.frombuffer(marks, np.uint8)

    def exact(self, t0_ns: int, t1_ns: int) -> Iterator[tuple[Int64Array, Array, Array]]:
        """Yield (times, raw values, quality) of the exact samples in [t0, t1), by rows."""
        row = 0
        for first_row, file, name, head in sorted(self._chunk_heads(t0_ns, t1_ns), key=lambda found: found[0]):
            chunk_id, _, rows, t_first, step = head
            yield _inside(t0_ns, t1_ns, *self._whole_chunk(file, name, chunk_id, rows, t_first, step))
            row = first_row + rows
        for day in self.archive.days(t0_ns, t1_ns):
            if not day.is_sealed:
                for _, times, values, quality in self._tail_rows(self.archive.open_day(day), t0_ns, row):
                    yield _inside(t0_ns, t1_ns, times, values, quality)

    def _chunk_heads(self, t0_ns: int, t1_ns: int) -> Iterator[tuple[int, Connection, str, Any]]:
        """Yield first row, file, its name and head of every chunk that touches [t0, t1)."""
        for day in self.archive.days(t0_ns, t1_ns):
            file = self.archive.open_day(day)
            for head in self._heads(file, day.name, _CHUNK_HEADS, (self.stream_id,), (t0_ns, t1_ns, 0, FAR)):
                yield head[1], file, day.name, head

    def _whole_chunk(
        self, file: Connection, name: str, chunk_id: int, rows: int, t_first: int, step: int
    ) -> tuple[Int64Array, Array, Array | None]:
        times = self._cached(
            name, "ct", chunk_id, 0, lambda: (blocks.read_times(file, chunk_id, t_first, step, rows),)
        )[0]
        values, quality = self._cached(
            name, "cv", chunk_id, self.slot, lambda: blocks.read_column(file, chunk_id, self.slot, rows)
        )
        return times, values, quality


def _inside(
    t0_ns: int, t1_ns: int, times: Int64Array, values: Array, quality: Array | None
) -> tuple[Int64Array, Array, Array]:
    part = slice(int(np.searchsorted(times, t0_ns, "left")), int(np.searchsorted(times, t1_ns, "left")))
    marks = np.zeros(len(times), np.uint8) if quality is None else quality
    return times[part], values[part], marks[part]


def sample_piece(first_row: int, times: Int64Array, values: Array, quality: Array | None) -> Piece:
    """Return exact samples as a piece of level 0."""
    good = np.ones(len(times), np.int64) if quality is None else (quality == 0).astype(np.int64)
    return Piece(0, first_row, first_row + len(times), times, times, values, values, good)


_PYRAMID_HEADS = """
    SELECT id, first_row, rows, buckets FROM pyramid
    WHERE stream_id = ? AND level = ? AND t_last >= ? AND t_last <= coalesce(
        (SELECT min(t_last) FROM pyramid WHERE stream_id = ? AND level = ? AND t_last >= ?), ?)
    AND t_first < ? AND first_row + rows > ? AND first_row < ? ORDER BY t_last, first_row"""
_CHUNK_HEADS = """
    SELECT id, first_row, rows, t_first, step FROM chunk
    WHERE stream_id = ? AND t_last >= ? AND t_last <= coalesce(
        (SELECT min(t_last) FROM chunk WHERE stream_id = ? AND t_last >= ?), ?)
    AND t_first < ? AND first_row + rows > ? AND first_row < ? ORDER BY t_last, first_row"""
