"""Short forms of the store's long reliability runs."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from center_app.core.paths import PROGRAM
from center_app.telemetry.collector.keeper import Keeper
from center_app.telemetry.records import Records
from center_app.telemetry.store.reader import StoreReader
from tests.campaign import disk_full, kills, wal
from tests.telemetry.store.kills import one_kill
from tests.telemetry.store.rig import open_writer


def test_a_power_cut_leaves_what_was_flushed() -> None:
    """Run in a process of its own: apsw brings its own SQLite."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.campaign.power_loss", "60"], cwd=PROGRAM, capture_output=True, text=True,
        check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["points"], told["flushed_lost"], told["torn"]) == (60, 0, 0)


def test_an_idle_reader_does_not_let_the_log_grow() -> None:
    told = wal.campaign(2.0, 60_000, most_bytes=2 * 1024 * 1024, rest_s=30.0)
    assert told["largest_wal_mb"] < 8
    assert told["named"]
    assert told["files"] > 1


def test_a_recording_cut_by_a_crash_is_chained_with_its_end(tmp_path: Path) -> None:
    acknowledged = one_kill(tmp_path, 5, 80, 500, 0.005)
    writer = open_writer(tmp_path)
    Keeper(writer)
    with StoreReader(tmp_path) as reader:
        view = reader.recording(acknowledged.recording_id)
        last = reader.segments(view.id)[-1]
    records = Records(tmp_path)
    (event,) = records.events("sealed")
    assert records.verify("local") is None
    records.close()
    writer.close()
    assert event.t_ns == view.ended_ns == max(view.last_ns, last.last_ns)
    assert (event.details["segment"], event.details["raw_head"]) == (last.ordinal, last.digest)


@pytest.mark.parametrize(("number", "named"), [(errno.EIO, "disk I/O error"), (errno.EROFS, os.strerror(errno.EROFS))])
def test_a_disk_that_refuses_every_write_is_named_and_overcome(tmp_path: Path, number: int, named: str) -> None:
    told = disk_full.broken(tmp_path, number=number)
    assert told["detail"] == named
    assert told["named_after_s"] <= 2
    assert told["resumed_after_s"] <= 10
    assert told["samples_kept"] > 0


def test_killed_writers_and_desks_lose_nothing_acknowledged() -> None:
    told = kills.campaign(2, 7)
    assert (told["lost"], told["torn"], told["doubled"]) == (0, 0, 0)
    assert told["acts_acknowledged"] > 0
