"""Dynamixel protocol 2.0: every instruction, and statuses in the light of the request heard before.

Frame: FF FF FD 00, id, length uint16 (what follows it), instruction, parameters, CRC-16/UMTS over all before it;
FF FF FD inside is stuffed to FF FF FD FD. Names, sizes and signs of the registers: control table of the X series.
Source: ROBOTIS e-Manual, Protocol 2.0 and XM430-W210.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from devices.checksum import UMTS, crc16_of
from devices.declared import DeclaredKind
from devices.messages import Fields, Told, crc_fields, explain_frames
from devices.values import Message, Params

SYNC = b"\xff\xff\xfd\x00"
LONGEST = 2048
BROADCAST = 0xFE
PING = 0x01
READ, WRITE, REG_WRITE, FACTORY_RESET, CLEAR, STATUS = 0x02, 0x03, 0x04, 0x06, 0x10, 0x55
SYNC_READ, SYNC_WRITE, FAST_SYNC_READ = 0x82, 0x83, 0x8A
BULK_READ, BULK_WRITE, FAST_BULK_READ = 0x92, 0x93, 0x9A
INSTRUCTIONS = {
    PING: "ping",
    READ: "read",
    WRITE: "write",
    REG_WRITE: "reg_write",
    0x05: "action",
    FACTORY_RESET: "factory_reset",
    0x08: "reboot",
    CLEAR: "clear",
    0x20: "control_table_backup",
    STATUS: "status",
    SYNC_READ: "sync_read",
    SYNC_WRITE: "sync_write",
    FAST_SYNC_READ: "fast_sync_read",
    BULK_READ: "bulk_read",
    BULK_WRITE: "bulk_write",
    FAST_BULK_READ: "fast_bulk_read",
}
ERRORS = {
    0: "none",
    1: "result fail",
    2: "instruction",
    3: "CRC",
    4: "data range",
    5: "data length",
    6: "data limit",
    7: "access",
}
# Address: (name, size in bytes, signed).
REGISTERS = {
    0: ("model_number", 2, False),
    6: ("firmware_version", 1, False),
    7: ("id", 1, False),
    8: ("baud_rate", 1, False),
    9: ("return_delay_time", 1, False),
    10: ("drive_mode", 1, False),
    11: ("operating_mode", 1, False),
    20: ("homing_offset", 4, True),
    31: ("temperature_limit_C", 1, False),
    36: ("pwm_limit", 2, False),
    38: ("current_limit", 2, False),
    44: ("velocity_limit", 4, False),
    48: ("max_position_limit", 4, False),
    52: ("min_position_limit", 4, False),
    63: ("shutdown", 1, False),
    64: ("torque_enable", 1, False),
    65: ("led", 1, False),
    68: ("status_return_level", 1, False),
    70: ("hardware_error_status", 1, False),
    76: ("velocity_i_gain", 2, False),
    78: ("velocity_p_gain", 2, False),
    80: ("position_d_gain", 2, False),
    82: ("position_i_gain", 2, False),
    84: ("position_p_gain", 2, False),
    98: ("bus_watchdog", 1, True),
    100: ("goal_pwm", 2, True),
    102: ("goal_current", 2, True),
    104: ("goal_velocity", 4, True),
    108: ("profile_acceleration", 4, False),
    112: ("profile_velocity", 4, False),
    116: ("goal_position", 4, True),
    120: ("realtime_tick", 2, False),
    122: ("moving", 1, False),
    123: ("moving_status", 1, False),
    124: ("present_pwm", 2, True),
    126: ("present_current", 2, True),
    128: ("present_velocity", 4, True),
    132: ("present_position", 4, True),
    136: ("velocity_trajectory", 4, True),
    140: ("position_trajectory", 4, True),
    144: ("present_input_voltage", 2, False),
    146: ("present_temperature_C", 1, False),
}


def size_of(header: bytes) -> int | None:
    """Return the frame's size from its first seven bytes; lengths below 3 are impossible."""
    length = int.from_bytes(header[5:7], "little")
    return 7 + length if length >= 3 else None


