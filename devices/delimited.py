"""Decode delimited text: one frame per line, a fixed number of numbers in it."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from devices import decimals
from devices.account import MALFORMED, TEXT
from devices.lines import LineBatch, LineFramer
from devices.structs import range_quality
from devices.values import Account, Block, Int64Array, StreamSpec

Values = NDArray[np.float64]
Mask = NDArray[np.bool_]


class DelimitedDecoder:
    """Decode lines of numbers in blocks; odd lines go one by one and get a reason."""

    def __init__(
        self,
        stream: StreamSpec,
        separator: str = ",",
        mark: str = ".",
        is_sound: Callable[[bytes], bool] = lambda _line: False,
    ) -> None:
        """Expect one number per channel, set apart by `separator`, with this decimal mark.

        `is_sound` says of a line without such numbers that it is good all the same: a reply without values.
        """
        self._is_sound = is_sound
        self._stream = stream
        self._separator = separator.encode()
        self._mark = mark.encode()
        self._width = len(stream.channels)
        self._framer = LineFramer()

    def feed(self, data: bytes) -> list[Block]:
        """Take received bytes; return the completed blocks."""
        blocks = [self._decode(batch) for batch in self._framer.feed(data)]
        return [block for block in blocks if block is not None]

    def flush(self) -> list[Block]:
        """End the input; an unfinished line is cut."""
        rest = self._framer.take_rest()
        block = self._decode(rest) if rest is not None else None
        self._framer.flush()
        return [] if block is None else [block]

    def account(self) -> Account:
        """Return the balanced byte account."""
        return self._framer.book.statement()

    def _decode(self, batch: LineBatch) -> Block | None:
        data = decimals.padded(batch.text)
        values = np.zeros((batch.starts.size, self._width))
        good = self._regular(batch, data, values)
        for index in np.flatnonzero(~good).tolist():
            good[index] = self._single(batch, index, values[index])
        self._framer.book.good(int(batch.sizes[good].sum()), int(good.sum()))
        if not good.any():
            return None
        columns = np.ascontiguousarray(values[good].T)
        quality = range_quality(self._stream.channels, columns)
        return Block(self._stream.key, columns, quality, batch.end_offset[good])

    def _regular(self, batch: LineBatch, data: NDArray[np.uint8], values: Values) -> Mask:
        """Read every line that has the right number of plain numbers; return which ones were read."""
        starts, stops = batch.starts + 8, batch.stops + 8
        cuts = np.flatnonzero(data == self._separator[0])
        fits, table = self._table(cuts, starts, stops)
        if not fits.any():
            return fits
        numbers, good = decimals.parse(data, _left(data, table[:, :-1]), table[:, 1:].ravel(), self._mark[0])
        read = good.reshape(-1, self._width).all(axis=1)
        done = np.flatnonzero(fits)[read]
        values[done] = numbers.reshape(-1, self._width)[read]
        fits[:] = False
        fits[done] = True
        return np.asarray(fits)

    def _table(self, cuts: Int64Array, starts: Int64Array, stops: Int64Array) -> tuple[Mask, Int64Array]:
        """Say which lines have the right number of separators, and give those lines' token edges.

        The table is int64 (lines, width + 1): start - 1, every separator, stop.
        """
        count, inner = starts.size, self._width - 1
        fits = stops > starts
        if cuts.size == count * inner and inner and bool(fits.all()):
            grid = cuts.reshape(count, inner)
            if bool(((grid[:, 0] >= starts) & (grid[:, -1] < stops)).all()):
                return fits, np.column_stack((starts - 1, grid, stops))
        first = np.searchsorted(cuts, starts)
        fits &= np.searchsorted(cuts, stops) - first == inner
        edges = [starts[fits] - 1, *(cuts[first[fits] + column] for column in range(inner)), stops[fits]]
        return fits, np.column_stack(edges)

    def _single(self, batch: LineBatch, index: int, row: Values) -> bool:
        """Read one odd line into `row`; say whether it could be read."""
        line = batch.text[int(batch.starts[index]) : int(batch.stops[index])]
        size = int(batch.sizes[index])
        tokens = line.split() if self._separator == b" " else line.split(self._separator)
        numbers = [decimals.number(token.replace(self._mark, b".")) for token in tokens]
        if len(numbers) == self._width and None not in numbers and not all(map(_absent, numbers)):
            row[:] = [math.nan if value is None else value for value in numbers]
            return True
        if self._is_sound(line):
            self._framer.book.good(size, 1)
            return False
        reason = TEXT if all(map(_absent, numbers)) else MALFORMED
        self._framer.book.discard(reason, size, 1 if reason == MALFORMED else 0)
        return False


def _absent(value: float | None) -> bool:
    return value is None or math.isnan(value)


def _left(data: NDArray[np.uint8], edges: Int64Array) -> Int64Array:
    """Return where tokens start: after the edge and one blank."""
    starts = (edges + 1).ravel()
    return np.asarray(starts + (data[starts] == 32))
