"""Read blocks back from an open file: columns of a chunk, buckets of a pyramid block."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from center_app.core.db import Connection
from center_app.telemetry.store.codec import Packed, unpack, unpack_times
from center_app.telemetry.store.columns import Layout, QualityArray, Rows
from center_app.telemetry.store.pyramid import Entries, read_time_blob
from center_app.telemetry.store.schema import SLOT_BITS
from center_app.telemetry.store.values import Int64Array

Array = NDArray[Any]
_COLUMN = "SELECT codec, dtype, data, quality FROM block WHERE id = ?"
_BUCKETS = "SELECT dtype, low_codec, low, high_codec, high, good_codec, good FROM pyramid_block WHERE id = ?"


def read_times(file: Connection, chunk_id: int, first_ns: int, step_ns: int, rows: int) -> Int64Array:
    """Return a chunk's times, int64 ns; ValueError where the block is damaged or missing."""
    row = _row(file, _COLUMN, chunk_id << SLOT_BITS)
    return unpack_times(first_ns, step_ns, rows, Packed(row[0], row[1], row[2]))


def read_column(file: Connection, chunk_id: int, slot: int, rows: int) -> tuple[Array, QualityArray | None]:
    """Return a channel's raw values and its quality marks (None: all good)."""
    row = _row(file, _COLUMN, (chunk_id << SLOT_BITS) | slot)
    return unpack(row[0], row[1], rows, row[2]), _quality(row[3], rows)


def _quality(blob: bytes | None, rows: int) -> QualityArray | None:
    if blob is None:
        return None
    try:
        plain = zlib.decompressobj().decompress(blob, rows + 1)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if len(plain) != rows:
        raise ValueError("quality block of another size")
    return np.frombuffer(plain, np.uint8)


def _row(file: Connection, sql: str, block_id: int) -> Any:
    row = file.execute(sql, (block_id,)).fetchone()
    if row is None:
        raise ValueError(f"block {block_id} is missing")
    return row


def read_bucket_times(file: Connection, pyramid_id: int, buckets: int) -> tuple[Int64Array, Int64Array]:
    """Return the first and last times of a block's buckets, int64 ns."""
    row = _row(file, _BUCKETS, pyramid_id << SLOT_BITS)
    return read_time_blob(row[1], row[2], buckets), read_time_blob(row[3], row[4], buckets)


def read_buckets(file: Connection, pyramid_id: int, slot: int, buckets: int) -> tuple[Array, Array, Int64Array]:
    """Return a channel's bucket lows, highs (raw) and good counts."""
    row = _row(file, _BUCKETS, (pyramid_id << SLOT_BITS) | slot)
    dtype = row[0]
    low, high = unpack(row[1], dtype, buckets, row[2]), unpack(row[3], dtype, buckets, row[4])
    return low, high, unpack(row[5], "i8", buckets, row[6])


def read_rows(file: Connection, chunk_id: int, layout: Layout) -> Rows:
    """Return a whole chunk as rows; their byte range is the chunk's."""
    head = file.execute(
        "SELECT first_row, rows, t_first, step, raw_from, raw_to FROM chunk WHERE id = ?", (chunk_id,)
    ).fetchone()
    first_row, count, t_first, step, raw_from, raw_to = head
    times = read_times(file, chunk_id, t_first, step, count)
    columns = [read_column(file, chunk_id, channel + 1, count) for channel in range(layout.count)]
    values = tuple(np.stack([columns[channel][0] for channel in members]) for _, members in layout.groups)
    marked = [quality for _, quality in columns if quality is not None]
    none = np.zeros(count, np.uint8)
    quality = np.stack([none if marks is None else marks for _, marks in columns]) if marked else None
    return Rows(first_row, times, values, quality, raw_from, np.full(count, raw_to, dtype=np.int64))


def read_entries(file: Connection, pyramid_id: int, buckets: int, layout: Layout) -> Entries:
    """Return a whole pyramid block with all channels."""
    t_first, t_last = read_bucket_times(file, pyramid_id, buckets)
    columns = [read_buckets(file, pyramid_id, channel + 1, buckets) for channel in range(layout.count)]
    low = tuple(np.stack([columns[channel][0] for channel in members]) for _, members in layout.groups)
    high = tuple(np.stack([columns[channel][1] for channel in members]) for _, members in layout.groups)
    return Entries(t_first, t_last, low, high, np.stack([column[2] for column in columns]))
