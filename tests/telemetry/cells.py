"""A centre with a simulated robot cell on a pseudo-terminal, and a collector as a real process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from center_app.core.access import Actor, Role
from center_app.core.clock import SystemClock
from center_app.core.labels import Label
from center_app.core.paths import PROGRAM
from center_app.telemetry import service
from center_app.telemetry.collector import launch
from center_app.telemetry.records import Records
from center_app.telemetry.values import CellDraft, CellView, PortHealth
from center_app.wiring import Center, open_center
from tests.support import wait_until

ENGINEER = Actor(3, "Zhao Min", Role.ADMINISTRATOR, "desk 1")


def new_center(folder: Path) -> Center:
    """Make an empty centre on SQLite with real time."""
    return open_center(str(folder), SystemClock(), create=True)


def add_cell(center: Center, port: Path, profile: str = "robot_cell", **changes) -> CellView:
    given = {"machine_id": 11, "label": Label.of("Cell 2"), "port": str(port), "profile_id": profile}
    return center.write(ENGINEER, service.add_cell, CellDraft(**{**given, **changes}))


@contextmanager
def simulator(profile: str, link: Path, *more: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a simulated device as a program of its own."""
    command = [sys.executable, "-m", "devices.simulators", profile, str(link), *more]
    process = subprocess.Popen(command, cwd=PROGRAM, stdout=subprocess.PIPE)
    try:
        wait_until(link.is_symlink)
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=10)


@contextmanager
def collector(store: Path, name: str = "local") -> Iterator[subprocess.Popen[bytes]]:
    """Run a collector as a program of its own, ended cleanly at the end."""
    command = launch.command_line(str(store), name, None)
    process = subprocess.Popen(command, cwd=PROGRAM, stderr=subprocess.PIPE)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        _, told = process.communicate(timeout=20)
        sys.stderr.write(told.decode() if told else "")


def health_of(store: Path, cell_id: int) -> PortHealth | None:
    """Read the newest health of one port."""
    records = Records(store)
    try:
        return next((port for port in records.health() if port.cell_id == cell_id), None)
    finally:
        records.close()


def wait_for_bytes(store: Path, cell_id: int, count: int, timeout_s: float = 60.0) -> PortHealth:
    """Wait until a port has received so many bytes."""

    def enough() -> bool:
        health = health_of(store, cell_id)
        return health is not None and health.bytes_in >= count

    wait_until(enough, timeout_s, 0.05)
    found = health_of(store, cell_id)
    assert found is not None
    return found
