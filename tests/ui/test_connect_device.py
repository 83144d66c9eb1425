"""Connect a device: an unknown device at a port shows named values with units, and is recorded as it was found."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from center_app.telemetry import queries
from center_app.telemetry.collector.process import run as collect
from center_app.wiring import Center
from devices import profiles
from devices.simulators.hearing import HeardRun
from devices.values import LineSettings
from tests.fakes import FakeClock
from tests.support import wait_until
from tests.ui.desk import Desk, open_desk
from tests.ui.seed import Seeded
from ui.pages.cells.connect_dialog import ConnectDialog, line_from


@pytest.fixture
def desk(seeded_center: tuple[Center, Seeded], clock: FakeClock, qtbot: object) -> Iterator[Desk]:
    """Open the window as an engineer, who may record."""
    made = open_desk(seeded_center[0], clock, seeded_center[1], person=1)
    yield made
    made.close()


@pytest.fixture
def collector(desk: Desk) -> Iterator[None]:
    """Run the centre's collector in a thread."""
    stop = threading.Event()
    folder = desk.center.folder
    thread = threading.Thread(target=collect, args=(str(folder), "local", folder), kwargs={"stop": stop})
    thread.start()
    yield
    stop.set()
    thread.join(20)


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Path]:
    """Run a robot cell that nobody announces, at 230400 baud."""
    link, stop = tmp_path / "unknown", threading.Event()
    run = HeardRun(profiles.get("robot_cell").simulator(5), LineSettings(230400), link, 100.0)
    thread = threading.Thread(target=run.run, args=(stop,))
    thread.start()
    wait_until(link.exists)
    yield link
    stop.set()
    thread.join(10)


def _dialog(desk: Desk) -> ConnectDialog:
    page = desk.go("cells")
    page.add_device()
    desk.until(lambda: desk.visible(ConnectDialog))
    return desk.visible(ConnectDialog)[0]


def test_an_unknown_device_shows_named_values_within_half_a_minute(desk: Desk, device: Path, collector: None) -> None:
    dialog = _dialog(desk)
    dialog.port.setCurrentText(str(device))
    began = time.monotonic()
    QTest.mouseClick(dialog.listen, Qt.MouseButton.LeftButton)
    desk.until(lambda: dialog.found.count() or dialog.problem.isVisible(), 40)
    assert time.monotonic() - began < 30
    assert dialog.problem.text() == ""
    assert dialog.found.item(0).text().startswith("230400 8N1, Robot cell (arm and gripper), ")
    draft = dialog.draft()
    assert (draft.profile_id, draft.line) == ("robot_cell", LineSettings(230400))
    assert dialog._preview.count() > 6
    QTest.mouseClick(dialog.main, Qt.MouseButton.LeftButton)
    desk.until(lambda: any(one.port == str(device) for one in desk.center.read(queries.cells)))
    cell = next(one for one in desk.center.read(queries.cells) if one.port == str(device))
    assert cell.line == LineSettings(230400)


def test_a_port_that_is_not_there_is_said_with_a_next_step(desk: Desk, collector: None) -> None:
    dialog = _dialog(desk)
    dialog.port.setCurrentText("/dev/ttyNONE7")
    dialog.start()
    desk.until(lambda: dialog.problem.isVisible())
    assert "/dev/ttyNONE7" in dialog.problem.text()
    dialog.reject()


def test_settings_may_be_written_by_hand(desk: Desk) -> None:
    assert line_from("9600 7e1") == LineSettings(9600, 7, "E", 1)
    assert line_from("19200") == LineSettings(19200)
    assert line_from("fast") is None
    dialog = _dialog(desk)
    dialog.save()
    assert not desk.center.read(queries.cells)
    dialog.reject()
