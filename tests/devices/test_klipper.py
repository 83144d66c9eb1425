from __future__ import annotations

import json
import math
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.klipper_words import Assembly, Dictionary, UnreadableError, number_at, number_bytes, text_bytes
from devices.profiles import get
from devices.profiles.klipper import PACKED, block_of, numbers, piece
from tests.devices.samples import all_values, decode, first_values
from tests.devices.wire import bit_flips, fuzz, good, messages

PROFILE = get("klipper")
TEXT = json.dumps(
    {
        "commands": {
            "get_clock": 4,
            "set_pin oid=%c pin=%u": 9,
            "queue_step oid=%c interval=%u count=%hu add=%hi": 300,
        },
        "responses": {
            "clock clock=%u": 72,
            "stats count=%u sum=%u sumsq=%u": -20,
            "analog_in_state oid=%c next_clock=%u values=%*s": 75,
        },
        "output": {"at %u of %i: %s": 80},
        "enumerations": {"pin": {"PA0": [0, 4], "LED": 7}},
        "config": {"CLOCK_FREQ": 1000},
    }
)


@given(st.integers(-(2**31), 2**32 - 1), st.binary(max_size=5))
def test_numbers_come_back(value: int, after: bytes) -> None:
    data = number_bytes(value)
    assert number_at(data + after, 0, signed=value < 2**31) == (value, len(data))
    lengths = [(-32, 95), (-4096, 12287), (-524288, 1572863), (-67108864, 201326591), (-(2**31), 2**32 - 1)]
    assert len(data) == next(n for n, (low, high) in enumerate(lengths, 1) if low <= value <= high)


@given(st.binary(max_size=12))
def test_a_number_reads_or_says_why_not(data: bytes) -> None:
    try:
        _, after = number_at(data, 0)
    except UnreadableError:
        assert len(data) < 5 or all(byte & 0x80 for byte in data[:5])
    else:
        assert after <= len(data)


def hand_out(packed: bytes, size: int = 40) -> bytes:
    offsets = range(0, len(packed), size)
    return b"".join(block_of(i, numbers(0, at) + text_bytes(packed[at : at + size])) for i, at in enumerate(offsets))


def test_a_dictionary_on_the_line_names_what_follows() -> None:
    unread = block_of(1, numbers(75, 3, 1000, 42))
    data = unread + hand_out(PACKED) + unread
    found = messages("klipper", data)
    assert found[0].fields["msgs"] == [{"name": "unknown", "id": 75, "content": "03 87 68 2A"}]
    last = {"name": "analog_in_state", "id": 75, "oid": 3, "next_clock": 1000, "value": 42}
    assert found[-1].fields["msgs"] == [last]
    blocks = PROFILE.decoder().feed(data)
    assert all_values(PROFILE, blocks, "analog_3.value").tolist() == [42]


def test_a_dictionary_in_the_settings() -> None:
    settings = {"dictionary": TEXT, "sensors": "5"}
    content = numbers(300, 2, 4_000_000_000, 65535, -7) + numbers(9, 1, 2) + numbers(9, 1, 7)
    found = messages("klipper", block_of(4, content), **settings)[0]
    assert found.fields["sender"] == "host"
    assert found.fields["msgs"] == [
        {"name": "queue_step", "id": 300, "oid": 2, "interval": 4_000_000_000, "count": 65535, "add": -7},
        {"name": "set_pin", "id": 9, "oid": 1, "pin": "PA2"},
        {"name": "set_pin", "id": 9, "oid": 1, "pin": "LED"},
    ]
    said = messages("klipper", block_of(0, numbers(80, 5, -6) + text_bytes(b"hi")), **settings)[0]
    assert said.fields["msgs"] == [{"name": "output", "id": 80, "text": "at 5 of -6: 6869"}]


def test_reports_of_several_readings_and_negative_ids() -> None:
    settings = {"dictionary": TEXT, "sensors": "5"}
    values = text_bytes(struct.pack("<3H", 100, 200, 65000))
    data = block_of(1, numbers(75, 5, 9) + values) + block_of(2, numbers(-20, 1, 2, 3))
    blocks = PROFILE.decoder(settings).feed(data)
    analog = next(block for block in blocks if block.stream == "analog_5")
    assert analog.values.tolist() == [[100, 200, 65000]]
    size = data.index(b"\x7e") + 1
    assert analog.end_offset.tolist() == [size - 4, size - 2, size]
    stats = next(block for block in blocks if block.stream == "stats")
    assert stats.values[:, 0].tolist() == [1, 2, 3]


