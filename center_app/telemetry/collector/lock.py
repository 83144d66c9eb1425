"""One collector of a name per store: a lock on a file of this host, held while the process lives."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from center_app.core.errors import PersonError
from center_app.telemetry import errors

if os.name == "nt":
    import msvcrt

    def _take(descriptor: int, *, shared: bool) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        except OSError:
            return False
        return True
else:
    import fcntl

    def _take(descriptor: int, *, shared: bool) -> bool:
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def folder_of(store_folder: Path, name: str) -> Path:
    """Return the folder that holds a collector's own files."""
    return store_folder / "telemetry" / name


class CollectorLock:
    """Hold the lock of one collector name; the operating system frees it however the process ends."""

    def __init__(self, store_folder: Path, name: str) -> None:
        """Name the lock; nothing is taken yet."""
        self.name = name
        self._folder = folder_of(store_folder, name)
        self._descriptor: int | None = None

    def take(self) -> None:
        """Take the lock and say who holds it; raises PersonError ALREADY_COLLECTING when somebody has it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._folder / "process.lock", os.O_RDWR | os.O_CREAT, 0o660)
        if not _take(descriptor, shared=False):
            os.close(descriptor)
            raise PersonError(errors.ALREADY_COLLECTING, name=self.name, holder=_holder_text(self._folder))
        self._descriptor = descriptor
        self.tell(is_ready=False)

    def tell(self, **facts: object) -> None:
        """Write who holds the lock, whole or not at all."""
        part = self._folder / "process.part"
        part.write_text(json.dumps({"pid": os.getpid(), "host": socket.gethostname(), **facts}), encoding="utf-8")
        part.replace(self._folder / "process.json")

    def free(self) -> None:
        """Give the lock back."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def holder(store_folder: Path, name: str) -> Mapping[str, Any] | None:
    """Return who holds a collector's lock (pid, host, is_ready), None when nobody does."""
    folder = folder_of(store_folder, name)
    try:
        descriptor = os.open(folder / "process.lock", os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        return None if _take(descriptor, shared=True) else _facts(folder)
    finally:
        os.close(descriptor)


def _facts(folder: Path) -> Mapping[str, Any]:
    try:
        facts = json.loads((folder / "process.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}


def _holder_text(folder: Path) -> str:
    facts = _facts(folder)
    return f"{facts.get('host', '?')}, {facts.get('pid', '?')}"
