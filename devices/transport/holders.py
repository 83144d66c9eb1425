"""Find out which program has a device open, as fuser does, from /proc; "" where that cannot be known."""

from __future__ import annotations

import os
from pathlib import Path

_PROCESSES = Path("/proc")


def holder_of(path: str, skip_pid: int | None = None) -> str:
    """Return "name (pid 123)" of another process that has the device open, "" when none is visible."""
    try:
        wanted = os.stat(path)
    except OSError:
        return ""
    for process in _other_processes(os.getpid() if skip_pid is None else skip_pid):
        if _has_open(process, wanted, os.path.realpath(path)):
            return f"{_name(process)} (pid {process.name})"
    return ""


def _other_processes(skip_pid: int) -> list[Path]:
    try:
        entries = list(_PROCESSES.iterdir())
    except OSError:
        return []
    return [entry for entry in entries if entry.name.isdigit() and int(entry.name) != skip_pid]


def _has_open(process: Path, wanted: os.stat_result, path: str) -> bool:
    try:
        for link in (process / "fd").iterdir():
            if os.readlink(link) == path and os.stat(link).st_rdev == wanted.st_rdev:
                return True
    except OSError:
        return False
    return False


def _name(process: Path) -> str:
    try:
        return (process / "comm").read_text(encoding="utf-8", errors="replace").strip() or "?"
    except OSError:
        return "?"
