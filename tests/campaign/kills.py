"""D1: kill the writer of recordings and the desk that books, at random moments; nothing acknowledged is lost.

Run: `python -m tests.campaign.kills [kills] [seed]`. Prints one JSON object. Each round one process records 5,000
samples/s and one books 20 times a second into the same store; one of them is killed and started again. A booking
that was acknowledged exists exactly once with its audit row; samples are checked as in `tests/telemetry/store/kills`.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from center_app.core.audit import AuditEntry
from center_app.core.centre import CentreDraft, establish
from center_app.core.db import Read, open_sqlite
from center_app.core.labels import Label
from center_app.core.paths import PROGRAM
from center_app.telemetry import queries
from center_app.wiring import open_center
from tests.telemetry.store import kills as samples

WRITES_AGAIN_S = 2.0
"""A restarted desk writes again, start of the program included; the median is judged, as other work goes on."""
_DESK = """
import sys, time
from pathlib import Path
from center_app.core.access import Actor, Role
from center_app.core.labels import Label
from center_app.telemetry import service
from center_app.telemetry.values import CellDraft
from center_app.wiring import open_center
center = open_center(sys.argv[1])
me = Actor(0, "desk", Role.ADMINISTRATOR, "desk")
number = int(sys.argv[2])
while True:
    draft = CellDraft(None, Label.of(f"act {number}"), f"/dev/act{number}", "robot_cell", enabled=False)
    center.write(me, service.add_cell, draft)
    print(number, flush=True)
    number += 1
    time.sleep(0.05)
"""


class _Desk:
    """Run the writing desk; remember what it acknowledged."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.acknowledged: set[int] = set()
        self.first_s: list[float] = []

    def round(self, seconds: float) -> None:
        """Write for a while and be killed."""
        first = max(self.acknowledged, default=0) + 1000
        began = time.monotonic()
        desk = subprocess.Popen(
            [sys.executable, "-c", _DESK, str(self.folder), str(first)], cwd=PROGRAM, stdout=subprocess.PIPE, text=True
        )
        assert desk.stdout is not None
        told = [desk.stdout.readline()]
        self.first_s.append(time.monotonic() - began)
        time.sleep(seconds)
        desk.kill()
        told += desk.stdout.read().splitlines()
        desk.wait()
        desk.stdout.close()
        self.acknowledged |= {int(line) for line in told if line.strip().isdigit()}

    def check(self) -> int:
        """Compare with the centre: every acknowledged act once, with one audit row, none without."""
        center = open_center(str(self.folder))
        try:
            found = [int(cell.port.removeprefix("/dev/act")) for cell in center.read(queries.cells)]
            audited = center.read(_audited)
        finally:
            center.close()
        assert len(found) == len(set(found)), "doubled"
        assert self.acknowledged <= set(found), "lost"
        assert len(audited) == len(found), (len(audited), len(found))
        file = open_sqlite(self.folder / "center.db", read_only=True)
        try:
            assert file.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        finally:
            file.close()
        return len(found)


def _audited(read: Read) -> list[int]:
    from sqlmodel import col, select

    wanted = select(AuditEntry.seq).where(col(AuditEntry.action) == "telemetry.add_cell")
    return [int(number or 0) for number in read.session.exec(wanted)]


def campaign(kills: int, seed: int) -> dict[str, object]:
    """Kill writer and desk in turn; AssertionError at the first loss."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        center = open_center(str(folder), create=True)
        from center_app.core.access import SYSTEM

        center.write(SYSTEM, establish, CentreDraft(Label.of("Kills"), "UTC"))
        center.close()
        desk, kept, lives = _Desk(folder), [0, 0], 0
        for number in range(1, kills + 1):
            if number % 2:
                desk.round(chance.uniform(0.05, 0.6))
                continue
            acknowledged = samples.one_kill(folder, number, chance.randint(1, 60), 50, 0.01)
            left = samples.check_left(folder, acknowledged)
            samples.check_recovered(folder, acknowledged, left)
            kept = [kept[0] + left[0], kept[1] + left[1]]
            lives += 1
        acts = desk.check()
    typical_s = float(np.median(desk.first_s))
    return {
        "kills": kills, "seed": seed, "of_writers": lives, "of_desks": kills - lives, "acts": acts,
        "acts_acknowledged": len(desk.acknowledged), "bytes_kept": kept[0], "rows_kept": kept[1], "lost": 0,
        "torn": 0, "doubled": 0, "desk_writes_after_s": round(typical_s, 2),
        "desk_writes_after_worst_s": round(max(desk.first_s), 2), "passed": typical_s <= WRITES_AGAIN_S,
    }  # fmt: skip


if __name__ == "__main__":
    told = campaign(int(sys.argv[1]) if len(sys.argv) > 1 else 500, 20_260_601)
    print(json.dumps(told))
    sys.exit(0 if told["passed"] else 1)
