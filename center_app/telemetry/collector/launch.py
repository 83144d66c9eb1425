"""Start, stop and look for a collector from a desk: a detached process under a lock with a lease."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from center_app.core.db.filelock import FileLock
from center_app.core.errors import SurroundingsError
from center_app.core.paths import PROGRAM
from center_app.core.settings import data_folder
from center_app.telemetry import errors
from center_app.telemetry.collector import lock
from center_app.telemetry.values import DEFAULT_COLLECTOR

_START_S = 20.0
_STOP_S = 15.0
_POLL_S = 0.02
_children: dict[int, subprocess.Popen[bytes]] = {}
"""Collectors that this process started, so that their end is noticed (POSIX keeps a dead child until asked)."""


def store_folder(store: str, folder: Path | None = None) -> Path:
    """Return the folder of a store: the store itself, or the local folder beside a server."""
    if folder is not None:
        return folder
    return data_folder() if store.startswith("postgresql") else Path(store).absolute()


def is_alive(store: str, name: str = DEFAULT_COLLECTOR, folder: Path | None = None) -> bool:
    """Tell whether a collector of that name holds the store on this host."""
    return lock.holder(store_folder(store, folder), name) is not None


def pid_of(store: str, name: str = DEFAULT_COLLECTOR, folder: Path | None = None) -> int | None:
    """Return the process number of the running collector, None when there is none."""
    facts = lock.holder(store_folder(store, folder), name)
    return int(facts["pid"]) if facts and "pid" in facts else None


def start_detached(store: str, name: str = DEFAULT_COLLECTOR, folder: Path | None = None) -> int:
    """Start a collector that outlives this process; return its pid, or the pid of the one that runs already.

    Raises SurroundingsError COLLECTOR_SILENT when it does not report within 20 s.
    """
    place = store_folder(store, folder)
    own = lock.folder_of(place, name)
    own.mkdir(parents=True, exist_ok=True)
    with FileLock(own / "start.lock").held(_START_S + 5):
        if lock.holder(place, name) is None:
            _spawn(store, name, folder, own / "start.log")
        if not _wait(lambda: bool((lock.holder(place, name) or {}).get("is_ready")), _START_S):
            raise SurroundingsError(errors.COLLECTOR_SILENT, seconds=round(_START_S), log=str(own / "start.log"))
    return pid_of(store, name, folder) or 0


def stop(store: str, name: str = DEFAULT_COLLECTOR, folder: Path | None = None) -> bool:
    """Ask a collector of this host to end cleanly; True when none runs any more."""
    place = store_folder(store, folder)
    pid = pid_of(store, name, folder)
    if pid is not None:
        try:
            os.kill(pid, signal.SIGTERM)
        except ProcessLookupError:
            return True
    return _wait(lambda: lock.holder(place, name) is None, _STOP_S)


def command_line(store: str, name: str, folder: Path | None) -> list[str]:
    """Return the command that runs a collector in the foreground, with the minute's housekeeping beside it."""
    command = [sys.executable, str(PROGRAM / "main.py"), "collect", "--store", store, "--name", name]
    return [*command, "--folder", str(folder)] if folder is not None else command


def _spawn(store: str, name: str, folder: Path | None, log: Path) -> None:
    with log.open("ab") as output:
        child = subprocess.Popen(
            command_line(store, name, folder), cwd=PROGRAM, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            start_new_session=True, close_fds=True,
        )  # fmt: skip
    _children[child.pid] = child


def _wait(is_so: Callable[[], bool], timeout_s: float) -> bool:
    pause = threading.Event()
    deadline = time.monotonic() + timeout_s
    while not is_so():
        _reap()
        if time.monotonic() > deadline:
            return False
        pause.wait(_POLL_S)
    _reap()
    return True


def _reap() -> None:
    for pid in [pid for pid, child in _children.items() if child.poll() is not None]:
        del _children[pid]
