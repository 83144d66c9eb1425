"""VectorNav sensors: binary output of any groups and fields, and the text protocol.

Binary: FA, group byte, one uint16 of field bits per group, the fields in order of their bits (little-endian),
CRC-16/XMODEM over all after FA, high byte first. Text: `$VNxxx,…*hh` with the exclusive or, or `*hhhh` with that CRC,
over what is between $ and *. Fields and sizes: VN-100/200/300 user manuals, "Binary output groups".
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from functools import lru_cache

from devices.checksum import XMODEM, crc16_of, xor_of
from devices.decimals import number as read_number
from devices.declared import DeclaredKind, More
from devices.messages import Fields, Told, crc_fields, explain_frames, number, readable
from devices.values import Message, Params

SYNC = b"\xfa"
LONGEST, LONGEST_LINE = 1024, 256
GROUPS = ("common", "time", "imu", "gps", "attitude", "ins", "gps2")
SATELLITES = 14
_LINE = re.compile(rb"\$(VN[\x20-\x29\x2b-\x7e]{3,240})\*([0-9A-Fa-f]{4}|[0-9A-Fa-f]{2}|XX)\r?\n")
ERRORS = {
    1: "hard fault",
    2: "serial buffer overflow",
    3: "invalid checksum",
    4: "invalid command",
    5: "not enough parameters",
    6: "too many parameters",
    7: "invalid parameter",
    8: "invalid register",
    9: "unauthorized access",
    10: "watchdog reset",
    11: "output buffer overflow",
    12: "insufficient baud rate",
    255: "error buffer overflow",
}


@dataclass(frozen=True)
class Part:
    """Describe one binary field: its struct format and the names of its numbers; one name for several is a list."""

    form: str
    names: tuple[str, ...]

    @property
    def size(self) -> int:
        """Return its size in bytes."""
        return struct.calcsize("<" + self.form)


def _part(form: str, names: str) -> Part:
    return Part(form, tuple(names.split()))


def _axes(name: str, unit: str, axes: str = "xyz") -> str:
    return " ".join(f"{name}_{axis}_{unit}" for axis in axes)


_YPR, _Q = "yaw_deg pitch_deg roll_deg", "q"
_LLA, _ECEF = "lat_deg lon_deg alt_m", _axes("pos", "m")
_NED = _axes("vel", "m_s", "ned")
_MAG, _ACCEL, _RATE = _axes("mag", "G"), _axes("accel", "m_s2"), _axes("rate", "rad_s")
_UTC = "utc_year utc_month utc_day utc_hour utc_minute utc_second utc_ms"
_DELTA = f"delta_time_s {_axes('delta_theta', 'deg')}"
_DELTA_V = _axes("delta_vel", "m_s")
_STARTUP, _GPS_TIME, _SYNC_IN = _part("Q", "time_startup_ns"), _part("Q", "time_gps_ns"), _part("Q", "time_sync_in_ns")
_PPS, _SYNC_COUNT = _part("Q", "time_gps_pps_ns"), _part("I", "sync_in_count")
_DATE = _part("b5BH", _UTC)
_POSITION = (_part("3d", _LLA), _part("3d", _ECEF))
_GPS = (
    _DATE,
    _part("Q", "gps_tow_ns"),
    _part("H", "gps_week"),
    _part("B", "num_sats"),
    _part("B", "fix"),
    *_POSITION,
    _part("3f", _NED),
    _part("3f", _axes("vel_ecef", "m_s")),
    _part("3f", _axes("pos_u", "m", "ned")),
    _part("f", "vel_u_m_s"),
    _part("f", "time_u_s"),
    _part("Bb", "time_status leap_seconds"),
    _part("7f", "gdop pdop tdop vdop hdop ndop edop"),
    _part("BB", "sat_count sat_reserved"),
)
FIELDS: dict[str, tuple[Part, ...]] = {
    "common": (
        _STARTUP,
        _GPS_TIME,
        _SYNC_IN,
        _part("3f", _YPR),
        _part("4f", _Q),
        _part("3f", _RATE),
        _part("3d", _LLA),
        _part("3f", _NED),
        _part("3f", _ACCEL),
        _part("6f", f"{_axes('uncomp_accel', 'm_s2')} {_axes('uncomp_rate', 'rad_s')}"),
        _part("5f", f"{_MAG} temp_C pressure_kPa"),
        _part("7f", f"{_DELTA} {_DELTA_V}"),
        _part("H", "ins_status"),
        _SYNC_COUNT,
        _PPS,
    ),
    "time": (
        _STARTUP,
        _GPS_TIME,
        _part("Q", "gps_tow_ns"),
        _part("H", "gps_week"),
        _SYNC_IN,
        _PPS,
        _DATE,
        _SYNC_COUNT,
        _part("I", "sync_out_count"),
        _part("B", "time_status"),
    ),
    "imu": (
        _part("H", "imu_status"),
        _part("3f", _axes("uncomp_mag", "G")),
        _part("3f", _axes("uncomp_accel", "m_s2")),
        _part("3f", _axes("uncomp_rate", "rad_s")),
        _part("f", "temp_C"),
        _part("f", "pressure_kPa"),
        _part("4f", _DELTA),
        _part("3f", _DELTA_V),
        _part("3f", _MAG),
        _part("3f", _ACCEL),
        _part("3f", _RATE),
        _part("H", "sensor_saturation"),
    ),
    "gps": _GPS,
    "attitude": (
        _part("H", "vpe_status"),
        _part("3f", _YPR),
        _part("4f", _Q),
        _part("9f", "dcm"),
        _part("3f", _axes("mag", "G", "ned")),
        _part("3f", _axes("accel", "m_s2", "ned")),
        _part("3f", _axes("linear_accel", "m_s2")),
        _part("3f", _axes("linear_accel", "m_s2", "ned")),
        _part("3f", "yaw_u_deg pitch_u_deg roll_u_deg"),
        _part("12s", "reserved_9"),
        _part("28s", "reserved_10"),
        _part("24s", "reserved_11"),
        _part("3f", "heave_m heave_rate_m_s delayed_heave_m"),
    ),
    "ins": (
        _part("H", "ins_status"),
        *_POSITION,
        _part("3f", _axes("vel_body", "m_s")),
        _part("3f", _NED),
        _part("3f", _axes("vel_ecef", "m_s")),
        _part("3f", _axes("mag_ecef", "G")),
        _part("3f", _axes("accel_ecef", "m_s2")),
        _part("3f", _axes("linear_accel_ecef", "m_s2")),
        _part("f", "pos_u_m"),
        _part("f", "vel_u_m_s"),
    ),
    "gps2": _GPS,
}
_TEXT_GPS = f"gps_tow_s gps_week fix num_sats {_LLA} {_NED} {_axes('pos_u', 'm', 'ned')} vel_u_m_s time_u_s"
_TEXT_INS = f"gps_tow_s gps_week ins_status {_YPR} {_LLA} {_NED} att_u_deg pos_u_m vel_u_m_s"
# Text by the name of an asynchronous message, and by register number.
TEXTS = {
    "YPR": _YPR,
    "QTN": "qx qy qz qw",
    "QMR": f"qx qy qz qw {_MAG} {_ACCEL} {_RATE}",
    "MAG": _MAG,
    "ACC": _ACCEL,
    "GYR": _RATE,
    "MAR": f"{_MAG} {_ACCEL} {_RATE}",
    "YMR": f"{_YPR} {_MAG} {_ACCEL} {_RATE}",
    "YBA": f"{_YPR} {_axes('linear_accel', 'm_s2')} {_RATE}",
    "YIA": f"{_YPR} {_axes('linear_accel', 'm_s2', 'ned')} {_RATE}",
    "IMU": f"{_MAG} {_ACCEL} {_RATE} temp_C pressure_kPa",
    "GPS": _TEXT_GPS,
    "INS": _TEXT_INS,
    "ISL": f"{_YPR} {_LLA} {_NED} {_ACCEL} {_RATE}",
    "DTV": f"{_DELTA} {_DELTA_V}",
}
REGISTERS = {
    0: "user_tag",
    1: "model",
    2: "hardware_revision",
    3: "serial_number",
    4: "firmware",
    5: "baud_rate",
    6: "async_output_type",
    7: "async_output_rate_hz",
    8: _YPR,
    9: TEXTS["QTN"],
    15: TEXTS["QMR"],
    17: _MAG,
    18: _ACCEL,
    19: _RATE,
    20: TEXTS["MAR"],
    27: TEXTS["YMR"],
    54: TEXTS["IMU"],
    58: _TEXT_GPS,
    63: _TEXT_INS,
    72: TEXTS["ISL"],
    80: TEXTS["DTV"],
    239: TEXTS["YBA"],
    240: TEXTS["YIA"],
}


@lru_cache(maxsize=256)
def _asked(header: bytes) -> list[tuple[str, int, Part]] | None:
    """Return (group, bit, field) in order of the frame, None when a field is unknown."""
    found: list[tuple[str, int, Part]] = []
    groups = [name for index, name in enumerate(GROUPS) if header[1] >> index & 1]
    for index, group in enumerate(groups):
        bits = int.from_bytes(header[2 + 2 * index : 4 + 2 * index], "little")
        known = FIELDS[group]
        if bits >> len(known):
            return None
        found += [(group, bit, part) for bit, part in enumerate(known) if bits >> bit & 1]
    return found


def size_of(header: bytes) -> int | More | None:
    """Return a binary frame's size from its group byte and field bits; satellites count themselves."""
    count = header[1].bit_count()
    if not header[1] or header[1] & 0x80:
        return None
    at = 2 + 2 * count
    if len(header) < at:
        return More(at)
    fields = _asked(header[:at])
    if not fields:
        return None
    for group, bit, part in fields:
        at += part.size
        if group.startswith("gps") and bit == SATELLITES:
            if len(header) < at:
                return More(at)
            at += 8 * header[at - 2]
    return at + 2


