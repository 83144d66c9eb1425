"""The tiles and what stands around them: states in words, free ports, files that are dropped, keys."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QPushButton, QWidget

from center_app.core.labels import Label
from center_app.telemetry.values import CellView, PortHealth, PortState
from devices.transport import PortInfo
from tests.ui.desk import Desk
from ui.kit.recorded import to_ns
from ui.kit.words import _
from ui.pages.cells.data import CellCard
from ui.pages.cells.overview import dropped_file
from ui.pages.cells.plot.trace import Points
from ui.pages.cells.ports_found import FreePort, free_ports
from ui.pages.cells.tile import CellTile
from ui.pages.cells.tile_paint import foot_text, message_of, state_text

MINUTE_NS = 60_000_000_000
ADAPTER = PortInfo("/dev/ttyUSB3", "FT232R USB UART", "usb:0403:6001:A50285BI", 1)


def card_of(desk: Desk, state: PortState, **more: Any) -> CellCard:
    """Return a card of a cell whose port is in a state, as a collector would report it."""
    now = to_ns(desk.clock.now())
    cell = CellView(7, 1, Label.of("Cell 7"), "/dev/ttyX7", "robot_cell", {}, True, "local", "", 1)
    health = PortHealth(7, state, "/dev/ttyX7", now, now - MINUTE_NS, **more)
    return CellCard(cell, Label.of("Cell 7"), health, (), (), (), None, ())


def test_a_released_port_counts_down_and_can_be_taken_back(desk: Desk) -> None:
    now = to_ns(desk.clock.now())
    card = card_of(desk, PortState.RELEASED, resumes_ns=now + 4 * MINUTE_NS, wall_ns=now)
    assert state_text(card) == "Port released, 4:00 left"
    assert message_of(card) == "Recording resumes by 10:46"
    tile = CellTile(card)
    asked: list[int] = []
    tile.take_back_wanted.connect(asked.append)
    tile.show_card(card, Points(), now)
    assert not tile.take_back.isHidden()
    tile.take_back.click()
    assert asked == [7]
    tile.show_card(card_of(desk, PortState.RECORDING), Points(), now)
    assert tile.take_back.isHidden()


def test_tiles_say_since_when_and_what_to_do(desk: Desk) -> None:
    gone = card_of(desk, PortState.MISSING, next_try_s=4.0)
    assert state_text(gone) == "Offline since 10:41"
    assert foot_text(gone) == "port absent, next try in 4 s"
    assert message_of(card_of(desk, PortState.BUSY, holder="picocom")) == "In use by picocom"
    removed = replace(card_of(desk, PortState.RECORDING), has_profile=False)
    assert (state_text(removed), foot_text(removed)) == ("Profile removed", "")
    assert message_of(removed) == "Add its profile again to record"


def test_only_usb_ports_without_a_cell_are_free() -> None:
    plain = PortInfo("/dev/ttyS0", "n/a", "", None)
    other = replace(ADAPTER, path="/dev/ttyUSB4", identity="usb:1a86:7523")
    found = free_ports(["usb:1a86:7523", "/dev/ttyX1"], lambda: (plain, ADAPTER, other))
    assert [port.info.path for port in found] == ["/dev/ttyUSB3"]
    assert free_ports(["/dev/ttyUSB3"], lambda: (ADAPTER,)) == ()


@pytest.mark.parametrize("language", ["en", "de", "zh"])
def test_a_free_port_is_shown_and_opens_the_dialog_with_it(desk: Desk, language: str) -> None:
    desk.go("cells")
    _.choose(language)
    ports = desk.go("cells").overview.ports
    ports.show_ports((FreePort(ADAPTER), FreePort(replace(ADAPTER, path="/dev/ttyUSB9"), "picocom")), True)
    assert not ports.isHidden()
    asked: list[str] = []
    ports.wanted.connect(asked.append)
    ports.findChildren(QPushButton)[0].click()
    assert asked == [ADAPTER.identity]
    ports.show_ports((), True)
    assert ports.isHidden()


def drop(path: Path) -> QDropEvent:
    """Return what the window gets when a file is dropped on it."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    keys, buttons = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    event = QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, buttons, keys)
    event.held = data  # type: ignore[attr-defined]
    return event


def test_a_dropped_file_is_opened_and_other_things_are_not(desk: Desk, tmp_path: Path) -> None:
    page = desk.go("cells")
    asked: list[str] = []
    page.overview.file_wanted.disconnect()
    page.overview.file_wanted.connect(asked.append)
    page.overview.dropEvent(drop(tmp_path / "oven.CSV"))
    assert asked == [str(tmp_path / "oven.CSV")]
    assert dropped_file(drop(tmp_path / "photo.jpg")) == ""


def test_escape_clears_the_search_then_closes_the_console_then_goes_back(desk: Desk) -> None:
    page = desk.go("cells", cell_id=1)
    page.monitor.search.setFocus()
    desk.type("grip")
    desk.keys(Qt.Key.Key_Escape)
    assert page.monitor.search.text() == ""
    assert page._stack.currentWidget() is page.monitor, "the search was cleared, nothing else"
    drawer = QWidget(page.monitor)
    drawer.show()
    page.drawers.append(drawer)
    desk.keys(Qt.Key.Key_Escape)
    assert drawer.isHidden()
    assert page._stack.currentWidget() is page.monitor
    desk.keys(Qt.Key.Key_Escape)
    assert page._stack.currentWidget() is page.overview
