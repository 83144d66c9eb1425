"""S4: two ports at 921600 baud and four at 115200 while other programs take every core: nothing is dropped.

Run: `python -m tests.campaign.stall [--seconds 600]`. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.campaign import wires

BAUDS = (921_600, 921_600, 115_200, 115_200, 115_200, 115_200)
LOAD = 0.95
"""Share of each line's capacity that is used."""
P999_S, WORST_S = 0.05, 0.15


def main(arguments: list[str]) -> int:
    """Run and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as place:
        told = run(Path(place), given.seconds)
    sys.stdout.write(json.dumps(told) + "\n")
    return 0 if told["passed"] else 1


def burn(seconds: float) -> None:
    """Take a core, as plots and a long report would."""
    until, value = time.monotonic() + seconds, 1
    while time.monotonic() < until:
        for _ in range(10_000):
            value = (value * 1_103_515_245 + 12_345) & 0x7FFFFFFF


def run(place: Path, seconds: float, burners: int | None = None) -> dict[str, object]:
    """Record at full speed under load; compare."""
    plans = [wires.Plan(baud / 10 * LOAD / wires.FRAME_BYTES, seed=port) for port, baud in enumerate(BAUDS)]
    center = wires.new_center(place / "store")
    lines = [wires.Wire(place / f"tty{port}", plan) for port, plan in enumerate(plans)]
    context = multiprocessing.get_context("spawn")
    count = (os.cpu_count() or 1) if burners is None else burners
    load = [context.Process(target=burn, args=(seconds + 3,)) for _ in range(count)]
    try:
        cells = [wires.add_cell(center, line.link) for line in lines]
        with wires.collector(place / "store"):
            wires.wait_for(lambda: len(wires.health(place / "store")) == len(BAUDS), 30)
            for worker in load:
                worker.start()
            for line in lines:
                line.start()
            time.sleep(seconds)
            sent = [line.finish() for line in lines]
            time.sleep(1.5)
            ports = wires.health(place / "store")
    finally:
        for worker in load:
            if worker.pid is not None:
                worker.terminate()
                worker.join(10)
        for line in lines:
            line.close()
        center.close()
    told = [wires.compare(place / "store", cell.id, one) for cell, one in zip(cells, sent, strict=True)]
    p999, worst = max(port.pause_p999_s for port in ports), max(port.longest_pause_s for port in ports)
    dropped = sum(one.sent - one.stored for one in told)
    return {
        "run": "S4 stall", "seconds": seconds, "bauds": BAUDS, "burners": count,
        "frames_sent": sum(one.sent for one in told), "frames_stored": sum(one.stored for one in told),
        "bytes_overflowed": sum(one.overflowed for one in sent), "dropped": dropped,
        "gaps": [one.gaps for one in told], "pause_p999_s": round(p999, 4), "pause_worst_s": round(worst, 4),
        "most_waiting_bytes": max(port.buffer_peak for port in ports),
        "passed": bool(dropped == 0 and p999 <= P999_S and worst <= WORST_S),
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
