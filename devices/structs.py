"""Decode binary frames of fixed layout into typed blocks, described as data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from devices.framing import FixedFramer, FrameBatch, FrameKind
from devices.values import Account, Block, ChannelSpec, Int64Array, Quality, StreamSpec


@dataclass(frozen=True)
class Counter:
    """Place a counter in a frame: `dtype` such as "<u4" at byte `at`."""

    dtype: str
    at: int

    @property
    def bits(self) -> int:
        """Return the counter's width in bits."""
        return np.dtype(self.dtype).itemsize * 8


Picker = Callable[[NDArray[np.uint8]], NDArray[Any]]


@dataclass(frozen=True)
class Layout:
    """Place a stream's channels in a frame.

    `fields` holds, per channel, a dtype and byte offset or a function of the rows, uint8 (n, size), for
    packed bits; `select` = (byte offset, mask, value) picks the rows that belong to this stream.
    """

    kind: FrameKind
    stream: StreamSpec
    fields: tuple[tuple[str, int] | Picker, ...]
    select: tuple[int, int, int] | None = None
    tick: Counter | None = None
    sequence: Counter | None = None


def column(rows: NDArray[np.uint8], dtype: str, at: int) -> NDArray[Any]:
    """Return one field of every row, shape (n,), in the given dtype."""
    width = np.dtype(dtype).itemsize
    return np.ascontiguousarray(rows[:, at : at + width]).view(dtype)[:, 0]


def range_quality(channels: tuple[ChannelSpec, ...], values: NDArray[Any]) -> NDArray[np.uint8]:
    """Mark raw values, shape (c, n); uint8 (c, n).

    OUT_OF_RANGE when the scaled value is outside its channel's range or infinite, NOT_MEASURED for NaN.
    """
    quality = np.zeros(values.shape, dtype=np.uint8)
    for index, channel in enumerate(channels):
        if channel.low is None and channel.high is None:
            continue
        real = values[index] * np.float64(channel.scale) + channel.offset
        low = -np.inf if channel.low is None else channel.low
        high = np.inf if channel.high is None else channel.high
        quality[index][~((real >= low) & (real <= high))] = Quality.OUT_OF_RANGE
    if values.dtype.kind == "f":
        quality[np.isinf(values)] = Quality.OUT_OF_RANGE
        quality[np.isnan(values)] = Quality.NOT_MEASURED
    return quality


class Unwrapper:
    """Continue a wrapping device counter as int64 across blocks."""

    def __init__(self, bits: int) -> None:
        """Unwrap a counter of this width."""
        self._span = 1 << bits
        self._last: int | None = None

    def unwrap(self, raw: NDArray[Any]) -> Int64Array:
        """Return the counter without wraps; a step back by less than half the span stays a step back."""
        ticks = raw.astype(np.int64)
        if not ticks.size:
            return ticks
        start = int(ticks[0]) if self._last is None else self._last
        steps = np.diff(ticks, prepend=start)
        half = self._span >> 1
        steps = (steps + half) % self._span - half
        unwrapped = start + np.cumsum(steps)
        self._last = int(unwrapped[-1])
        return unwrapped


class SequenceWatch:
    """Count frames that are missing from a wrapping sequence number."""

    def __init__(self, bits: int) -> None:
        """Watch a number of this width."""
        self._span = 1 << bits
        self._last: int | None = None

    def missing(self, raw: NDArray[Any]) -> int:
        """Return how many frames are missing before and between these."""
        numbers = raw.astype(np.int64)
        first = int(numbers[0]) - 1 if self._last is None else self._last
        steps = np.diff(numbers, prepend=first) % self._span
        self._last = int(numbers[-1])
        return int((steps[steps > 0] - 1).sum())


class _StreamState:
    """Hold what a stream carries from block to block: its counters."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.ticks = Unwrapper(layout.tick.bits) if layout.tick else None
        self.sequence = SequenceWatch(layout.sequence.bits) if layout.sequence else None
        self.runs = _one_run(layout)

    def block(self, batch: FrameBatch) -> Block | None:
        """Return this stream's block of a batch, None when it has no frame in it."""
        layout = self.layout
        rows, ends = batch.rows, batch.end_offset
        if layout.select is not None:
            at, mask, value = layout.select
            mine = (rows[:, at] & mask) == value
            rows, ends = rows[mine], ends[mine]
        if not rows.shape[0]:
            return None
        values = self._values(rows)
        tick = (
            self.ticks.unwrap(column(rows, layout.tick.dtype, layout.tick.at)) if self.ticks and layout.tick else None
        )
        gaps = self._gaps(rows)
        quality = range_quality(layout.stream.channels, values)
        return Block(layout.stream.key, values, quality, ends, tick, gaps)

    def _gaps(self, rows: NDArray[np.uint8]) -> int:
        sequence = self.layout.sequence
        return self.sequence.missing(column(rows, sequence.dtype, sequence.at)) if self.sequence and sequence else 0

    def _values(self, rows: NDArray[np.uint8]) -> NDArray[Any]:
        """Return raw values, shape (c, n), in the common dtype or float64."""
        if self.runs is not None:
            dtype, start, stop = self.runs
            return np.ascontiguousarray(np.ascontiguousarray(rows[:, start:stop]).view(dtype).T)
        fields = [
            column(rows, field[0], field[1]) if isinstance(field, tuple) else field(rows)
            for field in self.layout.fields
        ]
        kinds = {np.dtype(channel.dtype) for channel in self.layout.stream.channels}
        common = kinds.pop() if len(kinds) == 1 else np.dtype(np.float64)
        return np.stack([field.astype(common) for field in fields])


def _one_run(layout: Layout) -> tuple[str, int, int] | None:
    """Return (dtype, start, stop) when the fields are neighbours of one little-endian dtype."""
    plain = [field for field in layout.fields if isinstance(field, tuple)]
    if len(plain) < len(layout.fields) or not plain:
        return None
    dtype, start = plain[0]
    width = np.dtype(dtype).itemsize
    in_row = all(field == (dtype, start + index * width) for index, field in enumerate(plain))
    return (dtype, start, start + width * len(plain)) if in_row and not dtype.startswith(">") else None


class StructDecoder:
    """Decode the frames of one or several layouts; frames no layout selects still count as good."""

    def __init__(self, layouts: tuple[Layout, ...], extra: tuple[FrameKind, ...] = ()) -> None:
        """Decode these layouts; `extra` kinds are recognised but carry no channels."""
        kinds = tuple(dict.fromkeys([layout.kind for layout in layouts])) + extra
        self._framer = FixedFramer(kinds)
        self._states = [_StreamState(layout) for layout in layouts]

    def feed(self, data: bytes) -> list[Block]:
        """Take received bytes; return the completed blocks."""
        blocks = []
        for batch in self._framer.feed(data):
            for state in self._states:
                if state.layout.kind is batch.kind:
                    block = state.block(batch)
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
