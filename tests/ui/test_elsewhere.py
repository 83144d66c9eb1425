"""Every page of a desk whose folder is empty shows what collectors elsewhere replicated to the centre's server."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtWidgets import QApplication

from center_app.core.access import Actor
from center_app.core.errors import PersonError
from center_app.core.paths import PROGRAM
from center_app.core.periods import month
from center_app.telemetry import queries
from center_app.telemetry.collector import ledger
from center_app.telemetry.exchange.python_text import PythonWindow, python_text
from center_app.telemetry.opening import open_reader
from center_app.telemetry.values import AlarmView, PortHealth, PortState
from center_app.wiring import Center, open_center
from tests.fakes import FakeClock
from tests.grants import chain_world
from tests.grants.chain_world import ADMIN, MEASURED, ZONE, ChainWorld
from tests.telemetry.store.rig import open_writer
from tests.telemetry.test_elsewhere import replicate
from tests.ui.desk import Desk, open_desk
from ui.kit.recorded import to_ns
from ui.kit.words import _
from ui.pages.calendar.measured import measurements_in
from ui.pages.cells.acts import exchange
from ui.pages.cells.profile_editor import sources
from ui.pages.cells.profile_editor.sources import MINUTE_NS
from ui.pages.equipment.hours import month_hours
from ui.pages.settings.data import _health
from ui.pages.today import data as today
from ui.shell.live import read_facts

MAY = month(2026, 5, ZONE)

pytestmark = pytest.mark.parametrize("center", ["postgresql"], indirect=True)


class People:
    """Stand for the seeded people: whoever opens this desk may do everything."""

    def actor(self, _index: int = 0) -> Actor:
        """Return the administrator."""
        return ADMIN


@pytest.fixture(autouse=True)
def zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_, "zone", ZoneInfo(ZONE))


@pytest.fixture
def world(center: Center) -> ChainWorld:
    """Record on the gateway, with a port's health and an alarm, and replicate it."""
    made = chain_world.make(center.folder, center)
    cell = center.read(queries.cells)[0]
    now = to_ns(center.clock.now())
    writer = open_writer(center.folder, cell.collector)
    health = PortHealth(cell.id, PortState.RECORDING, cell.port, now, now, wall_ns=now)
    alarm = AlarmView(cell.collector, 1, cell.id, "unacknowledged", 1, 1, True, now, now, 42.0, 44.0)
    writer.in_ledger(partial(ledger.put_health, health=health)).result(10)
    writer.in_ledger(lambda link: ledger.put_alarm_state(link, alarm)).result(10)
    writer.close()
    replicate(center)
    return made


@pytest.fixture
def there(center: Center, world: ChainWorld, clock: FakeClock, tmp_path: Path) -> Iterator[Center]:
    """Open the centre on another machine."""
    opened = open_center(center.database.url, clock, folder=tmp_path / "manager")
    yield opened
    assert not (opened.folder / "telemetry").exists()
    opened.close()


@pytest.fixture
def window(there: Center, clock: FakeClock, qtbot: object) -> Iterator[Desk]:
    """Open the window there."""
    made = open_desk(there, clock, People())  # type: ignore[arg-type]
    yield made
    made.close()


READS: dict[str, Callable[[Any, Center, int], Any]] = {
    "today": lambda read, center, _machine: today.week_hours(read, center, MAY),
    "calendar": lambda read, center, _machine: measurements_in(read, center.folder, MAY),
    "hours": lambda read, center, machine: month_hours(read, center.folder, machine, date(2026, 6, 1), 1),
    "settings": lambda read, center, _machine: _health(read, center).ports,
    "status bar": lambda read, center, _machine: read_facts(read, center),
}


@pytest.mark.parametrize("name", list(READS))
def test_what_is_read_there_is_what_was_recorded_here(world: ChainWorld, there: Center, name: str) -> None:
    machine = world.machines[MEASURED]
    here = world.center.read(READS[name], world.center, machine)
    assert there.read(READS[name], there, machine) == here
    assert is_told(name, here)


def is_told(name: str, found: Any) -> bool:
    """Tell whether there is something in what was read."""
    if name == "today":
        return bool(found.measured == 5.0)
    if name == "calendar":
        return bool(len(found[0].intervals) == 2)
    if name == "hours":
        return bool(found[0][3] == 5.0)
    return bool(found) if name == "settings" else bool(found.alarms == 1)


def test_the_editor_says_where_raw_bytes_lie_and_takes_them_once_the_server_has_them(
    world: ChainWorld, there: Center
) -> None:
    cell = world.center.read(queries.cells)[0]
    here = sources.from_cell(ignore, world.center, cell.id)
    assert here
    with pytest.raises(PersonError, match=r"profile_editor\.bytes_elsewhere"):
        sources.from_cell(ignore, there, cell.id)
    with open_reader(world.center) as reader:
        end_ns, recording = reader.span(cell.id)[1], reader.recordings(cell.id)[-1]
    writer = open_writer(world.center.folder, cell.collector)
    writer.in_ledger(lambda link: ledger.put_pin(link, recording.id, end_ns - MINUTE_NS, end_ns, "test")).result(10)
    writer.close()
    replicate(world.center)
    assert here.endswith(sources.from_cell(ignore, there, cell.id)[-1000:])


def ignore(*_told: object) -> None:
    """Take progress."""


def test_the_copied_program_runs_there_and_finds_the_samples(window: Desk, world: ChainWorld, tmp_path: Path) -> None:
    cell = world.center.read(queries.cells)[0]
    page = window.go("cells", cell_id=cell.id, at_ns=to_ns(chain_world.period(4, 10, 11).start))
    window.until(lambda: page.monitor.card and page.monitor._channels)
    exchange.copy_python(page)
    window.until(lambda: "open_center" in QApplication.clipboard().text())
    program = tmp_path / "window.py"
    program.write_text(QApplication.clipboard().text(), encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, str(program)], cwd=PROGRAM, env={"PYTHONPATH": str(PROGRAM)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    counts = [int(line.split(" samples")[0].split()[-1]) for line in ran.stdout.splitlines()]
    assert counts
    assert min(counts) > 0


def test_no_password_gets_into_the_copied_program(world: ChainWorld) -> None:
    url = "postgresql+psycopg://lin:se%20cret@db.example:5433/centre?sslmode=require"
    text = python_text(PythonWindow(Path("/srv/centre"), [], 0, 1, "Cell", url))
    compile(text, "window.py", "exec")
    assert "cret" not in text
    assert "'postgresql://lin@db.example:5433/centre?sslmode=require'" in text
    assert "PGPASSWORD" in text
