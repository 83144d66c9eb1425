"""The writer of one collector, as the collector sees it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import asdict
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any, Final

from center_app.core.clock import Clock
from center_app.core.db import SqliteError
from center_app.core.db.filelock import FileLock
from center_app.core.errors import CenterError, SurroundingsError
from center_app.telemetry.store import again, recovery, rows_sql
from center_app.telemetry.store.engine import Engine
from center_app.telemetry.store.errors import STORE_TAKEN, trouble_from
from center_app.telemetry.store.files import collector_folder
from center_app.telemetry.store.keeping import KeepPolicy
from center_app.telemetry.store.recording import RecordingHandle
from center_app.telemetry.store.retention import GRACE_S, Retained, Retainer
from center_app.telemetry.store.shelf import Job
from center_app.telemetry.store.values import WriterState
from center_app.telemetry.store.worker import WriterThread
from devices.values import LineSettings, StreamSpec

log = logging.getLogger(__name__)

BACKLOG_BYTES: Final = 32 * 1024 * 1024
LOCK_NAME: Final = "collector.lock"


class StoreWriter:
    """Write the recordings of one collector under `folder`/telemetry/`collector`.

    Threads: any may call; the thread "store-writer" alone touches the files. Tails are written every 33 ms
    and flushed to the disk once a second. `acknowledged` bytes are in the file.
    """

    def __init__(
        self, folder: Path | str, collector: str, clock: Clock, *, bulk: bool = False, backlog: int = BACKLOG_BYTES
    ) -> None:
        self.collector = collector
        self._clock = clock
        self._folder = collector_folder(folder, collector)
        self._lock = self._take_lock()
        self._handles: list[RecordingHandle] = []
        self._engine = self._open_engine(bulk)
        self._worker = WriterThread(self._engine, backlog)

    def _take_lock(self) -> FileLock:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self._folder / LOCK_NAME)
            if not lock.acquire(timeout_s=0.5):
                raise SurroundingsError(STORE_TAKEN, collector=self.collector)
        except OSError as error:
            raise trouble_from(error, self._folder) from error
        return lock

    def _open_engine(self, bulk: bool) -> Engine:
        try:
            engine = Engine(self._folder, bulk=bulk)
            self.recovered = recovery.recover(engine)
            self._run_id: int = engine.shelf.in_ledger([partial(rows_sql.insert_run, clock=self._clock)])[0]
        except (SqliteError, OSError) as error:
            self._lock.release()
            raise trouble_from(error, self._folder) from error
        except CenterError:
            self._lock.release()
            raise
        return engine

    def begin_recording(
        self, cell_id: int, profile_id: str, profile_version: int, params: Mapping[str, Any], line: LineSettings,
        port: str, *, streams: Sequence[StreamSpec] = (), t_ns: int | None = None,
    ) -> RecordingHandle:  # fmt: skip
        """Begin a recording at `t_ns` (default: the wall clock); waits until its row is on the disk."""
        fields = {
            "cell_id": cell_id, "profile_id": profile_id, "profile_version": profile_version, "params": dict(params),
            "line": asdict(line), "port": port, "started_ns": self._clock.wall_ns() if t_ns is None else t_ns,
        }  # fmt: skip
        insert = partial(rows_sql.insert_recording, collector=self.collector, fields=fields, run_id=self._run_id)
        recording_id: int = self._worker.call("begin", insert, cell_id, profile_version)
        handle = RecordingHandle(self._worker, recording_id, ())
        for spec in streams:
            handle.declare_stream(spec)
        self._handles.append(handle)
        return handle

    def in_ledger(self, job: Job) -> Future[Any]:
        """Run `job(connection)` in a flushed transaction on `collector.db`; return its future result."""
        return self._worker.submit("in_ledger", (job,))

    def retain(
        self, policy: KeepPolicy, stop: Event | None = None, *, now_ns: int | None = None, grace_s: float = GRACE_S
    ) -> list[Retained]:
        """Take the day files that the rule says, those of versions too; runs in the calling thread, recording goes on.

        What is pinned is kept. Raises SurroundingsError when the disk refuses; the old files stay then.
        """
        now_ns = self._clock.wall_ns() if now_ns is None else now_ns
        self._worker.submit("seal_days", ()).result(30)
        done = Retainer(self._folder, lambda job: self.in_ledger(job).result(60), grace_s).run(policy, now_ns, stop)
        return done + again.retain(self._folder, policy, now_ns, stop)

    def flush(self, timeout_s: float = 30.0) -> None:
        """Wait until all that was appended so far is in the files and flushed to the disk."""
        self._worker.submit("flush", ()).result(timeout_s)

    @property
    def state(self) -> WriterState:
        """Return counters and trouble, as of now."""
        return self._worker.state()

    @property
    def acknowledged(self) -> int:
        """Return how many received bytes are in the files since this writer started."""
        return self._engine.acknowledged_bytes

    def close(self, timeout_s: float = 30.0) -> None:
        """End every recording, write everything, stop the thread.

        Raises SurroundingsError when the disk refuses; the next start then seals what was written.
        """
        for handle in self._handles:
            handle.report_loss()
        try:
            if self._worker.stop(timeout_s):
                self._engine.close()
        except SqliteError as error:
            raise trouble_from(error, self._folder) from error
        finally:
            self._lock.release()
