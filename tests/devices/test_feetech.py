from __future__ import annotations

import math

import pytest

from devices.profiles import get
from devices.profiles.feetech_sts import SYNC_READ, SYNC_WRITE, packet
from devices.values import Quality
from tests.devices.samples import all_values, first_values
from tests.devices.wire import bit_flips, fuzz, good, messages

READ_ALL = packet(2, 2, bytes((56, 15)))


def measured(position: int, speed: int, load: int, order: str = "little") -> bytes:
    numbers = b"".join(each.to_bytes(2, order) for each in (position, speed, load))  # type: ignore[arg-type]
    return numbers + bytes((120, 33, 0, 0x20, 1, 0, 0)) + (100).to_bytes(2, order)  # type: ignore[arg-type]


def test_a_reply_is_read_by_the_request_before_it() -> None:
    data = READ_ALL + packet(2, 0x20, measured(0x8000 | 1024, 0x8000 | 50, 1 << 10 | 250))
    profile = get("feetech_sts")
    found = first_values(profile, profile.decoder().feed(data))
    wanted = {
        "position": -90.0,
        "speed": -50 * 360 / 4096,
        "load": -25.0,
        "voltage": 12.0,
        "temperature": 33.0,
        "current": 650.0,
        "status": 32.0,
        "moving": 1.0,
        "error": 32.0,
    }
    assert {key: found[f"servo_2.{key}"] for key in wanted} == pytest.approx(wanted)
    reply = good("feetech_sts", data)[1]
    assert reply.kind == "reply"
    assert (reply.fields["position"], reply.fields["load"], reply.fields["error"]) == (-1024, -250, 32)


def test_registers_that_were_not_read_are_marked() -> None:
    block = get("feetech_sts").decoder().feed(packet(1, 2, b"\x3f\x01") + packet(1, 0, b"\x22"))[0]
    marks = block.quality[:, 0].tolist()
    assert marks.count(Quality.GOOD) == 2
    assert math.isnan(block.values[0, 0])


def test_scs_is_high_byte_first_and_in_steps() -> None:
    profile = get("feetech_sts")
    data = READ_ALL + packet(2, 0, measured(700, 20, 100, "big"))
    found = first_values(profile, profile.decoder({"series": "SCS"}).feed(data))
    assert {channel.unit for channel in profile.streams_for({"series": "SCS"})[0].channels[:2]} == {""}
    block = profile.decoder({"series": "SCS"}).feed(data)[0]
    assert block.values[0, 0] == 700
    assert found


def test_sync_read_and_write() -> None:
    ask = packet(0xFE, SYNC_READ, bytes((56, 2, 1, 3)))
    data = ask + packet(1, 0, b"\x00\x04") + packet(3, 0, b"\x00\x0c")
    profile = get("feetech_sts")
    blocks = profile.decoder().feed(data)
    assert all_values(profile, blocks, "servo_1.position").tolist() == [90.0]
    assert all_values(profile, blocks, "servo_3.position").tolist() == [270.0]
    assert good("feetech_sts", ask)[0].fields["ids"] == [1, 3]
    write = packet(0xFE, SYNC_WRITE, bytes((42, 2)) + b"\x01\x00\x08" + b"\x02\xff\x07")
    assert good("feetech_sts", write)[0].fields["servos"] == {"1": {"goal": 2048}, "2": {"goal": 2047}}


def test_a_request_that_goes_unanswered_does_not_swallow_the_next() -> None:
    ask, other = packet(1, 2, b"\x38\x02"), packet(1, 2, b"\x3e\x02")
    kinds = [each.kind for each in good("feetech_sts", ask + ask + other + packet(1, 0, b"\x7b\x20"))]
    assert kinds == ["request", "request", "request", "reply"]


def test_the_acknowledge_of_a_write_carries_no_values() -> None:
    data = packet(1, 3, b"\x28\x01") + packet(1, 1)
    assert get("feetech_sts").decoder().feed(data) == []
    assert [each.kind for each in good("feetech_sts", data)] == ["request", "reply"]


@pytest.mark.parametrize("hurt", list(bit_flips(packet(1, 0, b"\x00\x08")))[16:])
def test_every_bit_is_under_the_sum(hurt: bytes) -> None:
    assert get("feetech_sts").decoder().feed(hurt) == []
    assert good("feetech_sts", hurt) == []


def test_the_simulator_says_what_is_decoded() -> None:
    profile = get("feetech_sts")
    data = profile.simulator(1).bytes_between(3.0, 5.0)
    blocks = profile.decoder().feed(data)
    told = [m.fields["position"] for m in good("feetech_sts", data) if m.kind == "reply" and m.fields["id"] == 4]
    assert all_values(profile, blocks, "servo_4.position").tolist() == pytest.approx([raw * 360 / 4096 for raw in told])
    assert len(told) == 50


def test_lengths_are_bounded_and_noise_balances() -> None:
    assert messages("feetech_sts", "FF FF 01 01 00 FD 00 00")[0].error == "bad_length"
    assert fuzz("feetech_sts", 60_000).balanced
