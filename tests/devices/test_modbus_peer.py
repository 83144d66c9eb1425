from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np

from devices.commands import modbus_tcp
from devices.modbus import Register, TcpMaster, bytes_of
from devices.modbus.maps import Entry
from devices.modbus.master import ModbusMaster
from devices.modbus.rows import Task
from devices.profiles import get
from devices.shared_line import SharedLine
from devices.simulators.runner import SimulatorRun
from devices.transport import Port, open_port
from devices.values import Block, ChannelSpec, LineSettings, Quality, StreamSpec
from tests.devices.modbus_peer import BITS, WORDS, poll, rtu_peer, tcp_peer
from tests.support import wait_until

MS = 1_000_000
FAST = LineSettings(115200)


def register(function: int, address: int, kind: str = "u2") -> Register:
    return Register(ChannelSpec(f"f{function}_{address}", {}, "", "f4"), function, address, kind)


def task(unit: int, interval_ms: float = 0, timeout_ms: float = 300) -> Task:
    registers = (
        *(register(3, address) for address in (0, 3, 5, 260)),
        *(register(4, address) for address in (0, 130, 140)),
        *(register(1, address, "b1") for address in (0, 2050)),
        register(2, 7, "b1"),
    )
    channels = tuple(each.channel for each in registers)
    return Task(unit, StreamSpec(f"unit_{unit}", channels), registers, round(interval_ms * MS), round(timeout_ms * MS))


def expected(unit: int) -> list[float]:
    words = [(word + unit) % 65536 for word in WORDS]
    swapped = words[::-1]
    bits, inputs = BITS, BITS[::-1]
    return [words[0], words[3], words[5], words[260], swapped[0], swapped[130], swapped[140], bits[0], bits[2050],
            inputs[7]]  # fmt: skip


def check(blocks: list[Block], units: tuple[int, ...]) -> None:
    for unit in units:
        mine = [block for block in blocks if block.stream == f"unit_{unit}"]
        assert len(mine) >= 3, unit
        for block in mine:
            assert not block.quality.any()
            assert block.values[:, 0].tolist() == expected(unit)


def test_tcp_reads_every_table_of_many_units() -> None:
    units = (1, 2, 9)
    master = TcpMaster([task(unit) for unit in units])
    with tcp_peer(units) as port, open_port(f"socket://127.0.0.1:{port}", FAST) as line:
        blocks = poll(master, line, 1.0)
    check(blocks, units)
    assert master.account().discarded == {}
    counts = master.counts()[9]
    assert counts.replies >= counts.requests - 6
    assert not counts.timeouts


def test_rtu_reads_every_table_of_many_units_and_a_dead_one_does_not_starve_them() -> None:
    units = (1, 2, 9)
    dead = task(5, timeout_ms=60)
    master = ModbusMaster([task(unit, timeout_ms=500) for unit in units] + [dead], FAST)
    with rtu_peer(units) as wire:
        wire.missing.add(5)
        blocks = poll(master, wire, 3.0)
    check(blocks, units)
    silent = [block for block in blocks if block.stream == "unit_5"]
    assert silent
    assert all((block.quality == Quality.TIMEOUT).all() and np.isnan(block.values).all() for block in silent)
    assert master.counts()[5].timeouts == len(silent) < 12


def test_rtu_drops_its_own_echo() -> None:
    master = ModbusMaster([task(3)], FAST)
    with rtu_peer((3,)) as wire:
        blocks = poll(master, wire, 1.0, echo=True)
    check(blocks, (3,))
    assert set(master.account().discarded) == {"echo"}


def test_an_exception_is_counted_by_its_code() -> None:
    beyond = register(3, 9000)
    lost = Task(1, StreamSpec("unit_1", (beyond.channel,)), (beyond,), 0, 300 * MS)
    master = ModbusMaster([lost], FAST)
    with rtu_peer((1,)) as wire:
        blocks = poll(master, wire, 0.5)
    assert blocks
    assert all((block.quality == Quality.NOT_MEASURED).all() for block in blocks)
    counts = master.counts()[1]
    assert set(counts.exceptions) == {2}
    assert counts.exceptions[2] == counts.replies
    told = SharedLine(master).unit_counts()["1"]
    assert told["exceptions"] == told["answers"] == counts.replies
    assert (told["polls"], told["timeouts"]) == (counts.requests, 0)


