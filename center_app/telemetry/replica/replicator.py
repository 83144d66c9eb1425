"""Send a collector's recordings to the server: four times a second, on a thread of its own, each row once.

The local files are the spool, so nothing here can hold up recording; without the server they simply grow. What the
server holds is known by marks that stand in the same transaction as the rows: a send that broke off is sent again
from the last mark, and unique keys refuse what would come twice.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy.exc import SQLAlchemyError

from center_app.core import log
from center_app.core.clock import Clock
from center_app.core.db import Database, SqliteError
from center_app.telemetry.replica import tables
from center_app.telemetry.replica.again import VersionSpools
from center_app.telemetry.replica.link import AGAIN
from center_app.telemetry.replica.parcel import Parcel
from center_app.telemetry.replica.spool import Spool

LOG = log.topic("replication")
EVERY_S: Final = 0.25
DEADLINE_S: Final = 10.0
RETRY_S: Final = 2.0
TELL_S: Final = 1.0
_REPLACED = frozenset({"recording", "stream", "channel", "account", "note", "mark"})


@dataclass(frozen=True)
class ReplicaState:
    """Say how far the server is behind: seconds of samples, bytes of sealed samples, and whether it answers."""

    is_connected: bool
    behind_s: float
    behind_bytes: int
    sent_rows: int
    detail: str = ""


class Replicator:
    """Replicate one collector's folder; `start` and `stop` from any thread, the rest runs on "replication"."""

    def __init__(
        self, folder: Path, collector: str, database: Database, clock: Clock,
        tell: Callable[[ReplicaState], None] = lambda _state: None, *, deadline_s: float = DEADLINE_S,
    ) -> None:  # fmt: skip
        self._spool = Spool(folder)
        self._versions = VersionSpools(folder)
        self._collector, self._database, self._clock, self._tell = collector, database, clock, tell
        self._deadline_s = deadline_s
        self._marks: dict[str, int] | None = None
        self._version_marks: dict[str, dict[str, int]] = {}
        self._last: dict[str, int] = {}
        self._link: Any = None
        self._newest_ns = 0
        self._rows = 0
        self._told_at = float("-inf")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="replication", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, timeout_s: float = 15.0) -> None:
        """Send what is there, if the server answers, and end."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)
        else:
            self._end()

    def _run(self) -> None:
        while not self._stop.wait(EVERY_S):
            self._round()
        self._round()
        self._end()

    def _end(self) -> None:
        self._drop()
        self._spool.close()
        self._versions.close()

    def _round(self) -> None:
        try:
            self.catch_up()
        except (SQLAlchemyError, SqliteError, OSError) as error:
            self._failed(error)
        except Exception as error:  # the driver's own errors are no SQLAlchemy errors here
            if type(error).__module__.partition(".")[0] != "psycopg":
                LOG.exception("replication failed and goes on")
            self._failed(error)

    def _failed(self, error: Exception) -> None:
        if self._link is not None or self._marks is not None:
            LOG.warning("the server does not take recordings: %s", error)
        self._drop()
        self._say(False, str(error).splitlines()[0][:200] if str(error) else type(error).__name__)
        self._stop.wait(RETRY_S)

    def catch_up(self) -> int:
        """Send everything that is there now; return how many rows went.

        A version decoded again goes in turns with what is being recorded, so that it never holds that up.
        """
        sent = 0
        is_more = True
        while is_more:
            self._connect()
            assert self._marks is not None
            parcel = self._spool.parcel(self._marks)
            sent += self._send(parcel, self._collector, self._marks) if parcel else 0
            is_more = bool(parcel.marks)
            if not is_more:
                count, is_more = self._send_version()
                sent += count
            self._say(True)
        self._rows += sent
        return sent

    def _send_version(self) -> tuple[int, bool]:
        """Send the next part of the next version that the server lacks, or that people chose another one.

        Return how many rows went, and whether there may be more.
        """
        assert self._marks is not None
        name = self._versions.next(self._marks)
        if name is None:
            choices = self._versions.choices()
            return (self._send(choices, self._collector, self._marks) if choices else 0), False
        place = f"{self._collector}{AGAIN}{name}"
        marks = self._version_marks.get(name)
        if marks is None:
            marks = self._version_marks[name] = self._known_marks(place)
        parcel = self._versions.parcel(name, marks)
        sent = self._send(parcel, place, marks) if parcel else 0
        if parcel.marks:
            return sent, True
        return sent + self._send(self._versions.whole(name), self._collector, self._marks), True

    # -- the server ----------------------------------------------------------------------------------

    def _connect(self) -> None:
        if self._link is not None:
            return
        self._spool.forget()
        self._link = self._database.engine.raw_connection()
        self._versions.forget()
        self._version_marks = {}
        self._marks = self._known_marks(self._collector)

    def _known_marks(self, place: str) -> dict[str, int]:
        """Return how far the server has what lies in one folder."""
        with self._deadline() as cursor:
            cursor.execute("SELECT name, value FROM replica_mark WHERE collector = %s", (place,))
            marks = dict(cursor.fetchall())
        self._link.commit()
        return marks

    def _drop(self) -> None:
        link, self._link, self._marks = self._link, None, None
        if link is not None:
            try:
                link.invalidate()
            except (SQLAlchemyError, OSError) as error:
                LOG.debug("closing: %s", error)

    @contextmanager
    def _deadline(self) -> Iterator[Any]:
        """Give a cursor; a server that is silent past the deadline has its socket shut, so that nothing hangs."""
        driver = self._link.driver_connection
        timer = threading.Timer(self._deadline_s, _shut, (driver,))
        timer.daemon = True
        timer.start()
        try:
            yield driver.cursor()
        finally:
            timer.cancel()

    def _send(self, parcel: Parcel, place: str, known: dict[str, int]) -> int:
        """Write one parcel and its marks in one transaction, under the name of its place."""
        rows = {name: list(found) for name, found in parcel.rows.items()}
        with self._deadline() as cursor:
            _leave_out_known(cursor, place, rows)
            for name in _ORDER:
                if rows.get(name):
                    cursor.executemany(_STATEMENTS[name], [(place, *row) for row in rows[name]])
            if parcel.sealed:
                cursor.executemany(
                    "DELETE FROM replica_tail WHERE collector = %s AND stream_id = %s AND first_row < %s",
                    [(place, *sealed) for sealed in parcel.sealed],
                )
            marks = [(place, *mark) for mark in parcel.marks.items()]
            if marks:
                cursor.executemany(_STATEMENTS["mark"], marks)
            self._link.driver_connection.commit()
        known.update(parcel.marks)
        if known is self._marks:
            self._last = dict(known)
            self._newest_ns = max(self._newest_ns, parcel.newest_ns)
        return sum(len(found) for found in rows.values())

    def _say(self, is_connected: bool, detail: str = "") -> None:
        now = time.monotonic()
        if now - self._told_at < TELL_S:
            return
        self._told_at = now
        try:
            waiting = self._spool.waiting_bytes(self._last)
            newest = self._spool.newest_ns()
        except SqliteError:
            return
        behind_s = max(0.0, (newest - self._newest_ns) / 1e9) if self._newest_ns else 0.0
        self._tell(ReplicaState(is_connected, behind_s, waiting, self._rows, detail))


def _leave_out_known(cursor: Any, place: str, rows: dict[str, list[tuple[Any, ...]]]) -> None:
    """Leave out chunks that the server has under another file's number (a successor of a file not yet sent)."""
    chunks = rows.get("chunk", [])
    if not chunks:
        return
    cursor.execute(
        "SELECT recording_id, ordinal FROM replica_chunk WHERE collector = %s AND recording_id = ANY(%s)"
        " AND ordinal BETWEEN %s AND %s",
        (place, [row[2] for row in chunks], min(row[3] for row in chunks), max(row[3] for row in chunks)),
    )
    known = set(cursor.fetchall())
    gone = {row[0] for row in chunks if (row[2], row[3]) in known}
    if gone:
        rows["chunk"] = [row for row in chunks if row[0] not in gone]
        rows["block"] = [row for row in rows.get("block", []) if row[0] >> 10 not in gone]


