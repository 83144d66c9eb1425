"""Frames made from the specifications: addresses, labels and readings that no sample of ours has."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from center_app.telemetry.byte_files import Form
from center_app.telemetry.decoding import decode_place
from devices import profiles
from devices.checksum import KERMIT, MODBUS, crc16_of


def decoded(profile: str, data: bytes, folder: Path) -> Any:
    (folder / "line.bin").write_bytes(data)
    found = decode_place(profile, str(folder / "line.bin"), form=Form.RAW)
    assert found.balanced
    return found


def modbus(frame: bytes) -> bytes:
    return frame + crc16_of(MODBUS, frame).to_bytes(2, "little")


def motor(mode: int, torque: int) -> bytes:
    frame = b"\xfd\xee" + bytes((mode,)) + struct.pack("<hhibH", torque, 0, 0, 40, 0)
    return frame + crc16_of(KERMIT, frame).to_bytes(2, "little")


def test_a_motor_number_nobody_may_have_does_not_end_the_reading(tmp_path: Path) -> None:
    found = decoded("unitree_go_m8010", motor(0x1F, 1) * 3 + motor(0x12, -256), tmp_path)
    assert found.params["motors"] == "2"
    assert found.streams["knee"].rows[0]["values"]["knee_torque"] == pytest.approx(-6.33)


def test_a_gripper_at_another_address_is_read(tmp_path: Path) -> None:
    found = decoded("robotiq_2f", modbus(bytes((3, 3, 6, 0xB9, 0, 0x05, 128, 64, 12))), tmp_path)
    assert found.params["unit"] == 3
    row = found.streams["gripper"].rows[0]["values"]
    assert (row["object"], row["fault"], row["requested"], row["current"]) == (2, 5, 128, 120)
    assert found.messages[0]["fields"]["gPO"] == 64


def test_a_gripper_at_another_address_is_asked_and_told_there() -> None:
    profile = profiles.get("robotiq_2f")
    master = profile.master({"unit": 4})
    assert master is not None
    request = master.next_request(0)
    assert request is not None
    assert request[0] == 4
    assert profile.simulator(1, {"unit": 4}).answer(request, 1.0)[:3] == bytes((4, 3, 6))
    stop = next(each for each in profile.commands if each.key == "stop")
    assert stop.encode(profile.settled({"unit": 4}), {})[0] == 4


def test_each_value_on_a_line_of_its_own(tmp_path: Path) -> None:
    found = decoded("label_value", b"a:1\nb:-2.5\na:3\nb:4\n", tmp_path)
    assert found.account.bytes_good == found.account.bytes_in
    rows = [row["values"] for row in found.streams["lines"].rows]
    assert rows[:2] == [{"a": 1, "b": None}, {"a": None, "b": -2.5}]


def test_labels_with_an_equals_sign_and_units(tmp_path: Path) -> None:
    found = decoded("label_value", b"ax=-0.01 ay = 0.98\r\nTemp = 21.5 C, Hum = 40 %\r\n", tmp_path)
    fields = found.messages[0]["fields"]
    assert (fields["ax"], fields["ay"]) == (-0.01, 0.98)
    assert found.streams["lines"].rows[1]["values"]["Temp"] == 21.5


def test_a_label_without_a_measurement_is_marked(tmp_path: Path) -> None:
    found = decoded("label_value", b"x: -1.5e-3, y:nan, z:inf\n", tmp_path)
    fields = found.messages[0]["fields"]
    assert (fields["x"], fields["y"]) == (-0.0015, None)
    assert fields["quality"] == {"y": "not_measured", "z": "not_measured"}
    assert found.streams["lines"].rows[0]["quality"] == {"y": "not_measured", "z": "not_measured"}


@pytest.mark.parametrize("coding", ["utf-8-sig", "utf-16"])
def test_hexadecimal_text_of_a_windows_editor_is_read(tmp_path: Path, coding: str) -> None:
    (tmp_path / "frame.txt").write_bytes("09 03 06 39 00 00 FF 0E 0A F7 8B\r\n".encode(coding))
    found = decode_place("robotiq_2f", str(tmp_path / "frame.txt"))
    assert (found.format, found.account.bytes_in, found.account.frames_good) == ("hex", 11, 1)


def test_several_readings_in_one_answer_and_an_instruments_not_a_number(tmp_path: Path) -> None:
    found = decoded("scpi_reading", b"1.5,-2.5E+3,9.91E37\n1,9.9E37,-3\n", tmp_path)
    first, second = found.streams["readings"].rows
    assert first["values"] == {"reading_1": 1.5, "reading_2": -2500, "reading_3": None}
    assert (first["quality"], second["quality"]) == ({"reading_3": "not_measured"}, {"reading_2": "out_of_range"})


def wrench(number: int) -> bytes:
    frame = b"\x20\x4e" + struct.pack("<6h", number, -number, 1, 2, 3, -4)
    return frame + crc16_of(MODBUS, frame).to_bytes(2, "little")


@pytest.mark.parametrize("step", [1, 7, 16, 1000, 100_000])
def test_the_wrench_stream_reads_alike_in_any_split(step: int) -> None:
    request = modbus(bytes((9, 3, 0, 180, 0, 6)))
    reply = modbus(bytes((9, 3, 12)) + struct.pack(">6h", 5, 6, 7, 8, 9, 10))
    spoiled = bytearray(wrench(30))
    spoiled[5] ^= 1
    run = b"".join(wrench(number) for number in range(25))
    data = run + request + reply + b"\x20" + bytes(spoiled) + run + b"noise" + run + run[:9]
    decoder = profiles.get("robotiq_ft300").decoder()
    blocks = [block for at in range(0, len(data), step) for block in decoder.feed(data[at : at + step])]
    blocks += decoder.flush()
    values = np.concatenate([block.values for block in blocks], axis=1)
    ends = np.concatenate([block.end_offset for block in blocks])
    account = decoder.account()
    assert values[0].tolist() == [*range(25), 5, *range(25), *range(25)]
    assert np.all(np.diff(ends) > 0)
    assert ends[24] == 400
    assert ends[25] == 400 + 8 + 17
    assert dict(account.discarded) == {"noise": 6, "bad_checksum": 16, "cut": 9}
    assert account.balanced


def test_the_wrench_stream_is_decoded_in_blocks() -> None:
    decoder = profiles.get("robotiq_ft300").decoder()
    blocks = decoder.feed(b"".join(wrench(number) for number in range(3000)))
    assert [len(block.end_offset) for block in blocks] == [3000]


def test_a_motor_that_drives_a_wheel_may_turn_on_and_on(tmp_path: Path) -> None:
    frame = b"\xfd\xee\x10" + struct.pack("<hhibH", 0, 0, -(1 << 30), 40, 0)
    found = decoded("unitree_go_m8010", frame + crc16_of(KERMIT, frame).to_bytes(2, "little"), tmp_path)
    row = found.streams["hip_side"].rows[0]
    assert row["quality"] == {}
    assert row["values"]["hip_side_position"] == pytest.approx(-(1 << 30) * 2 * 3.141592653589793 / 32768 / 6.33)


def test_an_item_longer_than_its_message_is_told(tmp_path: Path) -> None:
    body = bytes((0xFF, 0x36, 7)) + b"\x20\x30\x0c" + bytes(4)
    found = decoded("xsens_mti", b"\xfa" + body + bytes(((-sum(body)) & 0xFF,)), tmp_path)
    assert found.messages[0]["fields"]["cut_item"] == "20 30 0C 00 00 00 00"
    assert not found.streams
