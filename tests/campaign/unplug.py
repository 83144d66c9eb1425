"""S1: pull the plugs of four ports again and again, half of the times under a new name.

Run: `python -m tests.campaign.unplug [--pulls 50] [--longest 30] [--seconds 0]`. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from center_app.telemetry.store.reader import StoreReader
from tests.campaign import wires

PORTS = 4
DAY_NS = 86_400_000_000_000
SHORTEST_S, BETWEEN_S = 0.02, 1.5


def schedule(seed: int, pulls: int, longest_s: float) -> list[tuple[float, float]]:
    """Return (start, length) of each pull: lengths spread evenly over the decades."""
    dice = np.random.default_rng(seed)
    at_s, found = 3.0, []
    for length in np.exp(dice.uniform(np.log(SHORTEST_S), np.log(longest_s), pulls)).tolist():
        found.append((at_s, length))
        at_s += length + BETWEEN_S
    return found


def main(arguments: list[str]) -> int:
    """Run and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pulls", type=int, default=50)
    parser.add_argument("--longest", type=float, default=30.0)
    parser.add_argument("--seconds", type=float, default=0.0, help="leave out pulls that begin later")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as place:
        told = run(Path(place), given.pulls, given.longest, given.seconds)
    sys.stdout.write(json.dumps(told) + "\n")
    return 0 if told["passed"] else 1


def run(place: Path, pulls: int, longest_s: float, seconds: float = 0.0) -> dict[str, object]:
    """Record while the plugs are pulled; compare."""
    plans = [wires.Plan(pulls=_until(schedule(port, pulls, longest_s), seconds), seed=port) for port in range(PORTS)]
    center = wires.new_center(place / "store")
    lines = [wires.Wire(place / f"tty{port}", plan) for port, plan in enumerate(plans)]
    try:
        cells = [wires.add_cell(center, line.link) for line in lines]
        with wires.collector(place / "store") as process:
            wires.wait_for(lambda: len(wires.health(place / "store")) == PORTS, 30)
            for line in lines:
                line.start()
            wires.wait_for(lambda: all(port.frames > 100 for port in wires.health(place / "store")), 30)
            day, before = time.time_ns() // DAY_NS, wires.handles(process.pid)
            span_s = max(sum(plan.pulls[-1]) for plan in plans) + 3
            wires.wait_for(lambda: False, span_s)
            after = wires.handles(process.pid)
            if time.time_ns() // DAY_NS != day:  # the store begins new files at midnight UTC
                after["files"] = before["files"]
            sent = [line.finish() for line in lines]
            wires.wait_for(lambda: False, 1.0)
    finally:
        for line in lines:
            line.close()
        center.close()
    told = [wires.compare(place / "store", cell.id, one) for cell, one in zip(cells, sent, strict=True)]
    late = [delay for cell, one in zip(cells, sent, strict=True) for delay in resumed_s(place / "store", cell.id, one)]
    wanted = [len(one.pulled_ns) for one in sent]
    passed = (
        all(one.is_exact for one in told)
        and [one.gaps for one in told] == wanted
        and before == after
        and max(late) <= 1.0
    )
    return {
        "run": "S1 unplug", "ports": PORTS, "pulls": wanted, "gaps": [one.gaps for one in told],
        "frames_sent": sum(one.sent for one in told), "frames_stored": sum(one.stored for one in told),
        "frames_in_gaps": sum(one.in_gaps for one in told), "unexplained": sum(one.unexplained for one in told),
        "doubled": sum(one.doubled for one in told), "unordered": sum(one.unordered for one in told),
        "resumed_worst_s": round(max(late), 3), "resumed_median_s": round(float(np.median(late)), 3),
        "handles_before": before, "handles_after": after, "passed": bool(passed),
    }  # fmt: skip


def _until(pulls: list[tuple[float, float]], seconds: float) -> list[tuple[float, float]]:
    return [pull for pull in pulls if not seconds or sum(pull) < seconds] or pulls[:1]


def resumed_s(store: Path, cell_id: int, sent: wires.Sent) -> list[float]:
    """Return for each gap how long after the plug was back it ended, s."""
    with StoreReader(store) as reader:
        ends = [gap.end_ns for gap in reader.gaps(cell_id)]
    backs = [back for _, back in sent.pulled_ns if back]
    return [(end - back) / 1e9 for end, back in zip(ends, backs, strict=False)] or [float("inf")]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
