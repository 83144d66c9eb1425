"""Measure the timeline: repaint of day, week and month over 270,000 bookings, and a drag step.

Prints one JSON object a line: name, median and p95 in ms of wall time, median in ms of
processor time (which other programs do not disturb), target. Run offscreen:
``QT_QPA_PLATFORM=offscreen python -m tests.bench.timeline``.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np

from ui.pages.calendar.data import Bars, BarState, Row, TimelineData, TrackKind, Tracks

UNITS, PER_DAY, DAYS = 300, 15, 60
START = 1_780_243_200  # 2026-06-01 00:00 in Shanghai
TARGET_MS = 16.0
ROUNDS = 40


def synthetic(units: int = UNITS, per_day: int = PER_DAY, days: int = DAYS, seed: int = 1) -> TimelineData:
    """Make units × per_day × days bookings of 30 to 90 minutes, each with two measured spans."""
    random = np.random.default_rng(seed)
    n, slot = units * per_day * days, 86_400 // per_day
    row = np.repeat(np.arange(units), per_day * days)
    start = START + np.tile(np.arange(per_day * days) * slot, units)
    end = start + random.integers(1800, slot, n) // 300 * 300
    return TimelineData(
        tuple(Row(k, f"Machine {k:03d}", "H1", f"Group {k // 20:02d}") for k in range(units)),
        _bars(random, row, start, end),
        _tracks(row, start, end),
        START,
        START + days * 86_400,
        "Asia/Shanghai",
    )


def _bars(random: np.random.Generator, row: np.ndarray, start: np.ndarray, end: np.ndarray) -> Bars:
    n = row.size
    people = [f"Person {k}" for k in range(40)]
    projects = [f"P-20{k:02d} Project" for k in range(12)]
    return Bars(
        np.arange(n),
        row,
        start,
        end,
        random.choice([0, 900], n),
        np.zeros(n, np.int64),
        random.choice([0, 600], n),
        random.choice([int(state) for state in BarState if state < 6], n).astype(np.uint8),
        random.random(n) < 0.03,
        tuple(people[k] for k in random.integers(0, 40, n)),
        tuple(projects[k] for k in random.integers(0, 12, n)),
    )


def _tracks(row: np.ndarray, start: np.ndarray, end: np.ndarray) -> Tracks:
    middle = (start + end) // 2
    starts = np.stack([start, middle], axis=1).ravel()
    ends = np.stack([middle - 60, end], axis=1).ravel()
    kinds = np.tile(np.array([TrackKind.RUN, TrackKind.IDLE], np.uint8), row.size)
    return Tracks(np.repeat(row, 2), starts, ends, kinds)


def say(name: str, samples: list[tuple[float, float]]) -> None:
    """Print one figure from (wall, processor) times in ms."""
    ordered = sorted(wall for wall, _processor in samples)
    line = {
        "name": name,
        "median_ms": round(statistics.median(ordered), 2),
        "p95_ms": round(ordered[int(len(ordered) * 0.95)], 2),
        "cpu_median_ms": round(statistics.median(processor for _wall, processor in samples), 2),
        "target_ms": TARGET_MS,
        "bookings": UNITS * PER_DAY * DAYS,
    }
    sys.stdout.write(json.dumps(line) + "\n")


def once(act: Callable[[], None]) -> tuple[float, float]:
    """Time an act: wall and processor time in ms."""
    begun, used = time.perf_counter(), time.process_time()
    act()
    return (time.perf_counter() - begun) * 1000, (time.process_time() - used) * 1000


def timed(act: Callable[[int], None]) -> list[tuple[float, float]]:
    """Time an act, one sample a round; three rounds warm up."""
    return [once(lambda number=number: act(number)) for number in range(-3, ROUNDS)][3:]


def main() -> None:
    """Measure and print."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtGui import QImage
    from PySide6.QtWidgets import QApplication

    from ui.kit.theme import load_fonts, theme
    from ui.pages.calendar.conflict import Proposal
    from ui.pages.calendar.geometry import View
    from ui.pages.calendar.timeline import Timeline

    app = QApplication.instance() or QApplication([])
    load_fonts()
    theme.choose("light")
    timeline = Timeline()
    timeline.resize(1064, 740)
    data = synthetic()
    say("timeline.load", [once(lambda: timeline.set_data(data))])
    image = QImage(1064, 740, QImage.Format.Format_ARGB32_Premultiplied)
    for view in View:
        timeline.go(START + 10 * 86_400, view)
        timeline.set_now(START + 12 * 86_400)

        def pan(number: int) -> None:
            timeline.set_axis(timeline.axis.panned(7))
            timeline.rows_bar.setValue(number * 28)
            timeline.render(image)

        say(f"timeline.repaint.{view}", timed(pan))
        timeline.view = view

    def drag(number: int) -> None:
        timeline.propose(Proposal(number + 3, START + number * 900, START + number * 900 + 7200))
        timeline.render(image)

    timeline.go(START, View.DAY)
    say("timeline.drag", timed(drag))
    app.quit()


if __name__ == "__main__":
    main()
