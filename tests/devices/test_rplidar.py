from __future__ import annotations

import math
import struct
from functools import reduce
from operator import xor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.profiles import get
from devices.profiles.rplidar import BEGIN, descriptor, node
from devices.values import Quality
from tests.devices.samples import all_values, decode, split_at
from tests.devices.wire import fuzz, good, messages

PROFILE = get("rplidar")


def sealed(start_deg: float, body: bytes, is_first: bool = False) -> bytes:
    content = struct.pack("<H", round(start_deg * 64) | (0x8000 if is_first else 0)) + body
    sum_ = reduce(xor, content)
    return bytes((0xA0 | sum_ & 15, 0x50 | sum_ >> 4)) + content


@pytest.mark.parametrize(
    ("data", "kind", "fields"),
    [
        ("A5 25", "request", {"command": "stop"}),
        ("A5 20", "request", {"command": "scan"}),
        ("A5 40", "request", {"command": "reset"}),
        ("A5 F0 02 94 02 C1", "request", {"command": "set_motor_pwm", "payload": [0x94, 2]}),
        ("A5 5A 05 00 00 40 81", "descriptor", {"length": 5, "send_mode": 1, "data_type": 0x81}),
        ("BE C1 B3 11 27", "node", {"start": False, "quality": 47, "angle_deg": 359.5, "distance_mm": 2500.25}),
    ],
)
def test_alone(data: str, kind: str, fields: dict[str, object]) -> None:
    assert [(each.kind, each.fields, each.error) for each in messages("rplidar", data)] == [(kind, fields, "")]


def test_answers() -> None:
    data = descriptor(3, 0, 6) + b"\x02\x34\x12" + descriptor(20, 0, 4) + bytes((24, 29, 1, 7)) + bytes(16)
    found = good("rplidar", data)
    assert [each.kind for each in found] == ["descriptor", "health", "descriptor", "info"]
    assert found[1].fields == {"status": "error", "error_code": 0x1234}
    assert found[3].fields == {"model": 24, "firmware": "1.29", "hardware": 7, "serial": "00" * 16}


def test_turns_are_summed_up() -> None:
    turn = [node(angle, 500.0 + angle, 30, angle == 0) for angle in range(0, 360, 10)]
    lost = node(5.0, 0.0, 0, False)
    data = BEGIN + node(300.0, 1.0, 9, False) + b"".join([*turn, lost]) * 2 + node(0.0, 700.0, 9, True)
    blocks = PROFILE.decoder().feed(data)
    assert all_values(PROFILE, blocks, "turns.points").tolist() == [37, 37]
    assert all_values(PROFILE, blocks, "turns.nearest").tolist() == [500, 500]
    assert all_values(PROFILE, blocks, "turns.rate") == pytest.approx(1e6 / (37 * 500))
    nodes = next(block for block in blocks if block.stream == "nodes")
    assert nodes.quality[1, 37] == Quality.OUT_OF_RANGE


def test_the_turn_rate_is_not_guessed() -> None:
    data = descriptor(5, 1, 0x81) + (node(0, 500, 9, True) + node(90, 500, 9, False)) * 3
    turns = [block for block in PROFILE.decoder().feed(data) if block.stream == "turns"]
    assert (turns[0].quality[2] == Quality.NOT_MEASURED).all()
    blocks = PROFILE.decoder({"sample_us": 250}).feed(data)
    assert all_values(PROFILE, blocks, "turns.rate").tolist() == [2000.0, 2000.0]


def test_nodes_without_descriptor_need_a_long_run() -> None:
    nodes = b"".join(node(angle, 800.0, 20, False) for angle in range(1, 40))
    few, many = b"\x00" + nodes[:60] + bytes(40), b"\x00" + nodes + bytes(40)
    assert PROFILE.decoder().feed(few) == []
    assert all_values(PROFILE, PROFILE.decoder().feed(many), "nodes.angle").tolist() == list(range(1, 40))


def test_a_node_that_fails_its_bits_ends_the_belief() -> None:
    nodes = [node(angle, 800.0, 20, False) for angle in range(1, 61)]
    hurt = bytes((nodes[20][0] ^ 1,)) + nodes[20][1:]
    decoder = PROFILE.decoder()
    blocks = decoder.feed(BEGIN + b"".join(nodes[:20]) + hurt + b"".join(nodes[21:]))
    assert decoder.account().frames_bad == {"bad_checksum": 1}
    assert all_values(PROFILE, blocks, "nodes.angle").tolist() == [*range(1, 21), *range(22, 61)]


def test_a_lost_byte_loses_few_nodes() -> None:
    nodes = b"".join(node(angle % 360, 800.0, 20, False) for angle in range(1, 301))
    decoder = PROFILE.decoder()
    blocks = decoder.feed(BEGIN + nodes[:702] + nodes[703:])
    assert all_values(PROFILE, blocks, "nodes.angle")[-100:].tolist() == list(range(201, 301))
    assert decoder.account().balanced


