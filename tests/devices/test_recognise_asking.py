"""Devices that speak only when asked are found on a port nobody described, whatever their speed and address."""

from __future__ import annotations

import struct
from collections.abc import Callable
from itertools import pairwise

import pytest

from devices import profiles
from devices.checksum import UMTS, crc16_of
from devices.modbus import is_sound, sealed
from devices.profiles import feetech_sts
from devices.recognition import Progress, search
from devices.values import LineSettings
from tests.devices.clockless import Clockless


def _unit(number: int) -> Callable[[bytes], bytes]:
    """Be a Modbus unit without a holding register 0: it answers with an exception."""

    def answer(request: bytes) -> bytes:
        is_mine = is_sound(request) and request[0] == number
        return sealed(bytes((number, request[1] | 0x80, 2))) if is_mine else b""

    return answer


@pytest.mark.parametrize(
    ("number", "line"),
    [(1, LineSettings(57600)), (17, LineSettings(9600, 8, "E")), (93, LineSettings(9600)), (31, LineSettings(19200))],
)
def test_a_modbus_unit_is_found_at_any_address_even_when_it_refuses(number: int, line: LineSettings) -> None:
    found = search(Clockless(line, _unit(number)), 25.0, ask=True).best
    assert found is not None
    assert (found.profile_id, found.params, found.line) == ("modbus_master", {"units": str(number)}, line)


def _dynamixel(*numbers: int) -> Callable[[bytes], bytes]:
    def answer(request: bytes) -> bytes:
        if request[:8] != bytes.fromhex("fffffd00fe030001"):
            return b""
        bodies = [bytes.fromhex("fffffd00") + struct.pack("<BHBBHB", one, 7, 0x55, 0, 1060, 46) for one in numbers]
        return b"".join(body + struct.pack("<H", crc16_of(UMTS, body)) for body in bodies)

    return answer


def _feetech(*numbers: int) -> Callable[[bytes], bytes]:
    def answer(request: bytes) -> bytes:
        if request[:2] != b"\xff\xff" or request[4:5] != b"\x01":
            return b""
        replies = [feetech_sts.packet(one, 0) for one in numbers if request[2] in (one, 0xFE)]
        if len(replies) < 2:
            return b"".join(replies)
        return bytes(a | b for a, b in zip(replies[0], replies[1], strict=True))  # they collide

    return answer


@pytest.mark.parametrize(
    ("answer", "baud", "profile_id", "servos"),
    [
        (_dynamixel(3, 11), 1_000_000, "dynamixel_master", "3,11"),
        (_feetech(7), 1_000_000, "feetech_master", "7"),
        (_feetech(2, 5), 500_000, "feetech_master", "2,5"),
    ],
)
def test_servos_say_who_they_are(answer: Callable[[bytes], bytes], baud: int, profile_id: str, servos: str) -> None:
    found = search(Clockless(LineSettings(baud), answer), 25.0, ask=True).best
    assert found is not None
    assert (found.profile_id, found.params["servos"], found.line) == (profile_id, servos, LineSettings(baud))


def test_a_controller_that_only_greeted_is_asked_at_that_speed() -> None:
    def answer(request: bytes) -> bytes:
        return b"<Idle|MPos:0.000,0.000,0.000|FS:0,0>\r\n" if b"?" in request else b""

    line = Clockless(LineSettings(115200), answer, unasked=b"\r\nGrbl 1.1h ['$' for help]\r\n")
    found = search(line, 25.0, ask=True).best
    assert found is not None
    assert (found.profile_id, found.line) == ("grbl", LineSettings(115200))


def test_nobody_is_asked_without_leave_or_while_somebody_speaks() -> None:
    silent = Clockless(LineSettings(9600), _unit(1))
    assert search(silent, 25.0).best is None
    assert silent.asked == []
    data = profiles.get("robot_cell").simulator(1).bytes_between(10.0, 10.5)
    talking = Clockless(LineSettings(115200), _unit(1), unasked=data)
    assert search(talking, 25.0, ask=True).best is not None
    assert talking.asked == []


def test_a_reply_that_only_looks_right_is_no_identity() -> None:
    def answer(request: bytes) -> bytes:
        return b"error:2\r\necho:Unknown command, one, two\r\n[MSG:a,b,c,d]\r\n1.0,2.0,3.0,4.0\r\n"

    found = search(Clockless(LineSettings(9600), answer), 25.0, ask=True).best
    assert found is None or not found.asked


def test_progress_counts_trials_and_never_falls() -> None:
    told: list[Progress] = []
    search(Clockless(LineSettings(9600), lambda _request: b""), 25.0, ask=True, told=told.append)
    assert all(later.share >= earlier.share for earlier, later in pairwise(told))
    assert [each.done for each in told] == list(range(1, len(told) + 1))
    assert all(each.done <= each.planned for each in told)
    assert told[-1].share > 0.9
