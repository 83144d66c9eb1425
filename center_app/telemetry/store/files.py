"""The SQLite files of one collector: batches of rows, day files, the ledger, sealing."""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from center_app.core.db import Connection, open_sqlite
from center_app.core.errors import SurroundingsError
from center_app.telemetry.store.errors import STORE_NEWER
from center_app.telemetry.store.schema import DAY, FORMAT, LEDGER, PAGE_BYTES

DAY_NS: Final = 86_400_000_000_000
TELEMETRY: Final = "telemetry"
LEDGER_NAME: Final = "collector.db"
PINNED_NAME: Final = "pinned.db"
PINNED_HEAD: Final = "pinned:"
PLACE: Final = "#"
"""Parts a file's name from an ordinal where several runs of links in one file have their ends noted."""
WAL_LIMIT_BYTES: Final = 32 * 1024 * 1024
WAL_REST_BYTES: Final = 8 * 1024 * 1024
"""What a write-ahead log shrinks to once no reader needs it."""
WAL_REST_S: Final = 20.0
WAL_MOST_BYTES: Final = 160 * 1024 * 1024
"""A log that a reader holds open grows no further: recording goes on in a further file."""


def collector_folder(folder: Path | str, collector: str) -> Path:
    """Return where a collector keeps its files."""
    return Path(folder) / TELEMETRY / collector


def day_of(t_ns: int) -> int:
    """Return the UTC day number of a time (days since 1970)."""
    return t_ns // DAY_NS


def day_name(day: int, number: int = 1) -> str:
    """Return the file name of a UTC day; a second file of one day has a number."""
    date = datetime.fromtimestamp(day * 86_400, tz=UTC).date().isoformat()
    return f"{date}.db" if number == 1 else f"{date}.{number}.db"


@dataclass
class Batch:
    """Collect statements in order; rows of one statement in a row run as one `executemany`."""

    steps: list[tuple[str, list[Sequence[Any]]]] = field(default_factory=list)
    size_bytes: int = 0

    def add(self, sql: str, row: Sequence[Any], size_bytes: int = 0) -> None:
        """Add one row for a statement."""
        if not self.steps or self.steps[-1][0] != sql:
            self.steps.append((sql, []))
        self.steps[-1][1].append(row)
        self.size_bytes += size_bytes + 64

    def insert(self, table: str, row: Sequence[Any], size_bytes: int = 0, *, replace: bool = False) -> None:
        """Add one row for a table, in column order."""
        verb = "INSERT OR REPLACE" if replace else "INSERT"
        marks = ",".join("?" * len(row))
        self.add(f"{verb} INTO {table} VALUES ({marks})", row, size_bytes)

    def __bool__(self) -> bool:
        return bool(self.steps)

    def run(self, connection: Connection) -> None:
        """Execute everything in the open transaction of a connection."""
        for sql, rows in self.steps:
            connection.executemany(sql, rows)


def rollback(connection: Connection) -> None:
    """Leave a failed transaction, where SQLite has not left it by itself."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def _create(path: Path) -> None:
    """Make an empty file with our page size under another name first, so that no reader meets it half-made."""
    part = path.with_name(path.name + ".new")
    part.unlink(missing_ok=True)
    connection = open_sqlite(part, synchronous="FULL")
    try:
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute(f"PRAGMA page_size={PAGE_BYTES}")
        connection.execute("VACUUM")
        connection.execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()
    part.replace(path)


def _fresh(path: Path, statements: Sequence[str], synchronous: str) -> Connection:
    """Open a file for writing and create its tables; a new file gets our page size."""
    if not path.exists():
        _create(path)
    connection = open_sqlite(path, synchronous=synchronous)
    try:
        connection.execute("PRAGMA wal_autocheckpoint=0")
        connection.execute(f"PRAGMA journal_size_limit={WAL_REST_BYTES}")
        connection.execute("BEGIN IMMEDIATE")
        for statement in statements:
            connection.execute(statement)
        connection.execute("COMMIT")
    except connection.Error:
        rollback(connection)
        connection.close()
        raise
    return connection


class WritableFile:
    """Write one SQLite file in batches (writer thread)."""

    def __init__(self, path: Path, statements: Sequence[str], *, synchronous: str) -> None:
        self.path = path
        self._synchronous = synchronous
        self._checked_at = time.monotonic()
        self.connection = _fresh(path, statements, synchronous)

    def commit(self, batch: Batch, *, sync: bool = False) -> None:
        """Run a batch in one transaction; `sync` makes this commit flush the file's log to the disk."""
        connection = self.connection
        if sync:
            connection.execute("PRAGMA synchronous=FULL")
        try:
            connection.execute("BEGIN IMMEDIATE")
            batch.run(connection)
            connection.execute("COMMIT")
        except connection.Error:
            rollback(connection)
            raise
        finally:
            if sync:
                connection.execute(f"PRAGMA synchronous={self._synchronous}")

    @property
    def wal_bytes(self) -> int:
        """Return the size of the write-ahead log."""
        wal = self.path.with_name(self.path.name + "-wal")
        return wal.stat().st_size if wal.exists() else 0

    def checkpoint(self, *, force: bool = False) -> None:
        """Move the write-ahead log into the file when it has grown or rested; a busy reader only delays it."""
        size, now = self.wal_bytes, time.monotonic()
        has_rested = size > WAL_REST_BYTES and now - self._checked_at >= WAL_REST_S
        if force or size > WAL_LIMIT_BYTES or has_rested:
            self._checked_at = now
            self.connection.execute("PRAGMA wal_checkpoint(RESTART)" if force else "PRAGMA wal_checkpoint(PASSIVE)")

    def close(self) -> None:
        """Close the file."""
        self.connection.close()


