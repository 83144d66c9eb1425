"""Merge registers into few reads, each within the protocol's limits."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from devices.modbus.frames import sealed
from devices.modbus.pdu import MOST_COILS, MOST_REGISTERS
from devices.modbus.registers import Register

REGISTER_HOLE, COIL_HOLE = 8, 64
"""Holes worth bridging: reading them costs less time than the eight bytes and the pause of another request."""


@dataclass(frozen=True)
class Read:
    """Hold one read request: `count` registers or coils from `address` with function 1–4."""

    function: int
    address: int
    count: int

    @property
    def pdu(self) -> bytes:
        """Return function code and data of the request."""
        return struct.pack(">BHH", self.function, self.address, self.count)

    @property
    def payload_size(self) -> int:
        """Return how many data bytes the reply carries."""
        return (self.count + 7) // 8 if self.function < 3 else 2 * self.count


def read_request(unit: int, read: Read) -> bytes:
    """Return the RTU request that reads registers or coils of a unit."""
    return sealed(bytes((unit,)) + read.pdu)


def grouped(registers: tuple[Register, ...], hole: int | None = None) -> tuple[Read, ...]:
    """Return few reads that cover the registers, bridging holes of at most `hole` registers (8, coils 64)."""
    reads: list[Read] = []
    for register in sorted(registers, key=lambda each: (each.function, each.address)):
        stop = register.address + register.words
        last = reads[-1] if reads else None
        if last and last.function == register.function and _joins(last, register.address, stop, hole):
            reads[-1] = Read(last.function, last.address, max(last.count, stop - last.address))
        else:
            reads.append(Read(register.function, register.address, register.words))
    return tuple(reads)


def _joins(read: Read, address: int, stop: int, hole: int | None) -> bool:
    widest = (COIL_HOLE if read.function < 3 else REGISTER_HOLE) if hole is None else hole
    most = MOST_COILS if read.function < 3 else MOST_REGISTERS
    return address <= read.address + read.count + widest and stop - read.address <= most


def covers(read: Read, register: Register) -> bool:
    """Say whether a read carries a register."""
    inside = read.address <= register.address and register.address + register.words <= read.address + read.count
    return register.function == read.function and inside
