"""Listen to a Modbus RTU line and decode the replies to known reads, without talking.

Used for a line another master polls, and to decode the raw log of our own recording again.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from devices.checksum import MODBUS, crc16_check
from devices.framing import FixedFramer, FrameBatch, FrameKind
from devices.modbus import EXCEPTION, Read, Register, covers, grouped, value_of
from devices.structs import range_quality
from devices.values import Account, Block, Quality, StreamSpec


@dataclass(frozen=True)
class _Meaning:
    """Say what a frame kind is: the reply to `read` of `unit`, an exception, or a request."""

    unit: int
    read: Read
    role: str


class ModbusListener:
    """Assemble one frame per unit and cycle from the replies heard; requests count as good bytes."""

    def __init__(self, registers: tuple[Register, ...], units: dict[int, StreamSpec]) -> None:
        """Know the reads that cover these registers, for these units."""
        self._registers = registers
        self._reads = grouped(registers)
        self._streams = units
        self._meanings = {kind: meaning for unit in units for kind, meaning in self._kinds(unit)}
        self._framer = FixedFramer(tuple(self._meanings))
        self._rows = {unit: _Row(len(registers)) for unit in units}

    def feed(self, data: bytes) -> list[Block]:
        """Take received bytes; return the completed blocks."""
        blocks: list[Block] = []
        for end, kind, frame in _in_order(self._framer.feed(data)):
            block = self._hear(self._meanings[kind], frame, end)
            if block is not None:
                blocks.append(block)
        return blocks

    def flush(self) -> list[Block]:
        """End the input; an unfinished frame is cut."""
        self._framer.flush()
        return []

    def account(self) -> Account:
        """Return the balanced byte account."""
        return self._framer.account()

    def _kinds(self, unit: int) -> list[tuple[FrameKind, _Meaning]]:
        kinds = []
        for read in self._reads:
            function, count = read.function, read.count
            request = struct.pack(">BBHH", unit, function, read.address, count)
            reply = bytes((unit, function, 2 * count))
            kinds.append((_kind(f"request {request.hex()}", request, 8), _Meaning(unit, read, "request")))
            kinds.append((_kind(f"reply {reply.hex()}", reply, 5 + 2 * count), _Meaning(unit, read, "reply")))
        for function in sorted({read.function for read in self._reads}):
            head = bytes((unit, function | EXCEPTION))
            refused = Read(function, 0, 0)
            kinds.append((_kind(f"exception {head.hex()}", head, 5), _Meaning(unit, refused, "exception")))
        return kinds

    def _hear(self, meaning: _Meaning, frame: bytes, end: int) -> Block | None:
        row = self._rows[meaning.unit]
        if meaning.role == "request":
            row.asked = meaning.read
            return None
        read = meaning.read if meaning.role == "reply" else row.asked
        if read is None:
            return None
        for index, register in enumerate(self._registers):
            if covers(read, register):
                value = value_of(register, frame[3:-2], read.address) if meaning.role == "reply" else math.nan
                row.put(index, value)
        return self._row_block(meaning.unit, row, end) if read == self._reads[-1] else None

    def _row_block(self, unit: int, row: _Row, end: int) -> Block:
        stream = self._streams[unit]
        block = row_block(stream, row.values, row.marks, end)
        self._rows[unit] = _Row(len(self._registers))
        return block


class _Row:
    """Collect one unit's values of one cycle."""

    def __init__(self, size: int) -> None:
        self.values = [math.nan] * size
        self.marks = [int(Quality.TIMEOUT)] * size
        self.asked: Read | None = None

    def put(self, index: int, value: float) -> None:
        """Keep one value; what is not finite was not measured."""
        self.values[index] = value
        self.marks[index] = int(Quality.GOOD if math.isfinite(value) else Quality.NOT_MEASURED)


def row_block(stream: StreamSpec, values: list[float], marks: list[int], end: int) -> Block:
    """Return a block of one frame; good values outside their range are marked."""
    kinds = {channel.dtype for channel in stream.channels}
    dtype = np.dtype("f4" if kinds == {"f4"} else "f8")
    column: NDArray[np.float64] = np.array(values, dtype=dtype)[:, None]
    mark = np.array(marks, dtype=np.uint8)[:, None]
    quality = np.where(mark == Quality.GOOD, range_quality(stream.channels, column), mark).astype(np.uint8)
    return Block(stream.key, column, quality, np.array([end], dtype=np.int64))


def _kind(name: str, head: bytes, size: int) -> FrameKind:
    return FrameKind(name, head, size, crc16_check(MODBUS, 0, size - 2, size - 2))


def _in_order(batches: list[FrameBatch]) -> list[tuple[int, FrameKind, bytes]]:
    """Return the frames of several kinds in the order of the line."""
    frames = [
        (end, batch.kind, row.tobytes())
        for batch in batches
        for end, row in zip(batch.end_offset.tolist(), batch.rows, strict=True)
    ]
    return sorted(frames, key=lambda frame: frame[0])
