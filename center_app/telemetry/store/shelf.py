"""The files of one collector as the engine uses them: two batches, commits, trouble, turning and sealing days."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from center_app.core.db import Connection, SqliteError, open_sqlite
from center_app.core.errors import SurroundingsError
from center_app.telemetry.store.errors import trouble_from
from center_app.telemetry.store.files import WAL_MOST_BYTES, Batch, DayFile, Ledger, WritableFile, extent_of, seal_file

log = logging.getLogger(__name__)

SEAL_RETRY_S: Final = 60.0
Job = Callable[[Connection], Any]

_NOTHING = (None, None)


class Shelf:
    """Own the ledger and the current day file (writer thread).

    A commit that fails keeps its batch, so that nothing is encoded twice and the next try writes it whole.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ledger = Ledger(folder)
        self.day: DayFile | None = None
        self.batch = Batch()
        self.ledger_batch = Batch()
        self.trouble: SurroundingsError | None = None

    @property
    def waiting_bytes(self) -> int:
        """Tell how much waits to be written."""
        return self.batch.size_bytes + self.ledger_batch.size_bytes

    def open_day(self, day: int, *, fresh: bool = False) -> DayFile:
        """Open the file of a UTC day (a further one when `fresh`) and make it the current one."""
        try:
            self.day = self.ledger.open_day(self.folder, day, fresh=fresh)
        except (SqliteError, OSError) as error:
            raise self._stuck(error) from error
        return self.day

    def leave_day(self) -> None:
        """Close the current day file."""
        if self.day is not None:
            _checkpoint(self.day)
            self.day.close()
            self.day = None

    def is_held_up(self) -> bool:
        """Tell whether a reader keeps the day file's log from being emptied; say in the log who it is."""
        if self.day is None or self.day.wal_bytes <= WAL_MOST_BYTES:
            return False
        holders = ", ".join(holders_of(self.day.path)) or "unknown"
        log.warning("%s is held open by a reader (%s); recording goes on in a further file", self.day.name, holders)
        return True

    def flush(self, *, sync: bool = False) -> bool:
        """Commit the day file's batch; tell whether there was anything to write."""
        if not self.batch or self.day is None:
            return False
        try:
            self.day.commit(self.batch, sync=sync)
        except SqliteError as error:
            raise self._stuck(error) from error
        self.batch = Batch()
        self.trouble = None
        _checkpoint(self.day)
        return True

    def flush_ledger(self) -> None:
        """Commit the ledger's batch, flushed to the disk."""
        if not self.ledger_batch:
            return
        try:
            self.ledger.commit(self.ledger_batch)
        except SqliteError as error:
            raise self._stuck(error) from error
        self.ledger_batch = Batch()
        _checkpoint(self.ledger)

    def _stuck(self, error: Exception) -> SurroundingsError:
        if self.trouble is None:
            log.warning("recordings cannot be written: %s", error)
        self.trouble = trouble_from(error, self.folder)
        return self.trouble

    def in_ledger(self, jobs: Sequence[Job]) -> list[Any]:
        """Run jobs on the ledger in one flushed transaction; a failing one fails all."""
        connection = self.ledger.connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            results = [job(connection) for job in jobs]
            connection.execute("COMMIT")
        except SqliteError as error:
            raise trouble_from(error, self.folder) from error
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        return results

    def note_extent(self) -> None:
        """Put the time range of the current day file into the ledger's batch."""
        if self.day is not None:
            self.ledger_batch.add(
                "UPDATE day SET t_first = ?, t_last = ? WHERE name = ?",
                (self.day.t_first, self.day.t_last, self.day.name),
            )

    def seal_days(self, *, everything: bool = False) -> None:
        """Take finished days out of WAL mode; one that a reader still holds waits for the next time."""
        current = None if everything or self.day is None else self.day.name
        rows = self.ledger.connection.execute("SELECT name FROM day WHERE sealed = 0 AND deleted = 0").fetchall()
        for (name,) in rows:
            if name != current and (self.folder / name).exists() and seal_file(self.folder, name):
                self._note_sealed(name)

    def _note_sealed(self, name: str) -> None:
        """Tell the ledger what a sealed day holds: after a crash it may have known less."""
        ledger = self.ledger.connection
        ledger.execute("UPDATE day SET sealed = 1 WHERE name = ?", (name,))
        file = open_sqlite(self.folder / name, read_only=True)
        try:
            ledger.execute(
                "UPDATE day SET t_first = ?, t_last = ? WHERE name = ?", (*(extent_of(file) or _NOTHING), name)
            )
        except SqliteError as error:
            log.warning("%s cannot be read whole: %s", name, error)
        finally:
            file.close()

    def close(self, *, seal: bool = False) -> None:
        """Close the files; `seal` also takes every day out of WAL mode."""
        self.leave_day()
        if seal:
            self.seal_days(everything=True)
        self.ledger.close()


def holders_of(path: Path) -> list[str]:
    """Name the other processes that hold a file open, as "name (pid)"; empty where the system does not tell."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            links = [os.readlink(link) for link in (process / "fd").iterdir()]
            name = (process / "comm").read_text().strip()
        except OSError:
            continue
        if int(process.name) != os.getpid() and any(link.startswith(str(path.absolute())) for link in links):
            found.append(f"{name} ({process.name})")
    return sorted(found)


def _checkpoint(file: WritableFile) -> None:
    """Shorten the write-ahead log; what cannot be moved now stays in it, safe and readable."""
    try:
        file.checkpoint()
    except SqliteError as error:
        log.debug("checkpoint of %s waits: %s", file.path.name, error)
