"""Every golden frame through the public door: `explain` gives its values, negatives are refused with a reason."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devices import profiles
from devices.messages import explain
from devices.values import Message, Profile
from tests.devices.test_golden import FRAMES, data_of

DOORS = {
    "robotiq_2f": "robotiq_2f",
    "robotiq_hande": "robotiq_2f",
    "robotiq_ft300": "robotiq_ft300",
    "unitree_go_m8010_6": "unitree_go_m8010",
    "dynamixel_2": "dynamixel",
    "ldrobot_ld06_ld19": "ldrobot_ld19",
    "bno08x_rvc": "bno08x_rvc",
    "vectornav_ascii": "vectornav",
    "vectornav_binary": "vectornav",
    "xsens_xbus": "xsens_mti",
    "witmotion": "witmotion",
    "witmotion_ble": "witmotion_ble",
    "nmea0183": "nmea0183",
    "kern_scale": "kern_scale",
    "es51978_dmm": "multimeter_es51978",
    "marlin": "marlin",
    "grbl": "grbl",
    "arduino_line": "label_value",
    "scpi": "scpi_reading",
}
# What the golden file states as asked for; the wire carries it in whole counts.
COUNTS = {"tau": 1 / 256, "dq": 2 * math.pi / 256, "q": 2 * math.pi / 32768, "kp": 1 / 1280, "kd": 1 / 1280}
FORMAL = {"note", "error", "correct_crc", "kind", "printed_yaw_deg", "printed_pitch_deg", "printed_roll_deg"}
mine = pytest.mark.parametrize(
    "frame", [frame for frame in FRAMES if frame["protocol"] in DOORS], ids=lambda frame: frame["description"][:48]
)
ALL = profiles.all()
every_profile = pytest.mark.parametrize("profile", ALL, ids=lambda profile: profile.id)


def told(profile_id: str, data: bytes, **params: object) -> list[Message]:
    return explain(profiles.get(profile_id), data, params)


def one(profile_id: str, data: bytes, **params: object) -> Message:
    found = told(profile_id, data, **params)
    assert len(found) == 1, found
    assert (found[0].start, found[0].end) == (0, len(data))
    return found[0]


def is_like(found: object, wanted: object, tolerance: float) -> bool:
    if isinstance(wanted, list):
        return (
            isinstance(found, list)
            and len(found) == len(wanted)
            and all(map(is_like, found, wanted, [tolerance] * len(wanted)))
        )
    if isinstance(wanted, (int, float)) and not isinstance(wanted, bool):
        return isinstance(found, (int, float)) and abs(found - wanted) <= max(tolerance, abs(wanted) * 1e-6)
    return found == wanted


@mine
def test_golden_frames_say_their_values(frame: dict[str, Any]) -> None:
    decoded = frame["decoded"]
    if decoded.get("error") == "crc":
        message, *rest = told(DOORS[frame["protocol"]], data_of(frame))
        assert message.error == "bad_checksum"
        assert all(other.error for other in rest)
        assert message.fields.get("correct_crc") == decoded.get("correct_crc", message.fields["correct_crc"])
        assert not set(message.fields) & (set(decoded) - FORMAL)
        return
    message = one(DOORS[frame["protocol"]], data_of(frame))
    assert message.error == ""
    assert message.kind == decoded.get("kind", message.kind)
    for key in set(decoded) - (FORMAL - {"error"} if "error" in message.fields else FORMAL):
        assert is_like(message.fields[key], decoded[key], COUNTS.get(key, 1e-8)), (key, message.fields[key])


@mine
def test_golden_frames_survive_noise_and_cuts(frame: dict[str, Any]) -> None:
    """The frame is found behind noise, twice in a row, and not at all when its last bytes are missing."""
    data, profile = data_of(frame), profiles.get(DOORS[frame["protocol"]])
    wanted = [message.fields for message in explain(profile, data) if not message.error]
    end = b"\n" if data.endswith(b"\n") else b""
    twice = [
        m.fields for m in explain(profile, b"\x00\x01\x80" + end + data + data) if not m.error and m.kind != "text"
    ]
    if wanted and "kind" not in frame["decoded"]:
        assert [pruned(fields) for fields in twice] == [pruned(fields) for fields in wanted * 2]
    cut = [
        m for m in explain(profile, data[: -max(1, len(end) * 3)]) if not m.error and m.kind not in ("text", "noise")
    ]
    assert cut == []


def pruned(fields: Any) -> dict[str, object]:
    return {key: value for key, value in fields.items() if key != "noise_bytes"}


@mine
def test_one_flipped_bit_is_never_shown_as_another_value(frame: dict[str, Any]) -> None:
    data, profile = data_of(frame), profiles.get(DOORS[frame["protocol"]])
    if frame["decoded"].get("error") or profile.id not in CHECKED:
        return
    for at in range(len(data)):
        hurt = bytearray(data)
        hurt[at] ^= 0x04
        sound = [m for m in explain(profile, bytes(hurt)) if not m.error and m.kind not in ("text", "noise")]
        assert all(m.end - m.start < len(data) for m in sound), (at, sound)


CHECKED = {"robotiq_2f", "robotiq_ft300", "unitree_go_m8010", "dynamixel", "ldrobot_ld19", "bno08x_rvc", "xsens_mti"}
CHECKED |= {"witmotion"}


@every_profile
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(hurt=st.lists(st.tuples(st.integers(0, 2999), st.binary(max_size=4)), max_size=6))
def test_messages_follow_each_other_without_a_hole(profile: Profile, hurt: list[tuple[int, bytes]]) -> None:
    data = bytearray((profile.simulator(5).bytes_between(0.0, 2.0) or profile.sample * 6)[:3000])
    for at, garbage in hurt:
        data[at % len(data) : at % len(data) + 1] = garbage
    messages = explain(profile, bytes(data))
    position = 0
    for message in messages:
        assert message.start == position
        assert message.end > message.start
        position = message.end
    assert position == len(data)


BINARY = sorted(CHECKED | {"vectornav", "witmotion_ble", "binary_frame", "robot_cell"})


@pytest.mark.parametrize("profile_id", BINARY)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(hurt=st.lists(st.tuples(st.integers(0, 1999), st.binary(max_size=4)), max_size=6))
def test_messages_and_account_agree_to_the_byte(profile_id: str, hurt: list[tuple[int, bytes]]) -> None:
    profile = profiles.get(profile_id)
    data = bytearray((profile.simulator(5).bytes_between(0.0, 2.0) or profile.sample * 6)[:2000])
    for at, garbage in hurt:
        data[at % len(data) : at % len(data) + 1] = garbage
    decoder = profile.decoder()
    decoder.feed(bytes(data))
    decoder.flush()
    sound = [message for message in explain(profile, bytes(data)) if not message.error]
    assert sum(message.end - message.start for message in sound) == decoder.account().bytes_good
    assert len(sound) == decoder.account().frames_good


def test_a_frame_of_an_unknown_kind_is_never_good_whatever_its_sum() -> None:
    decoder = profiles.get("witmotion").decoder()
    body = bytes.fromhex("55ea8300af00da000000")
    for total in range(256):
        assert not decoder.feed(body + bytes((total,)))
    decoder.flush()
    assert decoder.account().frames_good == 0


@every_profile
@settings(max_examples=30, deadline=None)
@given(data=st.binary(max_size=300))
def test_noise_never_raises(profile: Profile, data: bytes) -> None:
    for each in (data, profile.sample[:3] + data, profile.sample + data):
        messages = explain(profile, each)
        assert sum(message.end - message.start for message in messages) == len(each)
