"""Measure from the command to a usable window: Today painted with the demo's data.

Prints one JSON object a line. Run: `python -m tests.bench.start [runs]`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

_CHILD = """
import sys, time
from center_app.core.access import Actor, Role
from center_app.wiring import open_center
from ui.shots import settle
from ui.shell.window import Window
from ui.kit.memory import Memory
from ui.shots import application
application()
center = open_center(sys.argv[1])
window = Window(center, Actor(1, "Lin Wei", Role.STAFF, "bench"), Memory(None))
window.resize(1440, 900)
window.navigate("today")
window.show()
settle(window)
window.grab()
sys.stdout.write(str(time.time()))
sys.stdout.flush()
window.close()
"""


def main(runs: int = 5) -> None:
    from center_app.demo import make

    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "centre"
        make(folder).close()
        times = []
        for _run in range(runs + 1):
            began = time.time()
            done = subprocess.run(
                [sys.executable, "-c", _CHILD, str(folder)], capture_output=True, text=True, env=environment, check=True
            )
            times.append(float(done.stdout.strip().split()[-1]) - began)
    warm = times[1:]
    told = {
        "bench": "command_to_usable_window",
        "median_s": round(median(warm), 2),
        "worst_s": round(max(warm), 2),
        "target_s": 1.2,
    }
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
