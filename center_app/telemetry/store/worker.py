"""The writer's queue and its thread: any thread asks, one thread does."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any, Final

from center_app.core.errors import CenterError, SurroundingsError
from center_app.telemetry.store.engine import Engine
from center_app.telemetry.store.values import WriterState

log = logging.getLogger(__name__)

TICK_S: Final = 0.033
RETRY_S: Final = 0.5
EARLY_BYTES: Final = 4 * 1024 * 1024

Task = tuple[str, tuple[Any, ...], "Future[Any] | None"]


class WriterThread:
    """Run an engine's calls in the thread "store-writer", in the order they were asked, and then write."""

    def __init__(self, engine: Engine, backlog: int) -> None:
        self._engine = engine
        self._backlog = backlog
        self._tasks: deque[Task] = deque()
        self._queued = 0
        self._waiting = 0
        self._lost = (0, 0)
        self._trouble: SurroundingsError | None = None
        self._closing = False
        self._retry_at = 0.0
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    def state(self) -> WriterState:
        """Return counters and trouble, as of now."""
        engine = self._engine
        return WriterState(
            engine.acknowledged_bytes, engine.acknowledged_samples, *self._lost, self._queued + self._waiting,
            self._trouble,
        )  # fmt: skip

    def stop(self, timeout_s: float) -> bool:
        """Do what is queued and stop; False when the thread does not end in time."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def put(self, size_bytes: int, name: str, *arguments: Any) -> None:
        """Queue an engine call; its order is kept."""
        with self._changed:
            self._tasks.append((name, arguments, None))
            self._queued += size_bytes
            if self._queued > EARLY_BYTES:
                self._changed.notify_all()

    def call(self, name: str, *arguments: Any, timeout_s: float = 30.0) -> Any:
        """Queue an engine call and wait for its result or failure."""
        return self.submit(name, arguments).result(timeout_s)

    def submit(self, name: str, arguments: tuple[Any, ...]) -> Future[Any]:
        """Queue an engine call; return the future of its result."""
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
            self._waiting = self._engine.waiting_bytes
        self._write(sync=any(task[0] == "flush" for task in tasks))
        with self._changed:
            self._waiting = self._engine.waiting_bytes
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
        if name == "seal_days":
            return engine.shelf.seal_days()
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
