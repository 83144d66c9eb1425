"""A full disk: a declared failure, counted losses, nothing corrupt, and recording goes on by itself."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from center_app.core.db import open_sqlite
from center_app.core.errors import SurroundingsError
from center_app.telemetry.store.files import collector_folder
from center_app.telemetry.store.reader import StoreReader
from center_app.telemetry.store.writer import StoreWriter
from tests.telemetry.store.rig import CELL, FRAME, MS, T0, Feed, begin, open_writer, stream

ROOT = Path(__file__).resolve().parents[3]
ROWS = 5000


def limit_pages(writer: StoreWriter, pages: int) -> None:
    """Let SQLite itself say that the disk is full beyond so many pages (of the day file)."""
    day = writer._engine.shelf.day
    assert day is not None
    used = day.connection.execute("PRAGMA page_count").fetchone()[0]
    day.connection.execute(f"PRAGMA max_page_count={used + pages if pages >= 0 else 0x7FFFFFFF}")


def send(feed: Feed, part: int) -> None:
    values = np.random.default_rng(part).integers(-9000, 9000, (3, ROWS)).astype(np.int16)
    feed.send(T0 + (np.arange(ROWS) + part * ROWS) * MS, values)


def test_a_full_disk_is_named_counted_and_overcome(tmp_path: Path) -> None:
    writer = open_writer(tmp_path, backlog=1_000_000)
    feed = Feed(begin(writer, stream()))
    send(feed, 0)
    writer.flush()
    limit_pages(writer, 2)
    for part in range(1, 60):
        send(feed, part)
        if part % 10 == 0:
            with pytest.raises(SurroundingsError, match=r"telemetry\.store_full"):
                writer.flush()
    state = writer.state
    assert isinstance(state.trouble, SurroundingsError)
    assert state.trouble.code.id == "telemetry.store_full"
    assert state.lost_bytes > 0
    assert state.lost_samples > 0
    assert state.backlog_bytes < 4_000_000
    limit_pages(writer, -1)
    writer.flush()
    assert writer.state.trouble is None
    for part in range(60, 63):
        send(feed, part)
    writer.close()
    check_after(tmp_path, feed, state.lost_bytes, state.lost_samples)


def test_rows_of_an_open_chunk_that_are_on_disk_are_no_backlog(tmp_path: Path) -> None:
    writer = open_writer(tmp_path, backlog=60_000)
    feed = Feed(begin(writer, stream()))
    began = time.monotonic()
    for part in range(12):  # an open chunk holds up to 4,096 rows for a minute: 160 kB here
        send(feed, part)
        writer.flush()
        assert writer.state.backlog_bytes == 0
    assert time.monotonic() - began < 45
    assert writer.state.lost_samples == 0
    writer.close()


def check_after(folder: Path, feed: Feed, lost_bytes: int, lost_samples: int) -> None:
    with StoreReader(folder) as reader:
        view = reader.recordings()[0]
        account = reader.account(view.id)
        assert account.is_balanced
        assert account.bytes_in == feed.offset
        assert (account.lost_bytes, account.samples_lost) == (lost_bytes, lost_samples)
        assert sum(len(record.data) for record in reader.raw(view.id)) == feed.offset - lost_bytes
        times, values, _ = feed.all()
        found = reader.samples(CELL, "drive", "c0", T0, 1 << 62, 10**8)
        assert len(found.t_ns) == len(times) - lost_samples // 3
        places = np.searchsorted(times, found.t_ns)
        assert (values[0][places] == found.values).all()
        gap = reader.gaps(CELL)[0]
        assert (gap.reason, gap.bytes_lost, gap.samples_lost) == ("store_full", lost_bytes, lost_samples)
        assert reader.verify(view.id) is None
    for path in collector_folder(folder, "local").glob("*.db"):
        file = open_sqlite(path, read_only=True)
        assert file.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        file.close()


LIMITED = """
import json, resource, sys
import numpy as np
from center_app.core.errors import SurroundingsError
from tests.telemetry.store.rig import MS, T0, Feed, begin, open_writer, stream
writer = open_writer(sys.argv[1], backlog=500_000)
feed = Feed(begin(writer, stream()))
resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, resource.RLIM_INFINITY))
codes = set()
for part in range(40):
    if part == 30:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    values = np.random.default_rng(part).integers(-9000, 9000, (3, 5000)).astype(np.int16)
    feed.send(T0 + (np.arange(5000) + part * 5000) * MS, values)
    try:
        writer.flush()
    except SurroundingsError as error:
        codes.add(error.code.id)
state = writer.state
writer.close()
print(json.dumps({"codes": sorted(codes), "lost": state.lost_bytes, "sent": feed.offset}))
"""


def test_a_file_size_limit_is_survived_too(tmp_path: Path) -> None:
    command = [sys.executable, "-c", LIMITED, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["codes"] == ["telemetry.store_refused"]  # SQLite reports EFBIG as an I/O error, not as full
    assert told["lost"] > 0
    with StoreReader(tmp_path) as reader:
        view = reader.recordings()[0]
        account = reader.account(view.id)
        assert account.is_balanced
        assert (account.bytes_in, account.lost_bytes) == (told["sent"], told["lost"])
        assert account.stored_bytes % FRAME == 0
        assert reader.verify(view.id) is None


def test_a_folder_that_cannot_be_written_is_refused_with_a_sentence(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with pytest.raises(SurroundingsError, match=r"telemetry\.store_refused"):
        open_writer(blocked)


def test_a_disk_that_is_full_at_midnight_keeps_memory_bounded(tmp_path: Path) -> None:
    from center_app.telemetry.store.files import DAY_NS

    writer = open_writer(tmp_path, backlog=1_000_000)
    feed = Feed(begin(writer, stream(), t_ns=T0 + DAY_NS - ROWS * MS))
    send_at(feed, 0, T0 + DAY_NS - ROWS * MS)
    writer.flush()
    next_day = collector_folder(tmp_path, "local") / "2026-06-02.db"
    next_day.mkdir()  # a file that cannot be opened stands in for a disk that takes no new file
    for part in range(60):
        send_at(feed, part + 1, T0 + DAY_NS + part * ROWS * MS)
        if part % 20 == 0:
            with pytest.raises(SurroundingsError):
                writer.flush()
    assert writer.state.backlog_bytes < 4_000_000
    assert writer.state.lost_bytes > 0
    next_day.rmdir()
    writer.flush()
    lost = writer.state
    writer.close()
    check_after(tmp_path, feed, lost.lost_bytes, lost.lost_samples)


def send_at(feed: Feed, part: int, t_ns: int) -> None:
    values = np.random.default_rng(part).integers(-9000, 9000, (3, ROWS)).astype(np.int16)
    feed.send(t_ns + np.arange(ROWS) * MS, values)