def is_sound(frame: bytes) -> bool:
    """Say whether the CRC is right."""
    return crc16_of(UMTS, frame[:-2]) == int.from_bytes(frame[-2:], "little")


KIND = DeclaredKind(SYNC, 7, size_of, is_sound, LONGEST)


def packet(number: int, instruction: int, parameters: bytes) -> bytes:
    """Return a whole frame, stuffed and sealed."""
    content = (bytes((instruction,)) + parameters).replace(b"\xff\xff\xfd", b"\xff\xff\xfd\xfd")
    body = SYNC + bytes((number,)) + struct.pack("<H", len(content) + 2) + content
    return body + struct.pack("<H", crc16_of(UMTS, body))


def unpack(frame: bytes) -> tuple[int, int, bytes]:
    """Return (id, instruction, parameters) of a sound frame, unstuffed."""
    return frame[4], frame[7], frame[8:-2].replace(b"\xff\xff\xfd\xfd", b"\xff\xff\xfd")


@dataclass(frozen=True)
class Answer:
    """Show what one servo answered: `address` is None when no request said what the data are."""

    number: int
    error: int
    address: int | None
    data: bytes
    is_ping: bool = False


@dataclass
class Listener:
    """Remember what was asked of whom, and give meaning to the statuses."""

    _asked: dict[int, tuple[int, int]] = field(default_factory=dict)
    _fast: list[tuple[int, int, int]] = field(default_factory=list)
    _pinged: int | None = None

    def ask(self, number: int, instruction: int, data: bytes) -> None:
        """Note a request: address and size per servo; other requests leave statuses without data."""
        self._pinged = number if instruction == PING else None
        if instruction == READ and len(data) == 4:
            self._asked[number] = _range(data)
        elif instruction in (SYNC_READ, FAST_SYNC_READ) and len(data) > 4:
            self._note(instruction, [(each, *_range(data)) for each in data[4:]])
        elif instruction in (BULK_READ, FAST_BULK_READ):
            entries = [data[at : at + 5] for at in range(0, len(data) - 4, 5)]
            self._note(instruction, [(entry[0], *_range(entry[1:])) for entry in entries])
        elif instruction != STATUS:
            self._asked.pop(number, None)

    def _note(self, instruction: int, asked: list[tuple[int, int, int]]) -> None:
        if instruction in (FAST_SYNC_READ, FAST_BULK_READ):
            self._fast = asked
        else:
            self._asked.update({number: (address, size) for number, address, size in asked})

    def answers(self, number: int, data: bytes) -> list[Answer]:
        """Return what a status carries: one answer, or one per servo for a fast read."""
        if number == BROADCAST and self._fast:
            return self._fast_answers(data)
        address, size = self._asked.get(number, (0, 0))
        known = address if size and len(data) == size + 1 else None
        is_ping = self._pinged in (number, BROADCAST) and len(data) == 4
        return [Answer(number, data[0], known, data[1:], is_ping)] if data else []

    def _fast_answers(self, data: bytes) -> list[Answer]:
        """Cut a fast status: error, id, data and a CRC per servo; the last CRC is the frame's own."""
        found, at = [], 0
        for number, address, size in self._fast:
            part = data[at : at + 2 + size]
            if len(part) < 2 + size or part[1] != number:
                break
            found.append(Answer(number, part[0], address, part[2:]))
            at += 4 + size
        return found


def _range(data: bytes) -> tuple[int, int]:
    address, size = struct.unpack("<HH", data[:4])
    return int(address), int(size)


def registers(address: int, data: bytes) -> Iterator[tuple[str, int]]:
    """Yield names and values of the registers that lie whole in a block of the control table."""
    for at, (name, size, signed) in REGISTERS.items():
        start = at - address
        if start >= 0 and start + size <= len(data):
            yield name, int.from_bytes(data[start : start + size], "little", signed=signed)


def _value(address: int, data: bytes) -> int | None:
    """Return a write's number, with the sign of its register; None for more than four bytes."""
    if not data or len(data) > 4:
        return None
    _, size, signed = REGISTERS.get(address, ("", 0, False))
    return int.from_bytes(data, "little", signed=signed and size == len(data))


