"""Gather one unit's values of one cycle into a row; what was not read says why."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from devices.modbus.plan import Read, covers, grouped
from devices.modbus.registers import Register, value_of
from devices.structs import range_quality
from devices.values import Block, Quality, StreamSpec

_MS = 1_000_000


@dataclass(frozen=True)
class Task:
    """Say what is read of one unit: its stream's channels are those of the registers, in this order."""

    number: int
    stream: StreamSpec
    registers: tuple[Register, ...]
    interval_ns: int = 500 * _MS
    timeout_ns: int = 400 * _MS

    @property
    def reads(self) -> tuple[Read, ...]:
        """Return the requests that cover the registers."""
        return grouped(self.registers)

    @property
    def narrow_reads(self) -> tuple[Read, ...]:
        """Return the requests that bridge no holes, for units that refuse to read across them."""
        return grouped(self.registers, 0)


def same_registers(
    registers: tuple[Register, ...], units: Mapping[int, StreamSpec], interval_ms: float = 500, timeout_ms: float = 400
) -> tuple[Task, ...]:
    """Return a task per unit, all with the same registers and times."""
    interval_ns, timeout_ns = round(interval_ms * _MS), round(timeout_ms * _MS)
    return tuple(Task(number, stream, registers, interval_ns, timeout_ns) for number, stream in units.items())


class Row:
    """Collect one unit's values; a row starts with nothing measured."""

    def __init__(self, task: Task) -> None:
        """Gather the channels of a task."""
        self._task = task
        self._inside: dict[Read, list[tuple[int, Register]]] = {}
        self.begin()

    def begin(self) -> None:
        """Forget everything."""
        self.values = [math.nan] * len(self._task.registers)
        self.marks = [int(Quality.TIMEOUT)] * len(self._task.registers)
        self.done: set[Read] = set()

    def put(self, read: Read, payload: bytes) -> None:
        """Keep the values of a reply's data bytes; what is not a number was not measured."""
        for index, register in self._registers(read):
            value = value_of(register, payload, read.address)
            self.values[index] = value
            self.marks[index] = int(Quality.GOOD if math.isfinite(value) else Quality.NOT_MEASURED)
        self.done.add(read)

    def mark(self, read: Read, quality: Quality) -> None:
        """Say why the channels of a read have no value."""
        for index, _ in self._registers(read):
            self.marks[index] = int(quality)
        self.done.add(read)

    def mark_unasked(self, polled: Collection[Read]) -> None:
        """Say of registers without a value that none of these polls asked for that they were not measured."""
        for index, register in enumerate(self._task.registers):
            if self.marks[index] == Quality.TIMEOUT and not any(covers(read, register) for read in polled):
                self.marks[index] = int(Quality.NOT_MEASURED)

    @property
    def is_whole(self) -> bool:
        """Say whether every register was read, or refused."""
        return all(any(covers(read, register) for read in self.done) for register in self._task.registers)

    def block(self, end: int) -> Block:
        """Return the row as a block of one frame; good values outside their range are marked."""
        return row_block(self._task.stream, self.values, self.marks, end)

    def _registers(self, read: Read) -> list[tuple[int, Register]]:
        found = self._inside.get(read)
        if found is None:
            pairs = enumerate(self._task.registers)
            found = self._inside[read] = [(index, each) for index, each in pairs if covers(read, each)]
        return found


def row_block(stream: StreamSpec, values: list[float], marks: list[int], end: int) -> Block:
    """Return a block of one frame; good values outside their range are marked."""
    kinds = {channel.dtype for channel in stream.channels}
    dtype = np.dtype("f4" if kinds == {"f4"} else "f8")
    column: NDArray[np.float64] = np.array(values, dtype=dtype)[:, None]
    mark = np.array(marks, dtype=np.uint8)[:, None]
    quality = np.where(mark == Quality.GOOD, range_quality(stream.channels, column), mark).astype(np.uint8)
    return Block(stream.key, column, quality, np.array([end], dtype=np.int64))
