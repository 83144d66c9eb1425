"""Turn rows into chunk rows: packed columns with statistics, chained per recording by SHA-256."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from center_app.telemetry.store.codec import pack, pack_times
from center_app.telemetry.store.columns import Layout, Rows
from center_app.telemetry.store.schema import SLOT_BITS

Number = int | float | None
BlockRow = tuple[int, str, str, int, Number, Number, Number, Number, Number, bytes, bytes | None]
"""id or slot, codec, dtype, good, low, high, total, first, last, data, quality."""
ChunkHead = tuple[int, int, int, int, int, int, int, int, int, int, int, int]
"""stream, recording, ordinal, first row, rows, t_first, t_last, step, segment, raw from, raw to, profile version."""


@dataclass(frozen=True)
class Packed:
    """Hold one chunk ready to be numbered and chained: its row fields and its blocks by slot."""

    first_row: int
    rows: int
    t_first: int
    t_last: int
    step: int
    raw_from: int
    raw_to: int
    blocks: tuple[BlockRow, ...]


def pack_chunk(layout: Layout, rows: Rows) -> Packed:
    """Pack rows into one block per channel plus the time column in slot 0 (no shared state)."""
    step, times = pack_times(rows.times)
    none: Number = None
    blocks: list[BlockRow] = [
        (0, times.codec, times.dtype, len(rows), none, none, none, none, none, times.data, None),
    ]
    for (_, members), values in zip(layout.groups, rows.values, strict=True):
        statistics = _plain_statistics(values) if rows.quality is None else None
        for position, channel in enumerate(members):
            quality = None if rows.quality is None else rows.quality[channel]
            figures = next(statistics) if statistics else _marked_statistics(values[position], quality)
            blocks.append(_block(channel + 1, values[position], figures, quality))
    return Packed(
        rows.first_row, len(rows), int(rows.times[0]), int(rows.times[-1]), step, rows.raw_from, rows.raw_to,
        tuple(blocks),
    )  # fmt: skip


Figures = tuple[int, Number, Number, Number, Number, Number]


def _block(slot: int, values: NDArray[Any], figures: Figures, quality: NDArray[np.uint8] | None) -> BlockRow:
    packed = pack(values)
    marks = None if quality is None or not quality.any() else zlib.compress(quality.tobytes(), 1)
    return (slot, packed.codec, packed.dtype, *figures, packed.data, marks)


def _plain_statistics(values: NDArray[Any]) -> Iterator[Figures]:
    """Yield (good, low, high, total, first, last) per channel of an all-good group (c, n)."""
    count = values.shape[1]
    wide = np.int64 if values.dtype.kind in "iub" and values.dtype.itemsize < 8 else np.float64
    columns = (values.min(1), values.max(1), values.sum(1, dtype=wide), values[:, 0], values[:, -1])
    for low, high, total, first, last in zip(*(column.tolist() for column in columns), strict=True):
        yield (count, *_storable(low, high, total, first, last))


def _marked_statistics(values: NDArray[Any], quality: NDArray[np.uint8] | None) -> Figures:
    good = values if quality is None else values[quality == 0]
    if not len(good):
        return (0, None, None, None, None, None)
    return next(_plain_statistics(good[None, :]))


def _storable(*numbers: int | float) -> Iterator[Number]:
    """Turn what SQLite cannot hold exactly (NaN, integers over 63 bits) into None or a float."""
    for number in numbers:
        if isinstance(number, float):
            yield None if number != number else number
        else:
            yield number if -(1 << 63) <= number < 1 << 63 else float(number)


def chunk_digest(previous: bytes, head: tuple[int, ...], blocks: list[BlockRow]) -> bytes:
    """Return SHA-256 of the previous digest, the chunk's row and all its blocks (slot numbers, not ids)."""
    chain = hashlib.sha256(previous)
    chain.update(repr(head).encode())
    for block in blocks:
        chain.update(repr(block[:-2]).encode())
        chain.update(block[-2])
        chain.update(block[-1] or b"")
    return chain.digest()


def numbered(chunk_id: int, blocks: tuple[BlockRow, ...]) -> list[BlockRow]:
    """Give blocks their ids: (chunk id << 10) | slot."""
    return [((chunk_id << SLOT_BITS) | block[0], *block[1:]) for block in blocks]
