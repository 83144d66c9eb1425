"""Measure the whole way of the bytes through the collector's own pipeline, with everything on.

bytes -> raw log -> frames -> time -> tail -> chunks, pyramid, hashes; two alarm rules and a run rule judge the samples.
A separate process sends through a socket pair. First frames of sync + sequence + tick + 6 × int16 + CRC-16, then CSV
lines of four numbers. The account must balance and every frame be stored. Prints one JSON object a line.
Run: `python -m tests.bench.telemetry_ingest [frames] [lines]`.
"""

from __future__ import annotations

import json
import multiprocessing
import resource
import socket
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from center_app.core.clock import SystemClock
from center_app.core.labels import Label
from center_app.telemetry.alarms.desk import AlarmDesk
from center_app.telemetry.collector.counters import Counters
from center_app.telemetry.collector.keeper import Keeper
from center_app.telemetry.collector.pipeline import Judges, Pipeline
from center_app.telemetry.collector.plan import CellPlan
from center_app.telemetry.collector.stamps import Stamps
from center_app.telemetry.store.files import collector_folder
from center_app.telemetry.store.reader import StoreReader
from center_app.telemetry.store.writer import StoreWriter
from center_app.telemetry.values import AlarmRuleView, CellView, Direction, Priority, RunRuleView
from devices.profiles import get

READ_BYTES = 256 * 1024
PORT_BACKLOG = 64 * 1024 * 1024


@dataclass(frozen=True)
class Load:
    """Describe what is sent: a profile with settings, a block of whole frames, and how many are in it."""

    name: str
    profile_id: str
    params: Mapping[str, Any]
    data: bytes
    frames: int
    channel: str
    unit: str
    target: int


def binary_load() -> Load:
    """Return 100,000 simulated binary frames."""
    profile = get("binary_frame")
    rate = profile.streams[0].rate_hz or 1000.0
    channel = profile.streams[0].channels[0].key
    data = profile.simulator(1).bytes_between(0.0, 100_000 / rate)
    return Load("telemetry_ingest", profile.id, {}, data, 100_000, channel, "frames_per_s", 2_000_000)


def text_load() -> Load:
    """Return 100,000 lines of four numbers with two decimals."""
    values = np.random.default_rng(2).normal(0.0, 50.0, (100_000, 4))
    data = "".join("{:.2f},{:.2f},{:.2f},{:.2f}\r\n".format(*row) for row in values.tolist()).encode()
    params = {"names": "a,b,c,d", "separator": "comma", "mark": "."}
    return Load("telemetry_ingest_lines", "delimited_text", params, data, 100_000, "a", "lines_per_s", 1_000_000)


def plan_of(load: Load) -> CellPlan:
    """Return the plan with two alarm rules and a run rule on the first channel."""
    cell = CellView(1, 11, Label.of("bench"), "socket", load.profile_id, load.params, True, "bench", "", 1)
    alarms = tuple(
        AlarmRuleView(
            n, 1, 1, load.channel, Label.of("limit"), limit, direction, 1.0, 0.1, 0.1, Priority.HIGH, (), 600.0, False,
            True,
        )
        for n, limit, direction in ((1, 1e6, Direction.HIGH), (2, -1e6, Direction.LOW))
    )  # fmt: skip
    return CellPlan(cell, alarms, (RunRuleView(1, 1, 1, 11, load.channel, 0.0, 1.0, 5.0),))


def send(data: bytes, repeats: int, end: socket.socket) -> None:
    """Send the bytes again and again (in a process of its own)."""
    for _ in range(repeats):
        end.sendall(data)
    end.close()


def record(folder: Path, load: Load, near: socket.socket) -> dict[str, Any]:
    """Read until the sender closes; return figures."""
    plan, clock = plan_of(load), SystemClock()
    writer = StoreWriter(folder, "bench", clock, backlog=PORT_BACKLOG)
    keeper, stamps = Keeper(writer), Stamps(clock)
    desk = AlarmDesk("bench", keeper)
    desk.configure(plan.alarm_rules, (), stamps.now().t_ns)
    recording = writer.begin_recording(
        1, plan.profile.id, plan.profile.version, dict(plan.cell.params), plan.line, "socket", streams=plan.streams
    )
    counters = Counters(1, "socket")
    pipeline = Pipeline(plan, recording, Judges("bench", desk, keeper.put_interval), counters)
    started, cpu = time.perf_counter(), time.process_time()
    while data := near.recv(READ_BYTES):
        now = stamps.now()
        pipeline.received(data, now.t_ns, now.wall_ns, now.boot_ns)
        pipeline.idle(now.t_ns, now.boot_ns)
        keeper.flush()
    pipeline.end(stamps.now().t_ns)
    took = time.perf_counter() - started
    keeper.drain()
    writer.close()
    account = counters.account
    return {
        "recording": recording.id, "frames": account.frames_good, "bytes": account.bytes_in, "seconds": round(took, 3),
        load.unit: round(account.frames_good / took), "cpu_s": round(time.process_time() - cpu, 2),
    }  # fmt: skip


def measure(load: Load, frames: int) -> dict[str, Any]:
    """Send and record; return figures with what is found in the store afterwards."""
    near, far = socket.socketpair()
    for end in (near, far):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    repeats = max(1, frames // load.frames)
    with tempfile.TemporaryDirectory() as name:
        sender = multiprocessing.get_context("spawn").Process(target=send, args=(load.data, repeats, far))
        sender.start()
        far.close()
        figures = record(Path(name), load, near)
        sender.join()
        with StoreReader(name) as reader:
            account = reader.account(figures["recording"])
            stored = reader.streams(figures["recording"])[0].rows
        size = sum(path.stat().st_size for path in collector_folder(name, "bench").iterdir())
    return {
        "bench": load.name, **figures, f"target_{load.unit}": load.target, "sent": repeats * load.frames,
        "stored_rows": stored, "balanced": account.is_balanced, "discarded": sum(account.discarded.values()),
        "disk_bytes": size, "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }  # fmt: skip


def main(frames: int, lines: int) -> None:
    for load, count in ((binary_load(), frames), (text_load(), lines)):
        print(json.dumps(measure(load, count)), flush=True)


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:]]
    main(given[0] if given else 10_000_000, given[1] if len(given) > 1 else 5_000_000)
