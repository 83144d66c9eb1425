"""Cut a byte stream into text lines with a bounded length.

A line ends with LF, CR LF, or CR alone. A CR at the end of what came so far may belong to a CR LF: it waits for the
next byte, unless the CR before it stood alone. So an instrument that ends its lines with CR is late only with its
first line, and the same bytes give the same lines however they are cut.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from devices.account import CUT, OVERLONG, Book
from devices.values import Int64Array

SLICE_BYTES = 65536
LONGEST_LINE = 4096
_NOWHERE: Int64Array = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class LineBatch:
    """Carry whole lines: `text` ends with the last one's end; arrays are int64 (n,).

    `starts` and `stops` bound each line's content in `text` (no CR, no LF); `sizes` counts its bytes with
    them; `end_offset` is the offset in received bytes just after its end.
    """

    text: bytes
    starts: Int64Array
    stops: Int64Array
    sizes: Int64Array
    end_offset: Int64Array

    def lines(self) -> Iterator[bytes]:
        """Yield each line's content."""
        for start, stop in zip(self.starts.tolist(), self.stops.tolist(), strict=True):
            yield self.text[start:stop]


class LineFramer:
    """Find lines; one longer than `longest` bytes is discarded whole."""

    def __init__(self, longest: int = LONGEST_LINE) -> None:
        """Keep at most `longest` bytes of an unfinished line."""
        self._longest = longest
        self._pending = b""
        self._offset = 0
        self._skipping = False
        self._alone = False
        self._is_open = False
        self.book = Book()

    def feed(self, data: bytes) -> list[LineBatch]:
        """Take received bytes; return the lines they completed."""
        batches = []
        for start in range(0, len(data), SLICE_BYTES):
            piece = data[start : start + SLICE_BYTES]
            self.book.take(len(piece))
            batch = self._slice(piece)
            if batch is not None:
                batches.append(batch)
        return batches

    def flush(self) -> None:
        """End the input: an unfinished line is cut."""
        self.book.discard(OVERLONG if self._skipping else CUT, len(self._pending))
        self._offset += len(self._pending)
        self._pending = b""
        self._skipping = self._alone = self._is_open = False

    def take_rest(self, *, unended: bool = False) -> LineBatch | None:
        """Take the unfinished line out at the end of the input, if a CR ends it, or any if `unended`; None without one.

        The caller accounts for its bytes.
        """
        text = b"" if self._skipping or not (unended or self._pending.endswith(b"\r")) else self._pending
        if not text:
            return None
        self._offset += len(text)
        self._pending = b""
        start, stop, size, end = np.array([[0], [len(text.rstrip(b"\r"))], [len(text)], [self._offset]], dtype=np.int64)
        return LineBatch(text, start, stop, size, end)

    def _slice(self, piece: bytes) -> LineBatch | None:
        text = self._pending + piece
        ends = self._ends(text)
        if self._skipping and ends.size:
            first = int(ends[0]) + 1
            self._give_up(first)
            self._skipping = False
            text, ends = text[first:], ends[1:] - first
        whole = int(ends[-1]) + 1 if ends.size else 0
        batch = self._cut(text[:whole], ends, self._offset) if whole else None
        self._offset += whole
        self._pending = text[whole:]
        self._bound()
        return batch

    def _ends(self, text: bytes) -> Int64Array:
        """Return where lines end, int64 (n,): every LF, and every CR that stands alone or follows one that does."""
        data = np.frombuffer(text, dtype=np.uint8)
        if not (self._is_open or self._alone) and _ends_with_feeds(text):
            return np.flatnonzero(data == 10) if b"\n" in text else _NOWHERE
        feeds, returns = np.flatnonzero(data == 10), np.flatnonzero(data == 13)
        if self._is_open and data.size:
            self._alone, self._is_open = bool(data[0] != 10), False
        if not returns.size:
            return feeds
        alone = data[np.minimum(returns + 1, data.size - 1)] != 10
        before = np.concatenate(([self._alone], alone[:-1]))
        is_end = alone | before
        self._alone = bool(alone[-1])
        if returns[-1] == data.size - 1:
            self._alone = self._is_open = is_end[-1] = bool(before[-1])
        return np.union1d(feeds, returns[is_end]) if is_end.any() else feeds

    def _bound(self) -> None:
        """Give up an unfinished line that is too long already; a CR at its end may be the line's."""
        size, last = len(self._pending), int(self._pending.endswith(b"\r"))
        if not self._skipping and size - last > self._longest:
            self.book.discard(OVERLONG, 0, 1)
            self._skipping = True
        if self._skipping:
            self._give_up(size - last)
            self._pending = self._pending[size - last :]

    def _give_up(self, size_bytes: int) -> None:
        self.book.discard(OVERLONG, size_bytes)
        self._offset += size_bytes

    def _cut(self, text: bytes, ends: Int64Array, base: int) -> LineBatch | None:
        data = np.frombuffer(text, dtype=np.uint8)
        starts = np.empty_like(ends)
        starts[0] = 0
        starts[1:] = ends[:-1] + 1
        sizes = ends - starts + 1
        stops = ends - ((data[np.maximum(ends - 1, 0)] == 13) & (data[ends] == 10) & (sizes > 1))
        fits = sizes <= self._longest + 1
        if not fits.all():
            self.book.discard(OVERLONG, int(sizes[~fits].sum()), int((~fits).sum()))
            starts, stops, sizes, ends = starts[fits], stops[fits], sizes[fits], ends[fits]
        return LineBatch(text, starts, stops, sizes, base + ends + 1) if starts.size else None


def _ends_with_feeds(text: bytes) -> bool:
    """Say whether every CR but the last byte belongs to a CR LF."""
    return text.count(b"\r") - text.endswith(b"\r") == text.count(b"\r\n")
