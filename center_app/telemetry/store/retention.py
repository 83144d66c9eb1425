"""Retention: delete whole day files, never rows; what a report pinned moves to the pinned file first."""

from __future__ import annotations

from typing import Any

from center_app.core.db import Connection, SqliteError, open_sqlite
from center_app.telemetry.store.errors import trouble_from
from center_app.telemetry.store.files import PINNED_HEAD, PINNED_NAME, Batch, DayFile, day_of
from center_app.telemetry.store.schema import SLOT_BITS
from center_app.telemetry.store.shelf import Shelf


def retain(shelf: Shelf, keep_days: int, now_ns: int) -> list[str]:
    """Delete the sealed day files that are older than `keep_days` whole days; return their names."""
    oldest = day_of(now_ns) - keep_days
    shelf.seal_days()
    rows = shelf.ledger.connection.execute(
        "SELECT name FROM day WHERE sealed = 1 AND deleted = 0 AND day < ? AND name <> ? ORDER BY day",
        (oldest, PINNED_NAME),
    ).fetchall()
    deleted = []
    for (name,) in rows:
        try:
            _save_pinned(shelf, name)
            shelf.ledger.connection.execute("UPDATE day SET deleted = 1 WHERE name = ?", (name,))
            (shelf.folder / name).unlink(missing_ok=True)
        except (SqliteError, OSError) as error:
            raise trouble_from(error, shelf.folder) from error
        deleted.append(name)
    return deleted


def _pins(ledger: Connection) -> list[Any]:
    if not ledger.execute("SELECT 1 FROM sqlite_master WHERE name = 'pin'").fetchone():
        return []
    return ledger.execute("SELECT recording_id, start_ns, end_ns FROM pin").fetchall()


def _save_pinned(shelf: Shelf, name: str) -> None:
    """Copy the pinned segments and chunks of a day into the pinned file, once."""
    source = open_sqlite(shelf.folder / name, immutable=True)
    try:
        found = [
            (table, row)
            for pin in _pins(shelf.ledger.connection)
            for table in ("raw_segment", "chunk")
            for row in source.execute(
                f"SELECT * FROM {table} WHERE recording_id = ? AND t_first <= ? AND t_last >= ?",
                (pin[0], pin[2], pin[1]),
            )
        ]
        if found:
            _copy(shelf, source, found)
    finally:
        source.close()


def _copy(shelf: Shelf, source: Connection, found: list[tuple[str, Any]]) -> None:
    known = shelf.ledger.connection.execute("SELECT t_first, t_last FROM day WHERE name = ?", (PINNED_NAME,)).fetchone()
    pinned = DayFile(shelf.folder, PINNED_NAME, 0)
    batch = Batch()
    try:
        for table, row in found:
            _copy_row(pinned, source, batch, table, row)
        pinned.commit(batch, sync=True)
        pinned.checkpoint(force=True)
    finally:
        pinned.close()
    _keep_heads(shelf, source, found)
    times = [number for _, row in found for number in _extent(row)]
    times += [] if known is None else list(known)
    shelf.ledger.connection.execute(
        "INSERT OR REPLACE INTO day (name, day, t_first, t_last) VALUES (?, 0, ?, ?)",
        (PINNED_NAME, min(times), max(times)),
    )


def _keep_heads(shelf: Shelf, source: Connection, found: list[tuple[str, Any]]) -> None:
    """Keep the digest before every pinned run of links, so that the run can be verified without its past."""
    names = {(table, *_link(table, row)) for table, row in found}
    for table, recording_id, ordinal in sorted(names):
        if (table, recording_id, ordinal - 1) in names:
            continue
        before = source.execute(
            f"SELECT digest FROM {table} WHERE recording_id = ? AND ordinal = ?",
            (recording_id, ordinal - 1),
        ).fetchone()
        if before is not None:
            kind = "raw" if table == "raw_segment" else "chunk"
            row = (recording_id, kind, f"{PINNED_HEAD}{ordinal - 1}", ordinal - 1, before[0])
            shelf.ledger.connection.execute("INSERT OR IGNORE INTO head VALUES (?,?,?,?,?)", row)


def _link(table: str, row: Any) -> tuple[int, int]:
    """Return (recording, ordinal) of a segment's or chunk's row."""
    return (row[1], row[2]) if table == "raw_segment" else (row[2], row[3])


def _extent(row: Any) -> tuple[int, int]:
    """Return t_first and t_last: columns 5 and 6 of a segment, 6 and 7 of a chunk."""
    return (row[5], row[6]) if len(row) == 10 else (row[6], row[7])


def _copy_row(pinned: DayFile, source: Connection, batch: Batch, table: str, row: Any) -> None:
    exists = f"SELECT 1 FROM {table} WHERE recording_id = ? AND ordinal = ?"
    recording_id, ordinal = _link(table, row)
    if pinned.connection.execute(exists, (recording_id, ordinal)).fetchone() or _is_queued(
        batch, table, recording_id, ordinal
    ):
        return
    if table == "raw_segment":
        batch.insert(table, (None, *row[1:]))
        return
    chunk_id = pinned.next_chunk()
    batch.insert(table, (chunk_id, *row[1:]))
    low, high = row[0] << SLOT_BITS, (row[0] + 1) << SLOT_BITS
    for block in source.execute("SELECT * FROM block WHERE id >= ? AND id < ? ORDER BY id", (low, high)).fetchall():
        batch.insert("block", ((chunk_id << SLOT_BITS) | (block[0] - low), *block[1:]))


def _is_queued(batch: Batch, table: str, recording_id: int, ordinal: int) -> bool:
    """Tell whether overlapping pins brought the same row already."""
    first = 1 if table == "raw_segment" else 2
    marker = f"INTO {table} "
    return any(
        marker in sql and (row[first], row[first + 1]) == (recording_id, ordinal)
        for sql, rows in batch.steps
        for row in rows
    )
