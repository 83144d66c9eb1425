"""Finish what a killed writer left: seal tails, rebuild the pyramid, end the recording.

Nothing acknowledged is lost: the tails hold every row and byte that was committed. Chains go on from the
newest link found in the day files; pyramid levels from where their blocks end.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import numpy as np

from center_app.core.db import Connection, open_sqlite
from center_app.telemetry.store.blocks import read_entries, read_rows
from center_app.telemetry.store.columns import Layout, Rows
from center_app.telemetry.store.engine import Engine
from center_app.telemetry.store.pyramid import MAX_LEVEL, Entries, entries_of, slice_of
from center_app.telemetry.store.raw import RawLog
from center_app.telemetry.store.recording import RecordingState, StreamState, stream_state
from devices.values import ChannelSpec, StreamSpec

log = logging.getLogger(__name__)


def recover(engine: Engine) -> list[int]:
    """End every recording that a killed writer left running; return their ids."""
    ledger = engine.shelf.ledger.connection
    left = ledger.execute(
        "SELECT id, cell_id, profile_version FROM recording WHERE ended_ns IS NULL ORDER BY id"
    ).fetchall()
    if not left:
        return []
    names = [
        row[0] for row in ledger.execute("SELECT name FROM day WHERE deleted = 0 AND sealed = 0 ORDER BY day, rowid")
    ]
    if names:
        _open_newest(engine, names[-1])
    for recording_id, cell_id, version in left:
        _recover_one(engine, RecordingState(recording_id, cell_id, version, RawLog(recording_id)), names)
        log.warning("recording %s was cut off by a crash; it is sealed up to its last written byte", recording_id)
    return [row[0] for row in left]


def _open_newest(engine: Engine, name: str) -> None:
    day = engine.shelf.ledger.connection.execute("SELECT day FROM day WHERE name = ?", (name,)).fetchone()[0]
    engine.shelf.open_day(day)


def _recover_one(engine: Engine, recording: RecordingState, names: list[str]) -> None:
    ledger = engine.shelf.ledger.connection
    _restore_heads(ledger, recording)
    streams = [_restore_stream(ledger, row) for row in _stream_rows(ledger, recording.id)]
    recording.streams = {stream.spec.key: stream for stream in streams}
    row = ledger.execute("SELECT last_ns FROM recording WHERE id = ?", (recording.id,)).fetchone()
    recording.last_ns = row[0]
    for name in names:
        file = open_sqlite(engine.shelf.folder / name, read_only=True)
        try:
            _restore_from(file, recording)
        finally:
            file.close()
    for stream in streams:
        _restore_pyramid(engine, stream, names)
    recording.touch()
    engine.recordings[recording.id] = recording
    engine.end(recording.id, "crash")


def _restore_heads(ledger: Connection, recording: RecordingState) -> None:
    rows = ledger.execute(
        "SELECT kind, ordinal, digest FROM head WHERE recording_id = ? ORDER BY ordinal", (recording.id,)
    )
    for kind, ordinal, digest in rows:
        if kind == "raw":
            recording.raw.ordinal, recording.raw.digest = ordinal + 1, digest
        else:
            recording.chunk_ordinal, recording.chunk_digest = ordinal + 1, digest
    body = ledger.execute("SELECT body FROM account WHERE recording_id = ?", (recording.id,)).fetchone()
    if body:
        _restore_account(recording, body[0])


def _restore_account(recording: RecordingState, body: str) -> None:
    fields = json.loads(body)
    recording.restore_account(fields)
    recording.raw.echoed = int(fields.get("echoed_bytes", 0))
    received = int(fields["stored_bytes"]) + int(fields["lost_bytes"]) - recording.raw.echoed
    recording.raw.offset = recording.raw.emitted = max(recording.raw.offset, received)


def _stream_rows(ledger: Connection, recording_id: int) -> list[Any]:
    return ledger.execute(
        "SELECT id, key, rate_hz, tick_ns, tick_bits FROM stream WHERE recording_id = ? ORDER BY id", (recording_id,)
    ).fetchall()


def _restore_stream(ledger: Connection, row: Any) -> StreamState:
    channels = ledger.execute("SELECT key, unit, dtype FROM channel WHERE stream_id = ? ORDER BY slot", (row[0],))
    specs = tuple(ChannelSpec(key, {}, unit, dtype) for key, unit, dtype in channels)
    return stream_state(row[0], StreamSpec(row[1], specs, row[2], row[3], row[4]))


def _restore_from(file: Connection, recording: RecordingState) -> None:
    """Take the newest links, the account and the tails of one day file."""
    _restore_chain(file, recording)
    body = file.execute("SELECT body FROM account WHERE recording_id = ?", (recording.id,)).fetchone()
    if body:
        _restore_account(recording, body[0])
    for stream in recording.streams.values():
        _restore_rows(file, recording, stream)


def _restore_chain(file: Connection, recording: RecordingState) -> None:
    raw = file.execute(
        "SELECT ordinal, digest, end_offset, t_last FROM raw_segment WHERE recording_id = ?"
        " ORDER BY ordinal DESC LIMIT 1",
        (recording.id,),
    ).fetchone()
    if raw and raw[0] >= recording.raw.ordinal - 1:
        recording.raw.ordinal, recording.raw.digest, recording.raw.offset = raw[0] + 1, raw[1], raw[2]
        recording.last_ns = max(recording.last_ns or raw[3], raw[3])
    chunk = file.execute(
        "SELECT ordinal, digest FROM chunk WHERE recording_id = ? ORDER BY ordinal DESC LIMIT 1", (recording.id,)
    ).fetchone()
    if chunk and chunk[0] >= recording.chunk_ordinal - 1:
        recording.chunk_ordinal, recording.chunk_digest = chunk[0] + 1, chunk[1]
    tails = file.execute(
        "SELECT recording_id, ordinal, first_offset, end_offset, t_first, t_last, records, data FROM raw_tail"
        " WHERE recording_id = ? AND ordinal >= ? ORDER BY id",
        (recording.id, recording.raw.ordinal),
    ).fetchall()
    for tail in tails:
        recording.raw.resume(tail)
        recording.last_ns = max(recording.last_ns or tail[5], tail[5])


def _restore_rows(file: Connection, recording: RecordingState, stream: StreamState) -> None:
    end = file.execute(
        "SELECT first_row + rows, raw_to, t_last FROM chunk WHERE stream_id = ? ORDER BY first_row DESC LIMIT 1",
        (stream.id,),
    ).fetchone()
    if end:
        stream.buffer.resume(end[0], end[1], end[2])
        stream.tail_row = stream.acknowledged_row = end[0]
        stream.last_ns = end[2]
        first = file.execute("SELECT min(t_first) FROM chunk WHERE stream_id = ?", (stream.id,)).fetchone()[0]
        stream.first_ns = first if stream.first_ns is None else min(first, stream.first_ns)
    tails = file.execute(
        "SELECT first_row, rows, raw_from, raw_to, times, data, quality FROM tail WHERE stream_id = ?"
        " ORDER BY first_row",
        (stream.id,),
    ).fetchall()
    for row in tails:
        _resume_tail(stream, row)
    if stream.last_ns is not None:
        recording.last_ns = max(recording.last_ns or stream.last_ns, stream.last_ns)


def _resume_tail(stream: StreamState, row: Any) -> None:
    first_row, count, raw_from, raw_to, times, data, quality = row
    if first_row < stream.buffer.next_row:
        return
    stream.buffer.resume(first_row, raw_from, None)
    values = tail_values(stream.layout, count, data)
    marks = None if quality is None else np.frombuffer(quality, np.uint8).reshape(stream.layout.count, count)
    ends = np.full(count, raw_to, dtype=np.int64)
    rows = stream.buffer.append(np.frombuffer(times, np.int64), values, marks, ends, 0.0)
    stream.tail_row = stream.acknowledged_row = rows.first_row + len(rows)
    stream.last_ns = int(rows.times[-1])
    if stream.first_ns is None:
        stream.first_ns = int(rows.times[0])


def tail_values(layout: Layout, count: int, data: bytes) -> tuple[Any, ...]:
    """Read a tail row's values back: per group (channels of the group, rows)."""
    found, position = [], 0
    for dtype, members in layout.groups:
        size = dtype.itemsize * len(members) * count
        found.append(np.frombuffer(data[position : position + size], dtype).reshape(len(members), count))
        position += size
    return tuple(found)


