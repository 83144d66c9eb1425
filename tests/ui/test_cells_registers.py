"""The registers dialog: every reading of the chosen register, adopting one, refusing a bad map."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from center_app.core.labels import Label
from center_app.telemetry import registers
from center_app.telemetry.values import CellView
from devices.modbus import Read, read_request, sealed
from devices.modbus.maps import rows_of
from devices.modbus.shipped import shipped
from ui.pages.cells.registers_dialog import Found, RegistersDialog
from ui.shots import application

LINE = read_request(1, Read(4, 0, 2)) + sealed(b"\x01\x04\x04\x42\x48\x00\x00") + read_request(2, Read(4, 0, 2))


class Lane:
    """Take what the dialog asks to be written and answer at once."""

    def __init__(self) -> None:
        self.written: list[Any] = []

    def write(self, verb: Any, *args: Any, done: Any, failed: Any, owner: Any) -> None:
        self.written.append((verb.__name__, *args))

    def window(self, function: Any, *args: Any, done: Any, owner: Any) -> None:
        pass


@pytest.fixture
def lane() -> Lane:
    application()
    return Lane()


def dialog(lane: Lane, profile: str = "modbus_master", **params: Any) -> RegistersDialog:
    heard = registers.hear(profile, params, [LINE])
    cell = CellView(5, None, Label.of("Bench"), "socket://h:1", profile, params, True, "local", "", 3)
    return RegistersDialog(SimpleNamespace(tasks=lane), None, None, Found(cell, heard))  # type: ignore[arg-type]


def choose(made: RegistersDialog, kind: str, order: str) -> None:
    kinds = [made.readings.verticalHeaderItem(row).text() for row in range(made.readings.rowCount())]
    orders = ["ABCD", "CDAB", "BADC", "DCBA"]
    made.readings.clearSelection()
    made.readings.item(kinds.index(kind), orders.index(order)).setSelected(True)


def test_a_register_is_shown_in_every_order_and_the_units_are_counted(lane: Lane) -> None:
    made = dialog(lane)
    assert made.model.rowCount() == 2
    choose(made, "float32", "ABCD")
    assert made.readings.selectedItems()[0].text() == "50"
    assert "1 answered" in made.units.text()
    assert "unit 2: 0 answered, 0 refused, 0 without answer" not in made.units.text()
    made.show_register(made.model.row_at(1))
    assert made.raw.text().endswith("00 00")
    made.deleteLater()


def test_a_reading_is_adopted_into_the_map(lane: Lane) -> None:
    made = dialog(lane, map=rows_of(shipped("eastron_sdm120")))
    assert made.adopt.isVisibleTo(made)
    choose(made, "int32", "CDAB")
    made.adopt.click()
    ((verb, cell_id, draft, version),) = lane.written
    assert (verb, cell_id, version) == ("edit_cell", 5, 3)
    assert (draft.params["map"][0]["type"], draft.params["map"][0]["order"]) == ("int32", "CDAB")
    made.deleteLater()


def test_a_meter_of_known_make_shows_but_does_not_adopt(lane: Lane) -> None:
    made = dialog(lane, "eastron_sdm120")
    assert not made.adopt.isVisibleTo(made)
    assert made.model.row_at(0).names["en"] == "Voltage"
    made.deleteLater()


def test_a_map_with_bad_lines_is_refused_with_all_of_them(lane: Lane, tmp_path: Path) -> None:
    made = dialog(lane)
    place = tmp_path / "map.csv"
    place.write_text("address,type\nx,float\n3,int99\n", encoding="utf-8")
    made.take_map(place)
    assert lane.written == []
    assert "Line 2" in made.problem.text()
    assert "Line 3" in made.problem.text()
    place.write_text("unit,address,name,type\n4,3,Level,int16\n", encoding="utf-8")
    made.take_map(place)
    ((_, _, draft, _),) = lane.written
    assert draft.params["map"] == [
        {"unit": 4, "function": 3, "address": 3, "name": "Level", "type": "int16", "key": "level"}
    ]
    made.deleteLater()
