"""Cut a byte stream into text lines with a bounded length."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from devices.account import CUT, OVERLONG, Book
from devices.values import Int64Array

SLICE_BYTES = 65536
LONGEST_LINE = 4096


@dataclass(frozen=True)
class LineBatch:
    """Carry whole lines: `text` ends with a line feed; arrays are int64 (n,).

    `starts` and `stops` bound each line's content in `text` (no CR, no LF); `sizes` counts its bytes with
    them; `end_offset` is the offset in received bytes just after its line feed.
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
    """Find lines that end with a line feed; a line longer than `longest` bytes is discarded whole."""

    def __init__(self, longest: int = LONGEST_LINE) -> None:
        """Keep at most `longest` bytes of an unfinished line."""
        self._longest = longest
        self._pending = b""
        self._offset = 0
        self._skipping = False
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
        self.book.discard(CUT, len(self._pending))
        self._offset += len(self._pending)
        self._pending = b""
        self._skipping = False

    def take_rest(self) -> LineBatch | None:
        """Take the unfinished line out as if it were whole, None without one; the caller accounts for its bytes."""
        text = b"" if self._skipping else self._pending
        if not text:
            return None
        self._offset += len(text)
        self._pending = b""
        start, stop, size, end = np.array([[0], [len(text.rstrip(b"\r"))], [len(text)], [self._offset]], dtype=np.int64)
        return LineBatch(text, start, stop, size, end)

    def _slice(self, piece: bytes) -> LineBatch | None:
        if self._skipping:
            piece = self._skip(piece)
        whole, _, rest = (self._pending + piece).rpartition(b"\n")
        if len(rest) < len(self._pending) + len(piece):
            whole += b"\n"
        self._pending = rest
        base = self._offset
        self._offset += len(whole)
        batch = self._cut(whole, base) if whole else None
        self._bound()
        return batch

    def _skip(self, piece: bytes) -> bytes:
        """Discard the rest of an overlong line; return what follows it."""
        head, feed, rest = piece.partition(b"\n")
        dropped = len(head) + len(feed)
        self.book.discard(OVERLONG, dropped)
        self._offset += dropped
        self._skipping = not feed
        return rest

    def _bound(self) -> None:
        """Give up an unfinished line that is too long already."""
        if len(self._pending) > self._longest:
            self.book.discard(OVERLONG, len(self._pending), 1)
            self._offset += len(self._pending)
            self._pending = b""
            self._skipping = True

    def _cut(self, text: bytes, base: int) -> LineBatch | None:
        data = np.frombuffer(text, dtype=np.uint8)
        feeds = np.flatnonzero(data == 10)
        starts = np.empty_like(feeds)
        starts[0] = 0
        starts[1:] = feeds[:-1] + 1
        sizes = feeds - starts + 1
        stops = feeds - ((data[np.maximum(feeds - 1, 0)] == 13) & (sizes > 1))
        fits = sizes <= self._longest + 1
        if not fits.all():
            self.book.discard(OVERLONG, int(sizes[~fits].sum()), int((~fits).sum()))
            starts, stops, sizes, feeds = starts[fits], stops[fits], sizes[fits], feeds[fits]
        return LineBatch(text, starts, stops, sizes, base + feeds + 1) if starts.size else None
