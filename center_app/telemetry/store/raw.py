"""The raw log: every read and write with time, direction and CRC, in SHA-256 chained segments.

A record is {length u32, direction u8, t_ns i64, wall_ns i64, CRC-32 u32} little-endian, then the bytes;
the CRC covers direction, both times and the bytes. A segment holds at most one second or 256 KiB of
records; until it is sealed its records lie in the raw tail, written within 100 ms.
"""

from __future__ import annotations

import bisect
import hashlib
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from center_app.telemetry.store.values import RawRecord

_HEAD: Final = struct.Struct("<IBqqI")
_BODY: Final = struct.Struct("<Bqq")
SEGMENT_BYTES: Final = 256 * 1024
SEGMENT_NS: Final = 1_000_000_000
GENESIS: Final = bytes(32)
ECHO: Final = 2
"""Direction of own bytes that came back on a shared line."""
_REMEMBERED: Final = 1000

SegmentRow = tuple[int, int, int, int, int, int, int, bytes, bytes]
TailRow = tuple[int, int, int, int, int, int, int, bytes]


def pack_record(t_ns: int, wall_ns: int, direction: int, data: bytes) -> bytes:
    """Return one record of the raw log."""
    check = zlib.crc32(data, zlib.crc32(_BODY.pack(direction, t_ns, wall_ns)))
    return _HEAD.pack(len(data), direction, t_ns, wall_ns, check) + data


def unpack_records(blob: bytes, segment: int, first_offset: int) -> Iterator[RawRecord]:
    """Yield the records of a segment; ValueError at the first one whose CRC does not fit."""
    position, offset = 0, first_offset
    while position < len(blob):
        if position + _HEAD.size > len(blob):
            raise ValueError("cut record")
        size, direction, t_ns, wall_ns, check = _HEAD.unpack_from(blob, position)
        data = blob[position + _HEAD.size : position + _HEAD.size + size]
        position += _HEAD.size + size
        if zlib.crc32(data, zlib.crc32(_BODY.pack(direction, t_ns, wall_ns))) != check or len(data) != size:
            raise ValueError(f"CRC of the record at byte {offset}")
        yield RawRecord(segment, offset, t_ns, wall_ns, direction, data)
        offset += size if direction == 0 else 0


def segment_digest(previous: bytes, head: tuple[int, ...], data: bytes) -> bytes:
    """Return SHA-256 of the previous digest, (recording, ordinal, offsets, times, records) and the data."""
    chain = hashlib.sha256(previous)
    chain.update(repr(head).encode())
    chain.update(data)
    return chain.digest()


@dataclass
class RawLog:
    """Collect one recording's reads into tail pieces and chained segments (writer thread)."""

    recording_id: int
    ordinal: int = 0
    digest: bytes = GENESIS
    offset: int = 0
    """Received bytes so far, lost ones included."""
    echoed: int = 0
    """Own bytes that came back (direction 2); they are kept, but not counted by `offset`."""
    emitted: int = 0
    """Received bytes that were handed over for writing, lost ones included."""
    _first_offset: int = 0
    _t_first: int | None = None
    _t_last: int = 0
    _parts: list[bytes] = field(default_factory=list)
    _size: int = 0
    _count: int = 0
    _written_parts: int = 0
    _written_offset: int = 0
    _tail_size: int = 0
    _sealed: list[SegmentRow] = field(default_factory=list)
    _starts: list[tuple[int, int]] = field(default_factory=list)

    def append(self, t_ns: int, wall_ns: int, direction: int, data: bytes) -> None:
        """Add one read or write."""
        if self._t_first is None:
            self._t_first, self._first_offset, self._written_offset = t_ns, self.offset, self.offset
            self._starts.append((self.offset, self.ordinal))
            if len(self._starts) > 2 * _REMEMBERED:
                del self._starts[:_REMEMBERED]
        self._parts.append(pack_record(t_ns, wall_ns, direction, data))
        self._size += len(data) + _HEAD.size
        self._count += 1
        self._t_last = t_ns
        if direction == 0:
            self.offset += len(data)
        self.echoed += len(data) if direction == ECHO else 0
        if self._size >= SEGMENT_BYTES:
            self.seal()

    def cite(self, ordinal: int, first_offset: int, end_offset: int) -> None:
        """Count received bytes that lie in a segment of another log (a version decoded from it)."""
        if not self._starts or self._starts[-1][1] != ordinal:
            self._starts.append((first_offset, ordinal))
        self.offset = self.emitted = end_offset

    def ordinal_at(self, offset: int) -> int:
        """Return the ordinal of the segment that holds the received byte at `offset`."""
        place = bisect.bisect_right(self._starts, (offset, 1 << 62)) - 1
        return self._starts[place][1] if place >= 0 else 0

    def resume(self, row: TailRow) -> None:
        """Take records back that a crash left in the raw tail (same ordinal, consecutive)."""
        if self._t_first is None:
            self._t_first, self._first_offset = row[4], row[2]
            self.ordinal = row[1]
            self._starts.append((row[2], row[1]))
        self._parts.append(row[7])
        self._count += row[6]
        self._t_last, self.offset = row[5], row[3]

    def skip(self, count: int) -> None:
        """Count received bytes that could not be kept; the next segment starts behind them."""
        self.seal()
        self.offset += count
        self.emitted += count

    def held_bytes(self) -> int:
        """Tell how many bytes of records were not taken for writing, neither in a sealed row nor in the tail."""
        return self._size - self._tail_size + sum(len(row[-1]) for row in self._sealed)

    def is_due(self) -> bool:
        """Tell whether the open segment spans its second."""
        return self._t_first is not None and self._t_last - self._t_first >= SEGMENT_NS

    def seal(self) -> None:
        """Close the open segment and chain it."""
        if self._t_first is None:
            return
        data = b"".join(self._parts)
        head = (
            self.recording_id, self.ordinal, self._first_offset, self.offset, self._t_first, self._t_last,
            self._count,
        )  # fmt: skip
        self.digest = segment_digest(self.digest, head, data)
        self._sealed.append((*head, self.digest, data))
        self.ordinal += 1
        self._t_first, self._parts, self._size, self._written_parts, self._count = None, [], 0, 0, 0
        self._tail_size = 0

    def take_sealed(self) -> list[SegmentRow]:
        """Return the segments sealed since the last call."""
        sealed, self._sealed = self._sealed, []
        if sealed:
            self.emitted = max(self.emitted, sealed[-1][3])
        return sealed

    def take_tail(self) -> TailRow | None:
        """Return the records of the open segment that are not in the raw tail yet."""
        if self._t_first is None or self._written_parts == len(self._parts):
            return None
        new = self._parts[self._written_parts :]
        row = (
            self.recording_id, self.ordinal, self._written_offset, self.offset, self._t_first, self._t_last,
            len(new), b"".join(new),
        )  # fmt: skip
        self._written_parts, self._written_offset, self.emitted = len(self._parts), self.offset, self.offset
        self._tail_size = self._size
        return row