def _block(address: int, data: bytes) -> Fields:
    fields: Fields = {"data": data.hex(" ").upper()}
    value = _value(address, data)
    return fields | ({} if value is None else {"value": value}) | dict(registers(address, data))


def _request(instruction: int, data: bytes) -> Fields:
    if instruction in (WRITE, REG_WRITE) and len(data) > 2:
        address = int.from_bytes(data[:2], "little")
        return {"address": address, "length": len(data) - 2} | _block(address, data[2:])
    if instruction == READ and len(data) == 4:
        return dict(zip(("address", "length"), _range(data), strict=True))
    if instruction == FACTORY_RESET and data:
        return {"option": data[0]}
    if instruction in (SYNC_READ, FAST_SYNC_READ, SYNC_WRITE) and len(data) >= 4:
        return _sync(instruction, data)
    if instruction in (BULK_READ, FAST_BULK_READ):
        return {"reads": [_bulk(data[at : at + 5]) for at in range(0, len(data) - 4, 5)]}
    if instruction == BULK_WRITE:
        return {"writes": list(_bulk_writes(data))}
    return {"data": data.hex(" ").upper()} if data else {}


def _sync(instruction: int, data: bytes) -> Fields:
    address, size = _range(data)
    fields: Fields = {"address": address, "length": size}
    if instruction != SYNC_WRITE:
        return fields | {"ids": list(data[4:])}
    step = size + 1
    parts = [data[at : at + step] for at in range(4, len(data) - step + 1, step)]
    return fields | {
        "ids": [part[0] for part in parts],
        "writes": [_entry(part[0], address, part[1:]) for part in parts],
    }


def _entry(number: int, address: int, data: bytes) -> Fields:
    return {"id": number, "address": address, "length": len(data)} | _block(address, data)


def _bulk(entry: bytes) -> Fields:
    address, size = _range(entry[1:])
    return {"id": entry[0], "address": address, "length": size}


def _bulk_writes(data: bytes) -> Iterator[Fields]:
    at = 0
    while at + 5 <= len(data):
        address, size = _range(data[at + 1 :])
        if at + 5 + size > len(data):
            return
        yield _entry(data[at], address, data[at + 5 : at + 5 + size])
        at += 5 + size


def assumptions(text: str) -> dict[int, int]:
    """Return size -> address of what statuses are taken for without a request: "132:4,146:1"; ValueError if wrong."""
    pairs = [part.split(":") for part in text.split(",") if part.strip()]
    return {int(size): int(address) for address, size in pairs}


def explain(data: bytes, params: Params) -> list[Message]:
    """Read every frame as a message; a status without its request is marked "assumed"."""
    listener, assumed = Listener(), assumptions(str(params["assumed"]))

    def read(frame: bytes) -> Told:
        number, instruction, content = unpack(frame)
        fields: Fields = {"id": number, "instruction": INSTRUCTIONS.get(instruction, f"0x{instruction:02X}")}
        if instruction == STATUS:
            answers = [_answered(answer, assumed) for answer in listener.answers(number, content)]
            many = number == BROADCAST and len(answers) > 0
            return "status", fields | ({"answers": answers} if many else answers[0] if answers else {})
        listener.ask(number, instruction, content)
        return "instruction", fields | _request(instruction, content)

    return explain_frames((KIND,), data, read, _correct)


def _answered(answer: Answer, assumed: dict[int, int]) -> Fields:
    error = answer.error & 0x7F
    fields: Fields = {"id": answer.number, "error": answer.error, "error_text": ERRORS.get(error, "reserved")}
    fields["alert"] = bool(answer.error & 0x80)
    if answer.is_ping:
        model = int.from_bytes(answer.data[:2], "little")
        return fields | {"model_number": model, "firmware_version": answer.data[2]}
    if answer.address is not None:
        return fields | _block(answer.address, answer.data)
    address = assumed.get(len(answer.data))
    if address is None or error:
        return fields | ({"data": answer.data.hex(" ").upper()} if answer.data else {})
    return fields | _block(address, answer.data) | {"assumed": "no request was heard"}


def _correct(frame: bytes) -> Fields:
    return crc_fields(frame[-2:], crc16_of(UMTS, frame[:-2]).to_bytes(2, "little"))
