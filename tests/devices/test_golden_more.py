"""Frames of controllers, autopilots, boards, servos and scanners: each must decode to its values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from devices.klipper_words import number_at, number_bytes
from tests.devices.wire import bit_flips, messages

FRAMES = json.loads((Path(__file__).parents[1] / "golden" / "frames_more.json").read_text(encoding="utf-8"))
PROFILES = {
    "klipper": "klipper",
    "mavlink": "mavlink",
    "firmata": "firmata",
    "feetech_sts": "feetech_sts",
    "rplidar": "rplidar",
    "optoforce_onrobot_usb": "optoforce",
}
CHECKED = {"klipper", "mavlink", "feetech_sts", "optoforce_onrobot_usb"}


def of(*protocols: str) -> Any:
    frames = [frame for frame in FRAMES if frame["protocol"] in protocols]
    assert {frame["protocol"] for frame in frames} == set(protocols)
    return pytest.mark.parametrize(
        "frame", frames, ids=lambda frame: f"{frame['protocol']}-{frame['description'][:40]}"
    )


def matches(found: object, wanted: object) -> bool:
    """Say whether all that is wanted was found; what was found beside it does not matter."""
    if isinstance(wanted, dict):
        return isinstance(found, Mapping) and all(key in found and matches(found[key], wanted[key]) for key in wanted)
    if isinstance(wanted, list):
        return isinstance(found, list) and len(found) == len(wanted) and all(map(matches, found, wanted))
    return found == pytest.approx(wanted, rel=1e-6) if isinstance(wanted, float) else found == wanted


@of(*PROFILES)
def test_every_frame_is_one_message_with_its_values(frame: dict[str, Any]) -> None:
    (found,) = messages(PROFILES[frame["protocol"]], frame["hex"])
    assert found.error == ""
    assert matches(found.fields, frame["decoded"]), found.fields


@of(*sorted(CHECKED))
def test_no_hurt_frame_is_read(frame: dict[str, Any]) -> None:
    whole = bytes.fromhex(frame["hex"])
    for hurt in bit_flips(whole):
        good = [each for each in messages(PROFILES[frame["protocol"]], hurt) if not each.error]
        assert all(each.end - each.start < len(whole) for each in good)


@of("klipper_vlq")
def test_numbers(frame: dict[str, Any]) -> None:
    data, value = bytes.fromhex(frame["hex"]), frame["decoded"]["value"]
    assert number_at(data, 0, signed=True) == (value, len(data))
    assert number_bytes(value) == data
