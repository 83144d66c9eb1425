"""Written profiles: what they decode, what they simulate, what is refused with which line, and how long it takes."""

from __future__ import annotations

import struct
import time
from pathlib import Path

import fastcrc
import numpy as np
import pytest
from cobs import cobs
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.profiles import resolve
from devices.simulators.base import frame_numbers
from devices.toml_profiles import ProfileRefused, compile_text, read_schema
from devices.toml_profiles.crc import CRCS, SUMS
from devices.toml_profiles.describe import template_of
from devices.toml_profiles.pattern import PatternRefused, safe_pattern
from devices.toml_profiles.simulate import raw_wave
from devices.values import Quality
from tests.devices.samples import split_at

EXAMPLES = sorted((Path(__file__).parents[2] / "resources" / "profiles").glob("*.toml"))
HEAD = 'format = 1\nid = "test_device"\nname = "Test"\n'
GOOD = (
    HEAD
    + """[frame]
framing = "sync"
sync = "AA 55"
size = 8
[frame.checksum]
kind = "sum8"
[[message]]
key = "data"
[[message.field]]
key = "force"
type = "i16le"
at = 2
scale = 0.01
[[message.field]]
key = "count"
type = "u16be"
at = 4
"""
)


def problems(text: str) -> list[tuple[int, str]]:
    with pytest.raises(ProfileRefused) as refused:
        compile_text(text)
    return [(one.line, one.code) for one in refused.value.problems]


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


@pytest.mark.parametrize("crc", [one for one in CRCS.values() if one.check >= 0], ids=lambda one: one.name)
def test_every_crc_gives_the_check_value_of_the_catalogue(crc) -> None:
    rows = np.frombuffer(b"123456789" * 2, dtype=np.uint8).reshape(2, 9)
    assert crc.one(b"123456789") == crc.check
    assert crc.rows(rows).tolist() == [crc.check] * 2


def test_crcs_agree_with_another_library() -> None:
    data = bytes(range(200))
    for name, other in (("CRC-16/IBM-3740", fastcrc.crc16.ibm_3740), ("CRC-32/MPEG-2", fastcrc.crc32.mpeg_2),
                        ("CRC-8/DVB-S2", fastcrc.crc8.dvb_s2)):  # fmt: skip
        assert CRCS[name].one(data) == other(data)
        assert CRCS[name].rows(np.frombuffer(data, np.uint8)[None, :])[0] == other(data)


def test_a_frame_packed_by_hand_decodes_to_its_values() -> None:
    body = b"\xaa\x55" + struct.pack("<h", -1234) + struct.pack(">H", 60000) + b"\x00"
    decoder = compile_text(GOOD).decoder()
    (block,) = decoder.feed(body + bytes([sum(body) & 0xFF]))
    assert block.values.tolist() == [[-1234.0], [60000.0]]
    bad = decoder.feed(body + bytes([sum(body) + 1 & 0xFF]) + bytes(8))
    assert bad == []
    assert decoder.account().frames_bad == {"bad_checksum": 1}
    assert decoder.account().balanced


TYPES = [f"{family}{bits}{order}" for family in "ui" for bits in (16, 24, 32, 64) for order in ("le", "be")]
TYPES += ["u8", "i8", "f16le", "f32be", "f32le", "f64le", "f64be"]


def width_of(name: str) -> int:
    return int("".join(char for char in name if char.isdigit())) // 8


@st.composite
def schemas(draw: st.DrawFn) -> str:
    framing = draw(st.sampled_from(["sync", "cobs", "slip", "length"]))
    kinds = draw(st.lists(st.sampled_from([*TYPES, "bcd"]), min_size=1, max_size=6))
    check = draw(st.sampled_from([None, *SUMS, "CRC-8/SMBUS", "CRC-16/KERMIT", "CRC-32/ISO-HDLC"]))
    at = 4
    fields = ""
    for number, name in enumerate(kinds):
        width = 3 if name == "bcd" else width_of(name)
        size = "bytes = 3\n" if name == "bcd" else ""
        fields += f'[[message.field]]\nkey = "f{number}"\ntype = "{name}"\nat = {at}\n{size}'
        at += width + draw(st.integers(0, 2))
    check_size = 0 if check is None else 2 if "16" in check else 4 if "32" in check else 1
    text = HEAD + f'[frame]\nframing = "{framing}"\n'
    if framing in ("sync", "length"):
        text += 'sync = "A5 5A"\n'
    if framing == "sync":
        text += f"size = {at + check_size}\n"
    if framing == "length":
        text += '[frame.length]\nat = 2\ntype = "u16le"\n'
    if check:
        text += f'[frame.checksum]\nkind = "{check}"\nendian = "{draw(st.sampled_from(["little", "big"]))}"\n'
    return text + '[[message]]\nkey = "data"\nrate_hz = 50\n' + fields


