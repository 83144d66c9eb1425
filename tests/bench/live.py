"""Measure a live plot: from a byte on the wire to its pixel, and what the desk costs while it draws 8 × 1 kHz and idle.

A child process writes lines of eight numbers, 1,000 a second, into a pseudo-terminal; a real collector records them;
the window shows eight curves over ten seconds, each frame painted into a raster. A sample's pixel time is the end
of the first painting whose curves reach it. Run: `python -m tests.bench.live [seconds]`. Prints one JSON object.
"""

from __future__ import annotations

import json
import math
import multiprocessing
import os
import sys
import tempfile
import threading
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

RATE_HZ, WRITES_HZ, CHANNELS = 1000, 100, 8


def send(link: str, ready: Any, stop: Any) -> None:
    """Write the lines at their pace until told to stop (a process of its own)."""
    near, far = os.openpty()
    tty.setraw(far)
    os.set_blocking(near, False)
    Path(link).symlink_to(os.ttyname(far))
    os.close(far)
    ready.set()
    began, sent = time.monotonic(), 0
    pause = threading.Event()
    while not stop.is_set():
        due = int((time.monotonic() - began) * RATE_HZ)
        if due > sent:
            _write(near, b"".join(_line(number) for number in range(sent, due)))
            sent = due
        pause.wait(1 / WRITES_HZ)


def _write(near: int, data: bytes) -> None:
    try:
        os.write(near, data)
    except OSError:
        return  # nobody reads yet


def _line(number: int) -> bytes:
    phase = number / 500
    return (",".join(f"{10 * math.sin(phase * (channel + 1)):.2f}" for channel in range(CHANNELS)) + "\r\n").encode()


@contextmanager
def device(link: Path) -> Iterator[None]:
    """Run the sender."""
    context = multiprocessing.get_context("spawn")
    ready, stop = context.Event(), context.Event()
    process = context.Process(target=send, args=(str(link), ready, stop))
    process.start()
    ready.wait(20)
    try:
        yield
    finally:
        stop.set()
        process.join(10)


class Paintings:
    """Note the end of each painting of the stack and up to which sample it reached (ns)."""

    def __init__(self, stack: Any) -> None:
        self.ends: list[tuple[int, int]] = []
        self._stack, self._draw = stack, stack.draw
        stack.draw = self._painted

    def _painted(self, window: tuple[int, int]) -> None:
        self._draw(window)
        for shown in self._stack._shown:
            shown.panel.grab()
        painted = time.time_ns()
        reached = [_reach(points) for points in self._stack.feed.curves.values() if np.isfinite(points.y).any()]
        if reached:
            self.ends.append((painted, min(reached)))

    def latencies_ms(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Return when each millisecond's sample was first painted, ms after it was sent."""
        found: list[float] = []
        for (_, before), (painted, reached) in zip(self.ends, self.ends[1:], strict=False):
            found += [(painted - t_ns) / 1e6 for t_ns in range(before + 1_000_000, reached + 1, 1_000_000)]
        return np.array(found)


def _reach(points: Any) -> int:
    """Return up to which instant a curve surely shows every sample: the start of its newest column, ns."""
    filled = points.t_ns[np.isfinite(points.y)]
    newest = np.unique(filled[-8:])
    width = int(np.diff(newest)[-1]) if len(newest) > 1 else 0
    return int(newest[-1]) - width // 2


def run(seconds: float) -> dict[str, Any]:
    """Record, draw, measure."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from center_app.core.access import Actor, Role
    from tests.telemetry.cells import add_cell, collector, new_center, wait_for_bytes
    from ui.kit.memory import Memory
    from ui.shell.window import Window
    from ui.shots import application

    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        center, link = new_center(place / "centre"), place / "port"
        with device(link), collector(center.folder):
            names = ",".join("abcdefgh")
            cell = add_cell(center, link, "delimited_text", params={"names": names, "separator": "comma", "mark": "."})
            wait_for_bytes(center.folder, cell.id, 200_000)
            application()
            window = Window(center, Actor(1, "bench", Role.ENGINEER, "bench"), Memory(None))
            window.resize(1600, 900)
            window.show()
            live = _live(window, cell.id, seconds)
            idle = _idle(window, seconds)
            window.close()
        center.close()
    return {"bench": "live", "channels": CHANNELS, "rate_hz": RATE_HZ, **live, **idle}


def _live(window: Any, cell_id: int, seconds: float) -> dict[str, Any]:
    window.navigate("cells", cell_id=cell_id)
    monitor = window.pages["cells"].monitor
    _spin(3.0)
    monitor.stack.show_channels(monitor._channels)
    monitor.base.set_span(10_000_000_000)
    _spin(2.0)
    cpu, frames = _spin(seconds), Paintings(monitor.stack)
    _spin(seconds)
    late = frames.latencies_ms()
    return {
        "live_cpu_share": round(cpu, 3), "target_live_cpu_share": 0.25,
        "painted_per_s": round(len(frames.ends) / seconds),
        "samples": len(late), "byte_to_pixel_p50_ms": round(float(np.percentile(late, 50)), 1),
        "byte_to_pixel_p99_ms": round(float(np.percentile(late, 99)), 1), "target_byte_to_pixel_p99_ms": 120,
    }  # fmt: skip


def _idle(window: Any, seconds: float) -> dict[str, Any]:
    window.navigate("today")
    _spin(2.0)
    return {"idle_cpu_share": round(_spin(seconds), 3), "target_idle_cpu_share": 0.02}


def _spin(seconds: float) -> float:
    """Run the event loop; return the share of a core that this process used."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    began = time.process_time()
    loop.exec()
    return (time.process_time() - began) / seconds


def main(seconds: float) -> None:
    sys.stdout.write(json.dumps(run(seconds)) + "\n")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 20.0)
