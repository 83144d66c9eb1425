"""Read what collectors keep beside their samples: intervals, alarms, log, health. One object per thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from center_app.core.db import Connection, SqliteError, open_sqlite
from center_app.telemetry.collector import ledger
from center_app.telemetry.values import AlarmView, LedgerEvent, PortHealth, RunInterval

T = TypeVar("T")
LEDGER_NAME = "collector.db"


class Records:
    """Read the ledgers of every collector under a store folder; for one thread, close it when done."""

    def __init__(self, folder: Path) -> None:
        """Name the store folder; files are opened when first asked."""
        self._folder = Path(folder) / "telemetry"
        self._links: dict[str, Connection] = {}

    def collectors(self) -> list[str]:
        """Return the names of the collectors that have written here."""
        if not self._folder.is_dir():
            return []
        return sorted(place.name for place in self._folder.iterdir() if (place / LEDGER_NAME).exists())

    def alarms(self) -> list[AlarmView]:
        """Return every alarm's state, of all collectors."""
        return [alarm for found in self._each(ledger.alarm_states) for alarm in found]

    def health(self) -> list[PortHealth]:
        """Return every port's last health."""
        return [port for found in self._each(ledger.health) for port in found]

    def pins(self) -> dict[int, int]:
        """Return how many spans of each recording are pinned, by recording."""
        found = self._each(
            lambda link: link.execute("SELECT recording_id, count(*) FROM pin GROUP BY recording_id").fetchall()
        )
        return {recording_id: count for rows in found for recording_id, count in rows}

    def store_health(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Return what each collector's store says of itself: by collector, then "replication" or "retention"."""
        return {name: self._ask(name, ledger.store_health) or {} for name in self.collectors()}

    def events(
        self, kind: str | None = None, since_ns: int = 0, subject: str | None = None, limit: int = 1000
    ) -> list[LedgerEvent]:
        """Return log entries, newest first, of all collectors."""
        wanted = partial(ledger.events, kind=kind, since_ns=since_ns, subject=subject, limit=limit)
        found = [
            event for name in self.collectors() for event in self._ask(name, partial(wanted, collector=name)) or []
        ]
        return sorted(found, key=lambda event: -event.t_ns)[:limit]

    def runs(
        self, start_ns: int, end_ns: int, machine_id: int | None = None, cell_id: int | None = None
    ) -> list[RunInterval]:
        """Return the measured intervals that touch [start_ns, end_ns), oldest first."""
        found = self._each(lambda link: ledger.intervals(link, start_ns, end_ns, machine_id, cell_id))
        return sorted((run for runs in found for run in runs), key=lambda run: run.start_ns)

    def run(self, collector: str, key: str) -> RunInterval | None:
        """Return one interval by its collector and key."""
        return self._ask(collector, lambda link: ledger.interval(link, key))

    def head(self, collector: str) -> tuple[int, str]:
        """Return the number and digest of the newest log entry, to be anchored in the centre's audit trail."""
        return self._ask(collector, ledger.head) or (0, ledger.GENESIS)

    def verify(self, collector: str, anchors: Mapping[int, str] | None = None) -> ledger.ChainFault | None:
        """Recompute a collector's log; return the first entry that does not fit (anchors: queries.log_anchors)."""
        return self._ask(collector, partial(ledger.verify, anchors=anchors))

    def stamp(self) -> tuple[tuple[str, int], ...]:
        """Return something that differs whenever any collector has written; cheap enough for every frame."""
        return tuple((name, self._ask(name, _data_version) or 0) for name in self.collectors())

    def close(self) -> None:
        """Close what was opened."""
        for link in self._links.values():
            link.close()
        self._links.clear()

    def _each(self, ask: Callable[[Connection], T]) -> list[T]:
        answers = [self._ask(name, ask) for name in self.collectors()]
        return [answer for answer in answers if answer is not None]

    def _ask(self, collector: str, ask: Callable[[Connection], T]) -> T | None:
        """Ask one ledger; None while its tables are not there yet."""
        try:
            link = self._links.get(collector) or self._open(collector)
            return ask(link)
        except SqliteError as error:
            if "no such table" in str(error) or "unable to open" in str(error):
                return None
            raise

    def _open(self, collector: str) -> Connection:
        link = open_sqlite(self._folder / collector / LEDGER_NAME, read_only=True)
        self._links[collector] = link
        return link


def _data_version(link: Connection) -> int:
    row: Any = link.execute("PRAGMA data_version").fetchone()
    return int(row[0])
