"""Poll Modbus RTU units on one bus: one request at a time, replies matched by unit, function and length.

Every cycle gives one frame per unit. A channel whose read failed is marked: TIMEOUT without a reply,
BAD_CHECKSUM for a damaged one, NOT_MEASURED when the unit answered with an exception.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from devices.account import BAD_CHECKSUM, CUT, ECHO, NOISE, TIMED_OUT, UNEXPECTED, Book
from devices.checksum import MODBUS, crc16_of
from devices.modbus import EXCEPTION, Read, Register, covers, grouped, read_request, value_of
from devices.modbus_listener import row_block
from devices.values import Account, Block, Quality, StreamSpec

_MS = 1_000_000
_LONGEST_BUFFER = 4096
_SLOWEST_CYCLES = 16


@dataclass
class _Unit:
    """Track one unit: its row of this cycle and how often it stayed silent."""

    number: int
    stream: StreamSpec
    values: list[float] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    silent: int = 0
    rest_cycles: int = 0

    def begin(self) -> None:
        """Start a cycle with nothing measured."""
        self.values = [math.nan] * len(self.stream.channels)
        self.marks = [int(Quality.TIMEOUT)] * len(self.stream.channels)

    def rests(self) -> bool:
        """Say whether a silent unit is left alone in this cycle."""
        if self.rest_cycles:
            self.rest_cycles -= 1
            return True
        return False


class ModbusMaster:
    """Read the same registers of every unit again and again."""

    def __init__(
        self,
        registers: tuple[Register, ...],
        units: dict[int, StreamSpec],
        interval_ms: float = 500.0,
        timeout_ms: float = 400.0,
    ) -> None:
        """Poll every `interval_ms`; a reply must be complete `timeout_ms` after its request."""
        self._registers = registers
        self._reads = grouped(registers)
        self._units = [_Unit(number, stream) for number, stream in units.items()]
        self._interval_ns = round(interval_ms * _MS)
        self._timeout_ns = round(timeout_ms * _MS)
        self._queue: list[tuple[_Unit, Read]] = []
        self._open: tuple[_Unit, Read, bytes] | None = None
        self._expires_ns = 0
        self._cycle_ns = 0
        self._buffer = b""
        self._damaged = False
        self.book = Book()
        self.counts = {"requests": 0, "replies": 0, "timeouts": 0, "exceptions": 0, "bad_checksums": 0}

    def next_request(self, now_ns: int) -> bytes | None:
        """Return the next request to write, or None while an answer or a pause is awaited."""
        if self._open is not None:
            return None
        if not self._queue and not self._new_cycle(now_ns):
            return None
        unit, read = self._queue.pop(0)
        self._drop(UNEXPECTED)
        request = read_request(unit.number, read)
        self._open = (unit, read, request)
        self._damaged = False
        self._expires_ns = now_ns + self._timeout_ns
        self.counts["requests"] += 1
        return request

    def on_bytes(self, data: bytes, now_ns: int) -> list[Block]:
        """Take received bytes, b"" too; return the frames they completed."""
        self.book.take(len(data))
        self._buffer += data
        if self._open is None:
            if len(self._buffer) > _LONGEST_BUFFER:
                self._drop(UNEXPECTED)
            return []
        blocks = self._match()
        if self._open is not None and now_ns >= self._expires_ns:
            blocks += self._expire()
        return blocks

    @property
    def is_waiting(self) -> bool:
        """Say whether the reply to a request is awaited."""
        return self._open is not None

    def deadline_ns(self) -> int:
        """Return when the reply is overdue, or when the next request is due."""
        if self._open is not None:
            return self._expires_ns
        return 0 if self._queue else self._cycle_ns

    def flush(self) -> list[Block]:
        """End the input: unmatched bytes are cut and the open request is forgotten."""
        self._drop(CUT)
        self._open = None
        self._queue.clear()
        return []

    def account(self) -> Account:
        """Return the balanced byte account."""
        return self.book.statement()

    def _new_cycle(self, now_ns: int) -> bool:
        if now_ns < self._cycle_ns:
            return False
        late = now_ns - self._cycle_ns > self._interval_ns
        self._cycle_ns = (now_ns if late else self._cycle_ns) + self._interval_ns
        for unit in self._units:
            if not unit.rests():
                unit.begin()
                self._queue.extend((unit, read) for read in self._reads)
        return bool(self._queue)

    def _match(self) -> list[Block]:
        """Look for the reply to the open request anywhere in the buffer."""
        if self._open is None:
            return []
        unit, read, request = self._open
        self._skip_echo(request)
        found = self._find(unit.number, read)
        if found is None:
            return []
        start, stop, payload = found
        self.book.discard(BAD_CHECKSUM if self._damaged else NOISE, start)
        self.book.good(stop - start)
        self._buffer = self._buffer[stop:]
        self.counts["replies"] += 1
        unit.silent = 0
        if payload is None:
            self.counts["exceptions"] += 1
            self._mark(unit, read, Quality.NOT_MEASURED)
        else:
            self._store(unit, read, payload)
        return self._done(unit)

    def _skip_echo(self, request: bytes) -> None:
        """Drop our own request, which many RS-485 adapters hear."""
        if self._buffer.startswith(request):
            self.book.discard(ECHO, len(request))
            self._buffer = self._buffer[len(request) :]

    def _find(self, number: int, read: Read) -> tuple[int, int, bytes | None] | None:
        """Return (start, stop, data bytes or None for an exception) of the sound reply, if it is there."""
        heads = (bytes((number, read.function, 2 * read.count)), bytes((number, read.function | EXCEPTION)))
        for head, size in zip(heads, (5 + 2 * read.count, 5), strict=True):
            start = self._buffer.find(head)
            while start >= 0 and start + size <= len(self._buffer):
                frame = self._buffer[start : start + size]
                if crc16_of(MODBUS, frame[:-2]) == int.from_bytes(frame[-2:], "little"):
                    return start, start + size, frame[3:-2] if size > 5 or head is heads[0] else None
                self._damaged = True
                start = self._buffer.find(head, start + 1)
        return None

    def _store(self, unit: _Unit, read: Read, payload: bytes) -> None:
        for index, register in enumerate(self._registers):
            if covers(read, register):
                value = value_of(register, payload, read.address)
                unit.values[index] = value
                unit.marks[index] = int(Quality.GOOD if math.isfinite(value) else Quality.NOT_MEASURED)

    def _mark(self, unit: _Unit, read: Read, quality: Quality) -> None:
        for index, register in enumerate(self._registers):
            if covers(read, register):
                unit.marks[index] = int(quality)

    def _expire(self) -> list[Block]:
        """Close the open request without a reply; a silent unit's other reads are dropped too."""
        if self._open is None:
            return []
        unit, read, _request = self._open
        damaged = self._damaged or len(self._buffer) >= 5
        self.counts["bad_checksums" if damaged else "timeouts"] += 1
        self.book.discard(BAD_CHECKSUM if damaged else TIMED_OUT, 0, 1)
        self._drop(BAD_CHECKSUM if damaged else NOISE)
        if damaged:
            self._mark(unit, read, Quality.BAD_CHECKSUM)
        else:
            self._queue = [entry for entry in self._queue if entry[0] is not unit]
            unit.silent += 1
            unit.rest_cycles = min(2**unit.silent, _SLOWEST_CYCLES) if unit.silent > 2 else 0
        return self._done(unit)

    def _done(self, unit: _Unit) -> list[Block]:
        """Close the open request; return the unit's frame when that was its last read of the cycle."""
        self._open = None
        if any(entry[0] is unit for entry in self._queue):
            return []
        end = self.book.bytes_in - len(self._buffer)
        return [row_block(unit.stream, unit.values, unit.marks, end)]

    def _drop(self, reason: str) -> None:
        self.book.discard(reason, len(self._buffer))
        self._buffer = b""