def test_a_stop_ends_the_nodes() -> None:
    data = BEGIN + node(1, 2, 3, False) * 3 + bytes.fromhex("A525 A552") + descriptor(3, 0, 6) + bytes(3)
    kinds = [each.kind for each in messages("rplidar", data)]
    assert kinds[-7:] == ["node", "node", "node", "request", "request", "descriptor", "health"]


def test_express_capsules() -> None:
    """Interface protocol, express scan: two distances of 14 bits in mm and angle corrections of 6 bits a cabin."""
    body = b"".join(struct.pack("<HHB", (1000 + i) << 2 | 1, (2000 + i) << 2, 0x20 | 8) for i in range(16))
    data = descriptor(84, 1, 0x82) + sealed(350.0, body, True) + sealed(14.0, body)
    blocks = PROFILE.decoder().feed(data)
    angles, distances = all_values(PROFILE, blocks, "nodes.angle"), all_values(PROFILE, blocks, "nodes.distance")
    assert distances.tolist() == [each for i in range(16) for each in (1000.0 + i, 2000.0 + i)]
    step = 24 / 32
    assert angles[0] == pytest.approx(350 - (8 | 1 << 4) / 8)
    assert angles[1] == pytest.approx(350 + step - 2 / 8)
    assert angles[31] == pytest.approx((350 + 31 * step - 2 / 8) % 360)
    found = [each for each in messages("rplidar", data) if each.kind == "capsule"]
    assert [each.fields["start_angle_deg"] for each in found] == [350.0, 14.0]


def test_dense_capsules() -> None:
    data = descriptor(84, 1, 0x85) + b"".join(
        sealed(10.0 * i % 360, struct.pack("<40H", *range(100, 140))) for i in range(80)
    )
    decoder = PROFILE.decoder({"sample_us": 100})
    blocks = decoder.feed(data)
    assert all_values(PROFILE, blocks, "nodes.angle")[:3].tolist() == [0.0, 0.25, 0.5]
    assert all_values(PROFILE, blocks, "turns.points").tolist() == [1440]
    assert decoder.account().bytes_good == len(data)


def test_a_hurt_capsule_is_refused() -> None:
    capsules = [sealed(i, struct.pack("<40H", *range(40))) for i in range(4)]
    hurt = capsules[1][:30] + bytes((capsules[1][30] ^ 4,)) + capsules[1][31:]
    found = messages("rplidar", descriptor(84, 1, 0x85) + capsules[0] + hurt + capsules[2] + capsules[3])
    assert [(each.kind, each.error) for each in found if each.kind != "noise"][1:] == [
        ("capsule_dense", ""),
        ("frame", "bad_checksum"),
        ("capsule_dense", ""),
        ("capsule_dense", ""),
    ]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 2000), max_size=20))
def test_any_split_of_capsules_and_nodes(cuts: list[int]) -> None:
    data = descriptor(84, 1, 0x85) + b"".join(sealed(i, struct.pack("<40H", *range(40))) for i in range(8))
    data += b"\x07" + bytes.fromhex("A525") + BEGIN + b"".join(node(i, 900.0, 4, i == 0) for i in range(100))
    assert decode(PROFILE.decoder(), split_at(data, cuts)) == decode(PROFILE.decoder(), [data])


def test_impossible_lengths_are_refused() -> None:
    data = bytes.fromhex("A55A FFFFFF3F 06") + BEGIN + node(1, 100, 1, False)
    assert [each.kind for each in good("rplidar", data)][-1] == "node"
    decoder = PROFILE.decoder()
    decoder.feed(data)
    assert decoder.account().discarded == {"noise": 7}


def test_the_simulator_says_what_is_decoded() -> None:
    data = PROFILE.simulator(1).bytes_between(0.0, 1.0)
    blocks = PROFILE.decoder().feed(data)
    told = [each.fields["distance_mm"] for each in good("rplidar", data) if each.kind == "node"]
    assert all_values(PROFILE, blocks, "nodes.distance").tolist() == told
    assert all_values(PROFILE, blocks, "turns.points").tolist() == [360] * 5
    assert np.allclose(all_values(PROFILE, blocks, "turns.rate"), 2000 / 360)
    assert not math.isnan(told[0])


def test_the_scanner_answers() -> None:
    asked = bytes.fromhex("A552 A550 A559 A525")
    kinds = [each.kind for each in good("rplidar", PROFILE.simulator(0).answer(asked, 0.0))]
    assert kinds == ["descriptor", "health", "descriptor", "info", "descriptor", "samplerate"]


def test_noise_balances() -> None:
    assert fuzz("rplidar", 60_000).balanced
