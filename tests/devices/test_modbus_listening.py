"""Hear a Modbus line: frames from real captures and from a peer, in any split, with noise; nothing raises."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.modbus import Sniffer, is_sound, pdu, read_request, sealed
from devices.modbus.explaining import explain_line, explain_tcp
from devices.modbus.frames import LONGEST_RTU, wrapped
from devices.modbus.hopes import Hopes
from devices.modbus.plan import Read
from devices.modbus.ranges import read_ranges
from devices.modbus.sniffing import discover, settings_of
from devices.profiles import get
from devices.values import Message
from tests.devices.samples import all_values, decode, split_at

PROFILE = get("modbus_rtu")
FLOW = PROFILE.sample
"""A flow meter's line: three exchanges of a real capture (sigrok-dumps, public domain)."""
REQUESTS = bytes.fromhex("010100030001 0dca 010500 03ff007c3a 010600010055 1835 010f000200010101 9697")
REPLIES = bytes.fromhex("01010101 9048 0103020201 78e4 010500 03ff007c3a 010f00020001 35cb")


def kinds(messages: list[Message]) -> list[str]:
    return [message.kind for message in messages]


def test_replies_are_paired_with_their_polls() -> None:
    messages = explain_line(FLOW, "both")
    assert kinds(messages) == ["request", "reply"] * 3
    assert messages[1].fields["registers"] == [0, 3]
    assert messages[1].fields["address"] == 16514
    assert [message.fields["paired_with"] for message in messages[1::2]] == [0, 17, 60]
    assert messages[4].fields["registers"] == [0x4170, 0]
    assert [(message.start, message.end) for message in messages][-1][1] == len(FLOW)


def test_what_a_line_carries_is_found_and_named() -> None:
    found = discover(FLOW)
    assert found == {"registers": "247/3/16514+2 247/3/0+15 247/16/6+2", "side": "both"}
    decoder = PROFILE.decoder(found)
    blocks = decoder.feed(FLOW) + decoder.flush()
    assert {block.stream for block in blocks} == {"exchanges", "u247_f3_16514x2", "u247_f3_0x15", "u247_f16_6x2"}
    assert decoder.account().bytes_good == len(FLOW)


def test_ranges_take_types_and_word_orders() -> None:
    found = PROFILE.decoder({"registers": "247/3/0+15:f4,u2,u2,f4@ABCD 247/16/6+2:f4"}).feed(FLOW)
    written = next(block for block in found if block.stream == "u247_f16_6x2")
    assert written.values[0, 0] == 15.0
    (one,) = read_ranges("247/3/0+15:f4,u2,u2,f4")
    assert "".join(register.kind for register in one.registers("ABCD")) == "f4u2u2f4f4f4f4f4u2"
    streams = PROFILE.streams_for({"registers": "247/3/2+2:f4"})
    assert [channel.key for channel in streams[1].channels] == ["u247_f3_2"]


@pytest.mark.parametrize(
    "text", ["1/3/0", "1/9/0+1", "1/3/0+126", "300/3/0+1", "1/3/65535+2", "1/1/0+4:u2", "1/3/0+2:q9", "1/3/0+1 1/3/0+1",
             "1/3/0+2@ABDC", "1/3/0+0"]
)  # fmt: skip
def test_wrong_ranges_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\d"):
        settings_of({"registers": text, "order": "ABCD", "side": "both"})


def test_lines_with_one_side_only_are_read_too() -> None:
    asked, told = discover(REQUESTS), discover(REPLIES)
    assert asked["side"] == "polls"
    assert told["side"] == "replies"
    assert kinds(explain_line(REQUESTS, "polls")) == ["request"] * 4
    assert kinds(explain_line(REPLIES, "replies")) == ["reply"] * 4
    blocks = PROFILE.decoder(told).feed(REPLIES)
    assert next(block for block in blocks if block.stream == "u1_f3_anyx1").values[0, 0] == 513
    blocks = PROFILE.decoder(asked).feed(REQUESTS)
    assert next(block for block in blocks if block.stream == "u1_f6_1x1").values[0, 0] == 0x55


def test_exceptions_and_silence_are_outcomes_not_values() -> None:
    line = read_request(7, Read(3, 0, 2)) + sealed(b"\x07\x83\x02") + read_request(8, Read(3, 0, 2)) + FLOW[:17]
    decoder = PROFILE.decoder({"registers": "7/3/0+2 8/3/0+2"})
    blocks = decoder.feed(line) + decoder.flush()
    assert {block.stream for block in blocks} == {"exchanges"}
    outcomes = all_values(PROFILE, blocks, "exchanges.outcome").tolist()
    assert outcomes == [1, 2, 0]
    assert all_values(PROFILE, blocks, "exchanges.exception").tolist() == [2, 0, 0]
    messages = explain_line(line, "both")
    assert messages[1].kind == "exception"
    assert messages[1].fields["meaning"] == "illegal data address"
    assert messages[1].fields["paired_with"] == 0


