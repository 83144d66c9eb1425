"""What frames say beyond the golden ones: other messages, saturation, signs, garbage, wrong lengths, per protocol."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from devices.checksum import KERMIT, MODBUS, XMODEM, crc16_of, xor_of
from devices.profiles import get
from devices.profiles.vectornav import frame as vectornav_frame
from devices.profiles.xsens_mti import message as xsens_message
from devices.readers import dynamixel, multimeter, xsens
from devices.values import Message, Profile
from tests.devices.samples import first_values
from tests.devices.test_messages import told


def one(profile_id: str, data: bytes, **params: object) -> Message:
    found = told(profile_id, data, **params)
    assert len(found) == 1, found
    return found[0]


def fields(profile_id: str, data: bytes, **params: object) -> dict[str, Any]:
    found = one(profile_id, data, **params)
    assert found.error == ""
    return dict(found.fields)


def modbus(text: str) -> bytes:
    body = bytes.fromhex(text)
    return body + crc16_of(MODBUS, body).to_bytes(2, "little")


def rows(profile: Profile, data: bytes, **params: object) -> dict[str, float]:
    decoder = profile.decoder(params)
    return first_values(profile, decoder.feed(data) + decoder.flush())


# Robotiq


def test_robotiq_status_by_both_functions_and_of_every_length() -> None:
    for function in ("03", "04"):
        found = fields("robotiq_2f", modbus(f"09 {function} 06 B9 00 05 FF BD 00"))
        assert (found["gACT"], found["gGTO"], found["gSTA"], found["gOBJ"]) == (1, 1, 3, 2)
        assert (found["gFLT"], found["gPR"], found["gPO"], found["current_mA"]) == (5, 255, 189, 0)
        assert found["fault"] == "action delayed, activation first"
    half = fields("robotiq_2f", modbus("09 03 04 F9 00 00 00"))
    assert "gPO" not in half
    assert half["gOBJ"] == 3


def test_robotiq_replies_mean_what_was_asked() -> None:
    ask = modbus("09 03 07 D2 00 01")
    reply = modbus("09 03 02 E6 1F")
    found = told("robotiq_2f", ask + reply)[1].fields
    assert (found["gPO"], found["current_mA"]) == (230, 310)
    assert "gACT" not in found
    action = told("robotiq_2f", modbus("09 03 03 E8 00 01") + modbus("09 03 02 09 00"))[1]
    assert (action.kind, action.fields["rGTO"]) == ("action_read", 1)


@pytest.mark.parametrize(("frame", "wanted"), [
    ("09 10 03 E8 00 01 02 19 00", {"rACT": 1, "rGTO": 1, "rATR": 1}),
    ("09 10 03 E9 00 02 04 00 80 40 20", {"rPR": 128, "rSP": 64, "rFR": 32}),
    ("09 06 03 E8 01 00", {"rACT": 1, "rGTO": 0}),
    ("09 17 07 D0 00 03 03 E8 00 03 06 09 00 00 E6 3C C8", {"rPR": 230, "rSP": 60, "rFR": 200, "write_count": 3}),
    ("09 90 02", {"fc": 16, "exception": 2}),
    ("09 83 0B", {"fc": 3, "exception": 11}),
])  # fmt: skip
def test_robotiq_requests(frame: str, wanted: dict[str, object]) -> None:
    found = fields("robotiq_2f", modbus(frame))
    assert {key: found.get(key) for key in wanted} == wanted


def test_ft300_registers_and_stream_control() -> None:
    assert fields("robotiq_ft300", modbus("09 03 02 FC 18"))["Fx"] == -10.0
    reply = "09 03 0C 00 64 FF 9C 7F FF 80 00 03 E8 FC 18"
    found = fields("robotiq_ft300", modbus(reply))
    assert [found[name] for name in ("Fx", "Fy", "Fz", "Mx", "My", "Mz")] == [1.0, -1.0, 327.67, -32.768, 1.0, -1.0]
    assert found["quality"] == {"force_z": "out_of_range", "torque_x": "out_of_range"}
    asked = told("robotiq_ft300", modbus("09 03 00 B7 00 02") + modbus("09 03 04 00 01 00 02"))[1].fields
    assert (asked["Mx"], asked["My"]) == (0.001, 0.002)
    assert one("robotiq_ft300", modbus("09 10 01 9A 00 01 02 02 00")).kind == "stream_start"
    assert one("robotiq_ft300", b"\xff" * 50).kind == "stream_stop"


def test_ft300_register_replies_are_rows_too() -> None:
    profile = get("robotiq_ft300")
    block = profile.decoder().feed(modbus("09 03 02 FC 18"))[0]
    assert block.values[0, 0] == -1000
    assert block.quality[:, 0].tolist() == [0, 5, 5, 5, 5, 5]


# Unitree


def unitree(sync: str, form: str, *values: int) -> bytes:
    body = bytes.fromhex(sync) + struct.pack("<" + form, *values)
    return body + crc16_of(KERMIT, body).to_bytes(2, "little")


def test_unitree_extremes() -> None:
    found = fields("unitree_go_m8010", unitree("FDEE", "BhhibH", 0x1E, -32768, 32767, -(1 << 31), -40, 0xFFFF))
    assert (found["id"], found["mode"], found["temp"], found["merror"], found["foot_force"]) == (14, 1, -40, 7, 4095)
    assert found["tau"] == -128.0
    assert found["q"] == pytest.approx(-411774.8, abs=0.1)
    command = fields("unitree_go_m8010", unitree("FEEE", "Bhhihh", 0x2F, 0, 0, 0, 32767, -1))
    assert (command["id"], command["mode"]) == (15, 2)
    assert command["kp"] == pytest.approx(25.6, abs=0.001)


def test_unitree_motors_are_those_of_the_settings() -> None:
    data = unitree("FDEE", "BhhibH", 0x17, 256, 0, 0, 20, 0)
    assert get("unitree_go_m8010").decoder().feed(data) == []
    block = get("unitree_go_m8010").decoder({"motors": "7"}).feed(data)[0]
    assert block.stream == "motor_7"
    assert block.values[0, 0] == 256


# Dynamixel


@pytest.mark.parametrize(("instruction", "parameters", "wanted"), [
    (0x05, "", {"instruction": "action"}),
    (0x08, "", {"instruction": "reboot"}),
    (0x06, "FF", {"instruction": "factory_reset", "option": 255}),
    (0x03, "40 00 01", {"instruction": "write", "address": 64, "value": 1, "torque_enable": 1}),
    (0x03, "68 00 38 FF FF FF", {"value": -200, "goal_velocity": -200}),
    (0x03, "74 00 FF FF FD 00", {"address": 116, "value": 0xFDFFFF}),
    (0x82, "84 00 04 00 01 02 05", {"instruction": "sync_read", "address": 132, "length": 4, "ids": [1, 2, 5]}),
    (0x8A, "84 00 04 00 03 07", {"instruction": "fast_sync_read", "ids": [3, 7]}),
])  # fmt: skip
def test_dynamixel_instructions(instruction: int, parameters: str, wanted: dict[str, object]) -> None:
    found = fields("dynamixel", dynamixel.packet(1, instruction, bytes.fromhex(parameters)))
    assert {key: found.get(key) for key in wanted} == wanted


def test_dynamixel_writes_to_many() -> None:
    sync = dynamixel.packet(0xFE, 0x83, bytes.fromhex("74 00 04 00 01 96 00 00 00 02 AA 00 00 00"))
    found = fields("dynamixel", sync)
    assert found["ids"] == [1, 2]
    assert [entry["goal_position"] for entry in found["writes"]] == [150, 170]
    bulk = dynamixel.packet(0xFE, 0x93, bytes.fromhex("01 20 00 02 00 A0 00 02 1F 00 01 00 50"))
    assert [(each["id"], each["value"]) for each in fields("dynamixel", bulk)["writes"]] == [(1, 160), (2, 80)]


def test_dynamixel_statuses() -> None:
    error = fields("dynamixel", dynamixel.packet(1, 0x55, bytes((0x84,))))
    assert (error["error"], error["error_text"], error["alert"]) == (0x84, "data range", True)
    lone = fields("dynamixel", dynamixel.packet(1, 0x55, bytes.fromhex("00 A6 00 00 00")))
    assert (lone["present_position"], lone["assumed"]) == (166, "no request was heard")
    nothing = fields("dynamixel", dynamixel.packet(1, 0x55, bytes.fromhex("00 A6 00 00 00")), assumed="")
    assert "present_position" not in nothing
    asked = dynamixel.packet(1, 2, bytes.fromhex("7E 00 0A 00"))
    block = dynamixel.packet(1, 0x55, b"\0" + struct.pack("<hii", -5, -100, 4095))
    heard = told("dynamixel", asked + block)[1].fields
    assert (heard["present_current"], heard["present_velocity"], heard["present_position"]) == (-5, -100, 4095)
    assert "assumed" not in heard


def test_dynamixel_fast_sync_read_answers_in_one_frame() -> None:
    ask = dynamixel.packet(0xFE, 0x8A, bytes.fromhex("84 00 04 00 01 02"))
    first = b"\0\x01" + struct.pack("<i", 2048) + b"\x12\x34"
    answer = dynamixel.packet(0xFE, 0x55, first + b"\0\x02" + struct.pack("<i", -7))
    found = told("dynamixel", ask + answer)[1].fields["answers"]
    assert [(each["id"], each["present_position"]) for each in found] == [(1, 2048), (2, -7)]
    profile = get("dynamixel")
    assert rows(profile, ask + answer)["servo_2.position"] == pytest.approx(-7 * 360 / 4096)


def test_dynamixel_stuffing_spans_instruction_and_parameters() -> None:
    inside = b"\xff\xff\xfd\xff\xff\xfd\x07"
    assert dynamixel.unpack(dynamixel.packet(1, 3, inside)) == (1, 3, inside)


# VectorNav


def test_vectornav_every_group() -> None:
    common = struct.pack("<Q3f", 1_500_000_000, 10.0, -20.0, 30.0)
    imu = struct.pack("<2f", 25.5, 101.325)
    gps = struct.pack("<HBB3d", 2200, 9, 3, 32.95, -96.71, 169.5)
    attitude = struct.pack("<4f", 0.0, 0.0, 0.7, 0.71)
    ins = struct.pack("<H3f", 6, 1.0, -2.0, 0.5)
    data = vectornav_frame(
        0x3D, (0x0009, 0x0030, 0x003C & ~0x0004 | 0x0004, 0x0004, 0x0011), common + imu + gps + attitude + ins
    )
    found = fields("vectornav", data)
    assert found["groups"] == ["common", "imu", "gps", "attitude", "ins"]
    assert (found["time_startup_ns"], found["yaw_deg"], found["pitch_deg"]) == (1_500_000_000, 10.0, -20.0)
    assert (found["temp_C"], found["gps_week"], found["num_sats"], found["fix"]) == (25.5, 2200, 9, 3)
    assert found["lat_deg"] == pytest.approx(32.95)
    assert found["q"] == pytest.approx([0.0, 0.0, 0.7, 0.71])
    assert (found["ins_status"], found["vel_e_m_s"]) == (6, -2.0)
    assert rows(get("vectornav"), data)["position.longitude"] == pytest.approx(-96.71)


def test_vectornav_satellites_count_themselves() -> None:
    data = vectornav_frame(0x08, (0x4008,), struct.pack("<B", 7) + bytes((2, 0)) + bytes(16))
    found = fields("vectornav", data)
    assert (found["num_sats"], found["sat_count"]) == (7, 2)


@pytest.mark.parametrize("groups", [b"\xfa\x00", b"\xfa\x80\x01", b"\xfa\x01\x00\x80", b"\xfa\x01\x00\x00"])
def test_vectornav_impossible_headers(groups: bytes) -> None:
    assert {message.error for message in told("vectornav", groups + bytes(40))} == {"bad_length", "noise"}


def vn(body: str) -> bytes:
    return f"${body}*{xor_of(body.encode()):02X}\r\n".encode()


def test_vectornav_text() -> None:
    quaternion = fields("vectornav", vn("VNQTN,-0.017386,-0.000303,+0.055490,+0.998308"))
    assert quaternion["qw"] == 0.998308
    error = one("vectornav", vn("VNERR,03"))
    assert (error.kind, error.fields["error"]) == ("error", "invalid checksum")
    imu = fields("vectornav", vn("VNIMU,+01,-02,+03,+04,-05,-09.8,+0.1,+0.2,-0.3,+21.5,+101.3"))
    assert (imu["accel_z_m_s2"], imu["temp_C"]) == (-9.8, 21.5)
    assert fields("vectornav", vn("VNRRG,01,VN-100S"))["model"] == "VN-100S"
    assert fields("vectornav", vn("VNWRG,07,40"))["async_output_rate_hz"] == 40
    body = "VNRRG,8,+1,+2,+3"
    long = f"${body}*{crc16_of(XMODEM, body.encode()):04X}\r\n".encode()
    assert fields("vectornav", long)["yaw_deg"] == 1.0
    assert told("vectornav", long.replace(b"+1", b"+9"))[0].error == "bad_checksum"


# Xsens


def item(number: int, data: bytes) -> bytes:
    return struct.pack(">HB", number, len(data)) + data


def test_xsens_items_in_every_precision() -> None:
    payload = item(0x2030, struct.pack(">3f", 1.5, -2.5, 179.0))
    payload += item(0x4021, struct.pack(">3i", 1 << 20, -(1 << 19), 3 << 20))
    payload += item(0x5042, struct.pack(">Ih", 1 << 31, 48) + struct.pack(">Ih", 0, -9))
    payload += item(0x8023, struct.pack(">3d", 0.1, 0.2, -0.3)) + item(0x0810, struct.pack(">f", -12.25))
    payload += item(0x1010, struct.pack(">IHBBBBBB", 500, 2026, 11, 23, 20, 15, 1, 7)) + item(0x9999, b"\x01\x02")
    found = fields("xsens_mti", xsens_message(0x36, payload))
    assert (found["roll_deg"], found["pitch_deg"], found["yaw_deg"]) == (1.5, -2.5, 179.0)
    assert found["acceleration_m_s2"] == [1.0, -0.5, 3.0]
    assert found["lat_lon_deg"] == [48.5, -9.0]
    assert found["rate_of_turn_rad_s"] == [0.1, 0.2, -0.3]
    assert (found["temperature_C"], found["item_9999"]) == (-12.25, "01 02")
    assert found["utc"]["time"] == "2026-11-23T20:15:01.000000500Z"
    assert rows(get("xsens_mti"), xsens_message(0x36, payload))["motion.temperature"] == -12.25


def test_xsens_messages() -> None:
    error = one("xsens_mti", xsens_message(0x42, b"\x04"))
    assert (error.kind, error.fields["error"]) == ("error", "message")
    assert fields("xsens_mti", xsens_message(0x31, b""))["message"] == "GoToConfigAck"
    assert fields("xsens_mti", xsens_message(0x01, bytes.fromhex("037003F8")))["device_id"] == "037003F8"
    outputs = fields("xsens_mti", xsens_message(0xC0, bytes.fromhex("1020FFFF20100064")))["outputs"]
    assert outputs == [{"item": "1020", "rate_hz": 65535}, {"item": "2010", "rate_hz": 100}]


def test_xsens_extended_length() -> None:
    payload = item(0x1020, b"\x01\x00") + item(0x7777, bytes(250)) + item(0x7778, bytes(40))
    body = b"\xff\x36\xff" + len(payload).to_bytes(2, "big") + payload
    data = b"\xfa" + body + bytes((-sum(body) & 0xFF,))
    assert xsens.size_of(data[:6]) == len(data)
    assert fields("xsens_mti", data)["packet_counter"] == 256


def test_xsens_numbers_that_are_none_are_null() -> None:
    data = xsens_message(0x36, item(0x2030, struct.pack(">3f", float("nan"), float("inf"), 3.0)))
    assert fields("xsens_mti", data)["euler_deg"] == [None, None, 3.0]
    block = get("xsens_mti").decoder().feed(data)[0]
    keys = [channel.key for channel in get("xsens_mti").streams[0].channels]
    assert [int(block.quality[keys.index(key), 0]) for key in ("roll", "pitch", "yaw")] == [5, 5, 0]


# WitMotion


def wit(kind: int, data: bytes) -> bytes:
    body = bytes((0x55, kind)) + data
    return body + bytes((sum(body) & 0xFF,))


@pytest.mark.parametrize(("kind", "data", "wanted"), [
    (0x50, bytes((26, 11, 23, 20, 15, 1)) + b"\xf4\x01", {"time": "2026-11-23T20:15:01.500"}),
    (0x52, struct.pack("<4h", -16384, 16384, 0, 0), {"wx_deg_s": -1000.0, "wy_deg_s": 1000.0}),
    (0x54, struct.pack("<4h", -120, 45, 300, 0), {"hx": -120, "hz": 300}),
    (0x56, struct.pack("<2i", 101325, -250), {"pressure_Pa": 101325, "height_m": -2.5}),
    (0x57, struct.pack("<2i", 1133000000, -230600000), {"lon": 113.5, "lat": -23.1}),
    (0x58, struct.pack("<hHi", 215, 27050, 3600), {"gps_height_m": 21.5, "course_deg": 270.5, "speed_km_h": 3.6}),
    (0x59, struct.pack("<4h", 32767, 0, -16384, 0), {"q2": -0.5}),
    (0x5A, struct.pack("<4H", 12, 150, 83, 125), {"sats": 12, "pdop": 1.5, "hdop": 0.83, "vdop": 1.25}),
])  # fmt: skip
def test_witmotion_kinds(kind: int, data: bytes, wanted: dict[str, object]) -> None:
    found = fields("witmotion", wit(kind, data))
    assert {key: found[key] for key in wanted} == pytest.approx(wanted) if kind != 0x50 else found == wanted
    for key, value in wanted.items():
        assert found[key] == (pytest.approx(value) if isinstance(value, float) else value)


def test_witmotion_bluetooth_motion() -> None:
    data = b"\x55\x61" + struct.pack("<9h", 2048, 0, -2048, 16384, 0, -16384, 16384, -8192, 0)
    found = fields("witmotion_ble", data)
    assert (found["ax_g"], found["az_g"], found["wx_deg_s"], found["roll_deg"], found["pitch_deg"]) == (
        1,
        -1,
        1000,
        90,
        -45,
    )


# NMEA


def nmea(body: str) -> bytes:
    return f"${body}*{xor_of(body.encode()):02X}\r\n".encode()


@pytest.mark.parametrize(("body", "wanted"), [
    ("GNRMC,235959.99,A,3351.6500,S,15112.4000,E,0.5,359.9,311299,012.3,W,D",
     {"talker": "GN", "lat": -33.8608333333, "lon": 151.206666667, "date": "1999-12-31", "variation_deg": -12.3}),
    ("GPGLL,4916.45,N,12311.12,W,225444,A,", {"lat": 49.2741666667, "time": "22:54:44", "mode": None}),
    ("GPVTG,054.7,T,034.4,M,005.5,N,010.2,K", {"course_magnetic_deg": 34.4, "speed_km_h": 10.2}),
    ("GPZDA,201530.00,04,07,2002,00,00", {"day": 4, "year": 2002, "time": "20:15:30.00"}),
    ("HEHDT,274.07,T", {"talker": "HE", "heading_true_deg": 274.07}),
    ("GPGSA,A,3,04,05,,09,12,,,24,,,,,2.5,1.3,2.1", {"fix": 3, "sats_used": [4, 5, 9, 12, 24], "pdop": 2.5}),
    ("GNGGA,123519,,,,,0,00,99.9,,,,,,", {"quality": 0, "lat": None, "alt_m": None}),
    ("PGRME,15.0,M,45.0,M,25.0,M", {"proprietary": True, "type": "GRME"}),
    ("GPXYZ,1,2", {"type": "XYZ", "fields": ["1", "2"]}),
    ("GPGGA,250000,9161.000,N,18100.000,E,1,4,1,1,M,1,M,,", {"time": None, "lat": None, "lon": None}),
])  # fmt: skip
def test_nmea_sentences(body: str, wanted: dict[str, object]) -> None:
    found = fields("nmea0183", nmea(body))
    for key, value in wanted.items():
        assert found[key] == (pytest.approx(value) if isinstance(value, float) else value), key


def test_nmea_satellites_and_garbage() -> None:
    found = told("nmea0183", b"\xff\x00x" + nmea("GLGSV,1,1,02,65,45,120,33,72,,,"))[0].fields
    assert found["satellites"][0] == {"prn": 65, "elevation_deg": 45, "azimuth_deg": 120, "snr_dB_Hz": 33}
    assert found["noise_bytes"] == 3
    wrong = told("nmea0183", nmea("GPHDT,1.0,T").replace(b"1.0", b"2.0"))[0]
    assert (wrong.error, "heading_true_deg" in wrong.fields) == ("bad_checksum", False)


def test_nmea_last_sentence_may_lack_its_line_end_when_it_is_whole() -> None:
    whole = nmea("GPHDT,123.4,T").rstrip()
    assert fields("nmea0183", whole)["heading_true_deg"] == 123.4
    assert rows(get("nmea0183"), whole)["heading.heading_true"] == 123.4
    assert told("nmea0183", whole[:-1])[0].error == "cut"
    decoder = get("nmea0183").decoder()
    decoder.feed(whole[:-1])
    assert decoder.flush() == []
    assert decoder.account().discarded == {"cut": len(whole) - 1}


# Scales and multimeters


@pytest.mark.parametrize(("line", "wanted"), [
    (b"-0012.345KG U", None),
    (b"-0012.34KG U", {"value": -12.34, "unit": "kg", "stable": False, "mass_g": -12340.0}),
    (b"+00000.5 G S", {"value": 0.5, "unit": "g", "stable": True}),
    (b"+0100.00OT S", {"unit": "ozt", "mass_g": 3110.34768}),
    (b"+0000250PC S", {"value": 250.0, "unit": "pcs", "mass_g": None}),
    (b"+00099.9 % S", {"value": 99.9, "unit": "%"}),
    (b"+00010.0MO S", {"mass_g": 37.5}),
    (b"+0000.00 GHS", {"limit": "high", "stable": True}),
    (b"+------- G E", {"value": None, "overload": True, "stable": False}),
    (b" -    12.345 g  ", {"value": -12.345, "unit": "g", "stable": True}),
    (b"      12.345    ", {"value": 12.345, "unit": "", "stable": False, "mass_g": None}),
])  # fmt: skip
def test_kern_lines(line: bytes, wanted: dict[str, object] | None) -> None:
    found = one("kern_scale", line + b"\r\n")
    if wanted is None:
        assert found.error or found.fields["value"] == -12.345
        return
    assert found.error == ""
    assert {key: found.fields.get(key) for key in wanted} == wanted


@pytest.mark.parametrize(("line", "name", "value", "unit", "marks"), [
    (b"002345;400:0", "voltage", -0.2345, "V", {"coupling": "DC"}),
    (b"412345;000:0", "voltage", 0.12345, "V", {}),
    (b"312300;00060", "voltage", 1230.0, "V", {"coupling": "AC"}),
    (b"121999=000:0", "current", 0.0021999, "A", {}),
    (b"112345?000:0", "current", 0.12345, "A", {}),
    (b"010000000080", "current", 10.0, "A", {"coupling": "DC", "flags": []}),
    (b"612345300020", "resistance", 1.2345e8, "Ω", {"flags": ["auto"]}),
    (b"000123500020", "continuity", 1.23, "Ω", {}),
    (b"005432100000", "diode", 0.5432, "V", {}),
    (b"712345600000", "capacitance", 0.12345, "F", {}),
    (b"350000200020", "frequency", 50000.0, "Hz", {}),
    (b"005005280020", "duty cycle", 500.5, "%", {}),
    (b"022000;100:0", "voltage", None, "V", {"overload": True}),
    (b"000000;000:0", "voltage", 0.0, "V", {"flags": ["auto"]}),
    (b"012345;200:2", "voltage", 1.2345, "V", {"battery_low": True, "hold": True}),
    (b"001234480000", "temperature", None, "", {}),
])  # fmt: skip
def test_es51922_functions(line: bytes, name: str, value: float | None, unit: str, marks: dict[str, object]) -> None:
    found = fields("multimeter_ut61e", line + b"\r\n")
    assert (found["measures"], found["unit"]) == (name, unit)
    assert found["value"] == (None if value is None else pytest.approx(value))
    assert {key: found[key] for key in marks} == marks


@pytest.mark.parametrize(("line", "name", "value"), [
    (b"11234;00:", "voltage", 1.234),
    (b"11234;40:", "voltage", -1.234),
    (b"01234900:", "current", 0.01234),
    (b"06000=00:", "current", 0.0006),
    (b"00500?00:", "current", 5.0),
    (b"204702002", "frequency", 47000.0),
    (b"000602802", "rotation speed", 600.0),
    (b"000001000", "diode", 0.0),
    (b"305006002", "capacitance", 5e-7),
    (b"011005102", "continuity", None),
])  # fmt: skip
def test_es51978_functions(line: bytes, name: str, value: float | None) -> None:
    found = fields("multimeter_es51978", line + b"\r\n")
    assert found["measures"] == name
    assert found["value"] == (None if value is None else pytest.approx(value))


def test_multimeter_ranges_a_function_does_not_have_are_refused() -> None:
    assert one("multimeter_ut61e", b"712345;000:0\r\n").error == "malformed"
    assert one("multimeter_ut61e", b"212345200000\r\n").error == "malformed"
    assert multimeter.parse(multimeter.ES51978, b"51234;00:") is None


# Controllers


@pytest.mark.parametrize(("line", "kind", "wanted"), [
    (b"ok", "ok", {"ok": True}),
    (b"ALARM:1", "alarm", {"alarm": 1, "meaning": "hard limit"}),
    (b"error:9", "error", {"error": 9, "meaning": "locked during alarm or jog"}),
    (b"error:Expected command letter", "error", {"error": "Expected command letter"}),
    (b"$110=500.000", "setting", {"setting": "$110", "value": 500.0}),
    (b"$0=10 (step pulse, usec)", "setting", {"setting": "$0", "value": 10.0, "note": "step pulse, usec"}),
    (b"$N0=G54", "setting", {"setting": "$N0", "value": "G54"}),
    (b"[VER:1.1h.20190825:]", "VER", {"version": "1.1h.20190825", "name": ""}),
    (b"[OPT:VL,15,128]", "OPT", {"options": "VL", "planner_blocks": 15, "rx_buffer_bytes": 128}),
    (b"[MSG:Caution: Unlocked]", "MSG", {"message": "Caution: Unlocked"}),
    (b"[G54:4.000,0.000,-1.500]", "G54", {"pos": [4, 0, -1.5]}),
    (b"[TLO:0.250]", "TLO", {"pos": [0.25]}),
    (b"[PRB:1.500,-2.000,0.125:1]", "PRB", {"pos": [1.5, -2, 0.125], "ok": True}),
    (b"Grbl 1.1h ['$' for help]", "banner", {"version": "1.1h"}),
    (b">G54G20:ok", "startup_line", {"line": "G54G20"}),
    (b"$$", "request", {"request": "$$"}),
    (b"G1 X10.5 F500", "gcode", {"line": "G1 X10.5 F500"}),
    (b"rubbish here", "text", {}),
])  # fmt: skip
def test_grbl_lines(line: bytes, kind: str, wanted: dict[str, object]) -> None:
    found = one("grbl", line + b"\r\n")
    assert (found.kind, found.error) == (kind, "")
    assert {key: found.fields.get(key) for key in wanted} == wanted


def test_grbl_reports() -> None:
    hold = fields("grbl", b"<Hold:1|MPos:0.000,0.000,-1.250|F:250|Ov:100,100,90|Bf:15,128|Ln:42|A:SFM>\r\n")
    assert (hold["state"], hold["substate"], hold["feed"], hold["line"]) == ("Hold", 1, 250, 42)
    assert (hold["overrides_percent"], hold["buffers_free"], hold["accessories"]) == ([100, 100, 90], [15, 128], "SFM")
    assert hold["wpos"] is None
    lines = b"<Idle|MPos:1,2,3|FS:0,0|WCO:1,1,1>\r\n<Jog|WPos:0,0,0|FS:100,0>\r\n"
    jog = told("grbl", lines)[1].fields
    assert (jog["state"], jog["mpos"]) == ("Jog", [1, 1, 1])
    for bad in (b"<Run|MPos:0.0", b"<Warp|MPos:0,0,0|FS:0,0>", b"<Run|MPos:0,x,0>", b"<Run|FS:0,0>"):
        assert one("grbl", bad + b"\n").error == "malformed"
    assert rows(get("grbl"), b"<Run|MPos:1,2,3|F:250>\n")["status.feed"] == 250


@pytest.mark.parametrize(("line", "kind", "wanted"), [
    (b"ok T:-14.83 /0.00 B:-3.20 /60.00 @:0 B@:127", "temperature", {"T": -14.83, "B": -3.2, "B_set": 60.0, "B@": 127}),
    (b" T:201.50 /210.00 B:60.1 /60.0 T0:201.5 /210.0 T1:25.0 /0.0 @:64 B@:12 @0:64 @1:0 W:3", "temperature",
     {"ok": False, "T": 201.5, "T1": 25.0, "T1_set": 0.0, "@1": 0}),
    (b"ok B:22.1 /0.0 T:23.4 /0.0 C:30.5 /45.0 @:0 B@:0 C@:80", "temperature", {"ok": True, "C": 30.5, "C_set": 45.0}),
    (b"ok T:21.3 B:20.9", "temperature", {"T": 21.3, "B": 20.9}),
    (b"X:10.00 Y:-5.50 Z:0.20 E:1.25 Count X:800 Y:-440 Z:80", "position", {"Y": -5.5}),
    (b"Resend: 21377", "resend", {"line": 21377}),
    (b"rs N21377", "resend", {"line": 21377}),
    (b"Error:Printer halted. kill() called!", "error", {"error": "Printer halted. kill() called!"}),
    (b"Error:Line Number is not Last Line Number+1, Last Line: 5", "error", {"last_line": 5}),
    (b"echo:busy: processing", "busy", {"reason": "processing"}),
    (b"//action:pause", "action", {"action": "pause"}),
    (b"start", "state", {"state": "start"}),
    (b"FIRMWARE_NAME:Marlin 2.1.2 SOURCE_CODE_URL:github.com EXTRUDER_COUNT:1", "firmware",
     {"firmware_name": "Marlin 2.1.2", "extruder_count": "1"}),
    (b"Cap:EEPROM:1", "capability", {"capability": "EEPROM", "enabled": True}),
    (b"SD printing byte 123/4567", "progress", {"bytes_done": 123, "bytes_total": 4567}),
    (b"M105", "gcode", {"line": "M105"}),
])  # fmt: skip
def test_marlin_lines(line: bytes, kind: str, wanted: dict[str, object]) -> None:
    found = one("marlin", line + b"\n")
    assert (found.kind, found.error) == (kind, "")
    assert {key: found.fields.get(key) for key in wanted} == wanted


def test_marlin_wrong_checksum_is_refused() -> None:
    found = one("marlin", b"N1 M115*38\n")
    assert (found.error, found.fields["correct_checksum"]) == ("bad_checksum", 39)
    assert "command" not in found.fields
    decoder = get("marlin").decoder()
    decoder.feed(b"N1 M115*38\n")
    assert decoder.account().discarded == {"bad_checksum": 11}


@pytest.mark.parametrize(("line", "kind", "wanted"), [
    (b"READ?", "query", {"query": "READ?"}),
    (b":MEAS:VOLT:DC? 10,0.001", "query", {"query": ":MEAS:VOLT:DC? 10,0.001"}),
    (b"*RST;*CLS;*IDN?", "query", {"parts": ["*RST", "*CLS", "*IDN?"]}),
    (b"-42", "reading", {"value": -42, "form": "NR1"}),
    (b"+.5", "reading", {"value": 0.5, "form": "NR2"}),
    (b"1.5E-3", "reading", {"value": 0.0015, "form": "NR3"}),
    (b"1.0,-2.5E+1,3", "reading", {"values": [1.0, -25.0, 3.0]}),
    (b"+9.90000000E+37", "reading", {"value": None, "quality": "out_of_range"}),
    (b"9.91E37", "reading", {"value": None, "quality": "not_measured"}),
    (b"1.25 V", "reading", {"value": 1.25, "unit": "V"}),
    (b'-113,"Undefined header"', "error", {"code": -113, "error": "Undefined header"}),
    (b'+0,"No error"', "error", {"code": 0, "error": "No error"}),
    (b"KEITHLEY INSTRUMENTS INC.,MODEL 2110,8012345,02.03-03-19", "identity", {"model": "MODEL 2110"}),
    (b"SOUR:VOLT 3.3", "command", {"command": "SOUR:VOLT 3.3"}),
    (b"hello world", "text", {}),
])  # fmt: skip
def test_scpi_lines(line: bytes, kind: str, wanted: dict[str, object]) -> None:
    found = one("scpi_reading", line + b"\n")
    assert (found.kind, found.error) == (kind, "")
    assert {key: found.fields.get(key) for key in wanted} == wanted


@pytest.mark.parametrize(("profile", "line", "kind"), [
    ("label_value", b"ets Jun  8 2016 00:22:57", "text"),
    ("label_value", b"temp: 21.5, hum: 40", "values"),
    ("json_lines", b'{"a": 1, "b": {"c": [2, 3]}}', "object"),
    ("json_lines", b"boot ok", "text"),
    ("delimited_text", b"1,2,3,4", "columns"),
    ("delimited_text", b"LiBCM v0.9.5f, 2025JUN02", "text"),
])  # fmt: skip
def test_text_lines(profile: str, line: bytes, kind: str) -> None:
    found = one(profile, line + b"\r\n")
    assert (found.kind, found.error) == (kind, "")


def test_json_that_is_none_is_refused() -> None:
    assert one("json_lines", b'{"a": NaN}\n').error == "malformed"
    assert one("json_lines", b'{"a": 1\n').error == "malformed"
    assert one("delimited_text", b"1,2,x,4\n").error == "malformed"


@pytest.mark.parametrize("profile", ["robotiq_2f", "dynamixel", "vectornav", "xsens_mti", "unitree_go_m8010"])
def test_a_cut_header_does_not_hide_what_follows(profile: str) -> None:
    """A frame whose end is missing is refused, and the frame that starts inside what it declares is found."""
    sample = get(profile).sample
    head = sample[: len(sample) // 2]
    messages = told(profile, head + sample)
    assert [m.fields for m in messages if not m.error][-1] == [m.fields for m in told(profile, sample) if not m.error][
        -1
    ]
    assert messages[-1].end == len(head + sample)


def test_grbl_reports_of_09_and_of_two_axes() -> None:
    old = fields("grbl", b"<Run,MPos:1.500,-2.000,0.000,WPos:3.000,4.000,5.000,Ln:7,F:500.>\r\n")
    assert (old["state"], old["mpos"], old["wpos"]) == ("Run", [1.5, -2.0, 0.0], [3.0, 4.0, 5.0])
    assert (old["line"], old["feed"]) == (7, 500)
    assert rows(get("grbl"), b"<Idle,MPos:1,2,3,WPos:4,5,6>\n")["status.work_z"] == 6
    flat = rows(get("grbl"), b"<Idle|MPos:1,2|FS:0,0>\n")
    assert flat["status.machine_y"] == 2


def test_dynamixel_ping_is_answered_with_model_and_firmware() -> None:
    def status(number: int) -> bytes:
        return dynamixel.packet(number, 0x55, bytes.fromhex("0024042d"))

    ping, alone = dynamixel.packet(0xFE, 0x01, b""), status(3)
    found = told("dynamixel", ping + status(1) + status(2))
    assert [message.fields["model_number"] for message in found[1:]] == [1060, 1060]
    assert found[1].fields["firmware_version"] == 45
    assert "model_number" not in told("dynamixel", alone)[0].fields


def test_scpi_lines_without_readings_are_good_bytes() -> None:
    decoder = get("scpi_reading").decoder()
    blocks = decoder.feed(b'*IDN?\nKEITHLEY,2110,801,1.03\n0,"No error"\n+1.5E+00\nhello\n')
    account = decoder.account()
    assert (account.frames_good, dict(account.discarded), account.balanced) == (4, {"text": 6}, True)
    assert sum(len(block.end_offset) for block in blocks) == 1
