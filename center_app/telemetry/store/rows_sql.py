"""Statements that put the engine's values into rows."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from center_app.core.clock import Clock
from center_app.core.db import Connection
from center_app.telemetry.store.columns import Layout, Rows
from center_app.telemetry.store.files import Batch
from center_app.telemetry.store.pyramid import Sealed, pack_pyramid
from center_app.telemetry.store.recording import RecordingState, plan_of
from center_app.telemetry.store.schema import SLOT_BITS
from devices.values import ChannelSpec, StreamSpec

_EPOCH_MS = 1_577_836_800_000
"""2020-01-01 UTC, from which recording ids count."""


def boot_id() -> str:
    """Return the kernel's id of this boot; empty where there is none."""
    path = Path("/proc/sys/kernel/random/boot_id")
    return path.read_text().strip() if path.exists() else ""


def insert_run(connection: Connection, clock: Clock) -> int:
    """Note that a writer started; return the run's id."""
    row = (boot_id(), platform.node(), os.getpid(), clock.wall_ns(), clock.boottime_ns())
    cursor = connection.execute(
        "INSERT INTO run (boot_id, host, pid, started_wall_ns, started_boot_ns) VALUES (?,?,?,?,?)", row
    )
    return int(cursor.lastrowid or 0)


def recording_number(collector: str, t_ns: int) -> int:
    """Return an id that no other collector gives: ms since 2020 * 1000 + a number from the name."""
    mark = int.from_bytes(hashlib.sha256(collector.encode()).digest()[:4], "big") % 1000
    return max(1, t_ns // 1_000_000 - _EPOCH_MS) * 1000 + mark


def insert_recording(connection: Connection, collector: str, fields: Mapping[str, Any], run_id: int) -> int:
    """Create a recording's row; return its id, unique across collectors."""
    started_ns = int(fields["started_ns"])
    recording_id = recording_number(collector, started_ns)
    last = connection.execute("SELECT coalesce(max(id), 0) FROM recording WHERE id >= ?", (recording_id,)).fetchone()[0]
    while last and connection.execute("SELECT 1 FROM recording WHERE id = ?", (recording_id,)).fetchone():
        recording_id += 1000
    connection.execute(
        "INSERT INTO recording (id, run_id, cell_id, profile_id, profile_version, params, line, port, started_ns)"
        " VALUES (?,?,?,?,?,?,?,?,?)",
        (
            recording_id, run_id, fields["cell_id"], fields["profile_id"], fields["profile_version"],
            json.dumps(fields["params"], sort_keys=True, default=str), json.dumps(fields["line"], default=str),
            fields["port"], started_ns,
        ),
    )  # fmt: skip
    return recording_id


def insert_stream(recording_id: int, spec: StreamSpec, connection: Connection) -> int:
    """Create the rows of a stream and its channels; return the stream's id."""
    cursor = connection.execute(
        "INSERT INTO stream (recording_id, key, rate_hz, tick_ns, tick_bits) VALUES (?,?,?,?,?)",
        (recording_id, spec.key, spec.rate_hz, spec.tick_ns, spec.tick_bits),
    )
    stream_id = int(cursor.lastrowid or 0)
    plans = plan_of(spec)
    rows = [
        _channel_row(stream_id, plan.slot, plan.dtype, channel)
        for plan, channel in zip(plans, spec.channels, strict=True)
    ]
    connection.executemany("INSERT INTO channel VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", rows)
    return stream_id


def _channel_row(stream_id: int, slot: int, dtype: str, channel: ChannelSpec) -> tuple[Any, ...]:
    states = None if channel.states is None else json.dumps({str(key): text for key, text in channel.states.items()})
    return (
        stream_id, slot, channel.key, json.dumps(dict(channel.label), ensure_ascii=False), channel.unit, dtype,
        channel.scale, channel.offset, channel.low, channel.high, states, channel.group,
    )  # fmt: skip


def insert_pyramid(batch: Batch, pyramid_id: int, stream_id: int, layout: Layout, part: Sealed) -> None:
    """Add one finished pyramid block with all its channels."""
    entries = part.entries
    batch.insert(
        "pyramid",
        (
            pyramid_id, stream_id, part.level, part.first_row, part.rows, len(entries), int(entries.t_first[0]),
            int(entries.t_last[-1]),
        ),
    )  # fmt: skip
    for block in pack_pyramid(layout, part):
        size = len(block[3]) + len(block[5])
        batch.insert("pyramid_block", ((pyramid_id << SLOT_BITS) | block[0], *block[1:]), size)


def insert_tail(batch: Batch, stream_id: int, rows: Rows) -> None:
    """Add rows to the tail: times as int64, then the groups' values (channels, rows) one after another."""
    data = b"".join(np.ascontiguousarray(group).tobytes() for group in rows.values)
    quality = None if rows.quality is None else np.ascontiguousarray(rows.quality).tobytes()
    batch.insert(
        "tail",
        (
            None, stream_id, rows.first_row, len(rows), int(rows.times[-1]), rows.raw_from, rows.raw_to,
            rows.times.tobytes(), data, quality,
        ),
        len(data) + rows.times.nbytes,
    )  # fmt: skip


def note_fresh(batch: Batch, recordings: Iterable[RecordingState], file: str) -> bool:
    """Note the recordings that the ledger does not know in their newest state; tell whether there were any."""
    fresh = [recording for recording in recordings if recording.is_unnoted]
    for recording in fresh:
        note_progress(batch, recording, file)
        recording.is_unnoted = False
    return bool(fresh)


def note_progress(batch: Batch, recording: RecordingState, file: str) -> None:
    """Put a recording's extent, rows, account and chain heads into the ledger's batch."""
    streams = recording.streams.values()
    firsts = [stream.first_ns for stream in streams if stream.first_ns is not None]
    lasts = [stream.last_ns for stream in streams if stream.last_ns is not None]
    if firsts:
        batch.add(
            "UPDATE recording SET first_ns = min(coalesce(first_ns, ?1), ?1), last_ns = ?2 WHERE id = ?3",
            (min(firsts), max(lasts), recording.id),
        )
    for stream in streams:
        batch.add("UPDATE stream SET rows = ? WHERE id = ?", (stream.acknowledged_row, stream.id))
    batch.insert("account", (recording.id, recording.account_body()), replace=True)
    heads = (
        ("raw", recording.raw.ordinal, recording.raw.digest),
        ("chunk", recording.chunk_ordinal, recording.chunk_digest),
    )
    for kind, ordinal, digest in heads:
        if ordinal:
            batch.insert("head", (recording.id, kind, file, ordinal - 1, digest), replace=True)
