"""Memory that is free again goes back to the system, in a process of its own."""

from __future__ import annotations

import subprocess
import sys

from center_app.core.paths import PROGRAM

_CHURN = """
import sys
import numpy as np
from pathlib import Path
from center_app.telemetry.collector import heap
pins = []
for turn in range(3):
    rows = []
    for number in range(150):
        rows.append(np.full(125_000, number, dtype=np.float64))
        pins.append(bytes(4000))
    rows.clear()
is_set = heap.give_back() if sys.argv[1] == "set" else False
status = Path("/proc/self/status").read_text()
print(int(is_set), next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))
"""


def resident_kb(word: str) -> tuple[bool, int]:
    """Make and free 150 arrays of 1 MB three times beside small things that stay; return what stays resident."""
    command = [sys.executable, "-c", _CHURN, word]
    told = subprocess.run(command, capture_output=True, text=True, check=True, cwd=PROGRAM).stdout.split()
    return told[0] == "1", int(told[1])


def test_freed_arrays_do_not_stay_with_the_collector() -> None:
    is_set, given_back = resident_kb("set")
    _, kept = resident_kb("unset")
    assert not is_set or given_back < kept - 50_000
