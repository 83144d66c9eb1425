"""WitMotion sensors: frames 55 50 … 55 5F of 11 bytes with a sum, and the Bluetooth form of 20 bytes without one.

Formulas: WIT standard communication protocol and BLE 5.0 protocol. Longitude and latitude come as degrees and minutes,
ddmm.mmmmm × 10⁵; pressure in Pa, height in cm, ground speed in m/h.
"""

from __future__ import annotations

import struct

from devices.declared import DeclaredKind
from devices.messages import Fields, Told, explain_frames, number
from devices.values import Message, Params

ACCELERATION, RATE, ANGLE = 16 / 32768, 2000 / 32768, 180 / 32768
MAGNETIC_REGISTER, QUATERNION_REGISTER, TEMPERATURE_REGISTER = 0x3A, 0x51, 0x40


def is_sound(frame: bytes) -> bool:
    """Say whether the kind is one of 50 to 5F and the sum of the first ten bytes right."""
    return 0x50 <= frame[1] <= 0x5F and sum(frame[:10]) & 0xFF == frame[10]


SERIAL = DeclaredKind(b"\x55", 2, lambda header: 11 if 0x50 <= header[1] <= 0x5F else None, is_sound, 11)
MOTION = DeclaredKind(b"\x55\x61", 2, lambda header: 20, lambda frame: True, 20)
REGISTERS = DeclaredKind(b"\x55\x71", 2, lambda header: 20, lambda frame: True, 20)


def _scaled(names: str, values: tuple[int, ...], scale: float) -> Fields:
    return {name: number(value * scale) for name, value in zip(names.split(), values, strict=False)}


def _clock(data: bytes) -> Fields:
    year, month, day, hour, minute, second, milli = struct.unpack("<6BH", data)
    return {"time": f"20{year:02d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}.{milli:03d}"}


def _place(data: bytes) -> Fields:
    longitude, latitude = struct.unpack("<2i", data)
    return {"lon": _degrees(longitude), "lat": _degrees(latitude)}


def _degrees(raw: int) -> float | None:
    """Turn ddmm.mmmmm × 10⁵ into degrees."""
    degrees, minutes = divmod(abs(raw), 10_000_000)
    return number((degrees + minutes / 100_000 / 60) * (-1 if raw < 0 else 1))


def _ground(data: bytes) -> Fields:
    height, course, speed = struct.unpack("<hHi", data)
    return {"gps_height_m": number(height / 10), "course_deg": number(course / 100), "speed_km_h": number(speed / 1000)}


def _pressure(data: bytes) -> Fields:
    pressure, height = struct.unpack("<2i", data)
    return {"pressure_Pa": pressure, "height_m": number(height / 100)}


def read(frame: bytes) -> Told:
    """Return what a sound frame of 11 bytes says."""
    kind, data = frame[1], frame[2:10]
    words = struct.unpack("<4h", data)
    if kind == 0x51:
        return "acceleration", _scaled("ax_g ay_g az_g", words, ACCELERATION) | {"temp_C": number(words[3] / 100)}
    if kind in _WORDS:
        name, keys, scale = _WORDS[kind]
        return name, _scaled(keys, words, scale)
    if kind in _FORMS:
        name, form = _FORMS[kind]
        return name, form(data)
    return f"frame_{kind:02X}", {"words": list(words)}


_WORDS = {
    0x52: ("rate", "wx_deg_s wy_deg_s wz_deg_s", RATE),
    0x53: ("angle", "roll_deg pitch_deg yaw_deg", ANGLE),
    0x54: ("magnetic", "hx hy hz", 1.0),
    0x55: ("ports", "d0 d1 d2 d3", 1.0),
    0x59: ("quaternion", "q0 q1 q2 q3", 1 / 32768),
}


def _accuracy(data: bytes) -> Fields:
    count, *dilutions = struct.unpack("<4H", data)
    return {"sats": count} | _scaled("pdop hdop vdop", tuple(dilutions), 0.01)


_FORMS = {
    0x50: ("time", _clock),
    0x56: ("pressure", _pressure),
    0x57: ("position", _place),
    0x58: ("ground_speed", _ground),
    0x5A: ("accuracy", _accuracy),
}


def read_ble(frame: bytes) -> Told:
    """Return what a Bluetooth frame of 20 bytes says: motion (61), or eight registers from a stated one (71)."""
    if frame[1] == 0x61:
        words = struct.unpack("<9h", frame[2:])
        fields = _scaled("ax_g ay_g az_g", words[:3], ACCELERATION)
        fields |= _scaled("wx_deg_s wy_deg_s wz_deg_s", words[3:6], RATE)
        return "motion", fields | _scaled("roll_deg pitch_deg yaw_deg", words[6:], ANGLE)
    start, *registers = struct.unpack("<H8h", frame[2:])
    fields = {"start_register": start, "registers": registers}
    if start == MAGNETIC_REGISTER:
        fields["mag"] = registers[:3]
    elif start == QUATERNION_REGISTER:
        fields["q"] = [number(value / 32768) for value in registers[:4]]
    elif start == TEMPERATURE_REGISTER:
        fields["temp_C"] = number(registers[0] / 100)
    return "registers", fields


def _correct(frame: bytes) -> Fields:
    return {"stated_sum": frame[-1], "correct_sum": sum(frame[:-1]) & 0xFF}


def explain(data: bytes, params: Params) -> list[Message]:
    """Read frames of 11 bytes: g, °/s, °, °C, Pa, m."""
    return explain_frames((SERIAL,), data, read, _correct)


def explain_ble(data: bytes, params: Params) -> list[Message]:
    """Read Bluetooth frames of 20 bytes; they carry no checksum."""
    return explain_frames((MOTION, REGISTERS), data, read_ble)
