"""The writer of one collector: a queue that any thread feeds and one thread that owns all files."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, Final

from center_app.core.clock import Clock
from center_app.core.db import SqliteError
from center_app.core.db.filelock import FileLock
from center_app.core.errors import CenterError, SurroundingsError
from center_app.telemetry.store import recovery, retention, rows_sql
from center_app.telemetry.store.engine import Engine
from center_app.telemetry.store.errors import STORE_TAKEN, trouble_from
from center_app.telemetry.store.files import collector_folder
from center_app.telemetry.store.recording import RecordingHandle
from center_app.telemetry.store.shelf import Job
from center_app.telemetry.store.values import WriterState
from devices.values import LineSettings, StreamSpec

log = logging.getLogger(__name__)

TICK_S: Final = 0.033
RETRY_S: Final = 0.5
BACKLOG_BYTES: Final = 32 * 1024 * 1024
EARLY_BYTES: Final = 4 * 1024 * 1024
LOCK_NAME: Final = "collector.lock"

Task = tuple[str, tuple[Any, ...], "Future[Any] | None"]


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
        self._backlog = backlog
        self._folder = collector_folder(folder, collector)
        self._lock = self._take_lock()
        self._tasks: deque[Task] = deque()
        self._queued = 0
        self._waiting = 0
        self._lost = (0, 0)
        self._trouble: SurroundingsError | None = None
        self._closing = False
        self._retry_at = 0.0
        self._changed = threading.Condition()
        self._engine = self._open_engine(bulk)
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

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

    # -- what other threads call ----------------------------------------------------------------------

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
        recording_id: int = self.call("begin", insert, cell_id, profile_version)
        handle = RecordingHandle(self, recording_id, ())
        for spec in streams:
            handle.declare_stream(spec)
        return handle

    def in_ledger(self, job: Job) -> Future[Any]:
        """Run `job(connection)` in a flushed transaction on `collector.db`; return its future result."""
        return self._submit("in_ledger", (job,))

    def retain(self, keep_days: int) -> Future[list[str]]:
        """Delete whole day files older than `keep_days` days; what is pinned moves to the pinned file first."""
        limit = self._clock.wall_ns()
        return self._submit("retain", (keep_days, limit))

    def flush(self, timeout_s: float = 30.0) -> None:
        """Wait until all that was appended so far is in the files and flushed to the disk."""
        self._submit("flush", ()).result(timeout_s)

    @property
    def state(self) -> WriterState:
        """Return counters and trouble, as of now."""
        engine = self._engine
        return WriterState(
            engine.acknowledged_bytes, engine.acknowledged_samples, *self._lost, self._queued + self._waiting,
            self._trouble,
        )  # fmt: skip

    @property
    def acknowledged(self) -> int:
        """Return how many received bytes are in the files since this writer started."""
        return self._engine.acknowledged_bytes

    def close(self, timeout_s: float = 30.0) -> None:
        """End every recording, write everything, stop the thread.

        Raises SurroundingsError when the disk refuses; the next start then seals what was written.
        """
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join(timeout_s)
        try:
            if not self._thread.is_alive():
                self._engine.close()
        except SqliteError as error:
            raise trouble_from(error, self._folder) from error
        finally:
            self._lock.release()

    # -- doors for recording handles ------------------------------------------------------------------

    def put(self, size_bytes: int, name: str, *arguments: Any) -> None:
        """Queue an engine call; its order is kept."""
        with self._changed:
            self._tasks.append((name, arguments, None))
            self._queued += size_bytes
            if self._queued > EARLY_BYTES:
                self._changed.notify_all()

    def call(self, name: str, *arguments: Any, timeout_s: float = 30.0) -> Any:
        """Queue an engine call and wait for its result or failure."""
        return self._submit(name, arguments).result(timeout_s)

    def _submit(self, name: str, arguments: tuple[Any, ...]) -> Future[Any]:
        future: Future[Any] = Future()
        with self._changed:
            self._tasks.append((name, arguments, future))
            self._changed.notify_all()
        return future

    def has_room(self, size_bytes: int) -> bool:
        """Wait while the queue is full; False when the disk refuses and the backlog is used up."""
        with self._changed:
            while self._queued + self._waiting + size_bytes > self._backlog and self._queued + self._waiting > 0:
                if self._trouble is not None or self._closing:
                    return False
                self._changed.wait(TICK_S)
        return True

    def count_loss(self, raw_bytes: int, samples: int) -> None:
        """Count what a recording could not hand over."""
        with self._changed:
            self._lost = (self._lost[0] + raw_bytes, self._lost[1] + samples)

    # -- the writer thread ----------------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            with self._changed:
                if (not self._tasks and not self._closing) or (
                    not self._closing and self._queued <= EARLY_BYTES and not self._has_caller()
                ):
                    self._changed.wait(TICK_S)
                tasks, self._tasks = self._tasks, deque()
                size, closing = self._queued, self._closing
            try:
                self._work(tasks, size)
            except Exception:
                log.exception("the writer thread met an error")
            if closing and not self._tasks:
                return

    def _has_caller(self) -> bool:
        return self._tasks[-1][2] is not None

    def _work(self, tasks: deque[Task], size: int) -> None:
        """Do all queued calls, then write; calls that wait get their answer after the write."""
        answers: list[Callable[[], None]] = []
        for name, arguments, future in tasks:
            answers.append(self._do(name, arguments, future))
        with self._changed:
            self._queued -= size
            self._waiting = self._engine.shelf.waiting_bytes
        self._write(sync=any(task[0] == "flush" for task in tasks))
        with self._changed:
            self._waiting = self._engine.shelf.waiting_bytes
            self._changed.notify_all()
        for answer in answers:
            answer()

    def _do(self, name: str, arguments: tuple[Any, ...], future: Future[Any] | None) -> Callable[[], None]:
        try:
            result = self._perform(name, arguments)
        except CenterError as error:
            return self._fail(name, future, error)
        except Exception as error:
            log.exception("storing failed: %s", name)
            return self._fail(name, future, error)
        if name == "flush" and future is not None:
            return partial(self._answer_flush, future)
        return partial(future.set_result, result) if future is not None else _nothing

    def _perform(self, name: str, arguments: tuple[Any, ...]) -> Any:
        engine = self._engine
        if name == "flush":
            return None
        if name == "in_ledger":
            return engine.shelf.in_ledger([arguments[0]])[0]
        if name == "retain":
            return retention.retain(engine.shelf, *arguments)
        return getattr(engine, name)(*arguments)

    def _fail(self, name: str, future: Future[Any] | None, error: Exception) -> Callable[[], None]:
        if future is not None:
            return partial(future.set_exception, error)
        log.error("storing failed: %s: %s", name, error)
        return _nothing

    def _answer_flush(self, future: Future[Any]) -> None:
        if self._trouble is not None:
            future.set_exception(self._trouble)
        else:
            future.set_result(None)

    def _write(self, *, sync: bool) -> None:
        now = time.monotonic()
        if self._trouble is not None and not sync and now < self._retry_at:
            return
        try:
            self._engine.tick(now, sync=sync)
            self._trouble = None
        except SurroundingsError as error:
            self._trouble, self._retry_at = error, now + RETRY_S


def _nothing() -> None:
    return None
