"""Short forms of the store's long reliability runs."""

from __future__ import annotations

import json
import subprocess
import sys

from center_app.core.paths import PROGRAM
from tests.campaign import wal


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
