"""Checksums of a written profile: sums, exclusive or, and any CRC of 8, 16 or 32 bits by name or by its parameters.

Names and parameters are those of the catalogue of parametrised CRC algorithms (reveng); `check` is the CRC of the
nine characters "123456789", by which the tests hold every entry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.uint8]
Sums = NDArray[np.uint32]


@dataclass(frozen=True)
class Crc:
    """Describe a CRC of `width` bits; `poly` is given unreflected, as the catalogue writes it."""

    name: str
    width: int
    poly: int
    init: int = 0
    refin: bool = False
    refout: bool = False
    xorout: int = 0
    check: int = -1

    def rows(self, rows: Rows) -> Sums:
        """Return the CRC of every row, uint8 (n, length), as uint32 (n,)."""
        table = _table(self)
        start = _reversed(self.init, self.width) if self.refin else self.init
        sums = np.full(rows.shape[0], start, dtype=np.uint32)
        columns = np.ascontiguousarray(rows.T)
        shift = self.width - 8
        for column in columns:
            if self.refin:
                sums = table[(sums ^ column) & 0xFF] ^ (sums >> 8)
            else:
                sums = table[(sums >> shift) ^ column] ^ ((sums << 8) & self._mask)
        return self._finish(sums)

    def one(self, data: bytes) -> int:
        """Return the CRC of one frame."""
        table = _plain_table(self)
        value = _reversed(self.init, self.width) if self.refin else self.init
        shift, mask = self.width - 8, self._mask
        for byte in data:
            if self.refin:
                value = table[(value ^ byte) & 0xFF] ^ (value >> 8)
            else:
                value = table[(value >> shift) ^ byte] ^ (value << 8 & mask)
        if self.refin != self.refout:
            value = _reversed(value, self.width)
        return value ^ self.xorout

    @property
    def _mask(self) -> int:
        return (1 << self.width) - 1

    def _finish(self, sums: Sums) -> Sums:
        if self.refin != self.refout:
            sums = _reversed_all(sums, self.width)
        return np.asarray(sums ^ np.uint32(self.xorout))


def linear_rows(crcs: Sequence[Crc], rows: Rows) -> Sums:
    """Return every row's remainder, rows uint8 (n, length), under each polynomial, as uint32 (crcs, n).

    The register begins with zero and is not inverted at the end. All have one width and one reflection.
    """
    first = crcs[0]
    tables = np.concatenate([_table(crc) for crc in crcs])
    base = (256 * np.arange(len(crcs), dtype=np.uint32))[:, None]
    sums = np.zeros((len(crcs), rows.shape[0]), dtype=np.uint32)
    shift, mask = np.uint32(first.width - 8), np.uint32((1 << first.width) - 1)
    for column in np.ascontiguousarray(rows.T):
        if first.refin:
            sums = tables[base + ((sums ^ column) & np.uint32(0xFF))] ^ (sums >> np.uint32(8))
        else:
            sums = tables[base + ((sums >> shift) ^ column)] ^ ((sums << np.uint32(8)) & mask)
    return _reversed_all(sums, first.width) if first.refin != first.refout else sums


@dataclass(frozen=True)
class Sum:
    """Describe a sum or an exclusive or of all bytes; `width` in bits."""

    name: str
    width: int
    is_xor: bool = False
    is_negated: bool = False

    def rows(self, rows: Rows) -> Sums:
        """Return the sum of every row, uint8 (n, length), as uint32 (n,)."""
        if self.is_xor:
            return np.asarray(np.bitwise_xor.reduce(rows, axis=1, initial=0).astype(np.uint32))
        total = rows.sum(axis=1, dtype=np.int64)
        return np.asarray(((-total if self.is_negated else total) & ((1 << self.width) - 1)).astype(np.uint32))

    def one(self, data: bytes) -> int:
        """Return the sum of one frame."""
        return int(self.rows(np.frombuffer(data, dtype=np.uint8)[None, :])[0])


Checksum = Crc | Sum


def _reversed(value: int, width: int) -> int:
    return int(f"{value:0{width}b}"[::-1], 2)


def _reversed_all(sums: Sums, width: int) -> Sums:
    found = np.zeros_like(sums)
    for bit in range(width):
        found |= ((sums >> np.uint32(bit)) & np.uint32(1)) << np.uint32(width - 1 - bit)
    return found


@cache
def _table(crc: Crc) -> NDArray[np.uint32]:
    """Tabulate one byte (256 entries)."""
    words: NDArray[Any] = np.arange(256, dtype=np.uint64)
    mask = (1 << crc.width) - 1
    if crc.refin:
        poly = _reversed(crc.poly, crc.width)
        for _ in range(8):
            words = np.where(words & 1, (words >> 1) ^ poly, words >> 1)
    else:
        words, top = words << (crc.width - 8), 1 << crc.width - 1
        for _ in range(8):
            words = np.where(words & top, (words << 1) ^ crc.poly, words << 1) & mask
    return words.astype(np.uint32)


@cache
def _plain_table(crc: Crc) -> list[int]:
    return [int(word) for word in _table(crc)]


SUMS = {
    one.name: one
    for one in (
        Sum("sum8", 8),
        Sum("sum16", 16),
        Sum("xor8", 8, is_xor=True),
        Sum("sum8-negated", 8, is_negated=True),
    )
}
_FULL = 0xFFFFFFFF
CRCS = {
    one.name: one
    for one in (
        Crc("CRC-8/SMBUS", 8, 0x07, check=0xF4),
        Crc("CRC-8/I-432-1", 8, 0x07, xorout=0x55, check=0xA1),
        Crc("CRC-8/ROHC", 8, 0x07, 0xFF, True, True, check=0xD0),
        Crc("CRC-8/MAXIM-DOW", 8, 0x31, 0, True, True, check=0xA1),
        Crc("CRC-8/NRSC-5", 8, 0x31, 0xFF, check=0xF7),
        Crc("CRC-8/SAE-J1850", 8, 0x1D, 0xFF, xorout=0xFF, check=0x4B),
        Crc("CRC-8/AUTOSAR", 8, 0x2F, 0xFF, xorout=0xFF, check=0xDF),
        Crc("CRC-8/DVB-S2", 8, 0xD5, check=0xBC),
        Crc("CRC-8/DARC", 8, 0x39, 0, True, True, check=0x15),
        Crc("CRC-8/CDMA2000", 8, 0x9B, 0xFF, check=0xDA),
        Crc("CRC-8/WCDMA", 8, 0x9B, 0, True, True, check=0x25),
        Crc("CRC-8/4D", 8, 0x4D),
        Crc("CRC-16/ARC", 16, 0x8005, 0, True, True, check=0xBB3D),
        Crc("CRC-16/MODBUS", 16, 0x8005, 0xFFFF, True, True, check=0x4B37),
        Crc("CRC-16/USB", 16, 0x8005, 0xFFFF, True, True, 0xFFFF, check=0xB4C8),
        Crc("CRC-16/MAXIM-DOW", 16, 0x8005, 0, True, True, 0xFFFF, check=0x44C2),
        Crc("CRC-16/UMTS", 16, 0x8005, check=0xFEE8),
        Crc("CRC-16/CMS", 16, 0x8005, 0xFFFF, check=0xAEE7),
        Crc("CRC-16/XMODEM", 16, 0x1021, check=0x31C3),
        Crc("CRC-16/IBM-3740", 16, 0x1021, 0xFFFF, check=0x29B1),
        Crc("CRC-16/SPI-FUJITSU", 16, 0x1021, 0x1D0F, check=0xE5CC),
        Crc("CRC-16/GENIBUS", 16, 0x1021, 0xFFFF, xorout=0xFFFF, check=0xD64E),
        Crc("CRC-16/GSM", 16, 0x1021, xorout=0xFFFF, check=0xCE3C),
        Crc("CRC-16/KERMIT", 16, 0x1021, 0, True, True, check=0x2189),
        Crc("CRC-16/MCRF4XX", 16, 0x1021, 0xFFFF, True, True, check=0x6F91),
        Crc("CRC-16/IBM-SDLC", 16, 0x1021, 0xFFFF, True, True, 0xFFFF, check=0x906E),
        Crc("CRC-16/DNP", 16, 0x3D65, 0, True, True, 0xFFFF, check=0xEA82),
        Crc("CRC-16/EN-13757", 16, 0x3D65, xorout=0xFFFF, check=0xC2B7),
        Crc("CRC-16/CDMA2000", 16, 0xC867, 0xFFFF, check=0x4C06),
        Crc("CRC-16/T10-DIF", 16, 0x8BB7, check=0xD0DB),
        Crc("CRC-32/ISO-HDLC", 32, 0x04C11DB7, _FULL, True, True, _FULL, check=0xCBF43926),
        Crc("CRC-32/BZIP2", 32, 0x04C11DB7, _FULL, xorout=_FULL, check=0xFC891918),
        Crc("CRC-32/MPEG-2", 32, 0x04C11DB7, _FULL, check=0x0376E6E7),
        Crc("CRC-32/CKSUM", 32, 0x04C11DB7, xorout=_FULL, check=0x765E7680),
        Crc("CRC-32/JAMCRC", 32, 0x04C11DB7, _FULL, True, True, check=0x340BC6D9),
        Crc("CRC-32/ISCSI", 32, 0x1EDC6F41, _FULL, True, True, _FULL, check=0xE3069283),
        Crc("CRC-32/BASE91-D", 32, 0xA833982B, _FULL, True, True, _FULL, check=0x87315576),
        Crc("CRC-32/AUTOSAR", 32, 0xF4ACFB13, _FULL, True, True, _FULL, check=0x1697D06A),
        Crc("CRC-32/AIXM", 32, 0x814141AB, check=0x3010BF7F),
        Crc("CRC-32/XFER", 32, 0x000000AF, check=0xBD0BE338),
    )
}
