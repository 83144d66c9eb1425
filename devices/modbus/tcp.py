"""Poll Modbus TCP: transactions answer in any order, several may be open, units lie behind a gateway.

A transaction's number says which read of the plan it is (number modulo the count of reads), so that the replies of a
raw log can be decoded without their requests. A reply whose transaction is not open came too late or unasked; it is
discarded for that reason, never assigned.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from devices.account import BAD_LENGTH, CUT, NOISE, TIMED_OUT, UNEXPECTED, Book
from devices.modbus import pdu
from devices.modbus.frames import HEADER_SIZE, wrapped
from devices.modbus.pdu import EXCEPTION, Fields
from devices.modbus.plan import Read
from devices.modbus.rows import Row, Task
from devices.modbus.schedule import Schedule, UnitCounts, UnitState, answered, close
from devices.values import Account, Block, Quality

_SHORTEST, _LONGEST = 2, pdu.LONGEST_PDU + 1
_REMEMBERED = 4096
COMMAND_NUMBERS = (0x7FF0, 0x7FF1)
"""Transactions of a command and of its reading back (`devices.commands.modbus_tcp`); polls use only smaller ones."""


@dataclass(frozen=True)
class TcpFrame:
    """Hold bytes [start, stop) of a stream: a frame, or noise that is none (unit −1)."""

    start: int
    stop: int
    transaction: int = 0
    unit: int = -1
    body: bytes = b""


class TcpCutter:
    """Cut a stream into frames by their header; any split gives the same frames."""

    def __init__(self) -> None:
        """Start at offset 0."""
        self._buffer = b""
        self._base = 0

    @property
    def pending(self) -> int:
        """Return how many bytes wait for the rest of their frame."""
        return len(self._buffer)

    def feed(self, data: bytes) -> Iterator[TcpFrame]:
        """Take received bytes; yield whole frames and, byte by byte, what cannot be one."""
        self._buffer += data
        at = 0
        while len(self._buffer) - at >= HEADER_SIZE + 1:
            size = self._size(at)
            if not size:
                yield TcpFrame(self._base + at, self._base + at + 1)
                at += 1
                continue
            if at + size > len(self._buffer):
                break
            yield self._frame(at, size)
            at += size
        self._buffer = self._buffer[at:]
        self._base += at

    def flush(self) -> int:
        """Forget an unfinished frame; return its size in bytes."""
        size, self._buffer = len(self._buffer), b""
        self._base += size
        return size

    def _size(self, at: int) -> int:
        length = int.from_bytes(self._buffer[at + 4 : at + 6], "big")
        known = self._buffer[at + 7] & ~EXCEPTION in pdu.KNOWN
        sound = self._buffer[at + 2 : at + 4] == b"\0\0" and _SHORTEST <= length <= _LONGEST and known
        return 6 + length if sound else 0

    def _frame(self, at: int, size: int) -> TcpFrame:
        frame = self._buffer[at : at + size]
        start = self._base + at
        return TcpFrame(start, start + size, int.from_bytes(frame[:2], "big"), frame[6], frame[7:])


class Numbers:
    """Number the transactions of a plan."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        """Count the reads of these units."""
        self.reads = [(task, read) for task in tasks for read in dict.fromkeys((*task.reads, *task.narrow_reads))]
        self._at = {(task.number, read): index for index, (task, read) in enumerate(self.reads)}
        self._turns: dict[int, int] = {}

    def number(self, unit: int, read: Read) -> int:
        """Return the next transaction number of a read."""
        index, size = self._at[unit, read], max(1, len(self.reads))
        turn = self._turns[index] = (self._turns.get(index, -1) + 1) % max(1, COMMAND_NUMBERS[0] // size)
        return turn * size + index

    def read_of(self, transaction: int) -> tuple[Task, Read] | None:
        """Return the read that a transaction number stands for."""
        return self.reads[transaction % len(self.reads)] if self.reads else None


def fits(frame: TcpFrame, unit: int, read: Read) -> tuple[bytes, int] | None:
    """Return data bytes and exception code of the reply to a read, None when the frame is not one."""
    fields = pdu.parse_reply(frame.body) if frame.unit == unit else None
    if fields is None or fields["fc"] != read.function:
        return None
    if "exception" in fields:
        return b"", frame.body[1]
    return (frame.body[2:], 0) if fields["byte_count"] == read.payload_size else None


@dataclass(frozen=True)
class _Asked:
    unit: UnitState
    read: Read
    expires_ns: int


class TcpMaster:
    """Read the registers of every unit again and again; at most `window` requests are open at once."""

    def __init__(self, tasks: Sequence[Task], window: int = 1) -> None:
        """Serve these units behind one connection."""
        self._schedule = Schedule(tasks)
        self._numbers = Numbers(tasks)
        self._window = max(1, window)
        self._asked: dict[int, _Asked] = {}
        self._late: dict[int, UnitState] = {}
        self._cutter = TcpCutter()
        self.book = Book()

    @property
    def is_waiting(self) -> bool:
        """Return False: transactions are told apart, a command may be sent at any time."""
        return False

    @property
    def pairs(self) -> bool:
        """Return False: answers carry their transaction."""
        return False

    def counts(self) -> dict[int, UnitCounts]:
        """Return what each unit did."""
        return {unit.task.number: unit.counts for unit in self._schedule.units}

    def unit_counts(self) -> dict[str, dict[str, int]]:
        """Return what each unit did, by its address and name."""
        return {str(number): counts.told() for number, counts in self.counts().items()}

    def next_request(self, now_ns: int) -> bytes | None:
        """Return the next requests in one piece, as many as may be open; None while there is none."""
        out = b""
        while len(self._asked) < self._window and (found := self._schedule.next(now_ns)):
            unit, read = found
            number = self._numbers.number(unit.task.number, read)
            self._asked[number] = _Asked(unit, read, now_ns + unit.task.timeout_ns)
            out += wrapped(number, unit.task.number, read.pdu)
        return out or None

    def on_bytes(self, data: bytes, now_ns: int) -> list[Block]:
        """Take received bytes, b"" too; return the frames they completed."""
        self.book.take(len(data))
        blocks: list[Block] = []
        for frame in self._cutter.feed(data):
            blocks += self._take(frame)
        for number in [number for number, asked in self._asked.items() if now_ns >= asked.expires_ns]:
            if number in self._asked:
                blocks += self._expire(number, now_ns)
        return blocks

    def deadline_ns(self) -> int:
        """Return when a reply is overdue, or when the next request is due."""
        overdue = min((asked.expires_ns for asked in self._asked.values()), default=1 << 62)
        return overdue if len(self._asked) >= self._window else min(overdue, self._schedule.due_ns())

    def flush(self) -> list[Block]:
        """End the input: an unfinished frame is cut and the open requests are forgotten."""
        self.book.discard(CUT, self._cutter.flush())
        self._asked.clear()
        self._schedule.forget()
        return []

    def account(self) -> Account:
        """Return the balanced byte account."""
        return self.book.statement()

    def _take(self, frame: TcpFrame) -> list[Block]:
        size = frame.stop - frame.start
        asked = self._asked.get(frame.transaction) if frame.unit >= 0 else None
        if asked is None:
            self._unasked(frame, size)
            return []
        answer = fits(frame, asked.unit.task.number, asked.read)
        if answer is None:
            self.book.discard(BAD_LENGTH if frame.unit == asked.unit.task.number else UNEXPECTED, size, 1)
            return []
        del self._asked[frame.transaction]
        self.book.good(size)
        answered(asked.unit, asked.read, *answer)
        return close(asked.unit, frame.stop)

    def _unasked(self, frame: TcpFrame, size: int) -> None:
        if frame.unit < 0:
            self.book.discard(NOISE, size)
            return
        if frame.transaction in COMMAND_NUMBERS and pdu.parse_reply(frame.body) is not None:
            self.book.good(size)
            return
        unit = self._late.pop(frame.transaction, None)
        if unit is not None:
            unit.counts.late += 1
        self.book.discard(TIMED_OUT if unit else UNEXPECTED, size, 1)

    def _expire(self, number: int, now_ns: int) -> list[Block]:
        """Close an overdue request; what else is open of a silent unit is given up with it."""
        unit = self._asked[number].unit
        unit.counts.timeouts += 1
        self.book.discard(TIMED_OUT, 0, 1)
        unit.rest(now_ns)
        blocks: list[Block] = []
        for other in [each for each, asked in self._asked.items() if asked.unit is unit]:
            self._late[other] = unit
            unit.row.mark(self._asked.pop(other).read, Quality.TIMEOUT)
            blocks += close(unit, self.book.bytes_in - self._cutter.pending)
        while len(self._late) > _REMEMBERED:
            del self._late[next(iter(self._late))]
        return blocks


class TcpListener:
    """Decode the replies of a raw log, or a whole conversation, with the plan they answer."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        """Know these units."""
        self._tasks = {task.number: task for task in tasks}
        self._numbers = Numbers(tasks)
        self._rows = {task.number: Row(task) for task in tasks}
        self._last = dict.fromkeys(self._tasks, 0)
        self._heard: dict[int, TcpFrame] = {}
        self._cutter = TcpCutter()
        self.book = Book()

    def feed(self, data: bytes) -> list[Block]:
        """Take received bytes; return the completed blocks."""
        self.book.take(len(data))
        blocks: list[Block] = []
        for frame in self._cutter.feed(data):
            blocks += self._hear(frame)
        return blocks

    def flush(self) -> list[Block]:
        """End the input; a row that is not whole is given out with its marks."""
        self.book.discard(CUT, self._cutter.flush())
        return [self._end(number) for number, row in self._rows.items() if row.done]

    def account(self) -> Account:
        """Return the balanced byte account."""
        return self.book.statement()

    def _hear(self, frame: TcpFrame) -> list[Block]:
        if frame.unit < 0 or not frame.body:
            self.book.discard(NOISE, frame.stop - frame.start)
            return []
        is_request = pdu.parse_request(frame.body) is not None
        if not is_request and pdu.parse_reply(frame.body) is None:
            self.book.discard(BAD_LENGTH, frame.stop - frame.start, 1)
            return []
        self.book.good(frame.stop - frame.start)
        known = self._read(frame)
        answer = fits(frame, known[0].number, known[1]) if known else None
        if known is None or answer is None:
            return []
        return self._put(known[0].number, known[1], answer, frame.stop)

    def _read(self, frame: TcpFrame) -> tuple[Task, Read] | None:
        """Return which read a frame may answer; a request heard says so for any other master's numbering."""
        asked = pdu.parse_request(frame.body) if len(frame.body) == 5 and frame.body[0] in pdu.READS else None
        if asked is not None and frame.transaction not in self._heard:
            self._heard[frame.transaction] = frame
            return None
        request = self._heard.pop(frame.transaction, None)
        if request is not None and request.unit in self._tasks:
            fields: Fields = pdu.parse_request(request.body) or {}
            read = Read(int(str(fields["fc"])), int(str(fields["address"])), int(str(fields["count"])))
            return self._tasks[request.unit], read
        return self._numbers.read_of(frame.transaction)

    def _put(self, unit: int, read: Read, answer: tuple[bytes, int], stop: int) -> list[Block]:
        row = self._rows[unit]
        blocks = [self._end(unit)] if read in row.done else []
        payload, exception = answer
        if exception:
            row.mark(read, Quality.NOT_MEASURED)
        else:
            row.put(read, payload)
        self._last[unit] = stop
        return [*blocks, self._end(unit)] if row.is_whole else blocks

    def _end(self, unit: int) -> Block:
        block = self._rows[unit].block(self._last[unit])
        self._rows[unit].begin()
        return block
