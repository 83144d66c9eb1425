"""Measure window queries over 10^9 stored samples: cold whole range, and panning and zooming 8 curves.

Builds the store through the bulk writer (kept in the folder given, or a temporary one). Prints one JSON
object a line. Run: `python -m tests.bench.telemetry_window [rows] [folder]`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from center_app.core.clock import SystemClock
from center_app.telemetry.store.files import collector_folder
from center_app.telemetry.store.reader import StoreReader
from center_app.telemetry.store.synthetic import BulkWriter
from devices.values import Block, ChannelSpec, LineSettings, StreamSpec

CHANNELS, COLUMNS, MS = 8, 1600, 1_000_000
T0 = 1_780_272_000_000_000_000
PART = 1 << 18


def say(**told: Any) -> None:
    print(json.dumps(told), flush=True)


def spec() -> StreamSpec:
    return StreamSpec(
        "s", tuple(ChannelSpec(f"c{i}", {"en": f"C{i}"}, "A", "i2", 0.01) for i in range(CHANNELS)), 1000.0
    )


def build(folder: Path, rows: int) -> None:
    """Store `rows` rows of 8 channels: slow waves with 3 LSB of noise, 12 bits, at 1 kHz."""
    started = time.perf_counter()
    random = np.random.default_rng(1)
    noise = random.normal(0, 3, (CHANNELS, PART))
    with BulkWriter(folder, "bench", SystemClock()) as writer:
        recording = writer.begin_recording(1, "bench", 1, {}, LineSettings(4_000_000), "", streams=[spec()], t_ns=T0)
        for start in range(0, rows, PART):
            index = start + np.arange(min(PART, rows - start))
            values = (1500 * np.sin(index / 5e4 + np.arange(CHANNELS)[:, None]) + noise[:, : len(index)]).astype(
                np.int16
            )
            quality = np.zeros(len(index), np.uint8)
            recording.append_block(Block("s", values, quality, (index + 1) * 18), T0 + index * MS)
    say(bench="telemetry_build", rows=rows, samples=rows * CHANNELS, seconds=round(time.perf_counter() - started, 1),
        samples_per_s=round(rows * CHANNELS / (time.perf_counter() - started)))  # fmt: skip


def drop_cache(folder: Path) -> None:
    """Make the files cold: their pages leave the page cache."""
    for path in collector_folder(folder, "bench").iterdir():
        descriptor = os.open(path, os.O_RDONLY)
        os.fsync(descriptor)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)


def peak_kb() -> int:
    """Return this process's own peak of resident memory, KiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def whole(folder: str, rows: int) -> None:
    """Answer the whole range once, in a fresh process with cold files."""
    before = peak_kb()
    started = time.perf_counter()
    with StoreReader(folder) as reader:
        window = reader.window(1, "s", "c0", T0, T0 + rows * MS, COLUMNS)
    took = (time.perf_counter() - started) * 1000
    peak = peak_kb()
    say(bench="window_whole_cold", rows=rows, milliseconds=round(took, 2), target_ms=50, peak_rss_mb=round(peak / 1024),
        grew_mb=round((peak - before) / 1024, 1), target_mb=100,
        level=window.level, count=int(window.count.sum()))  # fmt: skip


def pan_and_zoom(folder: Path, rows: int, frames: int = 200) -> None:
    """Query 8 curves a frame: zoom from the whole range to 10 s and back, panning all the time."""
    random = np.random.default_rng(3)
    times: list[float] = []
    cpu: list[float] = []
    span, centre = float(rows * MS), T0 + rows * MS / 2
    with StoreReader(folder) as reader:
        for frame in range(frames):
            span *= 0.93 if frame < frames // 2 else 1 / 0.93
            centre = min(max(centre + random.normal(0, 0.05) * span, T0 + span / 2), T0 + rows * MS - span / 2)
            start = int(centre - span / 2)
            for channel in range(CHANNELS):
                begun, busy = time.perf_counter(), time.thread_time()
                reader.window(1, "s", f"c{channel}", start, int(start + span), COLUMNS)
                times.append((time.perf_counter() - begun) * 1000)
                cpu.append((time.thread_time() - busy) * 1000)
    say(bench="window_pan_zoom", rows=rows, queries=len(times), median_ms=round(float(np.median(times)), 3),
        p95_ms=round(float(np.percentile(times, 95)), 3), worst_ms=round(max(times), 2),
        cpu_median_ms=round(float(np.median(cpu)), 3), cpu_p95_ms=round(float(np.percentile(cpu, 95)), 3),
        target_ms=2)  # fmt: skip


def main(rows: int, folder: Path) -> None:
    if not collector_folder(folder, "bench").exists():
        build(folder, rows)
    drop_cache(folder)
    subprocess.run([sys.executable, "-m", "tests.bench.telemetry_window", "whole", str(folder), str(rows)], check=True)
    pan_and_zoom(folder, rows)


if __name__ == "__main__":
    if sys.argv[1:2] == ["whole"]:
        whole(sys.argv[2], int(sys.argv[3]))
    elif len(sys.argv) > 2:
        main(int(sys.argv[1]), Path(sys.argv[2]))
    else:
        with tempfile.TemporaryDirectory() as name:
            main(int(sys.argv[1]) if len(sys.argv) > 1 else 125_000_000, Path(name))
