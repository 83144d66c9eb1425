from __future__ import annotations

import struct

import pytest

from devices.profiles import get
from devices.profiles.optoforce import frame_of
from tests.devices.samples import all_values
from tests.devices.wire import bit_flips, fuzz, good, messages


def test_every_bit_is_under_the_sum() -> None:
    frame = frame_of(7, 0x0100, (1, -2, 3, -4, 5, -6))
    for hurt in bit_flips(frame):
        assert good("optoforce", hurt) == []
        assert get("optoforce").decoder().feed(hurt) == []


@pytest.mark.parametrize(
    ("last", "count", "stream"), [(0x0A, 3, "force"), (0x10, 6, "wrench"), (0x0A, 6, "wrench"), (0x1C, 12, "fingers")]
)
def test_the_sum_settles_the_size(last: int, count: int, stream: str) -> None:
    counts = tuple(range(-5, count - 5))
    frame = frame_of(40000, 3, counts, last)
    assert [(each.kind, each.fields) for each in messages("optoforce", frame * 2)] == [
        (stream, {"counter": 40000, "status": 3, "counts": list(counts)})
    ] * 2


def test_a_setting_is_read_and_carries_no_values() -> None:
    body = bytes((0xAA, 0, 50, 3, 10, 4, 255))
    setting = body + struct.pack(">H", sum(body))
    assert messages("optoforce", setting)[0].fields == {"rate_hz": 100.0, "filter_hz": 15.0, "zero": True}
    assert get("optoforce").decoder().feed(setting) == []


def test_a_wrong_sum_is_named_with_the_right_one() -> None:
    frame = bytearray(frame_of(1, 0, (1, 2, 3, 4, 5, 6)))
    frame[9] ^= 1
    first = messages("optoforce", bytes(frame))[0]
    assert first.error == "bad_checksum"
    assert first.fields["correct_sum"] != first.fields["stated_sum"]


def test_the_simulator_says_what_is_decoded() -> None:
    profile = get("optoforce")
    data = profile.simulator(3).bytes_between(20.0, 22.0)
    blocks = profile.decoder().feed(data)
    told = [message.fields["counts"] for message in good("optoforce", data)]
    assert all_values(profile, blocks, "wrench.force_z").tolist() == [counts[2] for counts in told]
    assert all_values(profile, blocks, "wrench.counter").tolist() == list(range(2000, 2200))


def test_noise_balances() -> None:
    assert fuzz("optoforce", 60_000).balanced
