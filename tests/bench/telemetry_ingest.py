"""Measure the ingest path: bytes -> raw log -> frames -> time -> tail -> chunks, pyramid, hashes.

A separate process writes frames of sync + sequence + tick + 6 x int16 + CRC-16 into a socket pair; this one
decodes and records them with everything on, and checks the account. Prints one JSON object a line.
Run: `python -m tests.bench.telemetry_ingest [frames]`.
"""

from __future__ import annotations

import json
import multiprocessing
import resource
import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from center_app.core.clock import SystemClock
from center_app.telemetry.store.files import collector_folder
from center_app.telemetry.store.reader import StoreReader
from center_app.telemetry.store.writer import StoreWriter
from center_app.telemetry.timing import SampleTimes
from devices.profiles import binary_frame, get
from devices.values import Profile

READ_BYTES = 256 * 1024


def say(**told: Any) -> None:
    print(json.dumps(told), flush=True)


def sample_bytes(profile: Profile, frames: int) -> bytes:
    """Return the bytes of so many simulated frames (the ends are whole frames)."""
    simulator = profile.simulator(1)
    rate = profile.streams[0].rate_hz or 1000.0
    return simulator.bytes_between(0.0, frames / rate)


def send(data: bytes, repeats: int, end: socket.socket) -> None:
    """Send the bytes again and again (in a process of its own)."""
    for _ in range(repeats):
        end.sendall(data)
    end.close()


def record(folder: Path, profile: Profile, near: socket.socket) -> dict[str, Any]:
    """Read until the sender closes; return figures."""
    writer = StoreWriter(folder, "bench", SystemClock(), backlog=64 * 1024 * 1024)
    recording = writer.begin_recording(
        1, profile.id, profile.version, {}, profile.line, "socket", streams=profile.streams
    )
    decoder, times = profile.decoder(), SampleTimes(profile.line, profile.streams)
    received = frames = 0
    started, cpu = time.perf_counter(), time.process_time()
    while data := near.recv(READ_BYTES):
        now = time.time_ns()
        received += len(data)
        recording.append_raw(now, now, 0, data)
        for block in decoder.feed(data):
            recording.append_block(block, times.of(block, now, received))
            frames += len(block.end_offset)
        recording.set_account(decoder.account())
    recording.end()
    took = time.perf_counter() - started
    writer.close()
    return {
        "recording": recording.id, "frames": frames, "bytes": received, "seconds": round(took, 3),
        "frames_per_s": round(frames / took), "cpu_s": round(time.process_time() - cpu, 2),
    }  # fmt: skip


def main(frames: int) -> None:
    profile = get(binary_frame.PROFILE.id)
    data = sample_bytes(profile, 100_000)
    per_round = 100_000
    near, far = socket.socketpair()
    for end in (near, far):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    with tempfile.TemporaryDirectory() as name:
        sender = multiprocessing.get_context("spawn").Process(target=send, args=(data, frames // per_round, far))
        sender.start()
        far.close()
        figures = record(Path(name), profile, near)
        sender.join()
        with StoreReader(name) as reader:
            account = reader.account(figures["recording"])
            stored = reader.streams(figures["recording"])[0].rows
        size = sum(path.stat().st_size for path in collector_folder(name, "bench").iterdir())
    say(
        bench="telemetry_ingest", **figures, target_frames_per_s=2_000_000, stored_rows=stored,
        balanced=account.is_balanced, discarded=sum(account.discarded.values()), disk_bytes=size,
        peak_rss_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    )  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000)