def _exchange(line: Port, request: bytes, judge: Callable[[bytes, bytes], bool | None]) -> bool | None:
    line.write(request)
    heard = b""
    answer = None

    def come() -> bool:
        nonlocal heard, answer
        heard += line.read(0.05)
        answer = judge(request, heard)
        return answer is not None

    wait_until(come)
    return answer


def test_writes_are_read_back_from_the_peer() -> None:
    known = {one.key: one for one in modbus_tcp.COMMANDS}
    asked: tuple[tuple[str, dict[str, object], bool], ...] = (
        ("write_register", {"address": 10, "value": 7}, True),
        ("write_value", {"address": 20, "kind": "i4", "order": "CDAB", "value": -70_000}, True),
        ("write_coil", {"address": 10, "state": 1}, True),
        ("write_coils", {"address": 10, "states": "101" * 9}, True),
        ("write_register", {"address": 9000, "value": 1}, False),
    )
    with tcp_peer((4,)) as port, open_port(f"socket://127.0.0.1:{port}", FAST) as line:
        for key, told, is_good in asked:
            command, values = known[key], {"unit": 4, **told}
            assert command.judge is not None
            assert command.readback is not None
            assert _exchange(line, command.encode({}, values), command.judge) is is_good
            proof = command.readback({}, values)
            assert _exchange(line, proof.request, proof.judge) is is_good


def _simulated(tmp_path: Path) -> tuple[threading.Event, threading.Thread, Path]:
    from devices.modbus.maps import rows_of

    rows = rows_of(
        [
            Entry(1, 3, 0, "setpoint", "uint16", access="rw"),
            Entry(1, 3, 1, "limit", "float32", access="rw"),
            Entry(1, 4, 0, "level", "float32", low=0.0, high=10.0),
            Entry(1, 1, 0, "valve", "bool", access="rw"),
            Entry(1, 1, 1, "pump", "bool", access="rw"),
            Entry(1, 2, 0, "door", "bool"),
            Entry(2, 4, 0, "level", "float32", "CDAB", low=0.0, high=10.0),
        ]
    )
    profile = get("modbus_master")
    link = tmp_path / "bus"
    run = SimulatorRun(profile.simulator(3, {"map": rows}), LineSettings(115200), link)
    stop = threading.Event()
    thread = threading.Thread(target=run.run, args=(stop,), name="bus")
    thread.start()
    wait_until(link.exists)
    return stop, thread, link


def test_the_simulated_bus_answers_another_master(tmp_path: Path) -> None:
    from pymodbus.client import ModbusSerialClient

    stop, thread, link = _simulated(tmp_path)
    client = ModbusSerialClient(str(link), baudrate=115200, timeout=2, retries=0)
    try:
        assert client.connect()
        assert client.write_register(0, 1234, device_id=1).function_code == 6
        assert client.read_holding_registers(0, count=3, device_id=1).registers[0] == 1234
        wide = Register(ChannelSpec("x", {}, "", "f4"), 3, 1)
        words = np.frombuffer(bytes_of(wide, 2.5), dtype=">u2").tolist()
        assert not client.write_registers(1, words, device_id=1).isError()
        assert client.read_holding_registers(1, count=2, device_id=1).registers == words
        assert not client.write_coil(1, True, device_id=1).isError()
        assert not client.write_coils(0, [True, False], device_id=1).isError()
        assert client.read_coils(0, count=2, device_id=1).bits[:2] == [True, False]
        assert not client.read_discrete_inputs(0, count=1, device_id=1).isError()
        assert not client.mask_write_register(address=0, and_mask=0xFF00, or_mask=0x0011, device_id=1).isError()
        assert client.read_holding_registers(0, count=1, device_id=1).registers == [1234 & 0xFF00 | 0x11]
        both = client.readwrite_registers(read_address=0, read_count=1, write_address=0, values=[77], device_id=1)
        assert both.registers == [77]
        swapped = client.read_input_registers(0, count=2, device_id=2).registers
        value = np.array(swapped[::-1], dtype=">u2").view(">f4")[0]
        assert 0.0 <= value <= 10.0
        assert client.read_input_registers(50, count=1, device_id=1).exception_code == 2
        assert client.read_holding_registers(0, count=1, device_id=2).exception_code == 1
        assert client.write_register(9, 1, device_id=1).exception_code == 2
    finally:
        client.close()
        stop.set()
        thread.join(10)
