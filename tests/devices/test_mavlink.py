from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.mavlink_messages import by_name, definitions
from devices.mavlink_streams import READINGS
from devices.profiles import get
from devices.profiles.mavlink import frame_of
from devices.values import Quality
from tests.devices.samples import all_values, first_values
from tests.devices.wire import bit_flips, fuzz, good, messages

PUBLISHED = json.loads((Path(__file__).parents[1] / "golden" / "mavlink_seals.json").read_text(encoding="utf-8"))
ATTITUDE = by_name("ATTITUDE")


def attitude(sequence: int = 0, sender: tuple[int, int] = (1, 1), version: int = 2, **values: object) -> bytes:
    return frame_of(ATTITUDE, ATTITUDE.pack(**values), sequence, sender, version)


@pytest.mark.parametrize("number", sorted(definitions()))
def test_seals_and_sizes_are_those_published(number: int) -> None:
    """mavlink/c_library_v2, common/common.h: number -> [CRC_EXTRA, least payload]."""
    found = definitions()[number]
    assert [found.seal, found.base_size] == PUBLISHED[str(number)]


def test_trailing_zeros_are_left_out_and_come_back() -> None:
    frame = attitude(roll=0.5)
    assert len(frame) == 12 + 8
    fields = messages("mavlink", frame)[0].fields
    assert (fields["roll"], fields["yawspeed"], fields["version"]) == (0.5, 0.0, 2)
    assert len(attitude(roll=0.5, version=1)) == 8 + 28


def test_a_payload_of_zeros_keeps_its_first_byte() -> None:
    frame = attitude()
    assert frame[1] == 1
    assert messages("mavlink", frame)[0].fields["roll"] == 0.0


def test_extension_fields() -> None:
    imu = by_name("SCALED_IMU")
    payload = imu.pack(xacc=-1000, temperature=2150)
    assert messages("mavlink", frame_of(imu, payload))[0].fields["temperature"] == 2150
    assert messages("mavlink", frame_of(imu, payload, version=1))[0].fields["temperature"] == 0
    longer = frame_of(imu, payload + b"\x07\x09")
    assert messages("mavlink", longer)[0].fields["xacc"] == -1000


def test_text_and_arrays() -> None:
    text = by_name("STATUSTEXT")
    fields = messages("mavlink", frame_of(text, text.pack(severity=4, text=b"Low battery")))[0].fields
    assert (fields["text"], fields["severity"]) == ("Low battery", 4)
    battery = by_name("BATTERY_STATUS")
    cells = [4012, 3998, 4005] + [65535] * 7
    data = frame_of(battery, battery.pack(voltages=cells, current_battery=-1, temperature=32767, battery_remaining=55))
    assert messages("mavlink", data)[0].fields["voltages"] == cells
    block = get("mavlink").decoder().feed(data)[0]
    found = first_values(get("mavlink"), [block])
    assert found["battery_status.voltages_2"] == pytest.approx(3.998)
    assert math.isnan(found["battery_status.voltages_4"])
    assert math.isnan(found["battery_status.current_battery"])
    assert block.quality[0, 0] == Quality.NOT_MEASURED
    assert found["battery_status.battery_remaining"] == 55


def signed(frame: bytes) -> bytes:
    """Sign a frame the way its CRC sees it: flag set, CRC anew, 13 bytes of signature."""
    from devices.checksum import MCRF4XX, crc16_of

    body = bytearray(frame[:-2])
    body[2] |= 1
    sum_ = crc16_of(MCRF4XX, bytes(body[1:]) + bytes((ATTITUDE.seal,)))
    return bytes(body) + sum_.to_bytes(2, "little") + bytes(range(13))


def test_signed_frames_are_thirteen_bytes_longer() -> None:
    data = signed(attitude(3, yaw=1.0)) + attitude(4, yaw=2.0)
    first, second = messages("mavlink", data)
    assert first.fields["signature"] == "00 01 02 03 04 05 06 07 08 09 0A 0B 0C"
    assert [first.fields["yaw"], second.fields["yaw"]] == [1.0, 2.0]


def test_other_incompatible_flags_are_refused() -> None:
    frame = bytearray(attitude(yaw=1.0))
    frame[2] = 2
    assert good("mavlink", bytes(frame)) == []
    assert messages("mavlink", bytes(frame))[0].error == "malformed"


