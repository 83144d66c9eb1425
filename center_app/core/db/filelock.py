"""An advisory lock on a file, between the processes of one host."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from center_app.core.errors import SurroundingsError, declare

STORE_BUSY = declare(
    "store.busy",
    "Another program has held the centre's data for {seconds} s.",
    "Wait a moment and try again; if it stays so, close the other windows of this centre.",
)
_POLL_S = 0.003  # a newcomer's pause; it shrinks with the wait, so that who waits longest asks most often
_SHORTEST_S = 0.0002
_YIELD_S = 0.004  # who has just given the lock back lets the others go first

if os.name == "nt":
    import msvcrt

    def _try(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        except OSError:
            return False
        return True

    def _free(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)  # type: ignore[attr-defined,unused-ignore]
else:
    import fcntl

    def _try(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _free(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


class FileLock:
    """Hold an exclusive lock on a file; one thread of one process at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._thread = threading.Lock()
        self._descriptor: int | None = None
        self._released_s = 0.0

    def acquire(self, timeout_s: float = 10.0) -> bool:
        """Take the lock; False when the time is over."""
        begun = time.monotonic()
        deadline = begun + timeout_s
        if not self._thread.acquire(timeout=timeout_s):
            return False
        if begun - self._released_s < _YIELD_S:
            time.sleep(_YIELD_S / 2)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o660)
        while not _try(descriptor):
            if time.monotonic() >= deadline:
                os.close(descriptor)
                self._thread.release()
                return False
            time.sleep(max(_SHORTEST_S, _POLL_S - (time.monotonic() - begun) / 10))
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Give the lock back."""
        if self._descriptor is not None:
            _free(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = None
            self._released_s = time.monotonic()
            self._thread.release()

    @contextmanager
    def held(self, timeout_s: float = 10.0) -> Iterator[None]:
        """Hold the lock for a block; raises SurroundingsError when somebody keeps it too long."""
        if not self.acquire(timeout_s):
            raise SurroundingsError(STORE_BUSY, seconds=round(timeout_s))
        try:
            yield
        finally:
            self.release()