class DayFile(WritableFile):
    """Write the day file: raw log, chunks, x16 pyramid and tails; numbers its chunks and blocks."""

    def __init__(self, folder: Path, name: str, day: int) -> None:
        super().__init__(folder / name, DAY, synchronous="NORMAL")
        self.name, self.day = name, day
        self.t_first: int | None = None
        self.t_last: int | None = None
        self._chunks = self._numbers("chunk")
        self._pyramids = self._numbers("pyramid")

    def _numbers(self, table: str) -> itertools.count[int]:
        row = self.connection.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()
        return itertools.count(row[0] + 1)

    def next_chunk(self) -> int:
        """Return the id of the next chunk."""
        return next(self._chunks)

    def next_pyramid(self) -> int:
        """Return the id of the next x16 block."""
        return next(self._pyramids)

    def cover(self, t_first: int, t_last: int) -> None:
        """Widen the time range that the file holds."""
        self.t_first = t_first if self.t_first is None else min(self.t_first, t_first)
        self.t_last = t_last if self.t_last is None else max(self.t_last, t_last)


class Ledger(WritableFile):
    """Write the ledger, `collector.db`: every commit is flushed to the disk."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / LEDGER_NAME, LEDGER, synchronous="FULL")
        self._check_format(folder)
        newest: int = self.connection.execute("SELECT coalesce(max(id), 0) FROM pyramid").fetchone()[0]
        self._pyramids = itertools.count(newest + 1)

    def _check_format(self, folder: Path) -> None:
        row = self.connection.execute("SELECT value FROM meta WHERE name = 'format'").fetchone()
        if row is None:
            self.connection.execute("INSERT INTO meta VALUES ('format', ?)", (str(FORMAT),))
        elif int(row[0]) > FORMAT:
            self.close()
            raise SurroundingsError(STORE_NEWER, folder=str(folder))

    def next_pyramid(self) -> int:
        """Return the id of the next pyramid block."""
        return next(self._pyramids)

    def open_day(self, folder: Path, day: int, *, fresh: bool = False) -> DayFile:
        """Open the unsealed file of a UTC day, or a new one; always a new one when `fresh`."""
        rows = self.connection.execute(
            "SELECT name, sealed, deleted FROM day WHERE day = ? ORDER BY rowid", (day,)
        ).fetchall()
        usable = [row for row in rows if not row[1] and not row[2]]
        if usable and not fresh:
            file = DayFile(folder, usable[-1][0], day)
            held = extent_of(file.connection)
            if held is not None:
                file.cover(*held)
            return file
        name = day_name(day, len(rows) + 1)
        file = DayFile(folder, name, day)
        self.connection.execute("INSERT INTO day (name, day) VALUES (?, ?)", (name, day))
        return file


def extent_of(day: Connection) -> tuple[int, int] | None:
    """Return the first and last time that a day file holds, ns; None for an empty one.

    The file itself is asked: what the ledger says of it may be older, after a crash.
    """
    spans = " UNION ALL ".join(
        f"SELECT min({first}) AS t_first, max(t_last) AS t_last FROM {table}"
        for table, first in (
            ("raw_segment", "t_first"), ("raw_tail", "t_first"), ("chunk", "t_first"), ("pyramid", "t_first"),
            ("tail", "t_last"),
        )
    )  # fmt: skip
    first, last = day.execute(f"SELECT min(t_first), max(t_last) FROM ({spans})").fetchone()
    return None if first is None else (int(first), int(last))


def seal_file(folder: Path, name: str) -> bool:
    """Take a finished day out of WAL mode, so that it may be opened immutable; False while it is in use."""
    connection = open_sqlite(folder / name, synchronous="FULL", timeout_s=0.05)
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        mode = connection.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
    except connection.OperationalError:
        return False
    finally:
        connection.close()
    return bool(mode == "delete")