def test_unknown_messages_are_shown_but_never_good() -> None:
    unknown = bytes.fromhex("fd03000005010184a100aabbcc1234")
    first, second = messages("mavlink", unknown + attitude(6, yaw=1.0))
    assert (first.kind, first.error, first.end) == ("message 41348", "unchecked", len(unknown))
    assert first.fields["msgid"] == 41348
    assert second.kind == "ATTITUDE"
    decoder = get("mavlink").decoder()
    decoder.feed(unknown)
    decoder.flush()
    assert decoder.account().bytes_good == 0
    assert decoder.account().discarded == {"unchecked": len(unknown)}


def test_gaps_are_counted_for_each_sender() -> None:
    data = b"".join(
        attitude(sequence, sender)
        for sequence, sender in [(254, (1, 1)), (9, (2, 1)), (255, (1, 1)), (10, (2, 1)), (3, (1, 1)), (4, (1, 1))]
    )
    assert sum(block.sequence_gaps for block in get("mavlink").decoder().feed(data)) == 3


def test_channels_follow_one_sender() -> None:
    profile = get("mavlink")
    data = b"".join(attitude(i, sender, yaw=0.1 * sender[0]) for i in range(3) for sender in [(1, 1), (2, 1)])
    for system, chosen in ((0, 1), (2, 2)):
        blocks = profile.decoder({"system": system}).feed(data)
        yaw = all_values(profile, blocks, "attitude.yaw")
        assert yaw.tolist() == pytest.approx([math.degrees(0.1 * chosen)] * 3)


def test_a_ground_stations_heartbeat_is_not_the_vehicles() -> None:
    beat = by_name("HEARTBEAT")
    data = frame_of(beat, beat.pack(type=6), 0, (255, 190)) + frame_of(beat, beat.pack(type=2, base_mode=81))
    profile = get("mavlink")
    assert all_values(profile, profile.decoder().feed(data), "heartbeat.type").tolist() == [2]


@pytest.mark.parametrize("version", [1, 2])
def test_every_bit_is_under_the_checksum(version: int) -> None:
    for hurt in bit_flips(attitude(roll=0.1, yawspeed=-2.0, version=version)):
        assert good("mavlink", hurt) == []


@settings(max_examples=60, deadline=None)
@given(number=st.sampled_from(sorted(definitions())), data=st.data(), version=st.sampled_from([1, 2]))
def test_any_payload_of_any_message_is_read(number: int, data: st.DataObject, version: int) -> None:
    found = definitions()[number]
    if version == 1 and number > 255:
        return
    size = found.base_size if version == 1 else found.size
    payload = data.draw(st.binary(min_size=size, max_size=size)).ljust(found.size, b"\0")
    message = messages("mavlink", frame_of(found, payload, version=version))[0]
    assert (message.kind, message.error) == (found.name, "")
    assert {field.name for field in found.fields} <= set(message.fields)


def test_all_streams_name_fields_of_their_message() -> None:
    for name, readings in READINGS.items():
        assert {each.field for each in readings} <= {field.name for field in by_name(name).fields}


def test_the_simulator_says_what_is_decoded() -> None:
    profile = get("mavlink")
    data = profile.simulator(0).bytes_between(59.0, 63.0)
    blocks = profile.decoder().feed(data)
    assert sum(block.sequence_gaps for block in blocks) == 0
    told = [m.fields["roll"] for m in good("mavlink", data) if m.kind == "ATTITUDE"]
    assert len(told) == 80
    found = all_values(profile, blocks, "attitude.roll")
    assert found.tolist() == pytest.approx([math.degrees(roll) for roll in told])


def test_noise_balances() -> None:
    assert fuzz("mavlink", 60_000).balanced


def test_a_wrong_checksum_is_named_with_the_right_one() -> None:
    found = messages("mavlink", "FE 09 00 01 01 00 00 00 00 00 02 03 51 03 03 78 52")[0]
    assert (found.kind, found.error, found.end) == ("HEARTBEAT", "bad_checksum", 17)
    assert (found.fields["stated_crc"], found.fields["correct_crc"]) == ("78 52", "78 51")