def _shut(driver: Any) -> None:
    """Shut a connection's socket down from another thread: what waits on it fails at once."""
    try:
        with socket.socket(fileno=_copy(driver.fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)
    except (OSError, ValueError) as error:
        LOG.debug("shutting the line: %s", error)


def _copy(number: int) -> int:
    return os.dup(number)


def _statement(name: str) -> str:
    table = getattr(tables, name.upper())
    columns = [f'"{column.name}"' for column in table.columns]
    keys = [f'"{column.name}"' for column in table.primary_key.columns]
    insert = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})"
    if name not in _REPLACED:
        return f"{insert} ON CONFLICT DO NOTHING"
    rest = ", ".join(f"{column} = excluded.{column}" for column in columns if column not in keys)
    return f"{insert} ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {rest}"


_NAMES = (
    "recording", "stream", "channel", "account", "gap", "anchor", "segment", "chunk", "block", "pyramid",
    "pyramid_block", "tail", "note", "mark",
)  # fmt: skip
_STATEMENTS = {name: _statement(name) for name in _NAMES}
_STATEMENTS["pinned_segment"] = (
    _STATEMENTS["segment"].removesuffix("DO NOTHING")
    + "(collector, recording_id, ordinal) DO UPDATE SET data = excluded.data"
)
_ORDER = (*_NAMES[:-1], "pinned_segment")
