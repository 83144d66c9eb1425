"""Simulated Dynamixel X servos on one bus: they answer protocol 2.0, or a master of the bus's own reads them.

Answered: ping, read, write, reg write and action, reboot, sync and bulk read and write. A packet with a wrong CRC, or
for nobody, stays unanswered; errors of a status are those of the ROBOTIS e-Manual (0x02 instruction, 0x05 data length,
0x06 data limit, 0x07 access). The control table is that of an XM430-W210 (model 1030) up to address 146.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from devices.declared import DeclaredFramer
from devices.readers import dynamixel as protocol

MODEL, FIRMWARE = 1030, 38
TORQUE, GOAL, PRESENT, SIZE = 64, 116, 120, 147
STEPS_PER_S = 1024.0
_FORGETS_S = 0.1
_ACTION, _REBOOT = 0x05, 0x08
_INSTRUCTION, _LENGTH, _LIMIT, _ACCESS = 0x02, 0x05, 0x06, 0x07


@dataclass
class Servo:
    """Hold one servo's control table; it swings until its torque is on and it has a goal."""

    number: int
    table: bytearray = field(default_factory=lambda: bytearray(SIZE))
    _kept: tuple[int, bytes] | None = None
    _from: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        """Fill in what the maker sets."""
        struct.pack_into("<H", self.table, 0, MODEL)
        self.table[6:9] = bytes((FIRMWARE, self.number, 1))
        struct.pack_into("<I", self.table, 48, 4095)

    def position(self, at_s: float) -> float:
        """Return the position in steps: on its way to the goal, else swinging."""
        if self._from is None:
            return 2048 + 700 * math.sin(at_s * 1.3 + self.number)
        start, began_s = self._from
        way = struct.unpack_from("<i", self.table, GOAL)[0] - start
        return start + math.copysign(min(abs(way), max(0.0, at_s - began_s) * STEPS_PER_S), way)

    def block(self, address: int, size: int, at_s: float) -> bytes:
        """Return a block of the control table as it is at a second."""
        phase = at_s * 1.3 + self.number
        speed = 58 * math.cos(phase) if self._from is None else 0.0
        current = round(60 * math.sin(phase + 0.4))
        struct.pack_into("<hii", self.table, 126, current, round(speed), round(self.position(at_s)))
        struct.pack_into("<HB", self.table, 144, 120, 36 + self.number % 8)
        return bytes(self.table[address : address + size])

    def refusal(self, address: int, data: bytes) -> int:
        """Return the error of a write, 0 when it is taken."""
        known = protocol.REGISTERS.get(address)
        if address < 7 or address + len(data) > PRESENT or (address < TORQUE and self.table[TORQUE]):
            return _ACCESS
        if known is not None and len(data) < known[1]:
            return _LENGTH
        goal = int.from_bytes(data[:4], "little", signed=True)
        is_limited = (address == GOAL and not 0 <= goal <= 4095) or (address == TORQUE and data[0] > 1)
        return _LIMIT if is_limited else 0

    def write(self, address: int, data: bytes, at_s: float) -> int:
        """Write a block, move if it says so; return the error."""
        error = self.refusal(address, data) if data else _LENGTH
        if error:
            return error
        here = self.position(at_s)
        self.table[address : address + len(data)] = data
        if not self.table[TORQUE]:
            self._from = None
        elif address <= GOAL < address + len(data):
            self._from = here, at_s
        return 0

    def keep(self, address: int, data: bytes) -> int:
        """Keep a write for an action; return the error."""
        error = self.refusal(address, data) if data else _LENGTH
        self._kept = self._kept if error else (address, data)
        return error

    def act(self, at_s: float) -> int:
        """Carry out the kept write; return the error."""
        kept, self._kept = self._kept, None
        return self.write(*kept, at_s) if kept else 0

    def reboot(self) -> int:
        """Switch the torque off."""
        self.table[TORQUE] = 0
        self._from = self._kept = None
        return 0


