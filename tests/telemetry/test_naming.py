"""Registers heard on a Modbus line have names by themselves: unit, table and number, without losing a byte."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from center_app.telemetry import queries
from center_app.telemetry.collector.naming import merged_settings
from center_app.telemetry.collector.process import run as collect
from center_app.telemetry.store.reader import StoreReader
from devices import profiles
from devices.modbus.numbering import number_of, register_names
from devices.simulators.runner import SimulatorRun
from devices.values import LineSettings
from tests.support import wait_until
from tests.telemetry import cells


def test_registers_are_called_as_people_call_them() -> None:
    assert register_names(3, 3, 11)["en"] == "Unit 3 · holding 40012"
    assert register_names(3, 16, 11)["de"] == "Gerät 3 · Halteregister 40012 geschrieben"
    assert register_names(247, 4, None, 2)["zh"] == "设备 247 · 输入寄存器 +2"
    assert [number_of(function, 0) for function in (1, 2, 3, 4)] == ["00001", "10001", "40001", "30001"]
    assert number_of(3, 16514) == "416515"


def test_names_are_added_and_never_taken_or_given_back() -> None:
    own = {"registers": "3/3/10+4:f4", "side": "both"}
    found = {"registers": "3/3/12+2 3/3/14+1 5/4/?+2", "side": "both"}
    assert merged_settings(own, found) == {"registers": "3/3/10+4:f4 3/3/14+1", "side": "both"}
    assert merged_settings(own, found, had="3/3/14+1") == {}
    one_sided = {"registers": "5/4/?+2", "side": "replies"}
    assert merged_settings({"registers": "", "side": "both"}, one_sided) == {"registers": "5/4/?+2", "side": "replies"}
    many = {"registers": " ".join(f"1/3/{at}+1" for at in range(60)), "side": "both"}
    full = " ".join(f"2/3/{at}+1" for at in range(40))
    assert len(merged_settings({"registers": full}, many)["registers"].split()) == 64


@contextmanager
def _running(folder: Path, link: Path) -> Iterator[None]:
    """Let a master talk to two units at a port, and a collector listen."""
    stop = threading.Event()
    device = SimulatorRun(profiles.get("modbus_rtu").simulator(4), LineSettings(9600), link)
    threads = [
        threading.Thread(target=device.run, args=(stop,)),
        threading.Thread(target=collect, args=(str(folder), "local", folder), kwargs={"stop": stop}),
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(20)


def test_a_listener_names_what_it_hears_while_it_records(tmp_path: Path) -> None:
    center = cells.new_center(tmp_path / "store")
    cell = cells.add_cell(center, tmp_path / "bus", "modbus_rtu")
    with _running(center.folder, tmp_path / "bus"):
        cells.wait_for_bytes(center.folder, cell.id, 100)
        wait_until(lambda: _labels(center.folder, cell.id) >= {"Unit 12 · holding 40101", "Unit 13 · coil 00001"})
        wait_until(lambda: _samples(center.folder, cell.id) > 0)
    named = next(one for one in center.read(queries.cells) if one.id == cell.id)
    center.close()
    assert "12/3/100+4" in str(named.params["registers"])
    with StoreReader(tmp_path / "store") as reader:
        first, *_more, last = reader.recordings(cell.id)
        assert [gap for gap in reader.gaps(cell.id) if gap.start_ns <= last.started_ns] == []
        assert reader.account(first.id).is_balanced
        assert last.started_ns > first.started_ns


def _labels(folder: Path, cell_id: int) -> set[str]:
    with StoreReader(folder) as reader:
        return {channel.label["en"] for channel in reader.channels(cell_id)}


def _samples(folder: Path, cell_id: int) -> int:
    with StoreReader(folder) as reader:
        return len(reader.samples(cell_id, "u12_f3_100x4", "u12_f3_100", 0, 2**62).t_ns)
