"""Decode the replies to known reads on a Modbus RTU line, without talking: another master's, or our own raw log.

A reply whose poll was heard is that poll's. Where only replies are heard, as in our own log, it is the read of that
unit, function and length; of two such reads the one that follows the read heard before, when nothing was damaged
since. When nobody can tell which, the reply gives no values.
"""

from __future__ import annotations

from collections.abc import Sequence

from devices.modbus.listening import POLL, REPLY, Ear, Heard
from devices.modbus.pdu import READS
from devices.modbus.plan import Read, covers
from devices.modbus.rows import Row, Task
from devices.values import Account, Block, Quality


class ModbusListener:
    """Assemble one frame per unit and cycle from the replies heard; other frames count as good bytes."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        """Know the registers of these units."""
        self._tasks = {task.number: task for task in tasks}
        self._rows = {task.number: Row(task) for task in tasks}
        self._last = dict.fromkeys(self._tasks, 0)
        self._before: dict[int, Read] = {}
        self._polled: dict[int, set[Read]] = {}
        self._ear = Ear()

    def feed(self, data: bytes) -> list[Block]:
        """Take received bytes; return the completed blocks."""
        return [block for heard in self._ear.feed(data) for block in self._hear(heard)]

    def flush(self) -> list[Block]:
        """End the input; a row that is not whole is given out with its marks."""
        blocks = [block for heard in self._ear.flush() for block in self._hear(heard)]
        return blocks + [self._end(number) for number, row in self._rows.items() if row.done]

    def account(self) -> Account:
        """Return the balanced byte account."""
        return self._ear.book.statement()

    def _hear(self, heard: Heard) -> list[Block]:
        if heard.reason:
            self._before.clear()
        if heard.role == POLL and heard.number("unit") in self._tasks and heard.number("fc") in READS:
            self._polled.setdefault(heard.number("unit"), set()).add(_asked_by(heard))
        if heard.role != REPLY or heard.number("unit") not in self._tasks:
            return []
        task = self._tasks[heard.number("unit")]
        read = _read_of(heard, task, self._before.pop(task.number, None))
        if read is None:
            return []
        self._before[task.number] = read
        row = self._rows[task.number]
        blocks = [self._end(task.number)] if read in row.done else []
        if heard.fields and "exception" in heard.fields:
            row.mark(read, Quality.NOT_MEASURED)
        else:
            row.put(read, heard.frame[3:-2])
        self._last[task.number] = heard.stop
        return [*blocks, self._end(task.number)] if row.is_whole else blocks

    def _end(self, unit: int) -> Block:
        """Return the unit's row; where polls are heard, registers that nobody asked for did not time out."""
        polled = self._polled.get(unit)
        if polled is not None:
            self._rows[unit].mark_unasked(polled)
            polled.clear()
        block = self._rows[unit].block(self._last[unit])
        self._rows[unit].begin()
        return block


def _asked_by(poll: Heard) -> Read:
    return Read(poll.number("fc"), poll.number("address"), poll.number("count"))


def _read_of(heard: Heard, task: Task, before: Read | None) -> Read | None:
    """Return which read a reply answers, None when it is not known or carries none of the registers.

    `before` is the read of this unit that was answered before.
    """
    if heard.asked is not None:
        if heard.asked.number("fc") not in READS:
            return None
        read = _asked_by(heard.asked)
        return read if any(covers(read, register) for register in task.registers) else None
    if heard.fields is None or "byte_count" not in heard.fields:
        return None
    size, function = heard.number("byte_count"), heard.number("fc")
    plans = (task.reads, task.narrow_reads)
    fitting = {read for reads in plans for read in reads if (read.function, read.payload_size) == (function, size)}
    if len(fitting) > 1:
        fitting &= {reads[(reads.index(before) + 1) % len(reads)] for reads in plans if before in reads}
    return fitting.pop() if len(fitting) == 1 else None
