"""Measure a day of 8 x 1 kHz, 12 bits with 3 LSB of noise: disk and memory, through the live writer.

The day runs on a virtual clock, as fast as the writer takes it; raw log and float32 are reported apart.
Prints one JSON object a line. Run: `python -m tests.bench.telemetry_day [hours]`.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from center_app.core.clock import SystemClock
from center_app.core.db import open_sqlite
from center_app.telemetry.store.files import LEDGER_NAME, collector_folder
from center_app.telemetry.store.writer import StoreWriter
from devices.values import Account, Block, ChannelSpec, LineSettings, StreamSpec

CHANNELS, FRAME, MS = 8, 22, 1_000_000
T0 = 1_780_272_000_000_000_000
PART = 10_000  # rows a call: ten seconds
TABLES = ("chunk", "block", "pyramid", "pyramid_block")


def say(**told: Any) -> None:
    print(json.dumps(told), flush=True)


def resident_mb() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def record(folder: Path, hours: float) -> list[float]:
    """Record so many hours; return the resident memory over time, MB."""
    streams = [StreamSpec("s", tuple(ChannelSpec(f"c{i}", {"en": ""}, "A", "i2") for i in range(CHANNELS)), 1000.0)]
    writer = StoreWriter(folder, "bench", SystemClock())
    recording = writer.begin_recording(1, "bench", 1, {}, LineSettings(921_600), "", streams=streams, t_ns=T0)
    random = np.random.default_rng(1)
    memory, offset = [], 0
    raw = random.integers(0, 256, PART * FRAME, dtype=np.uint8).tobytes()
    rows = int(hours * 3_600_000)
    for start in range(0, rows, PART):
        index = start + np.arange(PART)
        wave = 2048 + 1500 * np.sin(index / 800 + np.arange(CHANNELS)[:, None])
        values = np.clip(wave + random.normal(0, 3, (CHANNELS, PART)), 0, 4095).astype(np.int16)
        jitter = random.normal(0, 20_000, PART).astype(np.int64)
        recording.append_raw(T0 + int(index[-1]) * MS, 0, 0, raw)
        ends = offset + FRAME * np.arange(1, PART + 1, dtype=np.int64)
        offset += len(raw)
        recording.append_block(Block("s", values, np.zeros(PART, np.uint8), ends), T0 + index * MS + jitter)
        recording.set_account(Account(offset, offset))
        if start % (60 * PART) == 0:
            memory.append(resident_mb())
    recording.end()
    writer.close()
    return memory


def table_bytes(folder: Path) -> dict[str, int]:
    """Return how many bytes of pages each table takes, over all files."""
    sizes: dict[str, int] = {}
    for path in collector_folder(folder, "bench").glob("*.db"):
        file = open_sqlite(path, read_only=True)
        try:
            rows = file.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name").fetchall()
        except file.OperationalError:
            columns = "coalesce(sum(length(data)), 0)"
            blocks = [("raw_segment", columns)] if path.name != LEDGER_NAME else []
            rows = [(name, file.execute(f"SELECT {sql} FROM {name}").fetchone()[0]) for name, sql in blocks]
            rows.append(("chunk", path.stat().st_size - sum(row[1] for row in rows)))
        for name, size in rows:
            sizes[name] = sizes.get(name, 0) + size
        file.close()
    return sizes


def main(hours: float) -> None:
    with tempfile.TemporaryDirectory() as name:
        started = time.perf_counter()
        memory = record(Path(name), hours)
        took = time.perf_counter() - started
        sizes = table_bytes(Path(name))
    samples = int(hours * 3_600_000) * CHANNELS
    raw = sum(size for table, size in sizes.items() if table.startswith("raw"))
    kept = sum(sizes.values()) - raw
    settled = memory[len(memory) // 4 :]
    say(
        bench="telemetry_day", hours=hours, samples=samples, seconds=round(took, 1),
        chunks_and_pyramid_mb=round(kept / 1e6, 1), per_day_mb=round(kept / 1e6 * 24 / hours), target_mb=1500,
        bytes_per_sample=round(kept / samples, 3), raw_log_mb=round(raw / 1e6, 1), float32_mb=round(samples * 4 / 1e6),
        peak_rss_mb=round(max(memory)), rss_growth_mb=round(settled[-1] - settled[0], 1), target_rss_mb=400,
    )  # fmt: skip


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 24.0)
