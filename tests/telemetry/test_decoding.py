"""The door `decode`: any form of file, strict JSON, bounded output and memory, declared errors."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tracemalloc

import pytest

from center_app.core.audit import plain
from center_app.core.errors import PersonError, SurroundingsError
from center_app.core.paths import PROGRAM, RESOURCES
from center_app.telemetry import byte_files, decoding
from center_app.telemetry.byte_files import ByteFile, Form
from devices.checksum import MODBUS, crc16_of

STATUS = bytes.fromhex("09030211 0055D5")
WRENCH = bytes.fromhex("204e2efb3702bed87b0038fe070032bb")


def made(tmp_path, content: bytes, name: str = "line.bin") -> str:
    place = tmp_path / name
    place.write_bytes(content)
    return str(place)


def decoded(*arguments, **options) -> dict:
    """Return the JSON a person would get; it is strict."""
    return json.loads(json.dumps(plain(decoding.decode_place(*arguments, **options)), allow_nan=False))


@pytest.mark.parametrize("text", [
    "09 03 02 11 00 55 D5",
    "090302110055D5\n",
    "0x09, 0x03, 0x02, 0x11, 0x00, 0x55, 0xD5  // status\n",
    "# what the gripper said\n09:03:02:11:00:55:D5 # here\n\n",
    "00000000  09 03 02 11 00 55 d5                              |.....U.|\n",
    "00000000: 0903 0211 0055 d5                        .....U.\n",
    "\\x09\\x03\\x02\\x11\\x00\\x55\\xD5",
    "0903 0211\r\n0055 D5\r\n",
])  # fmt: skip
def test_hexadecimal_text_in_any_usual_writing(tmp_path, text):
    told = decoded("robotiq_2f", made(tmp_path, text.encode()))
    assert told["format"] == "hex"
    assert told["account"]["bytes_good"] == 7
    assert told["messages"][0]["fields"]["gSTA"] == 1


@pytest.mark.parametrize(
    "content", [STATUS, b"103303;000:0\r\n", b"12 34 56\n", b"506793002\r\n", b"{}\n", b"abc xyz\n", b"9 3 2\n"]
)
def test_other_bytes_are_not_taken_for_hexadecimal(content):
    is_ambiguous = content == b"12 34 56\n"
    assert byte_files.looks_like_hex(content) is is_ambiguous


def test_text_that_could_be_hexadecimal_is_read_as_the_profile_reads_it(tmp_path):
    told = decoded("delimited_text", made(tmp_path, b"12 34 56\n78 90 11\n"))
    assert told["format"] == "raw"
    assert told["streams"]["lines"]["rows"][0]["values"] == {"value_1": 12, "value_2": 34, "value_3": 56}


def test_rows_say_value_and_quality(tmp_path):
    told = decoded("robotiq_2f", made(tmp_path, STATUS))
    row = told["streams"]["gripper"]["rows"][0]
    assert row["end"] == 7
    assert row["values"]["status"] == 1
    assert row["values"]["position"] is None
    assert row["quality"]["position"] == "not_measured"
    assert {"key": "current", "label": "Current", "unit": "mA"} in told["streams"]["gripper"]["channels"]


def test_a_value_out_of_range_is_null_and_marked(tmp_path):
    body = WRENCH[:2] + (32000).to_bytes(2, "little") + WRENCH[4:14]
    told = decoded("robotiq_ft300", made(tmp_path, body + crc16_of(MODBUS, body).to_bytes(2, "little")))
    row = told["streams"]["wrench"]["rows"][0]
    assert (row["values"]["force_x"], row["quality"]) == (None, {"force_x": "out_of_range"})


def test_a_bad_frame_is_accounted_and_shown_with_its_reason(tmp_path):
    hurt = WRENCH[:5] + bytes([WRENCH[5] ^ 1]) + WRENCH[6:]
    told = decoded("robotiq_ft300", made(tmp_path, b"\x00\x01" + hurt + WRENCH + WRENCH[:7]))
    assert told["account"]["discarded"] == {"noise": 2, "bad_checksum": 16, "cut": 7}
    assert told["balanced"]
    assert [message["error"] for message in told["messages"]] == ["noise", "bad_checksum", "", "cut"]
    assert told["streams"]["wrench"]["row_count"] == 1


def test_rows_and_messages_are_bounded_and_say_so(tmp_path):
    told = decoded("robotiq_ft300", made(tmp_path, WRENCH * 50), rows=7)
    stream = told["streams"]["wrench"]
    assert (stream["row_count"], len(stream["rows"]), stream["rows_cut"]) == (50, 7, True)
    assert (len(told["messages"]), told["messages_cut"]) == (7, True)
    whole = decoded("robotiq_ft300", made(tmp_path, WRENCH * 50), rows=50)
    assert (whole["streams"]["wrench"]["rows_cut"], len(whole["messages"]), whole["messages_cut"]) == (False, 50, False)


def test_a_capture_keeps_its_line_and_counts_bad_framing(tmp_path):
    lines = (RESOURCES / "samples" / "kern_scale_tare.csv").read_text().splitlines()
    whole = decoded("kern_scale", str(RESOURCES / "samples" / "kern_scale_tare.csv"))
    assert (whole["format"], whole["line"], whole["framing_errors"]) == ("capture", "1200 8N2", 0)
    lines[6] = lines[6][:-1] + "0"
    hurt = decoded("kern_scale", made(tmp_path, "\n".join(lines).encode(), "hurt.csv"))
    assert hurt["framing_errors"] == 1
    assert hurt["streams"]["weight"]["row_count"] == whole["streams"]["weight"]["row_count"] - 1


def test_large_files_stay_in_bounded_memory(tmp_path):
    place = tmp_path / "large.bin"
    with place.open("wb") as file:
        for _ in range(40):
            file.write(WRENCH * 65536)
    source = ByteFile(str(place))
    tracemalloc.start()
    try:
        assert sum(len(piece) for piece in source.pieces()) == 40 << 20
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()


def test_hexadecimal_text_without_a_line_end_is_read_in_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr(byte_files, "PIECE_BYTES", 16)
    text = (WRENCH * 20).hex(" ")
    source = ByteFile(made(tmp_path, text.encode()), Form.HEX)
    assert b"".join(source.pieces()) == WRENCH * 20


def refused(error, code, *arguments, **options):
    with pytest.raises(error) as caught:
        decoding.decode_place(*arguments, **options)
    assert caught.value.code is code
    return caught.value


def test_what_a_person_can_mend_is_declared(tmp_path):
    place = made(tmp_path, STATUS)
    unknown = refused(PersonError, decoding.UNKNOWN, "robotiq", place)
    assert "robotiq_2f" in str(unknown.params["near"])
    refused(PersonError, byte_files.FILE_MISSING, "robotiq_2f", str(tmp_path / "none"))
    refused(PersonError, byte_files.FILE_EMPTY, "robotiq_2f", made(tmp_path, b"", "empty"))
    refused(SurroundingsError, byte_files.FILE_UNREADABLE, "robotiq_2f", str(tmp_path))
    wrong = refused(PersonError, decoding.PARAMS_UNKNOWN, "robotiq_ft300", place, {"units": 3})
    assert wrong.params["known"] == "unit"
    refused(PersonError, decoding.PARAMS_WRONG, "unitree_go_m8010", place, {"motors": "0,99"})
    refused(PersonError, byte_files.NOT_HEX, "robotiq_2f", made(tmp_path, b"09 0x zz"), form=Form.HEX)
    refused(SurroundingsError, byte_files.NOT_A_CAPTURE, "robotiq_2f", place, form=Form.CAPTURE)


def test_a_profile_is_found_whatever_its_case_and_dashes(tmp_path):
    assert decoded("Robotiq-2F", made(tmp_path, STATUS))["profile"] == "robotiq_2f"


def run(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "main.py", "decode", *arguments]
    return subprocess.run(command, cwd=PROGRAM, input=stdin, capture_output=True, check=False, timeout=60)


def test_the_command_reads_standard_input_and_ends_with_zero_only_when_something_is_sound():
    good = run("robotiq_2f", "-", stdin=STATUS)
    assert good.returncode == 0
    assert json.load(io.BytesIO(good.stdout))["messages"][0]["kind"] == "status"
    bad = run("robotiq_2f", "-", stdin=STATUS[:-1] + b"\x00")
    assert bad.returncode == 2
    assert json.load(io.BytesIO(bad.stdout))["messages"][0]["error"] == "bad_checksum"
    assert b"robotiq_2f" in bad.stderr


def test_the_command_names_wrong_settings():
    for params in ("{bad", "[1]", '{"no_such": 1}'):
        told = run("robotiq_ft300", "-", "--params", params, stdin=WRENCH)
        assert told.returncode == 2
        assert told.stdout == b""
        assert len(told.stderr.splitlines()) == 2


def test_hexadecimal_text_wins_over_a_profile_that_checks_little(tmp_path):
    told = decoded("rplidar", made(tmp_path, b"A5 25"))
    assert (told["format"], told["messages"][0]["fields"]["command"]) == ("hex", "stop")


@pytest.mark.parametrize(
    ("profile", "content", "row"),
    [
        ("eastron_sdm630", "0B 04 0034 0002 30AF 0B 04 04 C4960000 8C98", ("unit_11", "power", -1200.0)),
        ("pzem_004t", "F8 04 0000 000A 6464 F8 04 14 08FD 1234 0001 03E8 0000 01F4 0000 01F4 0063 0000 FF88",
         ("unit_248", "voltage", 230.1)),
        ("dynamixel", "FFFFFD00 03 0700 02 8400 0400 1135 FFFFFD00 03 0800 55 00 00F8FFFF 1238",
         ("servo_3", "position", -180.0)),
    ],
)  # fmt: skip
def test_whoever_speaks_on_the_bus_is_decoded(tmp_path, profile, content, row):
    stream, channel, value = row
    told = decoded(profile, made(tmp_path, content.encode()))
    first = told["streams"][stream]["rows"][0]
    assert first["values"][channel] == pytest.approx(value)
    assert set(first["quality"].values()) <= {"not_measured"}
    assert not any(message["error"] or "quality" in message["fields"] for message in told["messages"])
    assert told["account"]["discarded"] == {}


def test_digits_alone_are_bytes_only_where_the_profile_reads_them(tmp_path):
    told = decoded("modbus_rtu", made(tmp_path, b"1106000104051859\n"))
    assert (told["format"], told["account"]["frames_good"]) == ("hex", 1)
    assert decoded("delimited_text", made(tmp_path, b"1234\n5678\n"))["format"] == "raw"
    assert decoded("scpi_reading", made(tmp_path, b"1234"))["format"] == "raw"


def test_a_relay_board_tells_its_frames(tmp_path):
    told = decoded("relay_board", made(tmp_path, b"04 05 0001 0000 9C5F 04 05 0001 0000 9C5F 04 85 02 D350"))
    assert [message["kind"] for message in told["messages"]] == ["request", "reply", "exception"]
    assert told["account"]["frames_good"] == 3
