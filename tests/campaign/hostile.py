"""S3: one port gets floods at 921,600 baud while another records; memory and processor time of the collector are read.

Floods: a line that never ends, NUL bytes, noise (a wrong speed), ten megabytes without a delimiter, and frames that
declare a length of 2^31. Passed: at most +5 MB and 30 % of a core over the quiet collector, the account balanced with
a reason for every byte, and the other port loses nothing.
Run: `python -m tests.campaign.hostile [seconds per flood]`. Prints one JSON object.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from center_app.core.labels import Label
from center_app.telemetry.store.reader import StoreReader
from center_app.telemetry.values import CellView
from center_app.wiring import Center
from tests.support import wait_until
from tests.telemetry.cells import add_cell, collector, health_of, new_center, simulator, wait_for_bytes

BYTES_PER_S = 92_160
SLICE_S = 0.02
MOST_GROWTH_MB, MOST_CPU = 5.0, 0.30
FLOODS: dict[str, tuple[str, Callable[[int], bytes]]] = {
    "line without end": ("delimited_text", lambda size: b"1.5,-2," * (size // 7 + 1)),
    "NUL flood": ("robot_cell", bytes),
    "wrong speed": ("nmea0183", lambda size: np.random.default_rng(size).bytes(size)),
    "no delimiter": ("label_value", lambda size: b"A" * size),
    "declared length of 2^31": ("xsens_mti", lambda size: (b"\xfa\xff\x36\xff\xff\xff\x80\x00\x00\x00" * size)[:size]),
}


class Flood:
    """Own a pseudo-terminal and write a flood into it, paced at line speed; what nobody reads is dropped."""

    def __init__(self, link: Path) -> None:
        self._near, far = os.openpty()
        self._link = link
        tty.setraw(far)
        os.set_blocking(self._near, False)
        link.symlink_to(os.ttyname(far))
        os.close(far)
        self.sent = 0

    def run(self, make: Callable[[int], bytes], seconds: float) -> None:
        """Write for so long."""
        began = time.monotonic()
        pause = threading.Event()
        while (passed := time.monotonic() - began) < seconds:
            due = round(passed * BYTES_PER_S) - self.sent
            if due > 0:
                self.sent += self._write(make(due)[:due])
            pause.wait(SLICE_S)

    def _write(self, data: bytes) -> int:
        try:
            return os.write(self._near, data)
        except OSError:
            return 0

    def close(self) -> None:
        """Take the port away; the next flood's terminal may get the same number."""
        self._link.unlink()
        os.close(self._near)


def _memory_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _load(pid: int, seconds: float, work: Callable[[], Any]) -> float:
    """Return the share of a core that a process used while `work` ran."""
    before, began = _cpu_s(pid), time.monotonic()
    work()
    return (_cpu_s(pid) - before) / max(time.monotonic() - began, seconds)


@contextmanager
def _recording(place: Path) -> Iterator[tuple[Center, CellView, int]]:
    """Record a simulated robot cell; yield the centre, its cell and the collector's process id."""
    center = new_center(place / "centre")
    quiet = place / "quiet"
    with simulator("robot_cell", quiet), collector(center.folder) as process:
        cell = add_cell(center, quiet)
        wait_for_bytes(center.folder, cell.id, 100_000)
        yield center, cell, process.pid
    center.close()


def _one(center: Center, pid: int, place: Path, name: str, seconds: float) -> dict[str, Any]:
    profile, make = FLOODS[name]
    link = place / profile
    flood = Flood(link)
    before_mb = _memory_mb(pid)
    cell = add_cell(center, link, profile, label=Label.of(name), machine_id=None)
    wait_until(lambda: (found := health_of(center.folder, cell.id)) is not None and found.recording_id, poll_s=0.05)
    cpu = _load(pid, seconds, lambda: flood.run(make, seconds))
    wait_for_bytes(center.folder, cell.id, flood.sent, 30)
    grown = _memory_mb(pid) - before_mb
    health = health_of(center.folder, cell.id)
    flood.close()
    assert health is not None
    return {
        "bytes": flood.sent, "cpu": round(cpu, 3), "grown_mb": round(grown, 1), "balanced": health.is_balanced,
        "discarded": dict(health.discarded), "frames": health.frames,
    }  # fmt: skip


def run(seconds: float) -> dict[str, Any]:
    """Run every flood once beside a quiet port; return the figures."""
    with tempfile.TemporaryDirectory() as name, _recording(Path(name)) as (center, quiet, pid):
        idle = _load(pid, seconds, lambda: threading.Event().wait(seconds))
        told = {flood: _one(center, pid, Path(name), flood, seconds) for flood in FLOODS}
        health = health_of(center.folder, quiet.id)
        with StoreReader(center.folder) as reader:
            gaps = len(reader.gaps(quiet.id))
    assert health is not None
    quiet_told = {
        "frames": health.frames, "discarded": dict(health.discarded), "gaps": gaps, "lost_samples": health.lost_samples,
        "longest_pause_ms": round(health.longest_pause_s * 1000),
    }  # fmt: skip
    passed = (
        all(
            each["balanced"] and each["grown_mb"] <= MOST_GROWTH_MB and each["cpu"] - idle <= MOST_CPU
            for each in told.values()
        )
        and not gaps
        and not health.lost_samples
    )
    return {"idle_cpu": round(idle, 3), "floods": told, "other_port": quiet_told, "passed": passed}


def main(seconds: float) -> int:
    told = run(seconds)
    sys.stdout.write(json.dumps(told, indent=1) + "\n")
    return 0 if told["passed"] else 1


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 30.0))
