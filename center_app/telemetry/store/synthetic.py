"""Write big recordings fast through the same engine: demo history, imports, benches.

Everything happens in the calling thread; nothing is readable as a tail, so that blocks go straight into
chunks. Files are sealed when the writer closes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from center_app.core.clock import Clock
from center_app.core.db import SqliteError
from center_app.core.db.filelock import FileLock
from center_app.core.errors import SurroundingsError
from center_app.telemetry.store import recovery, rows_sql
from center_app.telemetry.store.engine import Engine
from center_app.telemetry.store.errors import STORE_TAKEN, trouble_from
from center_app.telemetry.store.files import collector_folder
from center_app.telemetry.store.recording import check_balance
from center_app.telemetry.store.values import Int64Array
from devices.values import Account, Block, LineSettings, StreamSpec

FLUSH_BYTES = 8 * 1024 * 1024


class BulkWriter:
    """Write recordings of any day under `folder`/telemetry/`collector`; use as a context manager."""

    def __init__(self, folder: Path | str, collector: str, clock: Clock, *, threads: int = 2) -> None:
        self.collector = collector
        self._folder = collector_folder(folder, collector)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(self._folder / "collector.lock")
        if not self._lock.acquire(timeout_s=0.5):
            raise SurroundingsError(STORE_TAKEN, collector=collector)
        self.engine = Engine(self._folder, bulk=True, threads=threads)
        recovery.recover(self.engine)
        self._run_id: int = self.engine.shelf.in_ledger([partial(rows_sql.insert_run, clock=clock)])[0]
        self._ticks = 0

    def __enter__(self) -> BulkWriter:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def begin_recording(
        self, cell_id: int, profile_id: str, profile_version: int, params: Mapping[str, Any], line: LineSettings,
        port: str, *, streams: Sequence[StreamSpec], t_ns: int,
    ) -> BulkRecording:  # fmt: skip
        """Begin a recording that started at `t_ns`."""
        fields = {
            "cell_id": cell_id, "profile_id": profile_id, "profile_version": profile_version, "params": dict(params),
            "line": asdict(line), "port": port, "started_ns": t_ns,
        }  # fmt: skip
        insert = partial(rows_sql.insert_recording, collector=self.collector, fields=fields, run_id=self._run_id)
        recording_id = self.engine.begin(insert, cell_id, profile_version)
        for spec in streams:
            self.engine.declare(recording_id, spec)
        return BulkRecording(self, recording_id)

    def flush(self, *, sync: bool = False) -> None:
        """Write all whole chunks and segments; SurroundingsError when the disk refuses."""
        self._ticks += 1
        self.engine.tick(float(self._ticks) / 1e9, sync=sync)

    def breathe(self) -> None:
        """Write when much is waiting."""
        if self.engine.shelf.waiting_bytes > FLUSH_BYTES:
            self.flush()

    def close(self) -> None:
        """End what is still open, seal every day file and close."""
        try:
            self.engine.close()
        except SqliteError as error:
            raise trouble_from(error, self._folder) from error
        finally:
            self._lock.release()


class BulkRecording:
    """Feed one recording of a bulk writer; the same doors as a live recording's handle."""

    def __init__(self, writer: BulkWriter, recording_id: int) -> None:
        self._writer = writer
        self.id = recording_id

    def append_raw(self, t_ns: int, wall_ns: int, direction: int, data: bytes) -> None:
        """Keep the bytes of one read or write."""
        self._writer.engine.append_raw(self.id, t_ns, wall_ns, direction, data)
        self._writer.breathe()

    def append_block(self, block: Block, t_ns: Int64Array, base_offset: int = 0) -> None:
        """Keep decoded rows at their times (int64 ns)."""
        if len(t_ns):
            self._writer.engine.append_block(self.id, block, t_ns, base_offset)
            self._writer.breathe()

    def declare_stream(self, spec: StreamSpec) -> None:
        """Add a stream."""
        self._writer.engine.declare(self.id, spec)

    def add_gap(
        self, start_ns: int, end_ns: int, reason: str, bytes_lost: int | None = None, samples_lost: int | None = None
    ) -> None:
        """Record a gap."""
        self._writer.engine.add_gap(self.id, start_ns, end_ns, reason, bytes_lost, samples_lost)

    def add_anchor(self, t_ns: int, wall_ns: int, reason: str) -> None:
        """Record a wall clock anchor."""
        self._writer.engine.add_anchor(self.id, t_ns, wall_ns, reason)

    def set_account(self, account: Account) -> None:
        """Keep the decoder's balanced byte account."""
        check_balance(self.id, account)
        self._writer.engine.set_account(self.id, account)

    def end(self) -> None:
        """Seal the recording."""
        self._writer.engine.end(self.id)
