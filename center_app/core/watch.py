"""See what other desks changed: hints only, the audit number is the watermark."""

from __future__ import annotations

from typing import Any

from sqlmodel import col, func, select

from center_app.core.audit import AuditEntry
from center_app.core.changes import Changed
from center_app.core.db import Database, Read, open_sqlite
from center_app.core.db.database import CHANNEL


def newest(read: Read) -> int:
    """Return the number of the newest audit row."""
    return read.session.exec(select(func.max(AuditEntry.seq))).first() or 0


def changed_since(read: Read, watermark: int) -> tuple[Changed, int]:
    """Return what the rows after a watermark touched, and the new watermark."""
    rows = read.session.exec(
        select(AuditEntry.seq, AuditEntry.changed).where(col(AuditEntry.seq) > watermark).order_by(col(AuditEntry.seq))
    ).all()
    flags = Changed.NOTHING
    for _, changed in rows:
        flags |= Changed(changed)
    return flags, rows[-1][0] if rows else watermark


class Watcher:
    """Poll a database for changes of other processes; owned by one thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._watermark = database.read(newest)
        self._link: Any = _link(database)
        self._version = self._hint()

    def poll(self) -> Changed:
        """Return what changed since the last poll; costs one pragma or socket look when nothing did."""
        hint = self._hint()
        if hint == self._version:
            return Changed.NOTHING
        self._version = hint
        changed, self._watermark = self._database.read(changed_since, self._watermark)
        return changed

    def _hint(self) -> int:
        if self._database.is_sqlite:
            return int(self._link.execute("PRAGMA data_version").fetchone()[0])
        told = sum(1 for _ in self._link.notifies(timeout=0))
        return getattr(self, "_version", 0) + told

    def close(self) -> None:
        """Give the connection back."""
        self._link.close()


def _link(database: Database) -> Any:
    if database.path is not None:
        return open_sqlite(database.path, read_only=True)
    import psycopg

    link = psycopg.connect(database.url.replace("+psycopg", ""), autocommit=True)
    link.execute(f"LISTEN {CHANNEL}")
    return link
