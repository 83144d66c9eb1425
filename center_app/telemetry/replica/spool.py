"""Read what the server does not have yet out of a collector's own files, which are the spool.

Everything is found by marks that the server keeps: the newest id of each table and file that it holds. Ids of
chunks and blocks are told apart by their file: (number of the file << 32) | id, so that a row has one id for ever.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from center_app.core.db import Connection, SqliteError, open_sqlite
from center_app.telemetry.replica import edges
from center_app.telemetry.replica.notes import MANY, Notes
from center_app.telemetry.replica.parcel import Parcel, Rows
from center_app.telemetry.store.files import LEDGER_NAME
from center_app.telemetry.store.schema import SLOT_BITS

FILE_BITS: Final = 32
BATCH: Final = 64
BATCH_BYTES: Final = 4 * 1024 * 1024


@dataclass(frozen=True)
class _Day:
    name: str
    number: int
    is_sealed: bool


class Spool:
    """Read one collector's folder; owned by the replicating thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ledger: Connection | None = None
        self._files: dict[str, Connection] = {}
        self._sent: dict[tuple[str, Any], Any] = {}
        self._tails: dict[int, int] = {}
        self._pins: list[tuple[int, int, int]] = []
        self._notes = Notes()

    def close(self) -> None:
        """Close the files."""
        for link in (*self._files.values(), *([self._ledger] if self._ledger else [])):
            link.close()
        self._files, self._ledger = {}, None

    def forget(self) -> None:
        """Compare everything with the server anew, as after a lost connection."""
        self._sent.clear()
        self._tails.clear()
        self._notes.forget()

    def parcel(self, marks: Mapping[str, int]) -> Parcel:
        """Return the next rows to send; an empty parcel when the server has everything."""
        parcel = Parcel()
        ledger = self._open_ledger()
        ledger.execute("BEGIN")
        try:
            self._small(ledger, marks, parcel)
            _buckets(ledger, 0, "pyramid:ledger", marks, parcel)
            edges.add(ledger, marks, parcel, self._open_named)
            days = self._days(ledger, marks)
            before = len(parcel.marks)
            self._of_days(days, marks, parcel)
            if len(parcel.marks) == before:
                self._notes.add_heads(ledger, parcel)
        finally:
            ledger.execute("COMMIT")
        return parcel

    def waiting_bytes(self, marks: Mapping[str, int]) -> int:
        """Return how many bytes of sealed samples the server lacks."""
        ledger = self._open_ledger()
        total = 0
        for day in self._days(ledger, marks):
            first = (marks.get(f"chunk:{day.name}", 0) + 1) << SLOT_BITS
            sql = "SELECT coalesce(sum(length(data)), 0) FROM block WHERE id >= ?"
            total += int(self._open(day).execute(sql, (first,)).fetchone()[0])
        return total

    def newest_ns(self) -> int:
        """Return the time of the newest sample that the ledger knows."""
        return int(self._open_ledger().execute("SELECT coalesce(max(last_ns), 0) FROM recording").fetchone()[0])

    def _open_ledger(self) -> Connection:
        if self._ledger is None:
            self._ledger = open_sqlite(self._folder / LEDGER_NAME, read_only=True)
        return self._ledger

    def _open(self, day: _Day) -> Connection:
        if day.name not in self._files:
            self._files[day.name] = open_sqlite(self._folder / day.name, read_only=True, immutable=day.is_sealed)
        return self._files[day.name]

    def _open_named(self, name: str, number: int, is_sealed: bool) -> Connection | None:
        return self._open(_Day(name, number, is_sealed)) if (self._folder / name).exists() else None

    def _shut(self, name: str) -> None:
        link = self._files.pop(name, None)
        if link is not None:
            link.close()

    # -- small rows of the ledger ---------------------------------------------------------------------

    def _small(self, ledger: Connection, marks: Mapping[str, int], parcel: Parcel) -> None:
        version = ledger.execute("PRAGMA data_version").fetchone()[0]
        if self._sent.get(("version", 0)) == version and not parcel.rows:
            return
        self._sent["version", 0] = version
        self._changed(ledger, "recording", "SELECT * FROM recording ORDER BY id", 1, parcel)
        self._changed(ledger, "stream", "SELECT * FROM stream ORDER BY id", 1, parcel)
        self._changed(ledger, "channel", "SELECT * FROM channel", 2, parcel)
        self._changed(ledger, "account", "SELECT * FROM account", 1, parcel)
        for table in ("gap", "anchor"):
            sql = f"SELECT * FROM {table} WHERE id > ? ORDER BY id LIMIT {MANY}"
            rows = ledger.execute(sql, (marks.get(table, 0),)).fetchall()
            self._by_id(table, rows, parcel)
            self._again_soon(len(rows), MANY)
        if self._notes.add(ledger, marks, parcel):
            self._again_soon(MANY, MANY)
        if ledger.execute("SELECT 1 FROM sqlite_master WHERE name = 'pin'").fetchone():
            self._pin(ledger, marks, parcel)

    def _changed(self, ledger: Connection, table: str, sql: str, keys: int, parcel: Parcel) -> None:
        for row in ledger.execute(sql).fetchall():
            key = (table, row[:keys])
            if self._sent.get(key) != row:
                self._sent[key] = row
                parcel.add(table, *row)

    @staticmethod
    def _by_id(table: str, rows: Sequence[Sequence[Any]], parcel: Parcel) -> None:
        for row in rows:
            parcel.add(table, *row)
            parcel.marks[table] = row[0]

    def _again_soon(self, count: int, limit: int) -> None:
        """Look at the ledger again at once where a limit cut the rows."""
        if count == limit:
            self._sent.pop(("version", 0), None)

    def _pin(self, ledger: Connection, marks: Mapping[str, int], parcel: Parcel) -> None:
        self._pins = ledger.execute("SELECT recording_id, start_ns, end_ns FROM pin").fetchall()
        newest = ledger.execute("SELECT coalesce(max(rowid), 0) FROM pin").fetchone()[0]
        if newest > marks.get("pin", 0):
            self._pinned(ledger, marks.get("pin", 0), parcel)
            parcel.marks["pin"] = newest

    def _pinned(self, ledger: Connection, since: int, parcel: Parcel) -> None:
        """Send the raw bytes that were pinned after their segment had gone out."""
        spans = ledger.execute("SELECT recording_id, end_ns, start_ns FROM pin WHERE rowid > ?", (since,)).fetchall()
        for day in self._days(ledger, {}):
            for span in spans:
                rows = self._open(day).execute(f"{_SEGMENTS} recording_id = ? AND t_first <= ? AND t_last >= ?", span)
                for row in rows.fetchall():
                    parcel.add("pinned_segment", *row[1:])

    # -- day files ---------------------------------------------------------------------------------------

    def _days(self, ledger: Connection, marks: Mapping[str, int]) -> list[_Day]:
        """Return the day files that may hold something the server lacks."""
        rows = ledger.execute("SELECT name, rowid, sealed FROM day WHERE deleted = 0 ORDER BY day, rowid").fetchall()
        return [
            _Day(name, number, bool(sealed))
            for name, number, sealed in rows
            if not marks.get(f"done:{base(name)}") and (self._folder / name).exists()
        ]

    def _of_days(self, days: Sequence[_Day], marks: Mapping[str, int], parcel: Parcel) -> None:
        for name in set(self._files) - {day.name for day in days}:
            self._shut(name)
        for day in days:
            try:
                is_empty = self._of_day(day, marks, parcel)
            except SqliteError:
                self._shut(day.name)
                raise
            if is_empty and day.is_sealed:
                parcel.marks[f"done:{base(day.name)}"] = 1
                self._shut(day.name)
            if not day.is_sealed and day is not days[-1]:
                self._shut(day.name)
            if parcel.size_bytes > BATCH_BYTES:
                return

    def _of_day(self, day: _Day, marks: Mapping[str, int], parcel: Parcel) -> bool:
        file = self._open(day)
        file.execute("BEGIN")
        try:
            before = len(parcel.marks)
            self._segments(file, day, marks, parcel)
            _chunks(file, day, marks, parcel)
            _buckets(file, day.number, f"pyramid:{day.name}", marks, parcel)
            is_empty = len(parcel.marks) == before
            if not day.is_sealed and parcel.size_bytes < BATCH_BYTES:
                self._tail(file, parcel)
        finally:
            file.execute("COMMIT")
        return is_empty

    def _segments(self, file: Connection, day: _Day, marks: Mapping[str, int], parcel: Parcel) -> None:
        name = f"segment:{day.name}"
        rows = file.execute(f"{_HEADS} id > ? ORDER BY id LIMIT 2000", (marks.get(name, 0),)).fetchall()
        for row in rows:
            is_pinned = any(pin[0] == row[1] and row[5] <= pin[2] and row[6] >= pin[1] for pin in self._pins)
            data = None
            if is_pinned:
                data = file.execute("SELECT data FROM raw_segment WHERE id = ?", (row[0],)).fetchone()[0]
            parcel.add("segment", *row[1:], data)
            parcel.marks[name] = row[0]

    def _tail(self, file: Connection, parcel: Parcel) -> None:
        for row in file.execute("SELECT * FROM tail ORDER BY stream_id, first_row").fetchall():
            stream_id, first_row = row[1], row[2]
            if first_row >= self._tails.get(stream_id, 0):
                parcel.add("tail", *row[1:])
                parcel.newest_ns = max(parcel.newest_ns, row[4])
                self._tails[stream_id] = first_row + row[3]


