"""Read replicated recordings from the server with the store's own reader: windows, samples, versions, accounts, gaps.

A collector whose files lie in the local folder is read there; every other one comes from the server.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from center_app.core.db import Connection
from center_app.core.errors import SurroundingsError
from center_app.telemetry.opening import Backend
from center_app.telemetry.records import Records
from center_app.telemetry.replica import verify
from center_app.telemetry.replica.link import AGAIN, ServerLink
from center_app.telemetry.store.archive import Archive, BlockCache, DayRef
from center_app.telemetry.store.reader import StoreReader
from center_app.telemetry.store.values import Damage
from center_app.telemetry.store.versions import AS_RECORDED, Versions, VersionView

T = TypeVar("T")
LOOK_S = 5.0
_ALL = DayRef("server", False, None, None)


class ServerArchive(Archive):
    """Read one collector's replicated rows; there is one file, and nothing of it is sealed."""

    def __init__(self, database: Backend, collector: str, cache: BlockCache, version: str = "") -> None:
        """Name the collector, and the folder's name of a version decoded again."""
        super().__init__(Path(collector), cache, collector)
        self._place = f"{collector}{AGAIN}{version}" if version else collector
        self.key = f"server:{self._place}"
        self._database = database

    def _open_ledger(self) -> Connection:
        if self._ledger is None:
            link: Any = ServerLink(self._database, self._place)
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


class ServerVersions(Versions):
    """List the versions of a collector's recordings that the server has whole."""

    def __init__(self, database: Backend, collector: str) -> None:
        """Name the collector."""
        super().__init__(Path(collector))
        self._database, self._collector = database, collector
        self._chosen: dict[int, int] = {}

    def _found(self) -> dict[Path, VersionView]:
        notes = _notes(self._database, self._collector, "version")
        views = sorted(
            (VersionView(**json.loads(body)) for _, body in notes), key=lambda view: (view.recording_id, view.version)
        )
        chosen = _notes(self._database, self._collector, "use")
        self._chosen = {int(key): int(body) for key, body in chosen if body}
        return {self.place(view): view for view in views}

    def _asked(self, recording_id: int) -> int | None:
        return self._chosen.get(recording_id)


class CentreReader(StoreReader):
    """Read recordings from the local folder, and from the server those of collectors elsewhere."""

    def __init__(self, folder: Path | str, database: Backend) -> None:
        """Name this machine's store folder and the centre's database."""
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
            for name in set(known_collectors(self._database)) - here:
                self._server.setdefault(name, ServerArchive(self._database, name, self._cache))
                self._versions.setdefault(name, ServerVersions(self._database, name))
        return [*local, *(archive for name, archive in sorted(self._server.items()) if name not in here)]

    def is_here(self, recording_id: int) -> bool:
        """Tell whether a recording's files lie in this machine's folder, raw bytes included."""
        return not isinstance(self.archive_of(recording_id), ServerArchive)

    def verify(
        self, recording_id: int, progress: Callable[[float], bool] | None = None, version: int | None = None
    ) -> Damage | None:
        """Recompute the chains, of a recording elsewhere as far as the server holds it: see the module `verify`."""
        archive = self.version_archive(recording_id, version or AS_RECORDED)
        if not isinstance(archive, ServerArchive):
            return super().verify(recording_id, progress, version)
        return verify.verify(archive, recording_id, progress)

    def _open_version(self, known: Versions, view: VersionView) -> Archive:
        if not isinstance(known, ServerVersions):
            return super()._open_version(known, view)
        place = known.place(view)
        if place not in self._again:
            self._again[place] = ServerArchive(self._database, view.collector, self._cache, view.name)
        return self._again[place]

    def close(self) -> None:
        """Close all files and connections."""
        super().close()
        for archive in self._server.values():
            archive.close()
        self._server = {}
        self._asked_at = float("-inf")


class CentreRecords(Records):
    """Read intervals, alarms, log and health: here from their files, of collectors elsewhere from the server."""

    def __init__(self, folder: Path, database: Backend) -> None:
        """Name this machine's store folder and the centre's database."""
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

    def stamp(self) -> tuple[tuple[str, int], ...]:
        """Return something that differs whenever a collector here has written; for those elsewhere once a second."""
        elsewhere = sorted(set(self.collectors()) - set(super().collectors()))
        return (*super().stamp(), *((name, int(time.monotonic())) for name in elsewhere))

    def _ask(self, collector: str, ask: Callable[[Connection], T]) -> T | None:
        if collector in super().collectors():
            return super()._ask(collector, ask)
        try:
            link = self._elsewhere.get(collector) or ServerLink(self._database, collector)
            self._elsewhere[collector] = link
            given: Any = link
            return ask(given)
        except SurroundingsError:
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


def known_collectors(database: Backend) -> list[str]:
    """Return the collectors that have replicated recordings; none while the server does not answer."""
    found = _rows(database, "SELECT DISTINCT collector FROM replica_recording", ())
    return sorted(row[0] for row in found if AGAIN not in row[0])


def _notes(database: Backend, collector: str, kind: str) -> list[tuple[str, str]]:
    sql = "SELECT key, body FROM replica_note WHERE collector = %s AND kind = %s"
    return [(row[0], row[1]) for row in _rows(database, sql, (collector, kind))]


def _rows(database: Backend, sql: str, arguments: tuple[str, ...]) -> list[Any]:
    try:
        with database.engine.connect() as link:
            return list(link.exec_driver_sql(sql, arguments).fetchall())
    except SQLAlchemyError:
        return []