def _restore_pyramid(engine: Engine, stream: StreamState, names: list[str]) -> None:
    """Feed every level with the stored finer entries behind its last block, highest level first."""
    ledger = engine.shelf.ledger.connection
    files = [engine.shelf.ledger.connection]
    days = [open_sqlite(engine.shelf.folder / name, read_only=True) for name in _all_days(ledger)]
    try:
        ends = {level: _level_end(files if level > 1 else days, stream.id, level) for level in range(1, MAX_LEVEL + 1)}
        top = max((level for level, end in ends.items() if end), default=0)
        for level in range(min(top + 1, MAX_LEVEL), 1, -1):
            source = days if level == 2 else files
            finer = _entries_from(source, stream, level - 1, ends[level], ends[level - 1])
            engine.encoder.write_pyramid(stream, stream.pyramid.restore(level, ends[level], finer))
        rows = _rows_from(days, stream, ends[1])
        engine.encoder.write_pyramid(stream, stream.pyramid.restore(1, ends[1], rows))
    finally:
        for day in days:
            day.close()


def _all_days(ledger: Connection) -> list[str]:
    rows = ledger.execute("SELECT name FROM day WHERE deleted = 0 ORDER BY day, rowid")
    return [row[0] for row in rows]


def _level_end(files: list[Connection], stream_id: int, level: int) -> int:
    sql = "SELECT coalesce(max(first_row + rows), 0) FROM pyramid WHERE stream_id = ? AND level = ?"
    return max((file.execute(sql, (stream_id, level)).fetchone()[0] for file in files), default=0)


def _entries_from(
    files: list[Connection], stream: StreamState, level: int, first_row: int, end_row: int
) -> Iterator[Entries]:
    if end_row <= first_row:
        return
    for file in files:
        ids = file.execute(
            "SELECT id, first_row, buckets FROM pyramid WHERE stream_id = ? AND level = ? AND first_row + rows > ?"
            " ORDER BY first_row",
            (stream.id, level, first_row),
        ).fetchall()
        for pyramid_id, start, buckets in ids:
            entries = read_entries(file, pyramid_id, buckets, stream.layout)
            skip = max(0, (first_row - start) // 16**level)
            yield slice_of(entries, skip, buckets)


def _rows_from(files: list[Connection], stream: StreamState, first_row: int) -> Iterator[Entries]:
    """Yield the chunk rows behind the x16 level as entries."""
    for file in files:
        ids = file.execute(
            "SELECT id FROM chunk WHERE stream_id = ? AND first_row + rows > ? ORDER BY first_row",
            (stream.id, first_row),
        ).fetchall()
        for (chunk_id,) in ids:
            rows: Rows = read_rows(file, chunk_id, stream.layout)
            skip = max(0, first_row - rows.first_row)
            if skip < len(rows):
                yield slice_of(entries_of(stream.layout, rows), skip, len(rows))
