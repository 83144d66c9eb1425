"""The demo centre as a whole: made anew each day, with simulated devices on real serial lines."""

from __future__ import annotations

import shutil
import time
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
PORTS_WAIT_S = 8.0


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
        """Start the simulated devices and, once their ports are there, the collector."""
        count = self._simulators.start()
        self._wait_for_ports(count)
        launch.start_detached(self._center.store)

    def _wait_for_ports(self, count: int) -> None:
        """Wait for the devices' ports, so that no recording begins with a gap; a slow machine goes on without."""
        deadline = time.monotonic() + PORTS_WAIT_S
        ports = self._center.folder / "ports"
        while len([link for link in ports.glob("tty-*") if link.exists()]) < count:
            if time.monotonic() > deadline:
                log.warning("not every simulated port came within %s s", PORTS_WAIT_S)
                return
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop the collector, then the devices."""
        launch.stop(self._center.store)
        self._simulators.stop()