def test_a_reply_to_somebody_else_is_not_paired() -> None:
    reply = sealed(b"\x05\x03\x04\x00\x01\x00\x02")
    short = sealed(b"\x04\x03\x02\x00\x01")
    for wrong in (reply, short):
        messages = explain_line(read_request(4, Read(3, 0, 2)) + wrong, "both")
        assert kinds(messages) == ["request", "reply"]
        assert "paired_with" not in messages[1].fields
        assert "address" not in messages[1].fields


@pytest.mark.parametrize("at", range(8))
def test_a_hurt_frame_is_refused_with_the_right_checksum_beside(at: int) -> None:
    hurt = bytearray(bytes.fromhex("090300b4000684a6"))
    hurt[at] ^= 0x5A
    messages = explain_line(bytes(hurt), "both")
    assert all(message.error for message in messages)
    if at > 5:
        assert messages[0].error == "bad_checksum"
        assert messages[0].fields["correct_crc"] == "84 A6"


def test_every_function_is_read() -> None:
    pairs = [
        ("0107", "010755"),
        ("0108000012 34".replace(" ", ""), "01080000 1234"),
        ("010b", "010b0000 0102"),
        ("0111", "011103 414243"),
        ("01160004 00f20025", "01160004 00f20025"),
        ("0117 0003 0002 000e 0001 02 00ff", "0117 04 00fe 0acd"),
        ("0118 04de", "0118 0006 0002 01b8 1284"),
        ("012b 0e01 00", "012b 0e01 01 00 00 02 00 03 616263 01 02 3132"),
    ]
    line = b"".join(sealed(bytes.fromhex(part)) for pair in pairs for part in pair)
    messages = explain_line(line, "both")
    assert kinds(messages) == ["request", "reply"] * len(pairs)
    assert messages[11].fields["registers"] == [0xFE, 0xACD]
    assert messages[15].fields["objects"] == {"0": "abc", "1": "12"}


hurts = st.lists(st.tuples(st.integers(0, 2000), st.binary(max_size=6)), max_size=8)


@settings(max_examples=60, deadline=None)
@given(cuts=st.lists(st.integers(0, 3000), max_size=20), hurt=hurts)
def test_any_split_of_a_hurt_line_gives_the_same(cuts: list[int], hurt: list[tuple[int, bytes]]) -> None:
    data = bytearray(PROFILE.simulator(5).bytes_between(0.0, 20.0))
    for at, garbage in hurt:
        data[at % len(data) : at % len(data) + 1] = garbage
    params = discover(PROFILE.simulator(5).bytes_between(0.0, 20.0))
    whole = decode(PROFILE.decoder(params), [bytes(data)])
    assert decode(PROFILE.decoder(params), split_at(bytes(data), cuts)) == whole


heads = st.sampled_from([1, 2, 3, 5, 6, 0x0E, 0x0F, 0x10, 0x16, 0x17, 0x18, 0x2B, 0x83, 0xFF, 0]).map(
    lambda at: bytes((at,))
)
parts = st.lists(heads, min_size=1, max_size=12).map(b"".join)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(parts, parts.map(sealed)), min_size=1, max_size=60).map(b"".join))
def test_no_place_where_a_frame_can_start_is_passed_over(data: bytes) -> None:
    hopes = Hopes(data)
    for at in range(len(data) - 1):
        if data[at + 1] & ~pdu.EXCEPTION in pdu.KNOWN:
            sizes = [size(data[at + 1 : at + LONGEST_RTU]) for size in (pdu.request_size, pdu.reply_size)]
            whole = [data[at : at + size + 3] for size in sizes if size and at + size + 3 <= len(data)]
            is_open = len(whole) < sum(size != 0 for size in sizes)
            if is_open or any(is_sound(frame) for frame in whole):
                assert hopes.next(at) == at


def test_an_identification_is_none_for_another_interface_however_much_of_it_is_there() -> None:
    reply = bytes.fromhex("2b0d 0101 00 00 01 00 03 616263")
    assert {pdu.reply_size(reply[:size]) for size in range(2, len(reply) + 1)} == {0}


def test_a_million_bytes_of_noise_are_accounted_for() -> None:
    noise = np.random.default_rng(11).integers(0, 256, 1_000_000, dtype=np.uint8).tobytes()
    sniffer = Sniffer()
    for start in range(0, len(noise), 4093):
        sniffer.feed(noise[start : start + 4093])
    sniffer.flush()
    account = sniffer.account()
    assert account.balanced
    assert account.bytes_in == len(noise)
    assert account.pending == 0
    assert account.bytes_good < 200


def test_tcp_streams_are_explained() -> None:
    ask, reply = b"\x03\x00\x10\x00\x02", b"\x03\x04\x00\x01\x00\x02"
    data = wrapped(7, 3, ask) + wrapped(8, 4, ask) + wrapped(8, 4, b"\x83\x0b") + wrapped(7, 3, reply) + b"\xff\xff"
    messages = explain_tcp(data)
    assert kinds(messages) == ["request", "request", "exception", "reply", "frame"]
    assert messages[3].fields["paired_with"] == 0
    assert messages[3].fields["registers"] == [1, 2]
    assert messages[2].fields["exception"] == 11
    assert messages[4].error == "cut"
