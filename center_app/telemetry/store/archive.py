"""One collector's files as a reader sees them: connections, consistent snapshots, a bounded block cache."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from center_app.core.db import Connection, SqliteError, open_sqlite
from center_app.core.errors import SurroundingsError
from center_app.telemetry.store.errors import STORE_NEWER, damaged
from center_app.telemetry.store.files import LEDGER_NAME
from center_app.telemetry.store.schema import FORMAT

CACHE_BYTES: Final = 32 * 1024 * 1024
ANSWERS: Final = 2000


class BlockCache:
    """Keep unpacked blocks, which never change, up to a number of bytes; the oldest go first."""

    def __init__(self, limit_bytes: int = CACHE_BYTES) -> None:
        self._limit = limit_bytes
        self._held: OrderedDict[Any, tuple[Any, int]] = OrderedDict()
        self.size_bytes = 0

    def get(self, key: Any) -> Any:
        """Return a block, None when it is not here."""
        found = self._held.get(key)
        if found is None:
            return None
        self._held.move_to_end(key)
        return found[0]

    def put(self, key: Any, arrays: tuple[Any, ...]) -> None:
        """Keep a block's arrays."""
        size = sum(array.nbytes for array in arrays if array is not None) + 200
        self._held[key] = (arrays, size)
        self.size_bytes += size
        while self.size_bytes > self._limit and len(self._held) > 1:
            _, (_, gone) = self._held.popitem(last=False)
            self.size_bytes -= gone


@dataclass(frozen=True)
class DayRef:
    """Name a day file: is it sealed, and from when to when does it hold data (None: not known yet)."""

    name: str
    is_sealed: bool
    t_first: int | None
    t_last: int | None


class Archive:
    """Read one collector's files; owned by one thread at a time.

    Inside `snapshot()` all reads of a file see one state of it, the ledger's being the older one, so that a
    row is found in at least one place.
    """

    def __init__(self, folder: Path, cache: BlockCache, collector: str = "") -> None:
        self.folder = folder
        self.collector = collector or folder.name
        self.cache = cache
        self.key = str(folder)
        """Name these files in the shared cache of blocks."""
        self._ledger: Connection | None = None
        self._days: dict[str, tuple[Connection, bool]] = {}
        self._begun: list[Connection] = []
        self._answers: dict[int, tuple[int, dict[Any, list[Any]]]] = {}
        self._depth = 0

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Give the ledger's connection for a consistent read of all files."""
        ledger = self._open_ledger()
        if self._depth == 0:
            self._begin(ledger)
        self._depth += 1
        try:
            yield ledger
        finally:
            self._depth -= 1
            if self._depth == 0:
                self._finish()

    def _begin(self, connection: Connection) -> None:
        """Fix the state of a file that this snapshot sees; answers stay valid while nobody committed."""
        connection.execute("BEGIN")
        version = connection.execute("PRAGMA data_version").fetchone()[0]
        known = self._answers.get(id(connection))
        if known is None or known[0] != version or len(known[1]) > ANSWERS:
            self._answers[id(connection)] = (version, {})
        self._begun.append(connection)

    def ask(self, file: Connection, sql: str, arguments: tuple[Any, ...]) -> list[Any]:
        """Return the rows of a query; asked again about an unchanged file it costs nothing."""
        if not file.in_transaction:
            rows: list[Any] = file.execute(sql, arguments).fetchall()
            return rows
        answers = self._answers[id(file)][1]
        found = answers.get((sql, arguments))
        if found is None:
            found = answers[sql, arguments] = file.execute(sql, arguments).fetchall()
        return found

    def _finish(self) -> None:
        for connection in self._begun:
            if connection.in_transaction:
                connection.execute("COMMIT")
        self._begun = []
        newest = max((name for name, (_, sealed) in self._days.items() if not sealed), default=None)
        for name, (connection, sealed) in list(self._days.items()):
            if not sealed and name != newest:
                self._shut(connection)
                del self._days[name]

    def _shut(self, connection: Connection) -> None:
        self._answers.pop(id(connection), None)
        connection.close()

    def _open_ledger(self) -> Connection:
        if self._ledger is None:
            connection = open_sqlite(self.folder / LEDGER_NAME, read_only=True)
            row = connection.execute("SELECT value FROM meta WHERE name = 'format'").fetchone()
            if row is not None and int(row[0]) > FORMAT:
                connection.close()
                raise SurroundingsError(STORE_NEWER, folder=str(self.folder))
            self._ledger = connection
        return self._ledger

    def days(self, t0_ns: int, t1_ns: int) -> list[DayRef]:
        """Return the day files that may hold something of [t0, t1), by days (inside a snapshot).

        Their time ranges may overlap: a summary of many days lies in the file of its last one.
        """
        rows = self.ask(
            self._open_ledger(),
            "SELECT name, sealed, t_first, t_last FROM day WHERE deleted = 0 ORDER BY day, rowid",
            (),
        )
        return [
            DayRef(name, bool(sealed), t_first, t_last)
            for name, sealed, t_first, t_last in rows
            if not sealed or t_first is None or (t_first < t1_ns and t_last >= t0_ns)
        ]

    def all_days(self) -> list[DayRef]:
        """Return every day file that is not deleted, oldest first."""
        return self.days(-(1 << 62), 1 << 62)

    def has_deleted(self, t0_ns: int, t1_ns: int) -> bool:
        """Tell whether retention took a day file that touched [t0, t1)."""
        gone = self.ask(
            self._open_ledger(), "SELECT t_first, t_last FROM day WHERE deleted = 1 AND t_first IS NOT NULL", ()
        )
        return any(t_first < t1_ns and t_last >= t0_ns for t_first, t_last in gone)

    def open_day(self, day: DayRef) -> Connection:
        """Open a day file; it joins the snapshot."""
        held = self._days.get(day.name)
        if held is not None and held[1] != day.is_sealed:
            self._shut(held[0])
            held = None
        if held is None:
            try:
                held = (open_sqlite(self.folder / day.name, read_only=True, immutable=day.is_sealed), day.is_sealed)
            except SqliteError as error:
                raise damaged(day.name, str(error)) from error
            self._days[day.name] = held
        if self._depth and not held[0].in_transaction:
            self._begin(held[0])
        return held[0]

    def close(self) -> None:
        """Close all files."""
        self._finish()
        for connection, _ in self._days.values():
            self._shut(connection)
        self._days = {}
        if self._ledger is not None:
            self._shut(self._ledger)
            self._ledger = None
