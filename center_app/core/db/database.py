"""One database of one centre: SQLite file by default, PostgreSQL by URL."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import QueuePool
from sqlmodel import Session

from center_app.core.access import Actor
from center_app.core.changes import Changed
from center_app.core.clock import Clock, SystemClock
from center_app.core.db import sqlite
from center_app.core.db.columns import DDL, Row
from center_app.core.db.filelock import FileLock
from center_app.core.db.work import Read, Work
from center_app.core.errors import BugError, SurroundingsError, declare

P = ParamSpec("P")
T = TypeVar("T")

UNREACHABLE = declare(
    "store.unreachable",
    "The database does not answer ({detail}).",
    "Check the network and the server, then try again; nothing was changed.",
)
DISK_FULL = declare(
    "store.disk_full",
    "The disk is full; the act was not saved.",
    "Free some space, then try again. Nothing that was confirmed is lost.",
)
DAMAGED = declare(
    "store.damaged",
    "The centre's data file is damaged ({detail}).",
    "Close the program and run `main.py restore` with the newest backup.",
)
UNRECORDED = declare(
    "bug.unrecorded",
    "An act wanted to change data without an audit record; it was refused.",
    "Report this with the copied details; nothing was changed.",
)
_WRITER_LOCK = 0x43445750
_RETRIES = 5
CHANNEL = "center_changed"


class Database:
    """Run units of work and reads; safe in every thread."""

    def __init__(self, url: str, clock: Clock | None = None) -> None:
        self.url = url
        self.clock: Clock = clock or SystemClock()
        self.is_sqlite = not url.startswith("postgresql")
        self.path = Path(url.removeprefix("sqlite:///")) if self.is_sqlite else None
        self._lock = FileLock(self.path.with_suffix(".lock")) if self.path else None
        self._writer = self._engine(read_only=False)
        self._reader = self._engine(read_only=True)
        self._pid = os.getpid()
        self.on_commit: list[Callable[[Changed], None]] = []
        self._listeners = threading.Lock()

    def _engine(self, *, read_only: bool) -> Engine:
        if self.path is not None:
            return _sqlite_engine(self.path, read_only)
        options = "-c timezone=UTC -c lock_timeout=10000" + (
            " -c default_transaction_read_only=on" if read_only else ""
        )
        arguments = {"options": options, "connect_timeout": 5, "application_name": "center-desk"}
        return create_engine(self.url, connect_args=arguments, pool_pre_ping=True, pool_size=4)

    @property
    def engine(self) -> Engine:
        """Return the writing engine, for schema work."""
        return self._writer

    def create_schema(self) -> None:
        """Make every table that the imported models declare, and the parts that differ by database."""
        with self._writer.begin() as link:
            Row.metadata.create_all(link)
            for statement in DDL[self._writer.dialect.name]:
                link.exec_driver_sql(statement)

    def write(self, actor: Actor, verb: Callable[Concatenate[Work, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a verb in one unit of work and commit it; nothing remains of a failed one."""
        for attempt in range(_RETRIES + 1):
            try:
                with self.unit_of_work(actor) as work:
                    result = verb(work, *args, **kwargs)
            except OperationalError as error:
                if attempt == _RETRIES or not _is_retriable(error):
                    raise said(error) from error
                time.sleep(random.uniform(0.005, 0.05) * (attempt + 1))
                continue
            except DBAPIError as error:
                raise said(error) from error
            for told in self.on_commit:
                told(work.changed)
            return result
        raise AssertionError("unreachable")

    @contextmanager
    def unit_of_work(self, actor: Actor) -> Iterator[Work]:
        """Open one transaction as the only writer; commit at the end, roll back on any error."""
        with (
            self._lock.held() if self._lock else nullcontext(),
            Session(self._writer, expire_on_commit=False) as session,
        ):
            if not self.is_sqlite:
                session.connection().exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER_LOCK})")
            work = Work(session, self.clock, self.clock.now(), actor)
            yield work
            has_changes = bool(session.new or session.dirty or session.deleted)
            if has_changes and not work.entries:
                raise BugError(UNRECORDED)
            if work.entries and not self.is_sqlite:
                session.execute(text(f"NOTIFY {CHANNEL}, '{work.entries[-1]}'"))
            session.commit()

    def read(self, query: Callable[Concatenate[Read, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a query on a snapshot that cannot write."""
        try:
            with Session(self._reader, expire_on_commit=False, autoflush=False) as session:
                return query(Read(session, self.clock, self.clock.now()), *args, **kwargs)
        except DBAPIError as error:
            raise said(error) from error

    def close(self) -> None:
        """Give every connection back."""
        self._writer.dispose()
        self._reader.dispose()


def _sqlite_engine(path: Path, read_only: bool) -> Engine:
    begin = "BEGIN" if read_only else "BEGIN IMMEDIATE"

    def connect() -> Any:
        return sqlite.open_sqlite(path, read_only=read_only)

    engine = create_engine(
        "sqlite+pysqlite://", module=sqlite.MODULE, creator=connect, poolclass=QueuePool, pool_size=4
    )
    event.listen(engine, "begin", lambda link: link.exec_driver_sql(begin))
    return engine


def _is_retriable(error: DBAPIError) -> bool:
    """Tell a serialisation failure or deadlock (40001, 40P01), where the whole act may be tried again."""
    return getattr(error.orig, "sqlstate", None) in ("40001", "40P01")


def said(error: DBAPIError) -> Exception:
    """Turn what the surroundings refuse into words; leave our own faults as they are."""
    told = str(error.orig)
    if ("full" in told and "disk" in told) or getattr(error.orig, "sqlstate", "") == "53100":
        return SurroundingsError(DISK_FULL)
    if "malformed" in told or "not a database" in told:
        return SurroundingsError(DAMAGED, detail=told)
    if isinstance(error, OperationalError) or error.connection_invalidated:
        return SurroundingsError(UNREACHABLE, detail=told.splitlines()[0][:120] if told else "")
    return error
