"""Xsens Xbus messages: FA FF, message id, length, payload, sum that makes everything after FA zero; big-endian.

Length FF is followed by a 16-bit one. MTData2 (36) holds items of uint16 id, uint8 size, data; the lowest two bits of
the id give the precision (float32, fixed point 12.20, fixed point 16.32, float64), the next two the coordinate system.
Sources: Xsens MT Low Level Communication Protocol; Scottapotamas/xsens-mti docs/mtmanager_packets.md.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from devices.declared import DeclaredKind, More
from devices.messages import Fields, Told, explain_frames, number
from devices.values import Message, Params

MTDATA2 = 0x36
LONGEST = 2064
MESSAGES = {
    0x00: "ReqDID",
    0x01: "DeviceID",
    0x02: "Initbus",
    0x04: "ReqPeriod",
    0x0A: "SetBaudrate",
    0x0C: "ReqConfiguration",
    0x0D: "Configuration",
    0x0E: "RestoreFactoryDef",
    0x10: "GoToMeasurement",
    0x12: "ReqFWRev",
    0x13: "FirmwareRev",
    0x1C: "ReqProductCode",
    0x1D: "ProductCode",
    0x22: "SetNoRotation",
    0x24: "RunSelftest",
    0x25: "SelftestAck",
    0x30: "GoToConfig",
    0x31: "GoToConfigAck",
    0x32: "MTData",
    0x34: "ReqData",
    MTDATA2: "MTData2",
    0x3E: "WakeUp",
    0x3F: "WakeUpAck",
    0x40: "Reset",
    0x42: "Error",
    0x48: "SetOptionFlags",
    0x64: "ReqFilterProfile",
    0x8E: "SetStringOutputType",
    0xA4: "ResetOrientation",
    0xC0: "SetOutputConfiguration",
    0xEC: "SetAlignmentRotation",
}
ERRORS = {
    0x03: "period",
    0x04: "message",
    0x1E: "timer overflow",
    0x20: "baud rate",
    0x21: "parameter",
    0x28: "device",
}
# Item id without precision and coordinate bits: (name, numbers); "real" numbers follow the precision bits.
REALS = {
    0x0810: ("temperature_C", 1),
    0x2010: ("q", 4),
    0x2020: ("rotation_matrix", 9),
    0x2030: ("euler_deg", 3),
    0x4010: ("delta_v_m_s", 3),
    0x4020: ("acceleration_m_s2", 3),
    0x4030: ("free_acceleration_m_s2", 3),
    0x4040: ("acceleration_hr_m_s2", 3),
    0x5020: ("altitude_ellipsoid_m", 1),
    0x5030: ("position_ecef_m", 3),
    0x5040: ("lat_lon_deg", 2),
    0x8020: ("rate_of_turn_rad_s", 3),
    0x8030: ("delta_q", 4),
    0x8040: ("rate_of_turn_hr_rad_s", 3),
    0xC020: ("magnetic_field_au", 3),
    0xD010: ("velocity_m_s", 3),
}
WHOLE = {
    0x1020: ("packet_counter", ">H"),
    0x1030: ("itow_ms", ">I"),
    0x1060: ("sample_time_fine", ">I"),
    0x1070: ("sample_time_coarse_s", ">I"),
    0x3010: ("pressure_Pa", ">I"),
    0xE010: ("status_byte", ">B"),
    0xE020: ("status", ">I"),
    0xE080: ("device_id", ">I"),
}
STATUS_BITS = {0: "selftest", 1: "filter_valid", 2: "gnss_fix", 19: "clipping"}


def size_of(header: bytes) -> int | More | None:
    """Return a message's size from its first four bytes, or six when the length is extended."""
    if header[3] < 0xFF:
        return 5 + header[3]
    return 7 + int.from_bytes(header[4:6], "big") if len(header) >= 6 else More(6)


def is_sound(frame: bytes) -> bool:
    """Say whether the sum of everything after the first byte is zero."""
    return sum(frame[1:]) & 0xFF == 0


KIND = DeclaredKind(b"\xfa\xff", 4, size_of, is_sound, LONGEST)


def payload_of(frame: bytes) -> bytes:
    """Return a sound message's payload."""
    return frame[6:-1] if frame[3] == 0xFF else frame[4:-1]