_HEADS: Final = (
    "SELECT id, recording_id, ordinal, first_offset, end_offset, t_first, t_last, records, digest"
    " FROM raw_segment WHERE"
)
_SEGMENTS: Final = (
    "SELECT id, recording_id, ordinal, first_offset, end_offset, t_first, t_last, records, digest, data"
    " FROM raw_segment WHERE"
)


def _chunks(file: Connection, day: _Day, marks: Mapping[str, int], parcel: Parcel) -> None:
    name = f"chunk:{day.name}"
    rows = file.execute("SELECT * FROM chunk WHERE id > ? ORDER BY id LIMIT ?", (marks.get(name, 0), BATCH)).fetchall()
    for row in rows:
        chunk_id = server_id(day.number, row[0])
        parcel.add("chunk", chunk_id, *row[1:])
        parcel.sealed.append((row[1], row[4] + row[5]))
        parcel.newest_ns = max(parcel.newest_ns, row[7])
        for block in _members(file, "block", row[0]):
            figures = json.dumps([_plain(number) for number in block[4:9]])
            slot = block[0] & ((1 << SLOT_BITS) - 1)
            parcel.add("block", (chunk_id << SLOT_BITS) | slot, *block[1:4], figures, *block[9:11])
        parcel.marks[name] = row[0]
        if parcel.size_bytes > BATCH_BYTES:
            return


