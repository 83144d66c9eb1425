"""Frames from vendors' manuals, libraries and real captures: each must decode to its values, or be refused."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from devices import checksum, modbus
from devices.profiles import dynamixel, get, robotiq_2f, xsens_mti
from devices.profiles.unitree_go_m8010 import COMMAND, GEAR, POSITION, SPEED, TORQUE
from devices.readers import dynamixel as readers_dynamixel
from devices.readers import xsens
from devices.readers.kern import UNITS
from devices.values import Quality
from tests.devices.samples import first_values

FRAMES = json.loads((Path(__file__).parents[1] / "golden" / "frames.json").read_text(encoding="utf-8"))
SUMS = {
    "4B37": checksum.MODBUS,
    "2189": checksum.KERMIT,
    "6F91": checksum.MCRF4XX,
    "FEE8": checksum.UMTS,
    "31C3": checksum.XMODEM,
}


def of(*protocols: str) -> Any:
    frames = [frame for frame in FRAMES if frame["protocol"] in protocols]
    assert frames
    return pytest.mark.parametrize("frame", frames, ids=lambda frame: frame["description"][:40])


def data_of(frame: dict[str, Any]) -> bytes:
    return bytes.fromhex(frame["hex"])


@of("checksum")
def test_checksums(frame: dict[str, Any]) -> None:
    stated = frame["decoded"]["result_hex"]
    if stated in SUMS:
        assert checksum.crc16_of(SUMS[stated], data_of(frame)) == int(stated, 16)
    else:
        check = checksum.crc8_check(0x4D, 0, 9, 9)
        import numpy as np

        row = np.frombuffer(data_of(frame) + bytes.fromhex(stated), dtype=np.uint8)[None, :]
        assert check.passes(row)[0]


@of("modbus_rtu", "robotiq_hande")
def test_modbus(frame: dict[str, Any]) -> None:
    parsed = modbus.parse_request(data_of(frame)) or modbus.parse_reply(data_of(frame))
    assert parsed is not None
    assert {key: parsed[key] for key in frame["decoded"]} == frame["decoded"]
    hurt = bytearray(data_of(frame))
    hurt[1] ^= 0x40
    assert modbus.parse_request(bytes(hurt)) is None
    assert modbus.parse_reply(bytes(hurt)) is None


@of("robotiq_ft300")
def test_ft300(frame: dict[str, Any]) -> None:
    decoded = frame["decoded"]
    if decoded.get("error") == "crc":
        assert not modbus.is_sound(data_of(frame))
        right = data_of(frame)[:-2] + bytes.fromhex(decoded["correct_crc"])
        assert modbus.is_sound(right)
    elif "unit" in decoded:
        assert modbus.parse_request(data_of(frame)) == decoded
    else:
        profile = get("robotiq_ft300")
        found = first_values(profile, profile.decoder().feed(data_of(frame)))
        names = {
            "Fx": "force_x",
            "Fy": "force_y",
            "Fz": "force_z",
            "Mx": "torque_x",
            "My": "torque_y",
            "Mz": "torque_z",
        }
        assert {key: pytest.approx(found[f"wrench.{name}"]) for key, name in names.items()} == decoded


@of("unitree_go_m8010_6")
def test_unitree_motor(frame: dict[str, Any]) -> None:
    profile, decoded, data = get("unitree_go_m8010"), frame["decoded"], data_of(frame)
    decoder = profile.decoder()
    blocks = decoder.feed(data)
    decoder.flush()
    if decoded.get("error"):
        assert blocks == []
        assert decoder.account().discarded == {"bad_checksum": 16}
    elif data[0] == 0xFE:
        assert len(data) == COMMAND.size
        assert blocks == []
        assert decoder.account().bytes_good == 17
    else:
        found = first_values(profile, blocks)
        key = blocks[0].stream
        assert found[f"{key}.{key}_torque"] / GEAR == pytest.approx(decoded["tau"])
        assert found[f"{key}.{key}_speed"] * GEAR == pytest.approx(decoded["dq"], abs=SPEED / 2)
        assert found[f"{key}.{key}_position"] * GEAR == pytest.approx(decoded["q"], abs=POSITION)
        assert found[f"{key}.{key}_temperature"] == decoded["temp"]
        assert found[f"{key}.{key}_error"] == decoded["merror"]
        assert found[f"{key}.{key}_foot_force"] == decoded["foot_force"]
        assert TORQUE == 1 / 256


@of("nmea0183")
def test_nmea(frame: dict[str, Any]) -> None:
    profile = get("nmea0183")
    found = first_values(profile, profile.decoder().feed(data_of(frame)))
    wanted = {
        "lat": "fix.latitude",
        "lon": "fix.longitude",
        "sats": "fix.satellites_used",
        "quality": "fix.quality",
        "alt_m": "fix.altitude",
        "geoid_m": "fix.geoid",
        "fix": "precision.mode",
        "pdop": "precision.pdop",
        "vdop": "precision.vdop",
        "total": "satellites.messages",
        "index": "satellites.message",
        "sats_in_view": "satellites.in_view",
    }
    present = {key: name for key, name in wanted.items() if key in frame["decoded"]}
    assert len(present) >= 3
    for key, name in present.items():
        assert found[name] == pytest.approx(frame["decoded"][key], abs=1e-8), name
    hurt = data_of(frame).replace(b"*", b"1*")
    decoder = profile.decoder()
    assert decoder.feed(hurt) == []
    assert decoder.account().discarded == {"bad_checksum": len(hurt)}


def test_nmea_clock() -> None:
    profile = get("nmea0183")
    found = first_values(profile, profile.decoder().feed(profile.sample))
    assert found["fix.utc"] == 6 * 3600 + 15 * 60 + 8


def test_nmea_without_a_fix_is_not_measured() -> None:
    line = b"$GPGGA,061508.000,,,,,0,00,,,M,,M,,*7C\r\n"
    body = line[1 : line.index(b"*")]
    line = b"$" + body + b"*%02X\r\n" % checksum.xor_of(body)
    block = get("nmea0183").decoder().feed(line)[0]
    marks = dict(zip((c.key for c in get("nmea0183").streams[0].channels), block.quality[:, 0], strict=True))
    assert marks["latitude"] == marks["longitude"] == marks["altitude"] == Quality.NOT_MEASURED
    assert marks["quality"] == marks["satellites_used"] == Quality.GOOD


@of("kern_scale")
def test_kern_scale(frame: dict[str, Any]) -> None:
    profile, decoded = get("kern_scale"), frame["decoded"]
    found = first_values(profile, profile.decoder().feed(data_of(frame)))
    assert found["weight.reading"] == decoded["value"]
    assert UNITS[int(found["weight.unit"])] == decoded["unit"]
    assert bool(found["weight.stable"]) is decoded["stable"]
    assert not math.isnan(found["weight.mass"])


@of("arduino_line")
def test_label_value(frame: dict[str, Any]) -> None:
    profile = get("label_value")
    params = {"names": "Min,Sensor,Max"}
    decoder = profile.decoder(params)
    blocks = decoder.feed(data_of(frame))
    if frame["decoded"].get("kind") == "text":
        assert blocks == []
        assert decoder.account().discarded == {"text": len(data_of(frame))}
    else:
        names = [channel.key for channel in profile.streams_for(params)[0].channels]
        found = dict(zip(names, blocks[0].values[:, 0].tolist(), strict=True))
        assert found == {key: frame["decoded"][key] for key in names}


NAMES = {
    "bno08x_rvc": (
        "bno08x_rvc",
        {
            "yaw_deg": "motion.yaw",
            "pitch_deg": "motion.pitch",
            "roll_deg": "motion.roll",
            "ax_mg": "motion.acceleration_x",
            "ay_mg": "motion.acceleration_y",
            "az_mg": "motion.acceleration_z",
        },
    ),
    "ldrobot_ld06_ld19": (
        "ldrobot_ld19",
        {"speed_deg_s": "scan.speed", "start_deg": "scan.start", "end_deg": "scan.end"},
    ),
    "witmotion": (
        "witmotion",
        {
            "ax_g": "acceleration.acceleration_x",
            "ay_g": "acceleration.acceleration_y",
            "az_g": "acceleration.acceleration_z",
            "temp_C": "acceleration.temperature",
            "roll_deg": "angle.angle_x",
            "pitch_deg": "angle.angle_y",
            "yaw_deg": "angle.angle_z",
        },
    ),
    "marlin": (
        "marlin",
        {
            "T": "temperature.nozzle",
            "T_set": "temperature.nozzle_target",
            "B": "temperature.bed",
            "B_set": "temperature.bed_target",
        },
    ),
    "grbl": ("grbl", {"feed": "status.feed", "spindle": "status.spindle"}),
}


@of(*NAMES)
def test_by_name(frame: dict[str, Any]) -> None:
    profile_id, names = NAMES[frame["protocol"]]
    profile, decoded = get(profile_id), frame["decoded"]
    decoder = profile.decoder()
    found = first_values(profile, decoder.feed(data_of(frame)))
    present = {key: found[name] for key, name in names.items() if key in decoded}
    assert present == {key: pytest.approx(decoded[key], abs=1e-9) for key in present}
    distances = [found[f"scan.distance_{point + 1}"] for point in range(12)] if "distance_mm" in decoded else []
    assert distances == decoded.get("distance_mm", [])
    is_command = frame["hex"].startswith("4E ")  # Marlin's numbered lines go to the printer, not from it
    assert is_command or decoder.account().bytes_good == len(data_of(frame))


def test_no_return_of_the_scanner_is_marked() -> None:
    frame = [each for each in FRAMES if each["protocol"] == "ldrobot_ld06_ld19"][1]
    block = get("ldrobot_ld19").decoder().feed(data_of(frame))[0]
    assert (block.quality[3:] == Quality.OUT_OF_RANGE).all()


def test_grbl_positions() -> None:
    frame = next(each for each in FRAMES if each["decoded"].get("state") == "Run")
    profile = get("grbl")
    found = first_values(profile, profile.decoder().feed(data_of(frame)))
    assert [found[f"status.machine_{axis}"] for axis in "xyz"] == frame["decoded"]["mpos"]
    assert [found[f"status.work_{axis}"] for axis in "xyz"] == pytest.approx(frame["decoded"]["wpos"])


@of("dynamixel_2")
def test_dynamixel(frame: dict[str, Any]) -> None:
    data, decoded = data_of(frame), frame["decoded"]
    assert readers_dynamixel.size_of(data[:7]) == len(data)
    assert readers_dynamixel.is_sound(data)
    number, instruction, parameters = dynamixel.unpack(data)
    assert number == decoded["id"]
    assert dynamixel.packet(number, instruction, parameters) == data
    if "instruction" in decoded:
        codes = {"ping": 1, "read": 2, "write": 3, "reg_write": 4, "factory_reset": 6, "clear": 0x10, "bulk_read": 0x92}
        assert instruction == codes[decoded["instruction"]]
    if "address" in decoded:
        assert int.from_bytes(parameters[:2], "little") == decoded["address"]
        assert int.from_bytes(parameters[2:6], "little") == decoded.get("length", decoded.get("value"))
    hurt = data[:-3] + bytes([data[-3] ^ 1]) + data[-2:]
    decoder = get("dynamixel").decoder()
    assert decoder.feed(hurt) == []
    assert "bad_checksum" in decoder.account().discarded


def test_dynamixel_statuses_mean_what_was_asked() -> None:
    profile = get("dynamixel")
    frames = {each["description"]: data_of(each) for each in FRAMES if each["protocol"] == "dynamixel_2"}
    ask, told = frames["bulk read voltage of 1, temperature of 2"], frames["bulk status id 2: 36 C"]
    block = profile.decoder().feed(ask + told)[0]
    found = first_values(profile, [block])
    assert found["servo_2.temperature"] == 36
    assert block.quality[:, 0].tolist() == [5, 5, 5, 5, 0, 0]
    assert profile.decoder().feed(told) == []


def test_dynamixel_stuffing() -> None:
    inside = b"\x01\xff\xff\xfd\x02"
    whole = dynamixel.packet(1, 3, inside)
    assert b"\xff\xff\xfd\xfd" in whole
    assert dynamixel.unpack(whole) == (1, 3, inside)


@of("xsens_xbus")
def test_xsens(frame: dict[str, Any]) -> None:
    data, decoded = data_of(frame), frame["decoded"]
    assert xsens.size_of(data[:4]) == len(data)
    assert xsens.is_sound(data)
    if "mid" in decoded:
        assert data[2] == decoded["mid"]
        assert xsens_mti.message(data[2], data[4:-1]) == data
        return
    found = dict(zip(xsens_mti.KEYS, xsens_mti.read(data)["motion"], strict=True))
    assert found["packet"] == decoded["packet_counter"]
    assert found["sample_time"] == decoded["sample_time_fine"]
    assert found["status"] == decoded["status"]
    assert [found[f"q{part}"] for part in range(4)] == pytest.approx(decoded["q"])
    assert math.isnan(found["roll"])


@of("robotiq_2f")
def test_robotiq_gripper(frame: dict[str, Any]) -> None:
    data, decoded = data_of(frame), frame["decoded"]
    if "fc" in decoded or "rACT" in decoded:
        parsed = modbus.parse_request(data) or modbus.parse_reply(data)
        assert parsed is not None
        assert {key: parsed[key] for key in decoded if key in parsed} == {
            k: v for k, v in decoded.items() if k in parsed
        }
        words = parsed.get("registers", [0, 0, 0])
        assert isinstance(words, list)
        told = {"rACT": words[0] >> 8 & 1, "rGTO": words[0] >> 11 & 1, "rPR": words[1] & 255}
        told |= {"rSP": words[2] >> 8, "rFR": words[2] & 255}
        assert {key: told[key] for key in decoded if key in told} == {k: v for k, v in decoded.items() if k in told}
        return
    reply = modbus.parse_reply(data)
    assert reply is not None
    names = {
        "gOBJ": "object",
        "gSTA": "status",
        "gGTO": "moves",
        "gACT": "activated",
        "gFLT": "fault",
        "gPR": "requested",
    }
    names |= {"gPO": "position", "gCU": "current"}
    by_key = {register.channel.key: register for register in robotiq_2f.REGISTERS}
    for name in set(names) & set(decoded):
        assert modbus.value_of(by_key[names[name]], data[3:-2], robotiq_2f.ADDRESS) == decoded[name], name


@of("vectornav_binary")
def test_vectornav(frame: dict[str, Any]) -> None:
    profile, decoded = get("vectornav"), frame["decoded"]
    decoder = profile.decoder()
    blocks = decoder.feed(data_of(frame))
    if decoded.get("error"):
        assert blocks == []
        return
    found = first_values(profile, blocks)
    assert [found[f"attitude.{key}"] for key in ("yaw", "pitch", "roll")] == pytest.approx(
        [decoded["yaw_deg"], decoded["pitch_deg"], decoded["roll_deg"]]
    )


@of("scpi")
def test_scpi(frame: dict[str, Any]) -> None:
    profile, decoded = get("scpi_reading"), frame["decoded"]
    decoder = profile.decoder()
    blocks = decoder.feed(data_of(frame))
    if "query" in decoded:
        assert blocks == []
        master = profile.master({"query": decoded["query"]})
        assert master is not None
        assert master.next_request(0) == data_of(frame)
    else:
        assert first_values(profile, blocks)["readings.reading"] == decoded["value"]
