"""Notice cheaply that the centre's database changed: a counter on SQLite, a short period on a server."""

from __future__ import annotations

import threading

from center_app.core.db import Connection, Database, open_sqlite

LOOKS = 4


class CentreWatch:
    """Tell whether anybody wrote since the last look (request loop only)."""

    def __init__(self, database: Database) -> None:
        """Open an own reading connection on SQLite; a server is simply asked every time."""
        self._link: Connection | None = open_sqlite(database.path, read_only=True) if database.path else None
        self._seen: int | None = None

    def has_changed(self) -> bool:
        """Return True on the first look and after every commit of another connection."""
        if self._link is None:
            return True
        version = int(self._link.execute("PRAGMA data_version").fetchone()[0])
        changed, self._seen = version != self._seen, version
        return changed

    def rest(self, urgent: threading.Event, seconds: float) -> None:
        """Wait, but no longer than until something is urgent here or, on SQLite, somebody writes."""
        for _look in range(LOOKS):
            if urgent.wait(seconds / LOOKS):
                return
            if self._link is not None and self.has_changed():
                self._seen = None
                return

    def close(self) -> None:
        """Close the connection."""
        if self._link is not None:
            self._link.close()
