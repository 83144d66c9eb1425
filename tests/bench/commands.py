"""Measure commands: from the request to its answer row, on a simulated gripper at a pseudo-terminal.

Prints one JSON object a line: name, value, unit, target. Run: ``python -m tests.bench.commands``.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from center_app.telemetry import queries
from center_app.telemetry.values import RequestState
from tests.support import wait_until
from tests.telemetry import commanded

COUNT = 100
TARGET_MS = 100.0
PAUSES_S = (0.113, 0.127, 0.139, 0.151, 0.173)
"""Waits between two commands, so that they meet the collector's turns at every phase."""


def measure(bench: commanded.Bench) -> list[dict[str, float]]:
    """Send commands one after the other; times in ms: asked to answered, and written to answered."""
    found = []
    for number in range(COUNT):
        time.sleep(PAUSES_S[number % len(PAUSES_S)])
        began = time.perf_counter()
        request = bench.send("move", position=number, speed=255, force=50)
        wait_until(lambda asked=request.id: _is_answered(bench, asked), 10, 0.001)  # type: ignore[misc]
        done_ms = (time.perf_counter() - began) * 1000
        outcome = bench.center.read(queries.request, request.id).outcome
        found.append({"done_ms": done_ms, "line_ms": outcome["latency_ms"]})
    return found


def _is_answered(bench: commanded.Bench, request_id: int) -> bool:
    view = bench.center.read(queries.request, request_id)
    return view is not None and view.state is RequestState.DONE


def tell(name: str, values: list[float], share: int, target: float | None = None) -> None:
    """Print one percentile."""
    value = statistics.quantiles(values, n=100)[share - 1]
    line = {"name": f"{name}, p{share}", "value": round(value, 1), "unit": "ms", "target": target}
    sys.stdout.write(json.dumps(line) + "\n")


def main() -> int:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as place, commanded.running(Path(place), "robotiq_2f") as bench:
        found = measure(bench)
    asked = [one["done_ms"] for one in found]
    tell("command asked to answered, read back", asked, 50)
    tell("command asked to answered, read back", asked, 95, TARGET_MS)
    tell("of that on the line, read back", [one["line_ms"] for one in found], 95)
    return 0


if __name__ == "__main__":
    sys.exit(main())