def is_sound(frame: bytes) -> bool:
    """Say whether a binary frame's CRC is right."""
    return crc16_of(XMODEM, frame[1:-2]) == int.from_bytes(frame[-2:], "big")


def line_size(header: bytes) -> int | More | None:
    """Return a text line's size: up to its line feed, as long as it is printable."""
    last = header[-1]
    if last == 10:
        return len(header)
    is_text = (0x20 <= last < 0x7F and last != 0x24) or last == 13
    return More(len(header) + 1) if is_text and len(header) < LONGEST_LINE else None


def is_sound_line(line: bytes) -> bool:
    """Say whether a text line is one and its checksum is right; `*XX` asks for none."""
    match = _LINE.fullmatch(line)
    if match is None:
        return False
    body, stated = match.groups()
    return stated == b"XX" or int(stated, 16) == (xor_of(body) if len(stated) == 2 else crc16_of(XMODEM, body))


BINARY = DeclaredKind(SYNC, 2, size_of, is_sound, LONGEST)
TEXT = DeclaredKind(b"$VN", 4, line_size, is_sound_line, LONGEST_LINE)
KINDS = (BINARY, TEXT)


def read_binary(frame: bytes) -> Fields:
    """Return a sound binary frame's numbers by name; a name that two groups carry keeps the first one's number."""
    found: Fields = {}
    at = 2 + 2 * frame[1].bit_count()
    for group, bit, part in _asked(frame[:at]) or []:
        values = struct.unpack_from("<" + part.form, frame, at)
        at += part.size
        if group.startswith("gps") and bit == SATELLITES:
            at += 8 * int(values[0])
        found = _named(part.names, [_plain(value) for value in values]) | found
    return found


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return value.hex(" ").upper()
    return number(value) if isinstance(value, float) else value


