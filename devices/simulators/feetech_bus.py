"""Simulated Feetech STS servos on one bus, for a master of yours: ping, read, write and sync read are answered.

Who answers a ping to all at once is not understood when there are several: the bits of their replies overlay.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce

from devices.declared import DeclaredFramer, DeclaredKind

PING, READ, WRITE, SYNC_READ, EVERYONE = 1, 2, 3, 0x82, 0xFE
FIRST, SIZE = 56, 71
_FORGETS_S = 0.1
Packet = Callable[[int, int, bytes], bytes]
Measured = Callable[[int, float], bytes]


class FeetechBus:
    """Answer requests to the servos; `measured(servo, second)` gives the registers from 56 on."""

    frames_itself = True

    def __init__(self, numbers: Sequence[int], kind: DeclaredKind, packet: Packet, measured: Measured) -> None:
        """Put these servos on the bus."""
        self._tables = {number: bytearray(SIZE) for number in numbers}
        for number, table in self._tables.items():
            table[5] = number
        self._kind, self._packet, self._measured = kind, packet, measured
        self._framer, self._heard_s = DeclaredFramer(kind), 0.0

    def bytes_between(self, start_s: float, end_s: float) -> bytes:
        """Return nothing: servos speak only when asked."""
        return b""

    def answer(self, request: bytes, at_s: float) -> bytes:
        """Return the replies that sound requests bring about, whole or in pieces; half a one is forgotten in time."""
        if at_s - self._heard_s > _FORGETS_S:
            self._framer = DeclaredFramer(self._kind)
        self._heard_s = at_s
        return b"".join(self._obey(frame, at_s) for frame, _ in self._framer.feed(request))

    def _obey(self, frame: bytes, at_s: float) -> bytes:
        number, code, data = frame[2], frame[4], frame[5:-1]
        if code == SYNC_READ and len(data) > 2:
            return b"".join(self._read(each, data[0], data[1], at_s) for each in data[2:] if each in self._tables)
        named = list(self._tables) if number == EVERYONE else [number] if number in self._tables else []
        replies = [self._one(each, code, data, at_s) for each in named]
        if number != EVERYONE or code == PING:
            return reduce(_overlaid, replies, b"")
        return b""

    def _one(self, number: int, code: int, data: bytes, at_s: float) -> bytes:
        if code == READ and len(data) == 2:
            return self._read(number, data[0], data[1], at_s)
        if code == WRITE and len(data) > 1 and data[0] + len(data) - 1 <= FIRST:
            self._tables[number][data[0] : data[0] + len(data) - 1] = data[1:]
        return self._packet(number, 0, b"")

    def _read(self, number: int, address: int, size: int, at_s: float) -> bytes:
        table = self._tables[number]
        table[FIRST:SIZE] = self._measured(number, at_s)
        return self._packet(number, 0, bytes(table[address : address + size]))


def _overlaid(first: bytes, second: bytes) -> bytes:
    """Return what is heard of two replies at once: a line is low as long as anybody pulls it."""
    return bytes(a & b for a, b in zip(first, second, strict=True)) if first else second
