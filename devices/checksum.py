"""Checksums of serial protocols: one frame at a time, or a whole block of frames with numpy.

CRC parameters follow the catalogue of parametrised CRC algorithms; the names are its names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from fastcrc import crc16
from numpy.typing import NDArray

Rows = NDArray[np.uint8]
Sums = NDArray[Any]


@dataclass(frozen=True)
class Crc16:
    """Describe a 16-bit CRC; `reflected` ones shift right, `polynomial` is then given reflected."""

    name: str
    polynomial: int
    initial: int
    reflected: bool
    single: Callable[[bytes, int | None], int]


MODBUS = Crc16("CRC-16/MODBUS", 0xA001, 0xFFFF, True, crc16.modbus)
KERMIT = Crc16("CRC-16/KERMIT", 0x8408, 0x0000, True, crc16.kermit)
MCRF4XX = Crc16("CRC-16/MCRF4XX", 0x8408, 0xFFFF, True, crc16.mcrf4xx)
UMTS = Crc16("CRC-16/UMTS", 0x8005, 0x0000, False, crc16.umts)
XMODEM = Crc16("CRC-16/XMODEM", 0x1021, 0x0000, False, crc16.xmodem)


def crc16_of(kind: Crc16, data: bytes) -> int:
    """Return the CRC of one frame."""
    return kind.single(bytes(data), None)


@cache
def _pair_table(kind: Crc16) -> NDArray[np.uint16]:
    """Tabulate two bytes at once (65,536 entries), indexed by the word as read from memory."""
    return _shifted(kind, np.arange(65536, dtype=np.uint32), 16)


@cache
def _byte_table(kind: Crc16) -> NDArray[np.uint16]:
    """Tabulate one byte (256 entries)."""
    bytes_ = np.arange(256, dtype=np.uint32)
    return _shifted(kind, bytes_ if kind.reflected else bytes_ << 8, 8)


def _shifted(kind: Crc16, words: NDArray[Any], steps: int) -> NDArray[np.uint16]:
    """Shift words through the CRC register, bit by bit."""
    for _ in range(steps):
        if kind.reflected:
            words = np.where(words & 1, (words >> 1) ^ kind.polynomial, words >> 1)
        else:
            words = np.where(words & 0x8000, ((words << 1) ^ kind.polynomial) & 0xFFFF, words << 1 & 0xFFFF)
    return words.astype(np.uint16)


def crc16_rows(kind: Crc16, rows: Rows) -> NDArray[np.uint16]:
    """Return the CRC of every row of `rows`, uint8 (n, length), as uint16 (n,)."""
    count, length = rows.shape
    sums = np.full(count, kind.initial, dtype=np.uint16)
    pairs = length // 2
    order = "<u2" if kind.reflected else ">u2"
    table = _pair_table(kind)
    words = np.ascontiguousarray(rows[:, : 2 * pairs]).view(order) if pairs else rows[:, :0]
    for column in range(pairs):
        sums = table.take(sums ^ words[:, column], mode="wrap")
    if length % 2:
        sums = _last_byte(kind, sums, rows[:, -1])
    return sums


def crc16_marks(kind: Crc16, data: Rows) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
    """Return (starts, ends) of bytes, uint16 (n,) and (n + 1,), that tell every sound frame at once.

    A frame data[a:b] that ends in its CRC, low byte first, is sound exactly when starts[a] == ends[b]. A reflected CRC
    is linear: `ends` sums up what each bit adds, shifted back to the first bit, so that two of its values tell the
    CRC between them; `starts` adds the initial value, which lies over the frame's first two bytes.
    """
    ends = np.zeros(data.size + 1, dtype=np.uint16)
    bits = np.unpackbits(data, bitorder="little")
    np.bitwise_xor.accumulate(_xor8(np.resize(_bit_cycle(kind), bits.size) * bits), out=ends[1:])
    return ends[:-1] ^ np.resize(_initial_cycle(kind), data.size), ends


def _xor8(words: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Return the exclusive or of every eight words, uint16 (n,)."""
    pairs = words.view(np.uint64).reshape(-1, 2)
    both = pairs[:, 0] ^ pairs[:, 1]
    both ^= both >> np.uint64(32)
    return (both ^ both >> np.uint64(16)).astype(np.uint16)