def _plain(number: object) -> object:
    return number if isinstance(number, int | float) and number == number else None


def _buckets(file: Connection, number: int, name: str, marks: Mapping[str, int], parcel: Parcel) -> None:
    sql = "SELECT * FROM pyramid WHERE id > ? ORDER BY id LIMIT ?"
    for row in file.execute(sql, (marks.get(name, 0), BATCH)).fetchall():
        pyramid_id = server_id(number, row[0])
        parcel.add("pyramid", pyramid_id, *row[1:8])
        for block in _members(file, "pyramid_block", row[0]):
            slot = block[0] & ((1 << SLOT_BITS) - 1)
            parcel.add("pyramid_block", (pyramid_id << SLOT_BITS) | slot, *block[1:8])
        parcel.marks[name] = row[0]
        if parcel.size_bytes > BATCH_BYTES:
            return


def _members(file: Connection, table: str, head_id: int) -> Rows:
    low, high = head_id << SLOT_BITS, (head_id + 1) << SLOT_BITS
    rows: Rows = file.execute(f"SELECT * FROM {table} WHERE id >= ? AND id < ? ORDER BY id", (low, high)).fetchall()
    return rows


def base(name: str) -> str:
    """Return the name of the day file that a successor follows: 2026-06-01.k1.db -> 2026-06-01.db."""
    return re.sub(r"\.k\d+\.db$", ".db", name)


def server_id(file_number: int, row_id: int) -> int:
    """Return the id of a chunk or pyramid block on the server: file number << 32 | id."""
    return (file_number << FILE_BITS) | row_id
