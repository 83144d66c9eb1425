"""Feetech servos that answer: the simulated bus, the master that reads it, and recognition by ping."""

from __future__ import annotations

import pytest

from devices.profiles import get
from devices.profiles.feetech_sts import KIND, PING, READ, WRITE, measured, packet
from devices.recognition.probes import feetech
from devices.simulators.feetech_bus import FeetechBus

MS = 1_000_000


def bus(*numbers: int) -> FeetechBus:
    """Put servos on a bus."""
    return FeetechBus(numbers, KIND, packet, lambda servo, at_s: measured(servo, at_s, "<"))


def test_a_ping_is_answered_and_recognition_reads_it() -> None:
    """Request and reply of the manual: FF FF 01 02 01 FB, FF FF 01 02 00 FC."""
    told = bus(1).answer(bytes.fromhex("ffff010201fb"), 0.0)
    assert told == bytes.fromhex("ffff010200fc")
    found = feetech(told)
    assert found is not None
    assert (found.profile_id, dict(found.params)) == ("feetech_master", {"servos": "1"})


def test_several_overlay_when_all_are_asked_at_once() -> None:
    assert feetech(bus(1, 2).answer(packet(0xFE, PING), 0.0)) is None
    assert bus(1, 2).answer(packet(2, PING), 0.0) == packet(2, 0)


def test_a_write_is_read_back_in_pieces_too_and_damage_stays_unanswered() -> None:
    line, request = bus(4), packet(4, WRITE, bytes((42, 0x00, 0x08)))
    assert line.answer(request[:5], 0.0) == b""
    assert line.answer(request[5:], 0.01) == packet(4, 0)
    assert line.answer(packet(4, READ, bytes((42, 2))), 0.02) == packet(4, 0, b"\x00\x08")
    assert line.answer(request[:-1] + b"\0", 0.03) == b""
    assert line.answer(packet(9, PING), 1.0) == b""


@pytest.mark.parametrize("error", [0, 1, 2, 3, 4, 0x20])
def test_the_master_reads_all_servos_whatever_error_they_report(error: int) -> None:
    params, servos = {"servos": "1,2,8", "interval_ms": 100}, (1, 2, 8)
    profile = get("feetech_master")
    master = profile.master(params)
    assert master is not None
    replies = b"".join(packet(each, error, measured(each, 0.5, "<")) for each in servos)
    assert error or replies == bus(*servos).answer(master.next_request(0) or b"", 0.5)
    blocks = master.on_bytes(replies, MS)
    assert [block.stream for block in blocks] == ["servo_1", "servo_2", "servo_8"]
    keys = [channel.key for channel in profile.streams_for(params)[0].channels]
    assert all(block.values[keys.index("error"), 0] == error for block in blocks)
    assert all(block.values[keys.index("voltage"), 0] == 121 for block in blocks)
    assert not master.is_waiting
    assert master.account().discarded == {}
