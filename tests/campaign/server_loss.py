"""D5 for recordings: the server is frozen while recording goes on; nothing is lost or doubled, the rest drains fast.

Run: `python -m tests.campaign.server_loss [seconds away]`. Prints one JSON object. 8 channels at 1 kHz in real
time; the server's processes are stopped (SIGSTOP), so that connections hang without an error.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from center_app.core.clock import SystemClock
from center_app.telemetry.replica.replicator import ReplicaState, Replicator
from center_app.telemetry.replica.server import CentreReader
from center_app.telemetry.store.files import collector_folder
from center_app.wiring import Center, open_center
from tests import postgres
from tests.telemetry.store.rig import CELL, MS, Feed, begin, open_writer, stream

CHANNELS, RATE = 8, 1000
DEADLINE_S = 2.0
SHOWN_S, TIMES_REAL_TIME, LOOK_S = 10.0, 10.0, 0.02
"""What is asked: the state is shown in 10 s, what waits drains at ten times real time."""


def _processes(data: Path) -> list[int]:
    head = int((data / "postmaster.pid").read_text().split()[0])
    found = [head]
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == head:
                found.append(int(entry.name))
    return found


@contextmanager
def frozen(url: str) -> Iterator[None]:
    """Stop every process of a private cluster, and let them go on."""
    pids = _processes(Path(url.partition("host=")[2]) / "data")
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in reversed(pids):
            os.kill(pid, signal.SIGCONT)


class _Source:
    """Feed 8 channels at 1 kHz in real time until stopped."""

    def __init__(self, folder: Path) -> None:
        self.writer = open_writer(folder)
        self.start_ns = time.time_ns()
        self.recording = begin(self.writer, stream(channels=CHANNELS), t_ns=self.start_ns)
        self._feed = Feed(self.recording)
        self.rows = 0
        self.slowest_s = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="source", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(0.05):
            due = int((time.time_ns() - self.start_ns) / 1e9 * RATE)
            row = np.arange(self.rows, due)
            if len(row):
                began = time.perf_counter()
                values = np.stack([(row * (channel + 1)) % 30_000 for channel in range(CHANNELS)]).astype(np.int16)
                self._feed.send(self.start_ns + row * MS, values)
                self.slowest_s = max(self.slowest_s, time.perf_counter() - began)
                self.rows = due

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()
        self.recording.end()
        self.writer.close()


def _until(condition, seconds: float) -> float:
    began = time.monotonic()
    while not condition() and time.monotonic() - began < seconds:
        time.sleep(0.02)
    return time.monotonic() - began


def campaign(away_s: float) -> dict[str, object]:
    """Freeze the server for some seconds; AssertionError at the first loss."""
    with tempfile.TemporaryDirectory() as name, postgres.cluster() as url:
        with postgres_admin(url) as run:
            run("CREATE DATABASE losses")
        center = open_center(url.format(name="losses"), folder=Path(name) / "gateway", create=True)
        try:
            return _lose(center, url, Path(name), away_s)
        finally:
            center.close()


@contextmanager
def postgres_admin(url: str) -> Iterator[object]:
    """Give a function that runs one statement on the cluster."""
    from sqlalchemy import create_engine

    engine = create_engine(url.format(name="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as link:
        yield link.exec_driver_sql
    engine.dispose()


def _lose(center: Center, url: str, folder: Path, away_s: float) -> dict[str, object]:
    told: list[ReplicaState] = []
    source = _Source(folder / "gateway")
    sender = Replicator(
        collector_folder(folder / "gateway", "local"), "local", center.database, SystemClock(), told.append,
        deadline_s=DEADLINE_S,
    )  # fmt: skip
    sender.start()
    assert _until(lambda: told and told[-1].is_connected, 20) < 20
    time.sleep(2)
    with frozen(url):
        seen_s = _until(lambda: not told[-1].is_connected, 15)
        time.sleep(max(0.0, away_s - seen_s))
        behind = max(state.behind_s for state in told)
        waiting = max(state.behind_bytes for state in told)
    away_rows = source.rows
    drain_s = _until(lambda: _rows(center) >= away_rows, 120)
    source.stop()
    sender.stop()
    found, lost = _check(center, folder, source)
    assert lost == 0
    assert found == source.rows * CHANNELS
    times = away_s / max(drain_s, LOOK_S)
    return {
        "away_s": away_s, "state_shown_s": round(seen_s, 2), "behind_s": round(behind, 1), "behind_bytes": waiting,
        "drain_s": round(drain_s, 2), "times_real_time": round(times, 1), "samples": found,
        "lost": lost, "doubled": 0, "slowest_append_s": round(source.slowest_s, 4),
        "passed": seen_s <= SHOWN_S and times >= TIMES_REAL_TIME,
    }  # fmt: skip


def _rows(center: Center) -> int:
    sql = (
        "SELECT greatest((SELECT coalesce(max(first_row + rows), 0) FROM replica_chunk),"
        " (SELECT coalesce(max(first_row + rows), 0) FROM replica_tail))"
    )
    with center.database.engine.connect() as link:
        return int(link.exec_driver_sql(sql).scalar_one())


def _check(center: Center, folder: Path, source: _Source) -> tuple[int, int]:
    with CentreReader(folder / "desk", center.database) as there:
        found = 0
        for channel in range(CHANNELS):
            samples = there.samples(CELL, "drive", f"c{channel}", source.start_ns, 1 << 62, 1 << 40)
            expected = (np.arange(source.rows) * (channel + 1)) % 30_000
            assert len(samples.values) == source.rows, (channel, len(samples.values), source.rows)
            assert (samples.values == expected).all()
            found += len(samples.values)
        return found, source.rows * CHANNELS - found


if __name__ == "__main__":
    told = campaign(float(sys.argv[1]) if len(sys.argv) > 1 else 600.0)
    print(json.dumps(told))
    sys.exit(0 if told["passed"] else 1)
