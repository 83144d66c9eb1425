"""S5: the wall clock jumps under a recording (-2 h, +1 day, an hour either way) and before a restart.

The collector runs under a shim that moves CLOCK_REALTIME only. Run: `python -m tests.campaign.clock [--seconds 60]`.
Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import numpy as np

from center_app.telemetry.records import Records
from center_app.telemetry.store.reader import StoreReader
from tests.campaign import wires

STEPS_S = (-7200, 86_400, 3600, -3600)
SOURCE = Path(__file__).with_name("clock_shim.c")


def main(arguments: list[str]) -> int:
    """Run and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as place:
        told = run(Path(place), given.seconds)
    sys.stdout.write(json.dumps(told) + "\n")
    return 0 if told["passed"] else 1


def build(place: Path) -> Path:
    """Compile the shim; raises CalledProcessError, or FileNotFoundError where there is no compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise FileNotFoundError("a C compiler")
    library = place / "clock_shim.so"
    command = [compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(SOURCE), "-ldl"]
    subprocess.run(command, check=True)
    return library


def run(place: Path, seconds: float) -> dict[str, object]:
    """Record while the clock is set again and again; then start anew with a clock two hours behind."""
    offset = place / "offset"
    offset.write_text("0")
    environment = {"LD_PRELOAD": str(build(place)), "CLOCK_SHIM": str(offset)}
    store, plan = place / "store", wires.Plan()
    center = wires.new_center(store)
    line = wires.Wire(place / "tty0", plan)
    try:
        cell = wires.add_cell(center, line.link)
        with wires.collector(store, environment):
            wires.wait_for(lambda: bool(wires.health(store)), 30)
            line.start()
            wires.wait_for(lambda: wires.health(store)[0].frames > 20, 20)
            total = 0
            for step in STEPS_S:
                time.sleep(seconds / (len(STEPS_S) + 2))
                total += step
                offset.write_text(str(total))
            time.sleep(seconds / (len(STEPS_S) + 2))
        offset.write_text("-7200")
        with wires.collector(store, environment):
            wires.wait_for(lambda: _count(store, cell.id) == 2, 30)
            time.sleep(seconds / (len(STEPS_S) + 2))
            sent = line.finish()
            time.sleep(1.0)
    finally:
        line.close()
        center.close()
    return _judge(store, cell.id, sent)


def _count(store: Path, cell_id: int) -> int:
    with StoreReader(store) as reader:
        return len(reader.recordings(cell_id))


def _judge(store: Path, cell_id: int, sent: wires.Sent) -> dict[str, object]:
    told = wires.compare(store, cell_id, sent)
    with StoreReader(store) as reader:
        recordings = sorted(reader.recordings(cell_id), key=lambda one: one.id)
        first = recordings[0]
        moments = reader.samples(cell_id, "motion", "force", first.started_ns, 2**62, 10_000_000).t_ns
        gap_s = sum(gap.end_ns - gap.start_ns for gap in reader.gaps(cell_id)) / 1e9
        ordered = all(a.ended_ns < b.started_ns for a, b in pairwise(recordings))
    steps = np.diff(moments[moments <= (recordings[0].ended_ns or 0)])
    records = Records(store)
    noted = [event.details["offset_ns"] / 1e9 for event in reversed(records.events("clock"))]
    records.close()
    found = np.rint(np.diff([0.0, *noted])).astype(int).tolist()
    expected = list(STEPS_S)
    passed = (
        told.is_exact and ordered and found[: len(expected)] == expected and int(steps.min()) > 0 and told.gaps == 1
    )
    return {
        "run": "S5 clock", "steps_s": expected, "steps_noted_s": found, "sent": told.sent, "stored": told.stored,
        "in_gaps": told.in_gaps, "unexplained": told.unexplained, "doubled": told.doubled,
        "unordered": told.unordered, "recordings_in_order": ordered, "gap_of_restart_s": round(gap_s, 3),
        "smallest_step_ms": float(steps.min()) / 1e6, "largest_step_ms": round(float(steps.max()) / 1e6, 3),
        "passed": bool(passed),
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
