"""Registers of Modbus cells, through the collector: recorded, heard, read in every order, adopted; maps checked."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from center_app.core.errors import PersonError, ProblemsError, SurroundingsError
from center_app.core.paths import PROGRAM
from center_app.telemetry import registers, service
from center_app.telemetry.store.reader import StoreReader
from center_app.telemetry.values import CellDraft
from devices.modbus.maps import Entry, rows_of
from devices.modbus.shipped import shipped
from tests.devices.modbus_peer import WORDS, tcp_peer
from tests.telemetry import cells


@pytest.fixture
def centre(tmp_path):
    opened = cells.new_center(tmp_path / "store")
    yield opened
    opened.close()


def test_a_server_is_recorded_and_its_registers_are_heard_and_adopted(centre):
    rows = rows_of([Entry(unit, 3, 4, "level", "uint16") for unit in (1, 6)])
    with tcp_peer((1, 6)) as port:
        params = {"map": rows, "interval_ms": 50}
        url = f"socket://127.0.0.1:{port}"
        cell = cells.add_cell(centre, url, "modbus_tcp", params=params)
        with cells.collector(centre.folder):
            cells.wait_for_bytes(centre.folder, cell.id, 400)
    with StoreReader(centre.folder) as reader:
        (recording,) = reader.recordings(cell.id)
        pieces = [record.data for record in reader.raw(recording.id)]
        found = reader.samples(cell.id, "unit_6", "level", 0, 2**62, 10)
    assert len(found.values) == 10
    assert set(found.values) == {WORDS[4] + 6}
    assert not found.quality.any()
    heard = registers.hear("modbus_tcp", cell.params, pieces)
    assert [(one.unit, one.table, one.address, one.names["en"]) for one in heard.registers] == [
        (1, "holding", 4, "level"),
        (6, "holding", 4, "level"),
    ]
    assert all(tally.answered > 10 and not tally.refused for tally in heard.units)
    told = registers.adopted("modbus_tcp", cell.params, heard.registers[0], "int16", "BADC")
    assert [(row["unit"], row.get("type", "uint16")) for row in told["map"]] == [(1, "int16"), (6, "uint16")]
    draft = CellDraft(cell.machine_id, cell.label, cell.port, cell.profile_id, told)
    assert centre.write(cells.ENGINEER, service.edit_cell, cell.id, draft).params["map"] == told["map"]


def test_a_cell_with_a_wrong_map_is_refused(centre):
    for params in ({"map": [{"unit": 1}]}, {"map": "no such meter"}, {"interval_ms": -1}, {"timeout_ms": "soon"}):
        with pytest.raises(PersonError) as refused:
            cells.add_cell(centre, "socket://127.0.0.1:502", "modbus_master", params=params)
        assert refused.value.code.id == "cell.settings_wrong"
        assert refused.value.params["detail"]


def test_a_listener_adopts_a_range():
    one = registers.HeardRegister(7, 3, 40, bytes.fromhex("42480000"))
    told = registers.adopted("modbus_rtu", {"registers": "7/3/40+2 7/3/50+1"}, one, "float32", "CDAB")
    assert told["registers"] == "7/3/50+1 7/3/40+2:f4@CDAB"
    with pytest.raises(PersonError):
        registers.adopted("grbl", {}, one, "float32", "ABCD")


def test_a_polled_line_tells_silent_units_apart():
    from devices.modbus import Read, read_request, sealed

    ask = [read_request(unit, Read(4, 0, 1)) for unit in (1, 2, 1)]
    reply = sealed(b"\x01\x04\x02\x12\x34")
    heard = registers.hear("eastron_sdm120", {}, [ask[0], reply, ask[1], ask[2], reply])
    assert [(one.unit, one.answered, one.silent) for one in heard.units] == [(1, 2, 0), (2, 0, 1)]
    assert heard.registers[0].names["de"] == "Spannung"


def test_only_modbus_cells_have_registers():
    assert registers.has_registers("modbus_rtu")
    assert registers.has_registers("abb_b23")
    assert not registers.has_registers("nmea0183")


def test_bad_lines_are_said_in_the_persons_language(tmp_path):
    place = tmp_path / "map.csv"
    place.write_text("address,type\nx,float\n3,int99\n", encoding="utf-8")
    with pytest.raises(ProblemsError) as refused:
        registers.load_map(place)
    assert [problem.params["line"] for problem in refused.value.problems] == [2, 3]
    with pytest.raises(SurroundingsError):
        registers.load_map(tmp_path / "missing.csv")


def command(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "main.py", "registers", *words], cwd=PROGRAM, capture_output=True, text=True, check=False
    )


def test_the_command_prints_maps_and_readings(tmp_path: Path):
    found = json.loads(command("abb_b21").stdout)
    assert [row["key"] for row in found["registers"]] == [entry.key for entry in shipped("abb_b21")]
    assert {read["address"] for read in found["requests"]["1"]} == {0x5000, 0x5B00, 0x5B0C, 0x5B2C}
    assert json.loads(command("--words", "42 48 00 00").stdout)["readings"]["float32"]["ABCD"] == 50.0
    place = tmp_path / "map.csv"
    place.write_text(command("pzem_004t", "--csv").stdout, encoding="utf-8")
    again = json.loads(command(str(place)).stdout)
    assert again == json.loads(command("pzem_004t").stdout)
    wrong = command("--words", "42 4")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr.strip()
