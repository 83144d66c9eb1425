from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.account import CUT, MALFORMED, OVERLONG, TEXT
from devices.delimited import DelimitedDecoder
from devices.lines import LineFramer
from devices.profiles import get
from devices.values import ChannelSpec, Quality, StreamSpec
from tests.devices.samples import decode, split_at

THREE = StreamSpec("t", tuple(ChannelSpec(key, {}, "", "f8", low=-1000.0, high=1000.0) for key in "abc"))
text = st.lists(
    st.sampled_from([b"1,2,3", b"\r\n", b"\n", b"\r", b"-4.25,", b"9", b"\x00", b"x" * 30, b",", b" ", b"e5"]),
    max_size=30,
)


def lines_of(framer: LineFramer, pieces: list[bytes]) -> tuple[list[bytes], object]:
    lines = []
    for piece in pieces:
        for batch in framer.feed(piece):
            lines += list(zip(batch.lines(), batch.end_offset.tolist(), strict=True))
            framer.book.good(int(batch.sizes.sum()), batch.sizes.size)
    framer.flush()
    return lines, framer.book.statement()


@settings(max_examples=300)
@given(text.map(b"".join), st.lists(st.integers(0, 300), max_size=10))
def test_any_split_gives_the_same_lines(data: bytes, cuts: list[int]) -> None:
    whole = lines_of(LineFramer(40), [data])
    assert lines_of(LineFramer(40), split_at(data, cuts)) == whole
    assert lines_of(LineFramer(40), [data[at : at + 1] for at in range(len(data))]) == whole


def byte_by_byte(data: bytes, longest: int) -> list[tuple[bytes, int]]:
    """Say by the rule of the manual which lines there are, one byte after the other, and where they end."""
    lines, line, is_alone = [], b"", False
    for at, byte in enumerate(data):
        is_pair = byte == 13 and data[at + 1 : at + 2] == b"\n"
        is_last = byte == 13 and at + 1 == len(data)
        is_end = byte == 10 or (byte == 13 and (is_alone or not (is_pair or is_last)))
        line += bytes((byte,))
        if byte == 13:
            is_alone = not is_pair
        if is_end:
            size = len(line)
            content = line[:-1].removesuffix(b"\r") if byte == 10 else line[:-1]
            lines += [(content, at + 1)] if size <= longest + 1 else []
            line = b""
    return lines


@settings(max_examples=500)
@given(st.text(alphabet="ab\r\n", max_size=60), st.integers(1, 9))
def test_lines_end_with_lf_cr_lf_or_cr_alone(data: str, longest: int) -> None:
    found, account = lines_of(LineFramer(longest), [data.encode()])
    assert found == byte_by_byte(data.encode(), longest)
    assert account.balanced


def test_an_instrument_that_ends_its_lines_with_cr_is_late_only_once() -> None:
    framer = LineFramer()
    heard = [[list(batch.lines()) for batch in framer.feed(piece)] for piece in (b"+1.5\r", b"+2.5\r", b"+3.5\r")]
    assert heard == [[], [[b"+1.5", b"+2.5"]], [[b"+3.5"]]]


EVERYWHERE = {
    "kern_scale": (b"+0127.20 G S", b"+0127.30 G S"),
    "scpi_reading": (b"+1.5E+00", b"-2.5E-01"),
    "delimited_text": (b"1.5,2", b"3,4.5"),
    "label_value": (b"torque:0.184", b"torque:0.190"),
}


@pytest.mark.parametrize("name", EVERYWHERE)
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r", b"\n\r"])
def test_every_line_end_decodes_alike(name: str, end: bytes) -> None:
    profile, lines = get(name), EVERYWHERE[name]
    params = profile.settled({"names": "a,b", "separator": "comma"} if name == "delimited_text" else {})
    data = b"".join(line + end for line in lines)
    decoder = profile.decoder(params)
    assert sum(block.end_offset.size for block in [*decoder.feed(data), *decoder.flush()]) == 2
    assert decoder.account().frames_good == 2
    assert decoder.account().discarded.get(CUT, 0) == 0
    assert profile.explain is not None
    told = [str(message.fields["text"]).strip() for message in profile.explain(data, params) if not message.error]
    assert [text for text in told if text] == [line.decode() for line in lines]


@settings(max_examples=300)
@given(text.map(b"".join), st.lists(st.integers(0, 300), max_size=10))
def test_any_split_gives_the_same_numbers(data: bytes, cuts: list[int]) -> None:
    whole = decode(DelimitedDecoder(THREE), [data])
    assert decode(DelimitedDecoder(THREE), split_at(data, cuts)) == whole


def test_reasons_and_marks() -> None:
    decoder = DelimitedDecoder(THREE)
    blocks = decoder.feed(b"a,b,c\r\n1,2,3\r\n1,,2000\r\n1,2\n1,x,3\nnan,2,3\n" + b"9" * 5000 + b"\n4,5,6\n7,8")
    decoder.flush()
    account = decoder.account()
    assert account.balanced
    assert account.frames_good == 4
    assert account.discarded == {TEXT: 7, MALFORMED: 4 + 6, OVERLONG: 5001, CUT: 3}
    marks = blocks[0].quality.T.tolist()
    missing, outside = int(Quality.NOT_MEASURED), int(Quality.OUT_OF_RANGE)
    assert marks == [[0, 0, 0], [0, missing, outside], [missing, 0, 0], [0, 0, 0]]
    assert blocks[0].values[:, 3].tolist() == [4.0, 5.0, 6.0]


def test_separators_and_decimal_marks() -> None:
    profile = get("delimited_text")
    for separator, mark, line in (
        ("semicolon", ",", b"1,5;-2,25\n"),
        ("tab", ".", b"1.5\t-2.25\r\n"),
        ("blank", ".", b" 1.5   -2.25 \n"),
    ):
        params = {"names": "left [V],right [A]", "separator": separator, "mark": mark}
        assert [channel.unit for channel in profile.streams_for(params)[0].channels] == ["V", "A"]
        blocks = profile.decoder(params).feed(line)
        assert blocks[0].values.T.tolist() == [[1.5, -2.25]]


def test_json_is_read_strictly() -> None:
    decoder = get("json_lines").decoder({"names": "a,b.c"})
    lines = [
        b'{"a":1,"b":{"c":2}}',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":1,"a":2}',
        b'{"a":1e999}',
        b'{"a":' + b"[" * 3000 + b"]" * 3000 + b"}",
        b'{"a":' + b"1" * 5000 + b"}",
        b'{"a":true}',
        b"hello",
        b"[1,2]",
    ]
    blocks = decoder.feed(b"\n".join(lines) + b"\n")
    assert decoder.account().frames_good == 2
    assert decoder.account().frames_bad == {MALFORMED: 6}
    assert decoder.account().discarded[TEXT] == 12
    assert blocks[0].values[:, 0].tolist() == [1.0, 2.0]
    assert blocks[0].quality.tolist() == [[0, 0], [0, int(Quality.NOT_MEASURED)]]


def test_boot_chatter_never_becomes_a_channel() -> None:
    decoder = get("label_value").decoder({"names": "Min,Sensor,Max"})
    assert decoder.feed(b"LiBCM v0.9.5f, 2025JUN02\r\n\x00\xff\xfe\r\nTime:12:30\r\n") == []
    blocks = decoder.feed(b"Min:0,Sensor:512,Max:1023\r\n")
    assert blocks[0].values[:, 0].tolist() == [0.0, 512.0, 1023.0]
