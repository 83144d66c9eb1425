"""Kill a recording program again and again and look at what is left.

Run long: `python -m tests.telemetry.store.kills 200`.
"""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from center_app.core.db import open_sqlite
from center_app.telemetry.store.files import collector_folder
from center_app.telemetry.store.reader import StoreReader
from tests.telemetry.store.rig import FRAME, open_writer

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Acknowledged:
    recording_id: int
    raw_bytes: int
    samples: int


def one_kill(folder: Path, cell: int, after_lines: int, rows: int, pause_s: float) -> Acknowledged:
    """Start the victim, SIGKILL it after it has told so many acknowledgements; return the last one."""
    command = [sys.executable, "-m", "tests.telemetry.store.kill_victim", str(folder)]
    command += [str(cell), str(rows), str(pause_s)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as victim:
        assert victim.stdout is not None
        assert victim.stdout.readline().strip() == "ready"
        for _ in range(after_lines):
            line = victim.stdout.readline()
        victim.send_signal(signal.SIGKILL)
        rest = victim.stdout.read().splitlines()
        victim.wait()
    told = [line, *rest]
    whole = [text for text in told if len(text.split()) == 3]
    return Acknowledged(*map(int, whole[-1].split()))


def check_left(folder: Path, acknowledged: Acknowledged) -> tuple[int, int]:
    """Read the killed store as it is: all that was acknowledged is there; return (bytes, rows) found."""
    with StoreReader(folder) as reader:
        view = reader.recording(acknowledged.recording_id)
        first, last = view.started_ns, view.started_ns + 86_400_000_000_000
        raw = sum(len(record.data) for record in reader.raw(view.id))
        found = [reader.samples(view.cell_id, "drive", key, first, last, 10**8) for key in ("c0", "c1", "c2")]
        rows = np.arange(len(found[0].t_ns))
        assert raw >= acknowledged.raw_bytes, (raw, acknowledged)
        assert sum(len(part.t_ns) for part in found) >= acknowledged.samples, acknowledged
        assert len({len(part.t_ns) for part in found}) == 1
        for part, modulus in zip(found, (30_000, 7, 11), strict=True):
            assert (part.values == rows % modulus).all()
        account = reader.account(view.id)
        assert account.is_balanced, account
        assert account.stored_bytes == raw
        window = reader.window(
            view.cell_id, "drive", "c0", first, int(found[0].t_ns.max(initial=first)) + 1, 200, exact=True
        )
        assert window.count.sum() == len(rows)
        assert reader.verify(view.id) is None
    assert raw >= len(rows) * FRAME, "samples without their bytes"
    return raw, len(rows)


def check_recovered(folder: Path, acknowledged: Acknowledged, left: tuple[int, int]) -> None:
    """Open the writer again: the recording is sealed, nothing is lost, chains and files are whole."""
    writer = open_writer(folder)
    assert writer.recovered == [acknowledged.recording_id]
    writer.close()
    with StoreReader(folder) as reader:
        view = reader.recording(acknowledged.recording_id)
        assert view.ended_by == "crash"
        assert reader.verify(view.id) is None
        assert reader.account(view.id).is_balanced
        found = reader.samples(view.cell_id, "drive", "c1", view.started_ns, 1 << 62, 10**8)
        assert len(found.t_ns) == left[1]
        assert sum(len(record.data) for record in reader.raw(view.id)) == left[0]
        window = reader.window(
            view.cell_id,
            "drive",
            "c1",
            view.started_ns,
            int(found.t_ns.max(initial=view.started_ns)) + 1,
            50,
            exact=True,
        )
        assert window.count.sum() == left[1]
    for path in collector_folder(folder, "local").glob("*.db"):
        file = open_sqlite(path, read_only=True)
        assert file.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        file.close()


def campaign(kills: int, seed: int) -> dict[str, int]:
    """Kill `kills` times at random moments and rates; AssertionError at the first loss."""
    chance = random.Random(seed)
    total_bytes = total_rows = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(1, kills + 1):
            rows, pause_s = chance.choice([(7, 0.001), (50, 0.002), (500, 0.005), (5000, 0.01), (20_000, 0.0)])
            acknowledged = one_kill(folder, number, chance.randint(1, 60), rows, pause_s)
            left = check_left(folder, acknowledged)
            check_recovered(folder, acknowledged, left)
            total_bytes, total_rows = total_bytes + left[0], total_rows + left[1]
    return {"kills": kills, "seed": seed, "bytes_kept": total_bytes, "rows_kept": total_rows, "lost": 0}


if __name__ == "__main__":
    print(json.dumps(campaign(int(sys.argv[1]) if len(sys.argv) > 1 else 200, seed=20_260_601)))
