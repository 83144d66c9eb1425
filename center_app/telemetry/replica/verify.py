"""Recompute the chains of a recording as far as the server holds it.

Samples, pyramid and every segment of raw bytes that was sent are recomputed, the rest of the raw chain is followed by
its digests: those bytes lie with their collector, whose own check covers them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from center_app.core.db import Connection
from center_app.telemetry.store import verify as local
from center_app.telemetry.store.archive import Archive
from center_app.telemetry.store.chunks import chunk_digest
from center_app.telemetry.store.schema import SLOT_BITS
from center_app.telemetry.store.values import Damage
from center_app.telemetry.store.verify import Link

CHUNKS_AT_ONCE = 64
_SLOTS = (1 << SLOT_BITS) - 1


def verify(archive: Archive, recording_id: int, progress: Callable[[float], bool] | None = None) -> Damage | None:
    """Check what the server has of a recording; None when all of it is whole or `progress` said stop."""
    return local.verify(archive, recording_id, progress, segments=_segments, chunks=_chunks)


def _segments(file: Connection, name: str, recording_id: int) -> Iterator[Link]:
    rows = file.execute(
        "SELECT recording_id, ordinal, first_offset, end_offset, t_first, t_last, records, digest, data"
        " FROM raw_segment WHERE recording_id = ? ORDER BY ordinal",
        (recording_id,),
    )
    for row in rows:
        again = partial(_as_noted, row=row) if row[8] is None else partial(local.segment_again, row=row)
        yield Link(row[1], name, row[7], again, row[2], row[3], row[4])


def _as_noted(_previous: bytes, row: Any) -> bytes:
    digest: bytes = row[7]
    return digest


def _chunks(file: Connection, name: str, recording_id: int) -> Iterator[Link]:
    rows = file.execute("SELECT * FROM chunk WHERE recording_id = ? ORDER BY ordinal", (recording_id,)).fetchall()
    for start in range(0, len(rows), CHUNKS_AT_ONCE):
        part = rows[start : start + CHUNKS_AT_ONCE]
        blocks = _blocks(file, [row[0] for row in part])
        for row in part:
            again = partial(_chunk_again, row=row, blocks=blocks.get(row[0], []))
            yield Link(row[3], name, row[13], again, row[10], row[11], row[6])


def _blocks(file: Connection, chunk_ids: list[int]) -> dict[int, list[Any]]:
    """Return the blocks of chunks in one question, as the store's own files hold them."""
    spans = " OR ".join("id >= ? AND id < ?" for _ in chunk_ids)
    bounds = [place << SLOT_BITS for number in chunk_ids for place in (number, number + 1)]
    found: dict[int, list[Any]] = {}
    sql = f"SELECT id, codec, dtype, good, figures, data, quality FROM block WHERE {spans} ORDER BY id"
    for row in file.execute(sql, tuple(bounds)):
        block = (row[0] & _SLOTS, *row[1:4], *json.loads(row[4]), *row[5:7])
        found.setdefault(row[0] >> SLOT_BITS, []).append(block)
    return found


def _chunk_again(previous: bytes, row: Any, blocks: list[Any]) -> bytes:
    return chunk_digest(previous, tuple(row[1:13]), blocks)
