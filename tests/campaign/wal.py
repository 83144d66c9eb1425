"""D4: a reader that sits idle in a read transaction does not let the write-ahead log grow without end.

Run: `python -m tests.campaign.wal [seconds idle] [rows per second]`. Prints one JSON object: the largest log, who
was named, the log's size within a minute after the reader left. Every row that was sent is read back.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from center_app.telemetry.store import shelf
from center_app.telemetry.store.files import collector_folder
from center_app.telemetry.store.reader import StoreReader
from tests.telemetry.store.rig import CELL, Feed, begin, open_writer, stream

_IDLER = """
import sqlite3, sys
link = sqlite3.connect(sys.argv[1])
link.execute("BEGIN")
print(link.execute("SELECT count(*) FROM chunk").fetchone(), flush=True)
sys.stdin.read()
"""


class _Heard(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def _wal_bytes(folder: Path) -> int:
    return max((path.stat().st_size for path in collector_folder(folder, "local").glob("*-wal")), default=0)


def campaign(idle_s: float, rows_per_s: int, most_bytes: int | None = None, rest_s: float = 60.0) -> dict[str, Any]:
    """Record beside an idle reader; AssertionError when the log outgrows 256 MB or stays above 8 MB."""
    heard = _Heard()
    logging.getLogger(shelf.__name__).addHandler(heard)
    before, shelf.WAL_MOST_BYTES = shelf.WAL_MOST_BYTES, most_bytes or shelf.WAL_MOST_BYTES
    try:
        with tempfile.TemporaryDirectory() as name:
            return _run(Path(name), idle_s, rows_per_s, heard, rest_s)
    finally:
        shelf.WAL_MOST_BYTES = before
        logging.getLogger(shelf.__name__).removeHandler(heard)


def _run(folder: Path, idle_s: float, rows_per_s: int, heard: _Heard, rest_s: float) -> dict[str, Any]:
    writer = open_writer(folder)
    start_ns = time.time_ns()
    feed = Feed(begin(writer, stream(), t_ns=start_ns))
    sent = _send(feed, start_ns, 0, 1000)
    writer.flush()
    file = next(collector_folder(folder, "local").glob("20*.db"))
    idler = subprocess.Popen(
        [sys.executable, "-c", _IDLER, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert idler.stdout is not None
    idler.stdout.readline()
    largest, began = 0, time.monotonic()
    while time.monotonic() - began < idle_s:
        due = 1000 + int((time.monotonic() - began) * rows_per_s)
        sent = _send(feed, start_ns, sent, due)
        largest = max(largest, _wal_bytes(folder))
        time.sleep(0.02)
    idler.communicate()
    left_at = time.monotonic()
    while time.monotonic() - left_at < rest_s and _wal_bytes(folder) > 8 * 1024 * 1024:
        sent = _send(feed, start_ns, sent, sent + rows_per_s // 20)
        time.sleep(0.05)
    rest, rest_after_s = _wal_bytes(folder), time.monotonic() - left_at
    feed.recording.end()
    writer.close()
    with StoreReader(folder) as reader:
        found = reader.samples(CELL, "drive", "c0", start_ns, 1 << 62, 1 << 40)
        assert (found.values == np.arange(sent) % 30_000).all()
        assert len(found.values) == sent
        assert reader.verify(feed.recording.id) is None
    named = [line for line in heard.lines if f"({idler.pid})" in line]
    assert largest <= 256 * 1024 * 1024
    assert rest <= 8 * 1024 * 1024 + 64 * 1024, rest
    assert named or largest < shelf.WAL_MOST_BYTES, "the log grew to its limit and nobody was named"
    return {
        "idle_s": idle_s, "rows": sent, "largest_wal_mb": round(largest / 1e6, 1), "named": bool(named),
        "files": len(list(collector_folder(folder, "local").glob("20*.db"))), "rest_wal_mb": round(rest / 1e6, 1),
        "rest_after_s": round(rest_after_s, 1), "lost": 0,
        "passed": True,
    }  # fmt: skip


def _send(feed: Feed, start_ns: int, sent: int, due: int) -> int:
    if due > sent:
        row = np.arange(sent, due)
        feed.send(start_ns + row * 100_000, np.stack([row % 30_000, row % 7, row % 11]).astype(np.int16))
    return max(sent, due)


if __name__ == "__main__":
    idle_s = float(sys.argv[1]) if len(sys.argv) > 1 else 600.0
    print(json.dumps(campaign(idle_s, int(sys.argv[2]) if len(sys.argv) > 2 else 5000)))
