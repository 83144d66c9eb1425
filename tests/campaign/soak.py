"""S6: six ports with pulled plugs and spoilt frames for hours; every frame is stored or counted, memory stays.

Run: `python -m tests.campaign.soak [--seconds 28800]`. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from tests.campaign import wires

PORTS = 6
SPOILT = 0.01
LOOK_S = 2.0
SHORTEST_S = 900.0
"""Memory is judged in the second half of a run of at least this length: caches and the pyramid's levels fill first."""


def main(arguments: list[str]) -> int:
    """Run and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=28_800.0)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as place:
        told = run(Path(place), given.seconds)
    sys.stdout.write(json.dumps(told) + "\n")
    return 0 if told["passed"] else 1


def _plan(port: int, seconds: float) -> wires.Plan:
    """Pull the plug about twice a minute, for 20 ms to 5 s, and spoil one frame in a hundred."""
    dice = np.random.default_rng(100 + port)
    at_s, pulls = 4.0, []
    while True:
        at_s += float(dice.uniform(5, 55))
        length = float(np.exp(dice.uniform(np.log(0.02), np.log(5.0))))
        if at_s + length > seconds - 3:
            return wires.Plan(200.0, pulls, SPOILT, port)
        pulls.append((at_s, length))
        at_s += length


def run(place: Path, seconds: float) -> dict[str, object]:
    """Record for so long; compare."""
    plans = [_plan(port, seconds) for port in range(PORTS)]
    center = wires.new_center(place / "store")
    lines = [wires.Wire(place / f"tty{port}", plan) for port, plan in enumerate(plans)]
    memory: list[tuple[float, float]] = []
    try:
        cells = [wires.add_cell(center, line.link) for line in lines]
        with wires.collector(place / "store") as process:
            wires.wait_for(lambda: len(wires.health(place / "store")) == PORTS, 30)
            for line in lines:
                line.start()
            began = time.monotonic()
            while time.monotonic() - began < seconds:
                time.sleep(min(LOOK_S, seconds))
                memory.append((time.monotonic() - began, wires.resident_mb(process.pid)))
            sent = [line.finish() for line in lines]
            time.sleep(1.0)
            pauses = [port.longest_pause_s for port in wires.health(place / "store")]
    finally:
        for line in lines:
            line.close()
        center.close()
    told = [wires.compare(place / "store", cell.id, one) for cell, one in zip(cells, sent, strict=True)]
    slope = slope_mb_per_h(memory)
    exact = all(one.is_exact for one in told)
    passed = exact and (slope is None or slope <= 1.0)
    return {
        "run": "S6 soak", "seconds": seconds, "ports": PORTS, "pulls": [len(one.pulled_ns) for one in sent],
        "gaps": [one.gaps for one in told], "sent": sum(one.sent for one in told),
        "stored": sum(one.stored for one in told), "in_gaps": sum(one.in_gaps for one in told),
        "spoilt": sum(one.spoilt for one in told), "beside_spoilt": sum(one.beside_spoilt for one in told),
        "unexplained": sum(one.unexplained for one in told), "doubled": sum(one.doubled for one in told),
        "sent_equals_stored_plus_counted_lost": exact, "resident_mb": round(memory[-1][1], 1),
        "resident_slope_mb_per_h": None if slope is None else round(slope, 2),
        "longest_pause_s": round(max(pauses, default=0.0), 3), "passed": bool(passed),
    }  # fmt: skip


def slope_mb_per_h(memory: list[tuple[float, float]]) -> float | None:
    """Return how fast memory grows in the second half; None for a run too short to tell."""
    if not memory or memory[-1][0] < SHORTEST_S:
        return None
    late = [(at_s / 3600, size) for at_s, size in memory if at_s >= memory[-1][0] / 2]
    return float(np.polyfit([at_h for at_h, _ in late], [size for _, size in late], 1)[0])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
