"""Modbus RTU writes (functions 5, 6, 15, 16): requests, acknowledgements, and reading back what was written.

Layouts: MODBUS Application Protocol V1.1b3, sections 6.5, 6.6, 6.11 and 6.12. An adapter that hears itself makes the
acknowledgement of functions 5 and 6 look sound, because it repeats the request: only the reading back is proof.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from devices.modbus import EXCEPTION, Read, is_sound, read_request, sealed
from devices.values import Readback

ON = 0xFF00


def write_coil(unit: int, address: int, is_on: bool) -> bytes:
    """Return the request that switches one coil (function 5)."""
    return sealed(struct.pack(">BBHH", unit, 5, address, ON if is_on else 0))


def write_register(unit: int, address: int, word: int) -> bytes:
    """Return the request that writes one holding register (function 6)."""
    return sealed(struct.pack(">BBHH", unit, 6, address, word & 0xFFFF))


def write_coils(unit: int, address: int, states: Sequence[bool]) -> bytes:
    """Return the request that switches coils from `address` on (function 15), first state in the lowest bit."""
    packed = packed_bits(states)
    return sealed(struct.pack(">BBHHB", unit, 15, address, len(states), len(packed)) + packed)


def write_registers(unit: int, address: int, data: bytes) -> bytes:
    """Return the request that writes holding registers from `address` on (function 16); two bytes a register."""
    return sealed(struct.pack(">BBHHB", unit, 16, address, len(data) // 2, len(data)) + data)


def packed_bits(states: Sequence[bool]) -> bytes:
    """Return states as Modbus packs coils: eight a byte, the first in the lowest bit."""
    number = sum(1 << at for at, state in enumerate(states) if state)
    return number.to_bytes((len(states) + 7) // 8, "little")


def judge_write(request: bytes, reply: bytes) -> bool | None:
    """Say whether the unit acknowledged a write (True), answered with an exception (False), or neither yet (None)."""
    if sealed(request[:6]) in reply:
        return True
    return None if exception_in(request, reply) is None else False


def exception_in(request: bytes, reply: bytes) -> int | None:
    """Return the exception code with which the unit answered a request, None when there is none."""
    frame = _frame(reply, bytes((request[0], request[1] | EXCEPTION)), 5)
    return frame[2] if frame else None


def reads_registers(unit: int, address: int, data: bytes) -> Readback:
    """Read holding registers (function 3) and compare them with `data`."""
    return _readback(unit, Read(3, address, len(data) // 2), data, b"\xff" * len(data))


def reads_masked(unit: int, address: int, data: bytes, mask: bytes) -> Readback:
    """Read holding registers (function 3) and compare the bits that `mask` names."""
    return _readback(unit, Read(3, address, len(data) // 2), data, mask)


def reads_coils(unit: int, address: int, states: Sequence[bool]) -> Readback:
    """Read coils (function 1) and compare them."""
    packed = packed_bits(states)
    return _readback(unit, Read(1, address, len(states)), packed, packed_bits([True] * len(states)))


def _readback(unit: int, read: Read, data: bytes, mask: bytes) -> Readback:
    def judge(request: bytes, reply: bytes) -> bool | None:
        frame = _frame(reply, bytes((unit, read.function, len(data))), 5 + len(data))
        if frame is None:
            return None if exception_in(request, reply) is None else False
        return all((got ^ told) & bits == 0 for got, told, bits in zip(frame[3:-2], data, mask, strict=True))

    return Readback(read_request(unit, read), judge)


def _frame(reply: bytes, head: bytes, size: int) -> bytes | None:
    """Return the first sound frame of `size` bytes that begins with `head`, wherever it lies."""
    start = reply.find(head)
    while start >= 0 and start + size <= len(reply):
        if is_sound(reply[start : start + size]):
            return reply[start : start + size]
        start = reply.find(head, start + 1)
    return None