class ServoBus:
    """Answer requests to the servos; `own_master` lets the bus read all of them 50 times a second by itself."""

    frames_itself = True

    def __init__(self, numbers: Sequence[int], own_master: bool = True) -> None:
        """Put these servos on the bus."""
        self._servos = {number: Servo(number) for number in numbers}
        self._own_master = own_master
        self._framer, self._heard_s = DeclaredFramer(protocol.KIND), 0.0

    def bytes_between(self, start_s: float, end_s: float) -> bytes:
        """Return the own master's sync reads and their statuses whose time is in [start_s, end_s)."""
        if not self._own_master:
            return b""
        first, last = (max(0, math.ceil(round(at_s * 50.0, 6))) for at_s in (start_s, end_s))
        return b"".join(self._turn(number / 50.0) for number in range(first, last))

    def _turn(self, at_s: float) -> bytes:
        ask = protocol.packet(protocol.BROADCAST, protocol.SYNC_READ, struct.pack("<HH", 126, 10) + bytes(self._servos))
        return ask + b"".join(self._read(servo, 126, 10, at_s) for servo in self._servos.values())

    def answer(self, request: bytes, at_s: float) -> bytes:
        """Return the statuses that sound requests bring about, whole or in pieces; half a one is forgotten in time."""
        if at_s - self._heard_s > _FORGETS_S:
            self._framer = DeclaredFramer(protocol.KIND)
        self._heard_s = at_s
        frames = [frame for frame, _ in self._framer.feed(request)]
        return b"".join(self._obey(*protocol.unpack(frame), at_s) for frame in frames)

    def _obey(self, number: int, instruction: int, data: bytes, at_s: float) -> bytes:
        together = {
            protocol.SYNC_READ: self._sync_read, protocol.BULK_READ: self._bulk_read,
            protocol.SYNC_WRITE: self._sync_write, protocol.BULK_WRITE: self._bulk_write,
        }.get(instruction)  # fmt: skip
        if together is not None:
            return together(data, at_s)
        servos = list(self._servos.values()) if number == protocol.BROADCAST else self._named([number])
        told = b"".join(self._one(servo, instruction, data, at_s) for servo in servos)
        return told if number != protocol.BROADCAST or instruction == protocol.PING else b""

    def _named(self, numbers: Sequence[int]) -> list[Servo]:
        return [self._servos[number] for number in numbers if number in self._servos]

    def _one(self, servo: Servo, instruction: int, data: bytes, at_s: float) -> bytes:
        if instruction == protocol.PING:
            return _status(servo, 0, servo.block(0, 2, at_s) + servo.block(6, 1, at_s))
        if instruction == protocol.READ and len(data) == 4:
            return self._read(servo, *_range(data), at_s)
        if instruction == protocol.STATUS:
            return b""
        address, block = int.from_bytes(data[:2], "little"), data[2:]
        acts: dict[int, Callable[[], int]] = {
            protocol.WRITE: lambda: servo.write(address, block, at_s),
            protocol.REG_WRITE: lambda: servo.keep(address, block),
            _ACTION: lambda: servo.act(at_s),
            _REBOOT: servo.reboot,
        }
        return _status(servo, acts.get(instruction, lambda: _INSTRUCTION)())

    def _read(self, servo: Servo, address: int, size: int, at_s: float) -> bytes:
        if not 0 < size <= SIZE - address:
            return _status(servo, _ACCESS)
        return _status(servo, 0, servo.block(address, size, at_s))

    def _sync_read(self, data: bytes, at_s: float) -> bytes:
        if len(data) < 5:
            return b""
        return b"".join(self._read(servo, *_range(data), at_s) for servo in self._named(data[4:]))

    def _bulk_read(self, data: bytes, at_s: float) -> bytes:
        entries = [data[at : at + 5] for at in range(0, len(data) - 4, 5)]
        return b"".join(
            self._read(servo, *_range(entry[1:]), at_s) for entry in entries for servo in self._named(entry[:1])
        )

    def _sync_write(self, data: bytes, at_s: float) -> bytes:
        address, size = _range(data) if len(data) >= 4 else (0, 0)
        for at in range(4, len(data) - size, size + 1):
            for servo in self._named(data[at : at + 1]):
                servo.write(address, data[at + 1 : at + 1 + size], at_s)
        return b""

    def _bulk_write(self, data: bytes, at_s: float) -> bytes:
        for number, address, block in _writes(data):
            for servo in self._named([number]):
                servo.write(address, block, at_s)
        return b""


def _writes(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    at = 0
    while at + 5 <= len(data):
        address, size = _range(data[at + 1 : at + 5])
        if at + 5 + size > len(data):
            return
        yield data[at], address, data[at + 5 : at + 5 + size]
        at += 5 + size


def _range(data: bytes) -> tuple[int, int]:
    address, size = struct.unpack("<HH", data[:4])
    return int(address), int(size)


def _status(servo: Servo, error: int, data: bytes = b"") -> bytes:
    return protocol.packet(servo.number, protocol.STATUS, bytes((error,)) + data)