def items(payload: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (id, data) of the whole items of an MTData2 payload."""
    at = 0
    while at + 3 <= len(payload):
        item, size = int.from_bytes(payload[at : at + 2], "big"), payload[at + 2]
        if at + 3 + size > len(payload):
            return
        yield item, payload[at + 3 : at + 3 + size]
        at += 3 + size


def rest(payload: bytes) -> bytes:
    """Return what is left of an MTData2 payload behind its whole items: of a sound frame nothing should be."""
    return payload[sum(3 + len(data) for _, data in items(payload)) :]


def reals(item: int, data: bytes, count: int) -> list[float] | None:
    """Return an item's numbers in the precision its id states, None when the size does not fit."""
    precision = item & 3
    size = (4, 4, 6, 8)[precision]
    if len(data) != count * size:
        return None
    if precision in (0, 3):
        return list(struct.unpack(f">{count}{'f' if precision == 0 else 'd'}", data))
    parts = [data[at : at + size] for at in range(0, len(data), size)]
    return [_fixed(part) for part in parts]


def _fixed(part: bytes) -> float:
    """Read fixed point 12.20, or 16.32, whose fraction (4 bytes) comes before its whole part (2 bytes)."""
    if len(part) == 4:
        return int.from_bytes(part, "big", signed=True) / (1 << 20)
    whole = int.from_bytes(part[4:], "big", signed=True)
    return whole + int.from_bytes(part[:4], "big") / (1 << 32)


def read_item(item: int, data: bytes) -> tuple[str, object] | None:
    """Return an item's name and number or list of numbers, None when it is unknown or of a wrong size."""
    kind = item & 0xFFF0
    if kind in REALS:
        name, count = REALS[kind]
        values = reals(item, data, count)
        if values is None:
            return None
        plain = [number(value) for value in values]
        return name, plain[0] if count == 1 else plain
    if kind in WHOLE:
        name, form = WHOLE[kind]
        return (name, struct.unpack(form, data)[0]) if struct.calcsize(form) == len(data) else None
    return _utc(data) if kind == 0x1010 and len(data) == 12 else None


def _utc(data: bytes) -> tuple[str, object]:
    ns, year, month, day, hour, minute, second, valid = struct.unpack(">IHBBBBBB", data)
    text = f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}.{ns:09d}Z"
    return "utc", {"time": text, "valid": valid}


def _data(payload: bytes) -> Fields:
    fields: Fields = {}
    for item, data in items(payload):
        found = read_item(item, data)
        if found is None:
            fields[f"item_{item:04X}"] = data.hex(" ").upper()
        else:
            fields[found[0]] = found[1]
    status = fields.get("status")
    if isinstance(status, int):
        fields["status_flags"] = [name for bit, name in STATUS_BITS.items() if status >> bit & 1]
    euler = fields.get("euler_deg")
    if isinstance(euler, list):
        fields |= dict(zip(("roll_deg", "pitch_deg", "yaw_deg"), euler, strict=True))
    left = rest(payload)
    return fields | ({"cut_item": left.hex(" ").upper()} if left else {})


def _other(mid: int, payload: bytes) -> Fields:
    """Return the fields of a configuration message."""
    if mid == 0x42 and payload:
        return {"error_code": payload[0], "error": ERRORS.get(payload[0], "unknown")}
    if mid == 0x01 and len(payload) in (4, 8):
        return {"device_id": payload.hex().upper()}
    if mid == 0x13 and len(payload) >= 3:
        return {"firmware": ".".join(str(byte) for byte in payload[:3])}
    if mid == 0x1D:
        return {"product_code": payload.decode("ascii", "backslashreplace").strip()}
    if mid in (0xC0, 0xC1) and len(payload) % 4 == 0 and payload:
        pairs = [struct.unpack(">HH", payload[at : at + 4]) for at in range(0, len(payload), 4)]
        return {"outputs": [{"item": f"{item:04X}", "rate_hz": rate} for item, rate in pairs]}
    return {"payload": payload.hex(" ").upper()} if payload else {}


def read(frame: bytes) -> Told:
    """Return what a sound message says."""
    mid, payload = frame[2], payload_of(frame)
    name = MESSAGES.get(mid) or (f"{MESSAGES[mid - 1]}Ack" if mid - 1 in MESSAGES else "unknown")
    fields: Fields = {"mid": mid, "message": name}
    if mid == MTDATA2:
        return "data", fields | _data(payload)
    return ("error" if mid == 0x42 else "message"), fields | _other(mid, payload)


def _correct(frame: bytes) -> Fields:
    return {"stated_sum": frame[-1], "correct_sum": -sum(frame[1:-1]) & 0xFF}


def explain(data: bytes, params: Params) -> list[Message]:
    """Read messages of both directions; numbers that are not finite are null."""
    return explain_frames((KIND,), data, read, _correct)
