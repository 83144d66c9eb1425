"""A collector goes before other programs where it may, and never falls behind where it already does."""

from __future__ import annotations

import subprocess
import sys

from center_app.core.paths import PROGRAM

_ASK = (
    "import os; os.nice({begin}); from center_app.telemetry.collector import priority; print(priority.go_first({to}))"
)


def nice_after(begin: int, to: int) -> int:
    """Start a process that much lower, have it raise itself; return its nice value."""
    command = [sys.executable, "-c", _ASK.format(begin=begin, to=to)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True, cwd=PROGRAM).stdout)


def test_it_goes_first_or_stays_where_it_is() -> None:
    own = nice_after(0, 19)
    assert nice_after(0, 19) == own  # never lowered
    assert nice_after(3, own) in (own, own + 3)  # raised, or refused without a word
