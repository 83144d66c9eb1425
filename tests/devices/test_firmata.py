from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.profiles import get
from devices.profiles.firmata import LONGEST, narrow, sysex, wide
from tests.devices.samples import all_values
from tests.devices.wire import fuzz, good, messages

PROFILE = get("firmata")


@given(st.integers(0, 2**35 - 1))
def test_wide_numbers_come_back(value: int) -> None:
    data = narrow(value, 5)
    assert all(byte < 0x80 for byte in data)
    assert wide(data) == value


@pytest.mark.parametrize(
    ("data", "fields"),
    [
        ("F9", {"command": "query_version"}),
        ("F9 02 05", {"command": "report_version", "major": 2, "minor": 5}),
        ("FF", {"command": "reset"}),
        ("F4 0E 02", {"command": "set_pin_mode", "pin": 14, "mode": "analog"}),
        ("F5 0D 01", {"command": "set_pin", "pin": 13, "value": 1}),
        ("D1 01", {"command": "report_digital", "port": 1, "enable": True}),
        ("C5 00", {"command": "report_analog", "pin": 5, "enable": False}),
        ("E3 7F 07", {"command": "analog", "pin": 3, "value": 1023}),
        ("E0 00 40", {"command": "analog", "pin": 0, "value": 8192}),
        ("92 7F 01", {"command": "digital", "port": 2, "bits": 255}),
        ("F0 79 02 05 46 00 69 00 F7", {"command": "report_firmware", "major": 2, "minor": 5, "name": "Fi"}),
        ("F0 79 F7", {"command": "query_firmware"}),
        ("F0 71 48 00 43 01 29 01 F7", {"command": "string", "text": "Hé"}),
        ("F0 6D 0D F7", {"command": "pin_state_query", "pin": 13}),
        ("F0 6E 09 03 7F 01 F7", {"command": "pin_state_response", "pin": 9, "mode": "pwm", "state": 255}),
        ("F0 6F 14 7F 7F 03 F7", {"command": "extended_analog", "pin": 20, "value": 65535}),
        ("F0 6A 7F 00 01 F7", {"command": "analog_mapping_response", "channels": [None, 0, 1]}),
        (
            "F0 6C 7F 00 01 03 08 7F 02 0A 7F F7",
            {"command": "capability_response", "pins": [{}, {"input": 1, "pwm": 8}, {"analog": 10}]},
        ),
        ("F0 7A 64 00 F7", {"command": "sampling_interval", "interval_ms": 100}),
        (
            "F0 77 68 00 3B 00 7F 01 02 00 F7",
            {"command": "i2c_reply", "address": 104, "register": 59, "data": [255, 2]},
        ),
        ("F0 76 68 08 3B 00 F7", {"command": "i2c_request", "address": 104, "way": "read_once", "data": [59]}),
        ("F0 0B 01 02 F7", {"command": "sysex_0b", "data": "01 02"}),
        ("F0 6E 09 F7", {"command": "pin_state_response", "data": "09"}),
    ],
)
def test_commands(data: str, fields: dict[str, object]) -> None:
    found = messages("firmata", data)
    assert [(each.kind, each.fields, each.error) for each in found] == [(fields["command"], fields, "")]


def test_values_are_channels_of_their_pin() -> None:
    data = bytes.fromhex("E0 01 00 E5 7F 07 E0 02 00 91 01 01")
    blocks = PROFILE.decoder().feed(data)
    assert all_values(PROFILE, blocks, "analog_0.value").tolist() == [1, 2]
    assert all_values(PROFILE, blocks, "analog_5.value").tolist() == [1023]
    assert all_values(PROFILE, blocks, "port_1.bits").tolist() == [129]


def test_a_question_for_the_version_needs_no_more() -> None:
    assert [each.kind for each in messages("firmata", "F9 E0 01 00 F9 F9")] == [
        "query_version",
        "analog",
        "query_version",
        "query_version",
    ]


@pytest.mark.parametrize("hurt", ["E0 81 00", "E0 01 81", "91 FF", "F0 71 48 E0", "F0 F7", "F4 80"])
def test_data_of_eight_bits_is_refused_and_the_next_is_read(hurt: str) -> None:
    data = bytes.fromhex(hurt + "E3 7F 07")
    found = good("firmata", data)
    assert found[-1].fields == {"command": "analog", "pin": 3, "value": 1023}
    assert messages("firmata", data)[0].error == "malformed"


def test_long_messages_are_bounded() -> None:
    decoder = PROFILE.decoder()
    decoder.feed(b"\xf0\x71" + bytes(20_000) + b"\xf7\xe0\x01\x00")
    account = decoder.account()
    assert account.balanced
    assert account.pending == 0
    assert account.discarded["overlong"] == LONGEST
    assert account.frames_good == 1
    assert good("firmata", sysex(0x71, bytes(LONGEST - 4)))[0].kind == "string"


@given(st.binary(max_size=60))
def test_any_content_of_a_long_message_is_told(data: bytes) -> None:
    content = bytes(byte & 0x7F for byte in data) or b"\x00"
    assert len(messages("firmata", b"\xf0" + content + b"\xf7")) == 1


def test_the_board_answers() -> None:
    simulator = PROFILE.simulator(0)
    asked = bytes.fromhex("F9 F0 79 F7 F0 69 F7 F0 6B F7 E0 00 00")
    kinds = [each.kind for each in good("firmata", simulator.answer(asked, 1.0))]
    assert kinds == ["report_version", "report_firmware", "analog_mapping_response", "capability_response"]


def test_the_simulator_says_what_is_decoded() -> None:
    data = PROFILE.simulator(1).bytes_between(0.0, 4.0)
    blocks = PROFILE.decoder().feed(data)
    told = [m.fields["value"] for m in good("firmata", data) if m.kind == "analog" and m.fields["pin"] == 2]
    assert all_values(PROFILE, blocks, "analog_2.value").tolist() == told
    assert len(told) == 200
    assert all_values(PROFILE, blocks, "port_1.bits").tolist() == [1, 129, 1, 129]


def test_noise_balances() -> None:
    assert fuzz("firmata", 60_000).balanced
