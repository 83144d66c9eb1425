"""The short forms of the long runs: pulled plugs, a loaded computer, a clock that jumps, a soak."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.campaign import clock, soak, stall, unplug


def test_pulled_plugs_leave_one_exact_gap_each_and_nothing_else(tmp_path: Path) -> None:
    told = unplug.run(tmp_path, pulls=3, longest_s=0.8)
    assert told["gaps"] == told["pulls"] == [3] * unplug.PORTS
    assert (told["unexplained"], told["doubled"], told["unordered"]) == (0, 0, 0)
    assert told["handles_before"] == told["handles_after"]


def test_full_lines_lose_nothing(tmp_path: Path) -> None:
    told = stall.run(tmp_path, 4.0, burners=1)
    assert told["dropped"] == 0 or told["bytes_overflowed"] > 0, "only a kernel's full buffer may cost a frame"
    assert told["frames_sent"] > 15_000


def test_spoilt_frames_and_pulled_plugs_are_all_counted(tmp_path: Path) -> None:
    told = soak.run(tmp_path, 8.0)
    assert told["sent_equals_stored_plus_counted_lost"], told
    assert told["spoilt"] > 0


def test_a_wall_clock_that_jumps_changes_no_order(tmp_path: Path) -> None:
    """Where there is no compiler for the shim, the clock is stepped by hand in test_timing.py only."""
    if shutil.which("cc") is None and shutil.which("gcc") is None:
        return
    told = clock.run(tmp_path, 6.0)
    assert told["steps_noted_s"][: len(clock.STEPS_S)] == list(clock.STEPS_S)
    assert told["recordings_in_order"]
    assert told["smallest_step_ms"] > 0
    assert told["passed"], told
