"""Connect a device: an unknown device at a port shows named values with units, and is recorded as it was found."""

from __future__ import annotations

import math
import os
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from center_app.core.labels import Label
from center_app.core.text import catalogue
from center_app.telemetry import port_list, queries, service
from center_app.telemetry.collector.process import run as collect
from center_app.telemetry.recognising import as_json, told
from center_app.telemetry.values import CellDraft, RequestKind
from center_app.wiring import Center
from devices import profiles
from devices.recognition import search
from devices.simulators.hearing import HeardRun
from devices.simulators.line import PtyLine
from devices.values import LineSettings
from tests.devices.clockless import Clockless
from tests.fakes import FakeClock
from tests.support import wait_until
from tests.ui.desk import Desk, open_desk
from tests.ui.seed import Seeded
from ui.pages.cells.connect_dialog import ConnectDialog, line_from
from ui.pages.cells.profile_editor.dialog import ProfileEditor


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


@contextmanager
def _silent(folder: Path) -> Iterator[str]:
    line = PtyLine(folder / "silent")
    yield str(folder / "silent")
    line.unplug()


def test_cancel_gives_the_port_back_before_the_search_would_end(desk: Desk, collector: None, tmp_path: Path) -> None:
    dialog = _dialog(desk)
    with _silent(tmp_path) as port:
        dialog.port.setCurrentText(port)
        dialog.start()
        desk.until(lambda: _is_busy(port))
        bar = dialog._progress
        desk.until(lambda: "115200 8N1" in bar._text.text() or "9600 8N1" in bar._text.text())
        began = time.monotonic()
        dialog.stop()
        desk.until(lambda: not _is_busy(port))
        assert time.monotonic() - began < 12.0
    dialog.reject()


def test_closing_the_dialog_gives_the_port_back_too(desk: Desk, collector: None, tmp_path: Path) -> None:
    dialog = _dialog(desk)
    with _silent(tmp_path) as port:
        dialog.port.setCurrentText(port)
        dialog.start()
        dialog.reject()
        desk.until(lambda: any(one.kind is RequestKind.RECOGNISE for one in desk.center.read(queries.requests)))
        desk.until(lambda: not desk.center.read(queries.waiting_requests, "local"))
        desk.until(lambda: not _is_busy(port))


def _is_busy(port: str) -> bool:
    """Say whether the collector has the port open; it runs in a thread of this process."""
    real = os.path.realpath(port)
    return any(_target(link) == real for link in Path("/proc/self/fd").iterdir())


def _target(link: Path) -> str:
    try:
        return os.readlink(link)
    except OSError:
        return ""


def test_who_uses_a_port_is_shown_before_listening(desk: Desk, tmp_path: Path) -> None:
    with _silent(tmp_path) as port:
        draft = CellDraft(None, Label.of("Oven 3"), port, "robot_cell")
        desk.center.write(desk.seeded.actor(1), service.add_cell, draft)
        dialog = _dialog(desk)
        assert not dialog.choice.used.isVisible()
        dialog.port.setCurrentText(port)
        desk.until(lambda: dialog.choice.used.isVisible())
        assert "Oven 3" in dialog.choice.used.text()
        program = [
            sys.executable,
            "-c",
            f"import sys; file = open({port!r}, 'rb', 0); print(1, flush=True); sys.stdin.read()",
        ]
        with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
            assert other.stdout is not None
            other.stdout.readline()
            assert f"(pid {other.pid})" in desk.center.read(port_list.use_of, port).holder
            other.communicate(timeout=10)
        dialog.reject()


def test_unknown_frames_open_as_a_profile_that_the_cell_then_has(desk: Desk) -> None:
    numbers = np.arange(300)
    frames = [b"\xc3\x3c" + struct.pack("<hB", round(500 * math.sin(at / 20)), at & 0xFF) for at in numbers.tolist()]
    data = b"".join(frame + bytes((sum(frame) & 0xFF,)) for frame in frames)
    found = search(Clockless(LineSettings(57600), lambda _request: b"", unasked=data), 25.0)
    dialog = _dialog(desk)
    dialog.listening.answered.emit(as_json(told("port", found), catalogue("en")))
    assert dialog.write.isVisible()
    QTest.mouseClick(dialog.write, Qt.MouseButton.LeftButton)
    desk.until(lambda: desk.visible(ProfileEditor))
    editor = desk.visible(ProfileEditor)[0]
    desk.until(lambda: editor.result_of is not None and editor.result_of.account.frames_good > 100)
    assert not editor.panel.note.text()
    editor.save()
    desk.until(lambda: dialog.form.values()["profile"] == "my_device")
    editor.close()
    draft = dialog.draft()
    assert (draft.profile_id, draft.line) == ("my_device", None)
    dialog.reject()
    profiles.set_own(())
