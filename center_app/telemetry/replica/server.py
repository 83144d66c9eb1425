"""Read replicated recordings from the server with the store's own reader: windows, samples, accounts, gaps.

A collector whose files lie in the local folder is read there; every other one comes from the server.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from center_app.core.db import Connection, Database
from center_app.core.db.database import UNREACHABLE
from center_app.core.errors import SurroundingsError
from center_app.telemetry.records import Records
from center_app.telemetry.store.archive import Archive, BlockCache, DayRef
from center_app.telemetry.store.reader import StoreReader

T = TypeVar("T")
LOOK_S = 5.0
_ALL = DayRef("server", False, None, None)


class ServerLink:
    """Answer the store's queries from the server's views of one collector, like a SQLite connection."""

    def __init__(self, database: Database, collector: str) -> None:
        self._link = database.engine.raw_connection()
        self._driver = as_any(self._link.driver_connection)
        self._driver.rollback()
        self._driver.autocommit = True
        self._cursor = self._driver.cursor()
        self._cursor.execute("SELECT set_config('center.collector', %s, false)", (collector,))
        self._cursor.execute("SET search_path = replica, public")
        self.in_transaction = False

    def execute(self, sql: str, arguments: Sequence[Any] = ()) -> _Answer:
        """Run one query; SurroundingsError when the server does not answer."""
        try:
            cursor = self._driver.cursor()
            cursor.execute(_translated(sql), tuple(arguments) or None)
            rows = cursor.fetchall() if cursor.description else []
        except Exception as error:
            if type(error).__module__.partition(".")[0] != "psycopg":
                raise
            raise SurroundingsError(UNREACHABLE, detail=str(error).splitlines()[0][:120]) from error
        self.in_transaction = sql.startswith("BEGIN") or (self.in_transaction and sql != "COMMIT")
        return _Answer(rows)

    def close(self) -> None:
        """Give the connection up; its settings go with it."""
        try:
            self._link.invalidate()
        except SQLAlchemyError:
            self._driver = None


def as_any(value: object) -> Any:
    """Return a driver's object, whose types are its own."""
    return value


class _Answer:
    """Hold a query's rows as a cursor does."""

    def __init__(self, rows: list[Any]) -> None:
        self._rows = rows
        self._place = 0

    def fetchall(self) -> list[Any]:
        """Return the rows that are left."""
        rows, self._place = self._rows[self._place :], len(self._rows)
        return rows

    def fetchone(self) -> Any:
        """Return the next row, None after the last."""
        if self._place >= len(self._rows):
            return None
        self._place += 1
        return self._rows[self._place - 1]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.fetchall())


def _translated(sql: str) -> str:
    begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    return begin if sql == "BEGIN" else sql.replace("?", "%s")


class ServerArchive(Archive):
    """Read one collector's replicated rows; there is one file, and nothing of it is sealed."""

    def __init__(self, database: Database, collector: str, cache: BlockCache) -> None:
        super().__init__(Path(collector), cache, collector)
        self.key = f"server:{collector}"
        self._database = database

    def _open_ledger(self) -> Connection:
        if self._ledger is None:
            try:
                link: Any = ServerLink(self._database, self.collector)
            except SQLAlchemyError as error:
                raise SurroundingsError(UNREACHABLE, detail=str(error).splitlines()[0][:120]) from error
            self._ledger = link
        return self._ledger

    def _begin(self, connection: Connection) -> None:
        connection.execute("BEGIN")
        self._answers[id(connection)] = (0, {})
        self._begun.append(connection)

    def _finish(self) -> None:
        try:
            super()._finish()
        except SurroundingsError:
            self._begun = []
            self._give_up()

    def _give_up(self) -> None:
        if self._ledger is not None:
            self._shut(self._ledger)
            self._ledger = None

    def days(self, t0_ns: int, t1_ns: int) -> list[DayRef]:
        """Return the one place where everything lies."""
        return [_ALL]

    def has_deleted(self, t0_ns: int, t1_ns: int) -> bool:
        """Tell that nothing goes here by itself."""
        return False

    def open_day(self, day: DayRef) -> Connection:
        """Return the connection that holds everything."""
        return self._open_ledger()


class CentreReader(StoreReader):
    """Read recordings from the local folder, and from the server those of collectors elsewhere."""

    def __init__(self, folder: Path | str, database: Database) -> None:
        super().__init__(folder)
        self._database = database
        self._server: dict[str, Archive] = {}
        self._asked_at = float("-inf")

    def archives(self) -> list[Archive]:
        """Return the collectors found here and on the server."""
        local = super().archives()
        here = {archive.collector for archive in local}
        now = time.monotonic()
        if now - self._asked_at >= LOOK_S:
            self._asked_at = now
            for name in known_collectors(self._database):
                self._server.setdefault(name, ServerArchive(self._database, name, self._cache))
        return [*local, *(archive for name, archive in sorted(self._server.items()) if name not in here)]

    def close(self) -> None:
        """Close all files and connections."""
        super().close()
        for archive in self._server.values():
            archive.close()
        self._server = {}


class CentreRecords(Records):
    """Read intervals, alarms and health from the local folder, and from the server those of collectors elsewhere."""

    def __init__(self, folder: Path, database: Database) -> None:
        super().__init__(folder)
        self._database = database
        self._elsewhere: dict[str, ServerLink] = {}
        self._known: list[str] = []
        self._asked_at = float("-inf")

    def collectors(self) -> list[str]:
        """Return the names of the collectors here and on the server."""
        now = time.monotonic()
        if now - self._asked_at >= LOOK_S:
            self._asked_at = now
            self._known = known_collectors(self._database)
        return sorted({*super().collectors(), *self._known})

    def _ask(self, collector: str, ask: Callable[[Connection], T]) -> T | None:
        if collector in super().collectors():
            return super()._ask(collector, ask)
        try:
            link = self._elsewhere.get(collector) or ServerLink(self._database, collector)
            self._elsewhere[collector] = link
            given: Any = link
            return ask(given)
        except (SurroundingsError, SQLAlchemyError):
            gone = self._elsewhere.pop(collector, None)
            if gone is not None:
                gone.close()
            return None

    def close(self) -> None:
        """Close what was opened."""
        super().close()
        for link in self._elsewhere.values():
            link.close()
        self._elsewhere.clear()


def known_collectors(database: Database) -> list[str]:
    """Return the collectors that have replicated recordings; none while the server does not answer."""
    try:
        with database.engine.connect() as link:
            rows = link.exec_driver_sql("SELECT DISTINCT collector FROM replica_recording").fetchall()
    except SQLAlchemyError:
        return []
    return sorted(row[0] for row in rows)


def open_reader(folder: Path, database: Database) -> StoreReader:
    """Return the reader for a centre: of its folder, on a server centre with everything that is elsewhere."""
    return StoreReader(folder) if database.is_sqlite else CentreReader(folder, database)


def open_records(folder: Path, database: Database) -> Records:
    """Return the collectors' small rows for a centre, likewise."""
    return Records(folder) if database.is_sqlite else CentreRecords(folder, database)