def _named(names: tuple[str, ...], values: list[object]) -> Fields:
    return {names[0]: values} if len(names) == 1 and len(values) > 1 else dict(zip(names, values, strict=True))


def read_line(line: bytes) -> Fields:
    """Return a sound text line's fields: command, register or error, numbers by name."""
    match = _LINE.fullmatch(line)
    body = match[1] if match else b""
    command, *rest = readable(body[2:]).split(",")
    fields: Fields = {"text": readable(line), "command": command}
    if command in ("RRG", "WRG") and rest and rest[0].strip().isdigit():
        register = int(rest[0])
        return fields | {"register": register} | _values(REGISTERS.get(register, ""), rest[1:])
    if command == "ERR" and rest and rest[0].strip().isdigit():
        return fields | {"code": int(rest[0]), "error": ERRORS.get(int(rest[0]), "unknown")}
    return fields | _values(TEXTS.get(command, ""), rest)


def _values(names: str, values: list[str]) -> Fields:
    """Name values; those without a name stay a list of texts."""
    known = names.split()
    if not values:
        return {}
    if len(known) > len(values) or not known:
        return {"values": [value.strip() for value in values]}
    return {name: _number(value) for name, value in zip(known, values, strict=False)}


def _number(text: str) -> object:
    found = read_number(text.strip().encode())
    return text.strip() if found is None else number(found)


def read(frame: bytes) -> Told:
    """Return what a sound frame says."""
    if frame.startswith(SYNC):
        groups = [name for index, name in enumerate(GROUPS) if frame[1] >> index & 1]
        return "binary", {"groups": groups} | read_binary(frame)
    fields = read_line(frame)
    return ("error" if fields["command"] == "ERR" else "line"), fields


def _correct(frame: bytes) -> Fields:
    if not frame.startswith(SYNC):
        return {"text": readable(frame)}
    return crc_fields(frame[-2:], crc16_of(XMODEM, frame[1:-2]).to_bytes(2, "big"))


def explain(data: bytes, params: Params) -> list[Message]:
    """Read binary frames and text lines as messages."""
    return explain_frames(KINDS, data, read, _correct)