@settings(max_examples=80, deadline=None)
@given(text=schemas(), seed=st.integers(0, 9), cuts=st.lists(st.integers(0, 2000), max_size=8))
def test_what_is_simulated_decodes_to_the_same_numbers_however_it_is_split(
    text: str, seed: int, cuts: list[int]
) -> None:
    profile, schema = compile_text(text), read_schema(text)
    data = profile.simulator(seed).bytes_between(0.0, 1.0)
    decoder = profile.decoder()
    blocks = [block for piece in split_at(data, cuts) for block in decoder.feed(piece)]
    values = np.concatenate([block.values for block in blocks], axis=1)
    number = frame_numbers(0.0, 1.0, 50.0)
    for row, field in enumerate(schema.messages[0].fields):
        wave = raw_wave(field, seed, row, number / 50.0, number)
        if field.kind is not None and field.kind.family == "f":
            wave = wave.astype(field.kind.dtype)
        assert values[row].tolist() == wave.astype(field.channel.dtype).astype(values.dtype).tolist()
    account = decoder.account()
    assert (account.bytes_good, account.pending, account.discarded) == (len(data), 0, {})


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_decode_their_simulator_and_account_for_noise(path: Path) -> None:
    profile = resolve(str(path))
    data = profile.simulator(2).bytes_between(0.0, 5.0)
    decoder = profile.decoder()
    assert all((block.quality == Quality.GOOD).all() for block in decoder.feed(data))
    assert decoder.account().bytes_good == len(data)
    noise = np.random.default_rng(1).integers(0, 256, 50_000, dtype=np.uint8).tobytes()
    whole, split = profile.decoder(), profile.decoder()
    whole.feed(noise + data)
    for piece in split_at(noise + data, [1, 3, 700, 701, 49_990, 50_002, 50_009]):
        split.feed(piece)
    whole.flush(), split.flush()
    assert whole.account() == split.account()
    assert whole.account().balanced


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new, 1)


