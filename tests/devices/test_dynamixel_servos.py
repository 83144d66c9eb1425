"""Dynamixel servos that answer: the simulator by the maker's packets, and the master that reads them."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from devices.profiles import get
from devices.readers.dynamixel import packet, unpack
from devices.recognition.probes import DYNAMIXEL, dynamixel
from devices.simulators.servos import ServoBus

MS = 1_000_000


def statuses(told: bytes) -> list[tuple[int, int, bytes]]:
    """Return id, error and data of each status."""
    found, at = [], 0
    while at < len(told):
        size = 7 + int.from_bytes(told[at + 5 : at + 7], "little")
        number, instruction, data = unpack(told[at : at + size])
        assert instruction == 0x55
        found.append((number, data[0], data[1:]))
        at += size
    return found


def test_a_ping_is_answered_byte_by_byte_as_the_manual_shows() -> None:
    """Ping of servo 1 and its status: the e-Manual's example, model 1030 with firmware 38."""
    told = ServoBus((1,)).answer(bytes.fromhex("fffffd0001030001194e"), 0.0)
    assert told == bytes.fromhex("fffffd00010700550006 0426655d")
    assert statuses(told) == [(1, 0, bytes.fromhex("060426"))]


def test_everybody_answers_a_ping_to_all_and_recognition_reads_it() -> None:
    told = ServoBus((1, 7, 9)).answer(DYNAMIXEL.query, 0.0)
    assert [number for number, _, _ in statuses(told)] == [1, 7, 9]
    found = dynamixel(told)
    assert found is not None
    assert (found.profile_id, dict(found.params)) == ("dynamixel_master", {"servos": "1,7,9"})


@pytest.mark.parametrize("spoilt", [b"", b"\xff\xff\xfd\x00", bytes.fromhex("fffffd0001030001194f"), packet(3, 1, b"")])
def test_damage_and_strangers_stay_unanswered(spoilt: bytes) -> None:
    assert ServoBus((1,)).answer(spoilt, 0.0) == b""


def test_a_goal_is_driven_to_and_read_back() -> None:
    bus = ServoBus((1,))
    assert statuses(bus.answer(packet(1, 3, struct.pack("<HB", 64, 1)), 1.0)) == [(1, 0, b"")]
    assert statuses(bus.answer(packet(1, 3, struct.pack("<Hi", 116, 512)), 1.0)) == [(1, 0, b"")]
    assert statuses(bus.answer(packet(1, 2, struct.pack("<HH", 116, 4)), 1.1)) == [(1, 0, struct.pack("<i", 512))]
    assert statuses(bus.answer(packet(1, 2, struct.pack("<HH", 132, 4)), 9.0)) == [(1, 0, struct.pack("<i", 512))]


@pytest.mark.parametrize(
    ("instruction", "parameters", "error"),
    [
        (0x03, struct.pack("<Hi", 116, 4096), 0x06),
        (0x03, struct.pack("<HH", 116, 9), 0x05),
        (0x03, struct.pack("<HB", 0, 1), 0x07),
        (0x03, struct.pack("<Hi", 132, 1), 0x07),
        (0x03, struct.pack("<H", 64), 0x05),
        (0x02, struct.pack("<HH", 140, 8), 0x07),
        (0x77, b"", 0x02),
    ],
)
def test_what_a_servo_refuses(instruction: int, parameters: bytes, error: int) -> None:
    assert statuses(ServoBus((1,)).answer(packet(1, instruction, parameters), 0.0)) == [(1, error, b"")]


def test_a_kept_write_waits_for_the_action_and_a_sync_write_is_silent() -> None:
    bus = ServoBus((1, 2))
    bus.answer(packet(1, 4, struct.pack("<HB", 65, 1)), 0.0)
    assert statuses(bus.answer(packet(1, 2, struct.pack("<HH", 65, 1)), 0.0)) == [(1, 0, b"\0")]
    assert bus.answer(packet(0xFE, 5, b""), 0.0) == b""
    assert statuses(bus.answer(packet(1, 2, struct.pack("<HH", 65, 1)), 0.0)) == [(1, 0, b"\1")]
    assert bus.answer(packet(0xFE, 0x83, struct.pack("<HH", 65, 1) + b"\1\0\2\1"), 0.0) == b""
    asked = packet(0xFE, 0x92, b"\1" + struct.pack("<HH", 65, 1) + b"\2" + struct.pack("<HH", 64, 2))
    assert statuses(bus.answer(asked, 0.0)) == [(1, 0, b"\0"), (2, 0, b"\0\1")]


def test_the_master_reads_every_servo_in_one_request() -> None:
    profile, params = get("dynamixel_master"), {"servos": "1,2,8", "interval_ms": 100}
    master, bus = profile.master(params), ServoBus((1, 2, 8), own_master=False)
    assert master is not None
    rows: dict[str, list[np.ndarray]] = {}
    for now_ms in range(0, 1000, 5):
        request = master.next_request(now_ms * MS)
        data = bus.answer(request, now_ms / 1000) if request else b""
        assert request is None or master.is_waiting
        for block in master.on_bytes(data, (now_ms + 1) * MS):
            rows.setdefault(block.stream, []).append(block.values)
        assert not master.is_waiting
    assert {stream: len(found) for stream, found in rows.items()} == dict.fromkeys(
        ("servo_1", "servo_2", "servo_8"), 10
    )
    keys = [channel.key for channel in profile.streams_for(params)[0].channels]
    first = dict(zip(keys, rows["servo_2"][0][:, 0].tolist(), strict=True))
    assert first["voltage"] * 0.1 == pytest.approx(12.0)
    assert 0 <= first["position"] * 360 / 4096 <= 360
    assert master.account().discarded == {}


def test_a_silent_servo_keeps_the_line_no_longer_than_its_time() -> None:
    params = {"servos": "1,2", "interval_ms": 100}
    master, bus = get("dynamixel_master").master(params), ServoBus((1,), own_master=False)
    assert master is not None
    request = master.next_request(0)
    blocks = master.on_bytes(bus.answer(request or b"", 0.0), MS)
    assert [block.stream for block in blocks] == ["servo_1"]
    assert master.is_waiting
    master.on_bytes(b"", 40 * MS)
    assert not master.is_waiting
