"""Hand small rows to the store's writer thread: gathered, in order, kept until they are on the disk."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Any

from center_app.core import log
from center_app.core.errors import CenterError
from center_app.telemetry.collector import ledger
from center_app.telemetry.store.writer import StoreWriter
from center_app.telemetry.values import AlarmView, PortHealth, RunInterval

LOG = log.topic("collector")
Row = Callable[[ledger.Connection], Any]


class Keeper:
    """Keep the collector's ledger: any thread adds rows, the request loop flushes them.

    What a full disk refuses waits here and is written when there is space again; nothing is written twice.
    """

    def __init__(self, writer: StoreWriter) -> None:
        """Create the ledger's tables."""
        self._writer = writer
        self._lock = threading.Lock()
        self._rows: deque[Row] = deque()
        self._running: tuple[Future[Any], Sequence[Row]] | None = None
        self.is_urgent = threading.Event()
        writer.in_ledger(ledger.create).result(30)
        for recording_id in writer.recovered:
            writer.in_ledger(partial(_note_sealed, recording_id=recording_id)).result(30)

    def put_alarm_state(self, alarm: AlarmView) -> None:
        """Replace the stored state of one alarm, soon."""
        self._add(partial(ledger.put_alarm_state, alarm=alarm))
        self.is_urgent.set()

    def put_event(self, t_ns: int, kind: str, subject: str, details: dict[str, Any]) -> None:
        """Append one entry to the log, soon."""
        self._add(partial(ledger.put_event, t_ns=t_ns, kind=kind, subject=subject, details=details))
        self.is_urgent.set()

    def put_interval(self, interval: RunInterval) -> None:
        """Store an interval."""
        self._add(partial(ledger.put_interval, interval=interval))

    def put_health(self, ports: Sequence[PortHealth]) -> None:
        """Replace the stored health of the ports."""
        for port in ports:
            self._add(partial(ledger.put_health, health=port))

    def put_store_health(self, name: str, t_ns: int, body: dict[str, Any]) -> None:
        """Replace what a part of the store says of itself, soon."""
        self._add(partial(ledger.put_store_health, name=name, t_ns=t_ns, body=body))

    def put_pins(self, spans: Sequence[tuple[int, int, int]], why: str) -> None:
        """Pin raw bytes against retention."""
        for recording_id, start_ns, end_ns in spans:
            self._add(partial(ledger.put_pin, recording_id=recording_id, start_ns=start_ns, end_ns=end_ns, why=why))

    def _add(self, row: Row) -> None:
        with self._lock:
            self._rows.append(row)

    def flush(self) -> None:
        """Start writing what has gathered; what failed last time goes first."""
        if self._running is not None and not self._finish_last(wait=False):
            return
        with self._lock:
            rows, self._rows = tuple(self._rows), deque()
            self.is_urgent.clear()
        if rows:
            self._running = (self._writer.in_ledger(partial(_write, rows=rows)), rows)

    def drain(self) -> None:
        """Write everything and wait for it."""
        if self._running is not None:
            self._finish_last(wait=True)
        self.flush()
        if self._running is not None:
            self._finish_last(wait=True)

    def _finish_last(self, *, wait: bool) -> bool:
        """Look at the last write; True when the way is free."""
        if self._running is None:
            return True
        future, rows = self._running
        if not wait and not future.done():
            return False
        self._running = None
        try:
            future.result(30)
        except CenterError as error:
            LOG.warning("the collector's ledger could not be written: %s", error)
            with self._lock:
                self._rows.extendleft(reversed(rows))
        return True


def _write(connection: ledger.Connection, rows: Sequence[Row]) -> None:
    for row in rows:
        row(connection)


def _note_sealed(connection: ledger.Connection, recording_id: int) -> None:
    """Chain a recording that a crash cut off: up to when it goes, and the digest its raw bytes end with.

    The next recording of the cell begins with a gap that starts at exactly this time.
    """
    found = connection.execute(
        "SELECT r.ended_ns, r.cell_id, h.ordinal, h.digest FROM recording r LEFT JOIN head h ON h.recording_id = r.id"
        " AND h.kind = 'raw' WHERE r.id = ? ORDER BY h.ordinal DESC LIMIT 1",
        (recording_id,),
    ).fetchone()
    ended_ns, cell_id, ordinal, digest = found
    details = {"ended_by": "crash", "cell_id": cell_id, "segment": ordinal, "raw_head": digest.hex() if digest else ""}
    ledger.put_event(connection, ended_ns, "sealed", f"recording {recording_id}", details)
