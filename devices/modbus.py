"""Modbus RTU: requests and replies by length and CRC; silence on the line is never used to frame.

Layouts: MODBUS over Serial Line V1.02 and Application Protocol V1.1b3. Registers are big-endian words; the order
of two words of a 32-bit value differs by make ("ABCD" most significant first, "CDAB" words swapped, …).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from devices.checksum import MODBUS, crc16_of
from devices.values import ChannelSpec

EXCEPTION = 0x80
MOST_REGISTERS = 125
_ORDERS = {"ABCD": (0, 1, 2, 3), "CDAB": (2, 3, 0, 1), "BADC": (1, 0, 3, 2), "DCBA": (3, 2, 1, 0)}
_KINDS = {"f4": ">f", "i4": ">i", "u4": ">I", "i2": ">h", "u2": ">H"}


@dataclass(frozen=True)
class Register:
    """Bind a channel to a register: function 3 or 4, zero-based address, kind and word order.

    A `mask` other than 0 takes bits out of a "u2" register: (register >> shift) & mask.
    """

    channel: ChannelSpec
    function: int
    address: int
    kind: str = "f4"
    order: str = "ABCD"
    shift: int = 0
    mask: int = 0

    @property
    def words(self) -> int:
        """Return how many registers the value takes."""
        return int(self.kind[1]) // 2


@dataclass(frozen=True)
class Read:
    """Hold one read request: `count` registers from `address` with function 3 or 4."""

    function: int
    address: int
    count: int


def sealed(body: bytes) -> bytes:
    """Return a frame with its CRC appended, low byte first."""
    return body + struct.pack("<H", crc16_of(MODBUS, body))


def is_sound(frame: bytes) -> bool:
    """Say whether a frame's CRC is right."""
    return len(frame) >= 4 and sealed(frame[:-2]) == frame


def read_request(unit: int, read: Read) -> bytes:
    """Return the request that reads registers of a unit."""
    return sealed(struct.pack(">BBHH", unit, read.function, read.address, read.count))


def value_of(register: Register, payload: bytes, first: int) -> float:
    """Return a register's raw number from the data bytes of a reply that starts at address `first`."""
    at = 2 * (register.address - first)
    raw = payload[at : at + 2 * register.words]
    if register.words == 2:
        raw = bytes(raw[index] for index in _ORDERS[register.order])
    value = struct.unpack(_KINDS[register.kind], raw)[0]
    return float(value >> register.shift & register.mask if register.mask else value)


def bytes_of(register: Register, value: float) -> bytes:
    """Return the data bytes that carry a raw number, the inverse of `value_of`."""
    number = value if register.kind == "f4" else round(value)
    if register.mask:
        number = (int(number) & register.mask) << register.shift
    raw = struct.pack(_KINDS[register.kind], number)
    return bytes(raw[index] for index in _ORDERS[register.order]) if register.words == 2 else raw


def grouped(registers: tuple[Register, ...], hole: int = 8) -> tuple[Read, ...]:
    """Return the fewest reads that cover the registers, bridging holes of at most `hole` registers."""
    reads: list[Read] = []
    for register in sorted(registers, key=lambda each: (each.function, each.address)):
        stop = register.address + register.words
        last = reads[-1] if reads else None
        if last and last.function == register.function and _joins(last, register.address, stop, hole):
            reads[-1] = Read(last.function, last.address, max(last.count, stop - last.address))
        else:
            reads.append(Read(register.function, register.address, register.words))
    return tuple(reads)


def _joins(read: Read, address: int, stop: int, hole: int) -> bool:
    return address <= read.address + read.count + hole and stop - read.address <= MOST_REGISTERS


def covers(read: Read, register: Register) -> bool:
    """Say whether a read carries a register."""
    inside = read.address <= register.address and register.address + register.words <= read.address + read.count
    return register.function == read.function and inside


def parse_request(frame: bytes) -> dict[str, object] | None:
    """Return the fields of a sound request of functions 1–6, 15 and 16, None otherwise."""
    if not is_sound(frame) or len(frame) < 8:
        return None
    unit, function, address, word = struct.unpack(">BBHH", frame[:6])
    fields: dict[str, object] = {"unit": unit, "fc": function, "address": address}
    if function in (1, 2, 3, 4) and len(frame) == 8:
        return fields | {"count": word}
    if function == 5 and len(frame) == 8 and word in (0, 0xFF00):
        return fields | {"value": word == 0xFF00}
    if function == 6 and len(frame) == 8:
        return fields | {"value": word}
    if function in (15, 16):
        return _parse_write(frame, fields, word)
    return None


def _parse_write(frame: bytes, fields: dict[str, object], count: int) -> dict[str, object] | None:
    """Read the rest of a write of several coils or registers, or its acknowledgement (8 bytes)."""
    if len(frame) == 8:
        return fields | {"count": count}
    data = frame[7:-2]
    coils = fields["fc"] == 15
    if frame[6] != len(data) or len(data) != ((count + 7) // 8 if coils else 2 * count):
        return None
    if coils:
        return fields | {"count": count, "coils": [data[bit // 8] >> bit % 8 & 1 for bit in range(count)]}
    return fields | {"count": count, "registers": list(struct.unpack(f">{count}H", data))}


def parse_reply(frame: bytes) -> dict[str, object] | None:
    """Return the fields of a sound reply: an exception or the registers of functions 3 and 4."""
    if not is_sound(frame) or len(frame) < 5:
        return None
    unit, function = frame[0], frame[1]
    if function & EXCEPTION:
        return {"unit": unit, "fc": function & 0x7F, "exception": frame[2]} if len(frame) == 5 else None
    if function not in (3, 4) or frame[2] != len(frame) - 5 or frame[2] % 2:
        return None
    registers = list(struct.unpack(f">{frame[2] // 2}H", frame[3:-2]))
    return {"unit": unit, "fc": function, "registers": registers}