def test_uptime_is_in_seconds_once_the_clock_rate_is_known() -> None:
    profile = get("klipper")
    text = json.dumps({"responses": {"uptime high=%u clock=%u": 73}})
    data = block_of(1, numbers(73, 1, 500))
    with_rate = json.dumps({**json.loads(text), "config": {"CLOCK_FREQ": 1000}})
    found = first_values(profile, profile.decoder({"dictionary": with_rate}).feed(data))
    assert found["uptime.seconds"] == (2**32 + 500) / 1000
    unknown = first_values(profile, profile.decoder({"dictionary": text}).feed(data))
    assert math.isnan(unknown["uptime.seconds"])


def test_gaps_are_missing_sequence_steps() -> None:
    data = b"".join(block_of(number) for number in (14, 15, 15, 0, 3, 4))
    blocks = PROFILE.decoder().feed(data)
    assert sum(block.sequence_gaps for block in blocks) == 2


def test_what_the_host_sends_again_is_booked_apart() -> None:
    ask = [block_of(number, numbers(1, 40 * number, 40)) for number in range(3)]
    decoder = PROFILE.decoder()
    decoder.feed(b"".join(ask) + ask[1] + ask[2])
    account = decoder.account()
    assert account.frames_good == 3
    assert account.discarded == {"retransmit": len(ask[1] + ask[2])}
    assert account.frames_bad == {"retransmit": 2}
    kinds = [(m.kind, m.error) for m in messages("klipper", ask[0] + ask[0])]
    assert kinds == [("identify", ""), ("block", "retransmit")]


def test_content_against_its_format_is_malformed() -> None:
    hurt = block_of(1, bytes((1, 0x80)))
    assert messages("klipper", hurt)[0].error == "malformed"
    assert PROFILE.decoder().feed(hurt) == []


def test_one_more_sync_may_stand_before_a_block() -> None:
    data = b"\x7e" + block_of(1) + b"\x7e" + block_of(2)
    assert [m.fields["seq"] for m in good("klipper", data)] == [1, 2]
    decoder = PROFILE.decoder()
    decode(decoder, [data[i : i + 1] for i in range(len(data))])
    assert decoder.account().bytes_good == len(data)


def test_a_good_block_behind_a_cut_one_is_found() -> None:
    assert [m.fields["seq"] for m in good("klipper", b"\x40\x11" + block_of(5))] == [5]


@pytest.mark.parametrize("hurt", list(bit_flips(block_of(3, numbers(1, 0, 40)))))
def test_every_bit_is_under_the_checksum(hurt: bytes) -> None:
    assert good("klipper", hurt) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "[" * 100_000,
        '{"commands": 3}',
        '{"commands": {"a b=%q": 1, "": 2, "c": "x"}}',
        '{"enumerations": [1]}',
    ],
)
def test_a_poor_dictionary_is_no_dictionary(text: str) -> None:
    dictionary = Dictionary()
    assert not dictionary.learn(text.encode())
    assert dictionary.formats[0].name == "identify_response"


def test_a_dictionary_that_grows_without_end_is_given_up() -> None:
    bomb = zlib.compress(bytes(50 << 20), 9)
    assembly = Assembly()
    for at in range(0, len(bomb), 40):
        assert assembly.add(at, bomb[at : at + 40]) is None
    assert assembly.add(0, zlib.compress(b"{}")) == b"{}"


def test_a_missing_piece_waits_for_the_next_hand_out() -> None:
    assembly = Assembly()
    assembly.add(0, PACKED[:40])
    assert assembly.add(80, PACKED[80:]) is None
    assert assembly.add(0, PACKED) is not None


def test_the_simulator_says_what_is_decoded() -> None:
    data = PROFILE.simulator(1).bytes_between(10.0, 16.0)
    blocks = PROFILE.decoder().feed(data)
    assert sum(block.sequence_gaps for block in blocks) == 0
    told = [
        each["value"]
        for message in good("klipper", data)
        for each in message.fields["msgs"]  # type: ignore[attr-defined]
        if each["name"] == "analog_in_state"
    ]
    assert all_values(PROFILE, blocks, "analog_3.value").tolist() == told
    assert len(told) > 100
    seconds = all_values(PROFILE, blocks, "uptime.seconds")
    assert seconds.tolist() == pytest.approx([11.0, 12.0, 13.0, 14.0, 15.0], abs=1e-6)


def test_the_pieces_make_the_simulated_dictionary() -> None:
    assert b"".join(piece(at)[-40:] for at in range(0, 40, 40)) == PACKED[:40]
    assert fuzz("klipper", 60_000).balanced


def test_a_wrong_checksum_is_named_with_the_right_one() -> None:
    found = messages("klipper", "05 11 8F 09 7E")[0]
    assert (found.kind, found.error, found.end) == ("block", "bad_checksum", 5)
    assert (found.fields["stated_crc"], found.fields["correct_crc"]) == ("8F 09", "8F 08")
    assert "stated_crc" not in messages("klipper", "08 10 01 00 28 5E")[0].fields
