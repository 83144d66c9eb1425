"""The demo centre as a whole: made anew each day, with simulated devices on real serial lines."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from center_app.core.clock import SystemClock
from center_app.core.log import topic
from center_app.flows.demo import Demo, found
from center_app.flows.demo.reports import seed_reports
from center_app.flows.demo.seed import FOUNDER, ZONE
from center_app.grants.demo import seed as seed_grants
from center_app.telemetry import demo as telemetry
from center_app.telemetry.collector import launch
from center_app.wiring import Center, open_center

log = topic("demo")
Told = Callable[[str, float], None]
_STAMP = "made.txt"


def _silent(_what: str, _share: float) -> None:
    """Follow nothing."""


def open_demo_center(folder: Path, told: Told = _silent) -> Center:
    """Open the demo centre in a folder; one of another day is set aside and made anew (some seconds)."""
    today = SystemClock().now().astimezone(ZoneInfo(ZONE)).date()
    if not is_fresh(folder, today):
        set_aside(folder)
        make(folder, told).close()
        (folder / _STAMP).write_text(today.isoformat(), encoding="utf-8")
    return open_center(str(folder))


def is_fresh(folder: Path, today: date) -> bool:
    """Tell whether a whole demo of today lies in a folder."""
    stamp = folder / _STAMP
    return stamp.exists() and stamp.read_text(encoding="utf-8").strip() == today.isoformat()


def set_aside(folder: Path) -> None:
    """Keep the last demo beside the new one, in case somebody wrote into it."""
    if folder.exists():
        launch.stop(str(folder))
        older = folder.with_name(folder.name + ".previous")
        shutil.rmtree(older, ignore_errors=True)
        folder.rename(older)


def make(folder: Path, told: Told = _silent) -> Center:
    """Make the demo centre in an empty folder: register, bookings, recordings, grant."""
    center = open_center(str(folder), create=True)
    demo = found(center.database, lambda what, share: told(what, share * 0.45))
    machines = {code: view.id for code, view in demo.register.machines.items()}
    telemetry.seed(
        center.database, folder, FOUNDER, machines, _uses(demo), (demo.first_day, demo.today), ZONE,
        lambda what, share: told(what, 0.45 + share * 0.4),
    )  # fmt: skip
    told("grants", 0.85)
    seed_grants(center.database, folder, demo.register, demo.today)
    told("reports", 0.95)
    seed_reports(center.database, folder, demo.first_day)
    told("done", 1.0)
    return center


def _uses(demo: Demo) -> dict[str, list[telemetry.Use]]:
    return {
        code: [telemetry.Use(use.used, use.runs) for use in uses if use.used is not None]
        for code, uses in demo.uses.items()
    }


class DemoCells:
    """Run the demo's cells: start with the window, stop with it."""

    def __init__(self, center: Center) -> None:
        """Take the open demo centre; nothing runs yet."""
        self._center = center
        self._simulators = telemetry.Simulators(center.folder / "ports")

    def start(self) -> None:
        """Start the simulated devices and the collector."""
        self._simulators.start()
        launch.start_detached(self._center.store)

    def stop(self) -> None:
        """Stop the collector, then the devices."""
        launch.stop(self._center.store)
        self._simulators.stop()
