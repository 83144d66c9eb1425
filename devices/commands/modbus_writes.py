"""Modbus writes (functions 5, 6, 15, 16): requests, acknowledgements, and reading back what was written.

Layouts: MODBUS Application Protocol V1.1b3, sections 6.5, 6.6, 6.11 and 6.12. An adapter that hears itself makes the
acknowledgement of functions 5 and 6 look sound, because it repeats the request: only the reading back is proof.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import NamedTuple

from devices.commands.fields import Values
from devices.labels import Names
from devices.modbus import EXCEPTION, Read, is_sound, read_request, sealed
from devices.values import CommandField, CommandSpec, Params, Readback

ON = 0xFF00


class Write(NamedTuple):
    """Carry an RTU write and the reading back that proves it."""

    request: bytes
    readback: Readback


def command(
    key: str,
    label: Names,
    write: Callable[[Params, Values], Write],
    fields: tuple[CommandField, ...] = (),
    is_hazardous: bool = True,
) -> CommandSpec:
    """Return the command that writes what `write(params, values)` gives, and reads it back."""
    return CommandSpec(
        key,
        label,
        lambda params, values: write(params, values).request,
        fields,
        judge_write,
        is_hazardous=is_hazardous,
        readback=lambda params, values: write(params, values).readback,
    )


def coil(unit: int, address: int, is_on: bool) -> Write:
    """Switch one coil (function 5)."""
    return Write(sealed(struct.pack(">BBHH", unit, 5, address, ON if is_on else 0)), _coils(unit, address, [is_on]))


def coils(unit: int, address: int, states: Sequence[bool]) -> Write:
    """Switch coils from `address` on (function 15), first state in the lowest bit."""
    packed = packed_bits(states)
    request = sealed(struct.pack(">BBHHB", unit, 15, address, len(states), len(packed)) + packed)
    return Write(request, _coils(unit, address, states))


def register(unit: int, address: int, word: int) -> Write:
    """Write one holding register (function 6)."""
    data = struct.pack(">H", word & 0xFFFF)
    return Write(sealed(struct.pack(">BBH", unit, 6, address) + data), reads(unit, Read(3, address, 1), data))


def registers(unit: int, address: int, data: bytes) -> Write:
    """Write holding registers from `address` on (function 16); two bytes a register."""
    count = len(data) // 2
    request = sealed(struct.pack(">BBHHB", unit, 16, address, count, len(data)) + data)
    return Write(request, reads(unit, Read(3, address, count), data))


def packed_bits(states: Sequence[bool]) -> bytes:
    """Return states as Modbus packs coils: eight a byte, the first in the lowest bit."""
    number = sum(1 << at for at, state in enumerate(states) if state)
    return number.to_bytes((len(states) + 7) // 8, "little")


def judge_write(request: bytes, reply: bytes) -> bool | None:
    """Say whether the unit acknowledged a write (True), answered with an exception (False), or neither yet (None)."""
    if sealed(request[:6]) in reply:
        return True
    return None if _exception(request, reply) is None else False


def reads(unit: int, read: Read, data: bytes, mask: bytes = b"") -> Readback:
    """Read and compare the bits that `mask` names (none: all) with `data`."""

    def judge(request: bytes, reply: bytes) -> bool | None:
        frame = _frame(reply, bytes((unit, read.function, len(data))), 5 + len(data))
        if frame is None:
            return None if _exception(request, reply) is None else False
        bits = mask or b"\xff" * len(data)
        return all((got ^ told) & each == 0 for got, told, each in zip(frame[3:-2], data, bits, strict=True))

    return Readback(read_request(unit, read), judge)


def _coils(unit: int, address: int, states: Sequence[bool]) -> Readback:
    count = len(states)
    return reads(unit, Read(1, address, count), packed_bits(states), packed_bits([True] * count))


def _exception(request: bytes, reply: bytes) -> bytes | None:
    """Return the exception with which the unit answered a request, None when there is none."""
    return _frame(reply, bytes((request[0], request[1] | EXCEPTION)), 5)


def _frame(reply: bytes, head: bytes, size: int) -> bytes | None:
    """Return the first sound frame of `size` bytes that begins with `head`, wherever it lies."""
    start = reply.find(head)
    while start >= 0 and start + size <= len(reply):
        if is_sound(reply[start : start + size]):
            return reply[start : start + size]
        start = reply.find(head, start + 1)
    return None