@cache
def _bit_cycle(kind: Crc16) -> NDArray[np.uint16]:
    """Tabulate what each bit of a stream adds to a reflected CRC, shifted back to the first one, until it recurs."""
    words = [1]
    while True:
        word = words[-1]
        word = ((word ^ kind.polynomial) << 1 | 1 if word & 0x8000 else word << 1) & 0xFFFF
        if word == 1:
            return np.array(words, dtype=np.uint16)
        words.append(word)


@cache
def _initial_cycle(kind: Crc16) -> NDArray[np.uint16]:
    """Tabulate what the initial value adds when a frame starts at each byte of a stream, until it recurs."""
    cycle = _bit_cycle(kind)
    found = np.zeros(cycle.size, dtype=np.uint16)
    for bit in range(16):
        if kind.initial >> bit & 1:
            found ^= cycle[(8 * np.arange(cycle.size) + bit) % cycle.size]
    return found


def _last_byte(kind: Crc16, sums: NDArray[np.uint16], last: Rows) -> NDArray[np.uint16]:
    """Fold one odd last byte into the running sums."""
    table = _byte_table(kind)
    if kind.reflected:
        return np.asarray((sums >> 8) ^ table[(sums ^ last) & 0xFF])
    return np.asarray((sums << 8) ^ table[(sums >> 8) ^ last])


@cache
def _crc8_table(polynomial: int) -> NDArray[np.uint8]:
    """Tabulate a non-reflected 8-bit CRC."""
    words: NDArray[Any] = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        words = np.where(words & 0x80, ((words << 1) ^ polynomial) & 0xFF, (words << 1) & 0xFF)
    return words.astype(np.uint8)


def crc8_rows(polynomial: int, rows: Rows) -> NDArray[np.uint8]:
    """Return the 8-bit CRC (initial 0, not reflected) of every row, uint8 (n,)."""
    sums = np.zeros(rows.shape[0], dtype=np.uint8)
    table = _crc8_table(polynomial)
    for column in range(rows.shape[1]):
        sums = table[sums ^ rows[:, column]]
    return sums


def sum8_rows(rows: Rows) -> NDArray[np.uint8]:
    """Return the sum of every row modulo 256, uint8 (n,)."""
    return np.asarray(rows.sum(axis=1, dtype=np.uint32).astype(np.uint8))


def xor_of(data: bytes) -> int:
    """Return the exclusive or of all bytes (NMEA 0183, Marlin)."""
    return int(np.bitwise_xor.reduce(np.frombuffer(data, dtype=np.uint8))) if data else 0


@dataclass(frozen=True)
class Check:
    """Place a checksum in a frame: `rows_sum` over bytes [start, stop), stored at `at`.

    `width` is 1 or 2 bytes, `order` "<" or ">"; `stop` may be negative, from the frame's end.
    """

    rows_sum: Callable[[Rows], Sums]
    start: int
    stop: int
    at: int
    width: int = 2
    order: str = "<"

    def passes(self, rows: Rows) -> NDArray[np.bool_]:
        """Say for every frame, uint8 (n, size), whether its checksum is right; bool (n,)."""
        stored_bytes = rows[:, self.at : self.at + self.width]
        stored = np.ascontiguousarray(stored_bytes).view(f"{self.order}u{self.width}")[:, 0]
        return np.asarray(self.rows_sum(rows[:, self.start : self.stop]) == stored)

    def seal(self, rows: Rows) -> None:
        """Write the right checksum into every frame, in place."""
        sums = self.rows_sum(rows[:, self.start : self.stop]).astype(f"{self.order}u{self.width}")
        rows[:, self.at : self.at + self.width] = sums.view(np.uint8).reshape(-1, self.width)


def crc16_check(kind: Crc16, start: int, stop: int, at: int, order: str = "<") -> Check:
    """Return the check of a 16-bit CRC over bytes [start, stop), stored at `at`."""
    return Check(lambda rows: crc16_rows(kind, rows), start, stop, at, 2, order)


def sum8_check(start: int, stop: int, at: int) -> Check:
    """Return the check of an 8-bit sum over bytes [start, stop), stored at `at`."""
    return Check(sum8_rows, start, stop, at, 1)


def crc8_check(polynomial: int, start: int, stop: int, at: int) -> Check:
    """Return the check of an 8-bit CRC over bytes [start, stop), stored at `at`."""
    return Check(lambda rows: crc8_rows(polynomial, rows), start, stop, at, 1)
