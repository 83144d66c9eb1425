"""A recorded line is received as a UART would, and its settings are found from its level changes."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices import profiles
from devices.recognition import LevelLine, propose, recognise_levels, search
from devices.recorded_line import read_lines
from devices.simulators.line_levels import WireFaults, misheard, wire
from devices.toml_profiles.crc import CRCS, Crc, linear_rows
from devices.uart import receive
from devices.values import LineSettings, Profile

_LINES = st.builds(
    LineSettings,
    st.sampled_from((300, 9600, 31250, 115200, 4_000_000)),
    st.integers(5, 8),
    st.sampled_from("NEOMS"),
    st.sampled_from((1, 1.5, 2)),
)
_SPEAKING = [p for p in profiles.all() if p.make_master is None and p.id not in ("modbus_rtu", "klipper", "firmata")]


@settings(max_examples=60, deadline=None)
@given(_LINES, st.binary(max_size=60))
def test_a_receiver_with_the_same_settings_gets_every_byte(line: LineSettings, data: bytes) -> None:
    data = bytes(byte & ((1 << line.data_bits) - 1) for byte in data)
    heard = receive(wire(data, line, pause_every=7, pause_bits=3.3), line)
    assert heard.data == data
    assert heard.errors == 0


def test_wrong_parity_and_wrong_speed_show() -> None:
    text = b"The quick brown fox\r\n" * 20
    line = wire(text, LineSettings(9600, 8, "E"))
    assert receive(line, LineSettings(9600, 8, "O")).errors == len(text)
    assert receive(line, LineSettings(19200, 8, "E")).errors > len(text) // 4
    assert misheard(text, LineSettings(9600), LineSettings(115200)) != text


@pytest.mark.parametrize("line", [LineSettings(9600), LineSettings(57600, 8, "E"), LineSettings(250_000, 8, "O", 2)])
@pytest.mark.parametrize("profile", _SPEAKING, ids=lambda each: each.id)
def test_the_settings_and_the_profile_are_found(profile: Profile, line: LineSettings) -> None:
    data = profile.simulator(4).bytes_between(50.0, 58.0)[5:1800]
    found = recognise_levels(wire(data, line, WireFaults(jitter_bits=0.04, clock_error=-0.015), 40, 33.0)).best
    assert found is not None
    assert found.profile_id == profile.id
    assert found.line is not None
    assert (found.line.baud, found.line.parity) == (line.baud, line.parity)


def test_the_search_through_a_recorded_line_finds_speed_and_parity() -> None:
    data = profiles.get("robotiq_ft300").simulator(1).bytes_between(10.0, 40.0)
    found = search(LevelLine(wire(data, LineSettings(38400, 8, "E"), pause_every=16, pause_bits=9.0)), 60.0).best
    assert found is not None
    assert (found.profile_id, str(found.line)) == ("robotiq_ft300", "38400 8E1")


def test_unknown_frames_get_a_layout_with_their_checksum() -> None:
    chance = np.random.default_rng(5)
    frames = b""
    for number in range(60):
        body = b"\xc3\x5a" + struct.pack("<H", number) + chance.bytes(9)
        frames += body + struct.pack(">H", CRCS["CRC-16/IBM-3740"].one(body))
    found = propose(frames)
    assert found is not None
    assert (found.check, found.size, found.check_at, found.check_order) == ("CRC-16/IBM-3740", 15, 13, ">")
    assert found.sync == b"\xc3\x5a"


def test_noise_and_a_still_line_are_nothing() -> None:
    assert propose(np.random.default_rng(2).bytes(8000)) is None
    assert search(LevelLine(wire(b"", LineSettings(9600))), 3.0).findings == ()


def test_files_of_levels_are_read(tmp_path: Path) -> None:
    line = wire(b"Hello World!\r\n" * 4, LineSettings(9600))
    times = line.changes_ns / 1000
    rows = "".join(f"{t:.3f},{(n + 1) % 2 ^ 1}\n" for n, t in enumerate(times, start=1))
    (tmp_path / "a.csv").write_text("t_us,level\n0,1\n" + rows)
    changes = "".join(f"#{round(t)} {n % 2}!\n" for n, t in enumerate(times))
    (tmp_path / "a.vcd").write_text(
        "$timescale 1 us $end\n$var wire 1 ! RX $end\n$enddefinitions $end\n#0 1!\n" + changes
    )
    samples = (line.at(np.arange(0, line.end_ns, 10_000).astype(np.float64))).astype(np.uint8).tobytes()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as session:
        session.writestr("metadata", "[device 1]\ncapturefile=logic-1\nsamplerate=100 kHz\nprobe1=RX\nunitsize=1\n")
        session.writestr("logic-1-1", samples)
    (tmp_path / "a.sr").write_bytes(packed.getvalue())
    for name in ("a.csv", "a.vcd", "a.sr"):
        lines = read_lines(tmp_path / name)
        assert lines, name
        found = recognise_levels(next(iter(lines.values()))).best
        assert found is not None, name
        assert str(found.line) == "9600 8N1", name


@pytest.mark.parametrize("crc", CRCS.values(), ids=list(CRCS))
def test_differences_of_crcs_do_not_depend_on_how_they_begin_and_end(crc: Crc) -> None:
    rows = np.random.default_rng(5).integers(0, 256, (40, 9), dtype=np.uint8)
    others = [each for each in CRCS.values() if (each.width, each.refin) == (crc.width, crc.refin)]
    sums = linear_rows(others, rows[1:] ^ rows[:-1])[others.index(crc)]
    assert (sums == crc.rows(rows)[1:] ^ crc.rows(rows)[:-1]).all()
