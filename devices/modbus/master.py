"""Poll Modbus RTU units on one bus: one request at a time, replies matched by unit, function and length.

The next request follows the reply at once, after the silence the bus needs (3.5 characters, 1.75 ms above 19200 baud).
Every cycle of a unit gives one frame of its stream. A channel whose read failed is marked: TIMEOUT without a reply,
BAD_CHECKSUM for a damaged one, NOT_MEASURED when the unit answered with an exception. A reply that comes too late is
discarded: after a time-out the next answer of that unit is held for a while, and when a second one follows, the first
was the late one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from devices.account import BAD_CHECKSUM, CUT, ECHO, NOISE, TIMED_OUT, UNEXPECTED, Book
from devices.modbus import pdu
from devices.modbus.frames import is_sound
from devices.modbus.pdu import EXCEPTION
from devices.modbus.plan import Read, read_request
from devices.modbus.rows import Task
from devices.modbus.schedule import Schedule, UnitCounts, UnitState, answered, close
from devices.values import Account, Block, LineSettings, Quality

_MS = 1_000_000
_LONGEST_BUFFER = 4096
_FAST_BAUD = 19200
_DAMAGED_NS = 50 * _MS
_LONGEST_DRAIN = 20
"""How many times its reply time-out a bus is waited for that still answers old requests."""


def silence_ns(line: LineSettings | None) -> int:
    """Return the silence between two frames: 3.5 characters of 11 bits, 1.75 ms above 19200 baud."""
    if line is None or line.baud > _FAST_BAUD:
        return 1_750_000
    return round(3.5 * 11e9 / line.baud)


@dataclass
class _Asked:
    """Hold the open request; `held` is an answer that may be a late one, with its exception code."""

    unit: UnitState
    read: Read
    request: bytes
    expires_ns: int
    held: tuple[bytes, int] | None = None
    damaged: bool = False


class ModbusMaster:
    """Read the registers of every unit again and again, each unit at its own interval."""

    def __init__(self, tasks: Sequence[Task], line: LineSettings | None = None) -> None:
        """Serve these units on a bus with these line settings."""
        self._schedule = Schedule(tasks)
        self._silence_ns = silence_ns(line)
        self._quiet_until_ns = 0
        self._drain_until_ns = self._drain_ns = 0
        self._asked: _Asked | None = None
        self._buffer = b""
        self.book = Book()

    @property
    def is_waiting(self) -> bool:
        """Say whether a reply is awaited, so that nothing else may be sent now."""
        return self._asked is not None

    @property
    def pairs(self) -> bool:
        """Return True: each answer belongs to the request before it."""
        return True

    def take_line(self, line: LineSettings) -> None:
        """Keep the silence that these line settings need."""
        self._silence_ns = silence_ns(line)

    def counts(self) -> dict[int, UnitCounts]:
        """Return what each unit did."""
        return {unit.task.number: unit.counts for unit in self._schedule.units}

    def unit_counts(self) -> dict[str, dict[str, int]]:
        """Return what each unit did, by its address and name."""
        return {str(number): counts.told() for number, counts in self.counts().items()}

    def next_request(self, now_ns: int) -> bytes | None:
        """Return the next request to write, or None while an answer, the silence or a pause is awaited."""
        if self._asked is not None or now_ns < self._quiet_until_ns:
            return None
        found = self._schedule.next(now_ns)
        if found is None:
            return None
        unit, read = found
        self._sort_out(len(self._buffer), UNEXPECTED)
        request = read_request(unit.task.number, read)
        self._drain_ns = 0
        self._asked = _Asked(unit, read, request, now_ns + unit.task.timeout_ns)
        return request

    def on_bytes(self, data: bytes, now_ns: int) -> list[Block]:
        """Take received bytes, b"" too; return the frames they completed."""
        self.book.take(len(data))
        self._buffer += data
        if self._asked is None:
            if data:
                self._hear_unasked(now_ns)
            if len(self._buffer) > _LONGEST_BUFFER:
                self._sort_out(len(self._buffer), UNEXPECTED)
            return []
        blocks = self._match(self._asked, now_ns)
        if self._asked is not None and now_ns >= self._asked.expires_ns:
            blocks += self._expire(self._asked, now_ns)
        return blocks

    def deadline_ns(self) -> int:
        """Return when the reply is overdue, or when the next request is due."""
        if self._asked is not None:
            return self._asked.expires_ns
        return max(self._quiet_until_ns, self._schedule.due_ns())

    def flush(self) -> list[Block]:
        """End the input: unmatched bytes are cut and the open request is forgotten."""
        self._sort_out(len(self._buffer), CUT)
        self._asked = None
        self._schedule.forget()
        return []

    def account(self) -> Account:
        """Return the balanced byte account."""
        return self.book.statement()

    def _match(self, asked: _Asked, now_ns: int) -> list[Block]:
        """Look for the reply to the open request anywhere in the buffer."""
        self._skip_echo(asked.request)
        found = self._find(asked)
        if found is None:
            if asked.damaged:
                asked.expires_ns = min(asked.expires_ns, now_ns + _DAMAGED_NS)
            self._bound()
            return []
        start, stop = found
        frame = self._buffer[start:stop]
        self._sort_out(start, BAD_CHECKSUM if asked.damaged else NOISE)
        answer = (frame[3:-2], 0) if frame[1] < EXCEPTION else (b"", frame[2])
        self._buffer = self._buffer[len(frame) :]
        if asked.unit.owes_reply and asked.held is None:
            self._hold(asked, answer, frame, now_ns)
            return self._match(asked, now_ns)
        self.book.good(len(frame))
        return self._accept(asked, answer, now_ns)

    def _hold(self, asked: _Asked, answer: tuple[bytes, int], frame: bytes, now_ns: int) -> None:
        """Keep an answer that may be the one that was overdue, until it is clear whether another one follows."""
        asked.held, self._held_size = answer, len(frame)
        asked.expires_ns = max(asked.expires_ns, now_ns + asked.unit.task.timeout_ns)

    _held_size = 0

    def _accept(self, asked: _Asked, answer: tuple[bytes, int], now_ns: int) -> list[Block]:
        if asked.held is not None and asked.held is not answer:
            self.book.discard(TIMED_OUT, self._held_size, 1)
            asked.unit.counts.late += 1
        asked.unit.owes_reply = False
        answered(asked.unit, asked.read, *answer)
        return self._done(asked.unit, now_ns)

    def _skip_echo(self, request: bytes) -> None:
        """Drop our own request, which many RS-485 adapters hear."""
        if self._buffer.startswith(request):
            self.book.discard(ECHO, len(request))
            self._buffer = self._buffer[len(request) :]

    def _find(self, asked: _Asked) -> tuple[int, int] | None:
        """Return (start, stop) of the first sound reply to the open request, if it is there."""
        number, read = asked.unit.task.number, asked.read
        heads = ((bytes((number, read.function, read.payload_size & 0xFF)), 5 + read.payload_size),
                 (bytes((number, read.function | EXCEPTION)), 5))  # fmt: skip
        found = [each for head, size in heads if (each := self._sound(asked, head, size)) is not None]
        return min(found, default=None)

    def _sound(self, asked: _Asked, head: bytes, size: int) -> tuple[int, int] | None:
        start = self._buffer.find(head)
        while start >= 0 and start + size <= len(self._buffer):
            if is_sound(self._buffer[start : start + size]):
                return start, start + size
            asked.damaged = True
            start = self._buffer.find(head, start + 1)
        return None

    def _expire(self, asked: _Asked, now_ns: int) -> list[Block]:
        """Close the open request without a reply, or with the one that was held."""
        if asked.held is not None:
            self.book.good(self._held_size)
            return self._accept(asked, asked.held, now_ns)
        unit, size = asked.unit, len(self._buffer)
        late = _late_bytes(self._buffer)
        damaged = asked.damaged or size - late >= 5
        self._sort_out(size, BAD_CHECKSUM if damaged else NOISE)
        if late:
            self._drain(now_ns, unit.task.timeout_ns)
        if damaged:
            unit.counts.bad_checksums += 1
            self.book.discard(BAD_CHECKSUM, 0, 1)
            unit.row.mark(asked.read, Quality.BAD_CHECKSUM)
        else:
            unit.counts.timeouts += 1
            unit.owes_reply = True
            self.book.discard(TIMED_OUT, 0, 1)
            unit.rest(now_ns)
        return self._done(unit, now_ns)

    def _done(self, unit: UnitState, now_ns: int) -> list[Block]:
        self._asked = None
        self._quiet_until_ns = now_ns + max(self._silence_ns, self._drain_ns)
        return close(unit, self.book.bytes_in - len(self._buffer))

    def _drain(self, now_ns: int, silence_ns: int) -> None:
        """Ask nothing until the bus was silent for so long: it still answers requests from before.

        Without this pause a bus that works requests off one after the other, and stood still once, answers every
        request when it has just expired, for ever.
        """
        self._drain_ns, self._drain_until_ns = silence_ns, now_ns + _LONGEST_DRAIN * silence_ns

    def _hear_unasked(self, now_ns: int) -> None:
        """Wait for the silence after bytes nobody asked for; a line that never falls silent ends a drain."""
        wait_ns = max(self._silence_ns, self._drain_ns if now_ns < self._drain_until_ns else 0)
        self._quiet_until_ns = max(self._quiet_until_ns, now_ns + wait_ns)

    def _bound(self) -> None:
        if len(self._buffer) > _LONGEST_BUFFER:
            self._sort_out(len(self._buffer) - _LONGEST_BUFFER // 2, NOISE)

    def _sort_out(self, size: int, reason: str) -> None:
        """Discard the buffer's first bytes; whole replies among them came too late, from whichever unit."""
        piece, self._buffer = self._buffer[:size], self._buffer[size:]
        late = list(_late_replies(piece))
        for start, stop in late:
            self._late(piece[start], stop - start)
        self.book.discard(reason, len(piece) - sum(stop - start for start, stop in late))

    def _late(self, number: int, size: int) -> None:
        self.book.discard(TIMED_OUT, size, 1)
        for unit in self._schedule.units:
            if unit.task.number == number:
                unit.counts.late += 1
                unit.owes_reply = False


def _late_replies(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield (start, stop) of every sound reply in the bytes."""
    at = 0
    while at < len(data):
        stop = _late_reply(data, at)
        if stop:
            yield at, stop
        at = max(stop, at + 1)


def _late_bytes(data: bytes) -> int:
    return sum(stop - start for start, stop in _late_replies(data))


def _late_reply(data: bytes, at: int) -> int:
    """Return where a sound reply that starts here ends, 0 when there is none."""
    size = pdu.reply_size(data[at + 1 : at + 4]) if len(data) - at >= 5 else 0
    stop = at + size + 3 if size else 0
    return stop if stop and stop <= len(data) and is_sound(data[at:stop]) else 0