CASES = {
    "overlap": (changed("at = 4", "at = 3"), "at = 3", "overlap"),
    "type": (changed("u16be", "uint16"), "uint16", "unknown_type"),
    "outside": (changed("at = 4", "at = 7"), "at = 7", "outside"),
    "zero": (changed("size = 8", "size = 0"), "size = 0", "zero_frame"),
    "huge": (changed("size = 8", "size = 2147483648"), "size =", "out_of_bounds"),
    "nan": (changed("scale = 0.01", "scale = nan"), "scale", "not_finite"),
    "zero scale": (changed("scale = 0.01", "scale = 0"), "scale", "zero_scale"),
    "typo": (changed("scale = 0.01", "scael = 1"), "scael", "unknown_key"),
    "twice": (changed('key = "count"', 'key = "force"'), None, "key_twice"),
    "taken": (changed("test_device", "nmea0183"), "id =", "id_taken"),
    "syntax": (changed("size = 8", "size = = 8"), "size", "syntax"),
    "checksum": (changed('kind = "sum8"', 'kind = "sum8"\nat = 9'), None, "checksum_outside"),
    "states": (changed("scale = 0.01", 'states = { 0 = "a", "0x0" = "b" }'), "states", "state_twice"),
    "sample": (GOOD.replace("[frame]", 'sample = "00 11"\n[frame]', 1), "sample", "sample_undecoded"),
    "id missing": (GOOD.replace('id = "test_device"\n', ""), None, "missing_key"),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_problem_is_refused_with_its_line(case: tuple[str, str | None, str]) -> None:
    text, part, code = case
    found = problems(text)
    assert code in [each for _line, each in found]
    if part:
        assert (line_of(text, part), code) in found


def test_all_problems_are_said_at_once() -> None:
    text = (
        changed("at = 4", "at = 3").replace("i16le", "i17").replace("sum8", "sum9").replace("format = 1", "format = 9")
    )
    assert {code for _line, code in problems(text)} >= {"unknown_type", "unknown_choice", "unknown_format"}


def test_a_union_needs_to_be_asked_for() -> None:
    assert compile_text(changed("at = 4", "at = 3\noverlap = true")).id == "test_device"


RUNAWAY = [
    "(?:a+)+(?P<x>b)", "(?P<x>a)\\1", "(?=a)(?P<x>a)", "(?:a|b*)*(?P<x>c)", "(?P<x>.*),b", "(?P<x>a{5000})",
    "(?P<x>a+)*", "abc", "(?P<x>a", "[z-a](?P<x>a)",
]  # fmt: skip


@pytest.mark.parametrize("pattern", RUNAWAY)
def test_runaway_patterns_are_refused(pattern: str) -> None:
    with pytest.raises(PatternRefused):
        safe_pattern(pattern)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab.*+?|()[]\\d{,}3:P<x>", max_size=60).map(lambda text: "(?P<x>a)" + text))
def test_an_accepted_pattern_takes_no_time_on_the_worst_line(text: str) -> None:
    try:
        pattern = safe_pattern(text)
    except PatternRefused:
        return
    began = time.process_time()
    for line in (b"a" * 512 + b"!", b"ab" * 256 + b"!", b"3" * 512):
        pattern.fullmatch(line)
    assert time.process_time() - began < 0.25


def test_many_choices_in_a_row_do_not_explode() -> None:
    pattern = safe_pattern("(?P<x>a)" + "(?:a|a)" * 30 + "a?" * 60)
    began = time.process_time()
    assert pattern.fullmatch(b"a" * 31 + b"b") is None
    assert time.process_time() - began < 0.1


HOSTILE = {
    "ten megabytes": "x = 1\n" * 1_700_000,
    "deep": HEAD + "x = " + "[" * 50_000,
    "deep tables": HEAD + "x = " + "{a = " * 5_000,
    "dotted": HEAD + "a" + ".a" * 9_000 + " = 1",
    "many dotted": HEAD + ("b" + ".a" * 32 + " = 1\n") * 1_500,
    "fields": GOOD + '[[message.field]]\nkey = "a"\ntype = "u8"\nat = 6\n' * 100_000,
    "fewer fields": GOOD + '[[message.field]]\nkey = "a"\ntype = "u8"\nat = 6\n' * 900,
    "repeated": GOOD + '[[message.field]]\nkey = "a"\ntype = "u8"\nat = 6\ncount = 256\n' * 900,
    "quotes": HEAD + '"' * 100_000,
    "nul": HEAD + "\0" * 1000,
    "big number": HEAD + "version = " + "9" * 19_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_texts_are_refused_in_bounded_time(text: str) -> None:
    began = time.process_time()
    assert problems(text)
    assert time.process_time() - began < 3.0


def test_a_declared_length_of_two_gigabytes_is_bounded() -> None:
    text = (
        HEAD
        + """[frame]
framing = "length"
sync = "A5"
longest = 64
[frame.length]
type = "u32le"
at = 1
[[message]]
key = "data"
[[message.field]]
key = "a"
type = "u8"
at = 5
"""
    )
    decoder = compile_text(text).decoder()
    decoder.feed(b"\xa5\x00\x00\x00\x80" * 1000)
    assert decoder.account().pending <= 64
    assert "bad_length" in decoder.account().discarded


def test_a_shipped_profile_written_as_toml_decodes_the_same() -> None:
    shipped = resolve("binary_frame")
    text = template_of(shipped)
    assert text is not None
    written = compile_text(text)
    data = shipped.simulator(1).bytes_between(0.0, 1.0)
    (one,), (other,) = shipped.decoder().feed(data), written.decoder().feed(data)
    assert one.values.tolist() == other.values.tolist()
    assert one.tick is not None
    assert other.tick is not None
    assert one.tick.tolist() == other.tick.tolist()
    assert template_of(resolve("json_lines")) is None


WORDS = [
    "0",
    "-1",
    "nan",
    '""',
    "[]",
    "{}",
    "true",
    '"cobs"',
    '"length"',
    '"bcd"',
    '"u64be"',
    "255",
    "1e308",
    '"(?P<a>.)"',
]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(EXAMPLES), st.lists(st.tuples(st.integers(0, 60), st.sampled_from(WORDS)), max_size=4), st.binary()
)
def test_a_spoiled_text_is_refused_or_decodes_anything(path: Path, spoil: list[tuple[int, str]], noise: bytes) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    for at, word in spoil:
        line = lines[at % len(lines)]
        lines[at % len(lines)] = f"{line.partition('=')[0]}= {word}" if "=" in line else word
    try:
        decoder = compile_text("\n".join(lines)).decoder()
    except ProfileRefused as refused:
        problems_found, decoder = refused.problems, compile_text(GOOD).decoder()
    else:
        problems_found = ()
    assert all(1 <= one.line <= len(lines) + 1 for one in problems_found)
    decoder.feed(noise + b"\x01\x00\xc0\xc0\n")
    decoder.flush()
    assert decoder.account().balanced


def test_an_empty_packet_is_no_frame() -> None:
    decoder = resolve(str(next(path for path in EXAMPLES if "cobs" in path.stem))).decoder()
    assert decoder.feed(b"\x01\x00") == []
    assert decoder.account().discarded == {"bad_length": 2}


@pytest.mark.parametrize("framing", ["slip", "cobs", "length"])
def test_frames_of_one_message_with_different_lengths_stay_in_their_order(framing: str) -> None:
    text = HEAD + f'[frame]\nframing = "{framing}"\n'
    if framing == "length":
        text += 'sync = "A5"\n[frame.length]\nat = 1\ntype = "u8"\n'
    text += '[[message]]\nkey = "data"\n[[message.field]]\nkey = "number"\ntype = "u8"\nat = 2\n'
    contents = [bytes([0xA5, 3 + number % 3, number, 7, 8][: 3 + number % 3]) for number in range(40)]
    pack = {"slip": lambda body: body + b"\xc0", "cobs": lambda body: cobs.encode(body) + b"\0", "length": bytes}[
        framing
    ]
    data = b"".join(pack(body) for body in contents)
    for cuts in ([], list(range(len(data)))):
        decoder = compile_text(text).decoder()
        blocks = [block for piece in split_at(data, cuts) for block in decoder.feed(piece)]
        assert np.concatenate([block.values[0] for block in blocks]).tolist() == list(range(40))
        assert (np.diff(np.concatenate([block.end_offset for block in blocks])) > 0).all()
        assert decoder.account().bytes_good == len(data)
