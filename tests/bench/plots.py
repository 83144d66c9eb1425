"""Measure frames on the GUI thread: 8 curves over 100 million stored samples, and plain pyqtgraph over 10 million.

Pans and zooms the real plot stack at 1600×900 with the recorded data behind it; a frame is drawing with the
points that the window lane has fetched. Prints one JSON object a line. Run: `python -m tests.bench.plots`.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from tests.bench.telemetry_window import CHANNELS, MS, T0, build

SIZE = (1600, 900)


def say(**told: Any) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def _figures(times_s: list[float]) -> dict[str, float]:
    found = np.array(times_s) * 1000
    return {
        "median_ms": round(float(np.median(found)), 2),
        "p95_ms": round(float(np.percentile(found, 95)), 2),
        "worst_ms": round(float(found.max()), 2),
    }


def ours(folder: Path, rows: int, frames: int = 240) -> None:
    """Pan and zoom the plot stack and time each drawn frame."""
    from PySide6.QtWidgets import QApplication

    from center_app.telemetry.store import StoreReader
    from ui.kit.tasks import Tasks
    from ui.kit.theme import load_fonts, theme
    from ui.pages.cells.plot.stack import PlotStack, channel_of
    from ui.pages.cells.plot.timebase import TimeBase

    app = QApplication.instance() or QApplication([])
    load_fonts()
    theme.choose("light")
    tasks = Tasks(None, lambda: None)
    base = TimeBase(lambda: T0 + rows * MS, 60_000_000_000)
    stack = PlotStack(tasks, lambda: StoreReader(folder), base)
    with StoreReader(folder) as reader:
        channels = [channel_of(view, "en") for view in reader.channels(1)][:CHANNELS]
    stack.resize(*SIZE)
    stack.show_channels(channels)
    stack.show()
    random, span, times = np.random.default_rng(5), float(rows * MS), []
    for frame in range(frames):
        span *= 0.94 if frame < frames // 2 else 1 / 0.94
        end = T0 + rows * MS - int(random.uniform(0, 1) * max(0.0, rows * MS - span))
        base.show(int(end - span), end)
        stack.feed.tick(base, 1500)
        deadline = time.monotonic() + 5
        while not tasks.is_idle and time.monotonic() < deadline:
            app.processEvents()
            time.sleep(0.0005)
        began = time.perf_counter()
        stack.draw(base.window())
        for shown in stack.findChildren(type(stack._shown[0].panel.view)):
            shown.viewport().repaint()
        times.append(time.perf_counter() - began)
    stack.close()
    tasks.close()
    say(bench="frame_8_curves", samples=rows * CHANNELS, frames=frames, size=SIZE, target_p95_ms=10, **_figures(times))


def rival(points: int = 10_000_000, frames: int = 30) -> None:
    """Pan plain pyqtgraph over one curve with its own down-sampling, and hand it all points each frame."""
    import pyqtgraph as pg
    from PySide6.QtWidgets import QApplication

    app = QApplication.instance() or QApplication([])
    y = np.sin(np.arange(points) / 5e4).astype(np.float32)
    plot = pg.PlotWidget()
    plot.resize(*SIZE)
    curve = plot.plot(y, pen=pg.mkPen("#0072B2", width=1))
    curve.setDownsampling(auto=True, method="peak")
    curve.setClipToView(True)
    plot.show()
    pan, given = [], []
    for frame in range(frames):
        began = time.perf_counter()
        plot.setXRange(frame * points / 100, points / 2 + frame * points / 100, padding=0)
        app.processEvents()
        plot.viewport().repaint()
        pan.append(time.perf_counter() - began)
    for _frame in range(frames):
        began = time.perf_counter()
        curve.setData(y)
        app.processEvents()
        plot.viewport().repaint()
        given.append(time.perf_counter() - began)
    plot.close()
    say(bench="pyqtgraph_pan_1_curve", points=points, **_figures(pan))
    say(bench="pyqtgraph_set_data_1_curve", points=points, **_figures(given))


def main(rows: int = 12_500_000) -> None:
    with tempfile.TemporaryDirectory() as name:
        build(Path(name), rows)
        ours(Path(name), rows)
    rival()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 12_500_000)
