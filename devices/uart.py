"""Receive and send characters as a UART does, on a line that is given by its level changes.

Times are nanoseconds. A level is True for mark (idle, logical 1) and False for space; RS-232 voltages are the other
way round, hence `inverted`. The receiver waits for a mark-to-space edge, checks the middle of the start bit, samples
every bit in its middle and looks for the next edge after the middle of the first stop bit, as common UARTs do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from devices.values import Int64Array, LineSettings

PARITIES = "NEOMS"
_CHUNK = 1 << 16


@dataclass(frozen=True)
class Levels:
    """Hold a recorded line: change times in ns, int64 (n,), ascending; the level before the first one; the span."""

    changes_ns: Int64Array
    first: bool = True
    start_ns: int = 0
    end_ns: int = 0

    def inverted(self) -> Levels:
        """Return the same line with the levels swapped."""
        return Levels(self.changes_ns, not self.first, self.start_ns, self.end_ns)

    def at(self, times_ns: NDArray[Any]) -> NDArray[np.bool_]:
        """Return the level at these times, bool of the same shape."""
        passed = np.searchsorted(self.changes_ns, times_ns, side="right")
        return np.asarray((passed % 2 == 0) == self.first)

    def window(self, start_ns: int, end_ns: int) -> Levels:
        """Return the line between two times."""
        first, last = np.searchsorted(self.changes_ns, (start_ns, end_ns))
        return Levels(self.changes_ns[first:last], self.first == (first % 2 == 0), start_ns, end_ns)

    def falls(self) -> Int64Array:
        """Return the times of the changes from mark to space, int64."""
        return self.changes_ns[0 if self.first else 1 :: 2]

    @property
    def seconds(self) -> float:
        """Return the length of the recording in seconds."""
        return max(0, self.end_ns - self.start_ns) / 1e9


@dataclass(frozen=True)
class Characters:
    """Hold what a receiver made of a line, one entry per character.

    `values` uint16 (9 data bits at most); `start_ns` int64; the flags are bool: `framing` a stop bit that was space,
    `parity` a wrong parity bit, `breaks` a framing error with nothing but space.
    """

    values: NDArray[np.uint16]
    start_ns: Int64Array
    framing: NDArray[np.bool_]
    parity: NDArray[np.bool_]
    breaks: NDArray[np.bool_]

    @property
    def data(self) -> bytes:
        """Return the low eight bits of every character."""
        return self.values.astype(np.uint8).tobytes()

    @property
    def errors(self) -> int:
        """Count the characters with a wrong stop bit or parity."""
        return int((self.framing | self.parity).sum())


def receive(levels: Levels, line: LineSettings) -> Characters:
    """Return the characters that a UART with these settings reads from a line."""
    bit_ns = 1e9 / line.baud
    starts = _starts(levels, bit_ns, 1 + line.data_bits + (line.parity != "N") + 0.5)
    parts = [_sampled(levels, starts[at : at + _CHUNK], line, bit_ns) for at in range(0, starts.size, _CHUNK)]
    if not parts:
        parts = [_sampled(levels, starts, line, bit_ns)]
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    return Characters(columns[0], starts, *columns[1:])


def _starts(levels: Levels, bit_ns: float, busy_bits: float) -> Int64Array:
    """Return the edges that begin a character: the chain of first falls after each character's stop bit."""
    falls = levels.falls()
    if not falls.size:
        return np.empty(0, dtype=np.int64)
    is_start = ~levels.at(falls + 0.5 * bit_ns)
    following = np.searchsorted(falls, falls + busy_bits * bit_ns)
    step = np.where(is_start, np.maximum(following, np.arange(1, falls.size + 1)), np.arange(1, falls.size + 1))
    chain, index, jumps, count = [], 0, step.tolist(), falls.size
    while index < count:
        chain.append(index)
        index = jumps[index]
    chosen = np.array(chain, dtype=np.int64)
    chosen = chosen[is_start[chosen]]
    whole = falls[chosen] + busy_bits * bit_ns <= max(levels.end_ns, int(levels.changes_ns[-1]))
    return np.asarray(falls[chosen[whole]])


def _sampled(
    levels: Levels, starts: Int64Array, line: LineSettings, bit_ns: float
) -> tuple[NDArray[np.uint16], NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Sample data, parity and stop bits of characters in the middle of each bit."""
    has_parity = line.parity != "N"
    middles = np.arange(1, 2 + line.data_bits + has_parity) + 0.5
    bits = levels.at(starts[:, None] + middles * bit_ns)
    data = bits[:, : line.data_bits]
    values = (data.astype(np.uint16) << np.arange(line.data_bits, dtype=np.uint16)).sum(axis=1, dtype=np.uint16)
    framing = ~bits[:, -1]
    parity = np.zeros(starts.size, dtype=np.bool_)
    if has_parity:
        parity = bits[:, line.data_bits] != parity_bits(values, line.parity)
    return values, framing, parity, framing & ~bits.any(axis=1)


def parity_bits(values: NDArray[np.uint16], parity: str) -> NDArray[np.bool_]:
    """Return the parity bit of every value for E, O, M or S."""
    if parity in "MS":
        return np.full(values.size, parity == "M")
    odd = np.zeros(values.size, dtype=np.bool_)
    for bit in range(9):
        odd ^= (values >> bit & 1).astype(np.bool_)
    return odd if parity == "E" else ~odd


def send(values: NDArray[np.uint16], start_ns: Int64Array, line: LineSettings) -> Levels:
    """Return the level changes of a line on which characters start at these times.

    A character waits until the one before it has ended; bits beyond `line.data_bits` are not sent.
    """
    bit_ns = 1e9 / line.baud
    values = np.asarray(values & ((1 << line.data_bits) - 1), dtype=np.uint16)
    starts = _in_turn(np.asarray(start_ns, dtype=np.float64), line.bits_per_byte * bit_ns)
    bits = _bits(values, line)
    edges = starts[:, None] + np.arange(bits.shape[1]) * bit_ns
    before = np.concatenate((np.ones((values.size, 1), dtype=np.bool_), bits[:, :-1]), axis=1)
    changes = np.rint(edges[bits != before]).astype(np.int64)
    end = int(starts[-1] + (line.bits_per_byte + 2) * bit_ns) if values.size else 0
    return Levels(changes, True, 0, end)


def _bits(values: NDArray[np.uint16], line: LineSettings) -> NDArray[np.bool_]:
    """Return start, data, parity and one stop bit of every character, bool (n, bits)."""
    columns = [np.zeros(values.size, dtype=np.bool_)]
    columns += [(values >> bit & 1).astype(np.bool_) for bit in range(line.data_bits)]
    if line.parity != "N":
        columns.append(parity_bits(values, line.parity))
    columns.append(np.ones(values.size, dtype=np.bool_))
    return np.stack(columns, axis=1)


def _in_turn(wanted: NDArray[np.float64], length: float) -> NDArray[np.float64]:
    """Return start times that are at least one character apart: start[i] >= start[i - 1] + length."""
    lag = np.arange(wanted.size) * length
    return np.asarray(np.maximum.accumulate(wanted - lag) + lag) if wanted.size else wanted
