"""Cut a byte stream into frames that declare their own length; the declared length is always bounded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from devices.account import BAD_CHECKSUM, BAD_LENGTH, CUT, NOISE, Book
from devices.structs import range_quality
from devices.values import Account, Block, StreamSpec

SLICE_BYTES = 65536


@dataclass(frozen=True)
class DeclaredKind:
    """Describe frames of declared length.

    `size_of` gives the whole frame's size in bytes from its first `header_size` bytes, None when that is
    impossible; sizes below the header's or above `longest` are refused. `is_sound` checks a whole frame.
    """

    sync: bytes
    header_size: int
    size_of: Callable[[bytes], int | None]
    is_sound: Callable[[bytes], bool]
    longest: int


class DeclaredFramer:
    """Find frames of one kind and account for every byte."""

    def __init__(self, kind: DeclaredKind) -> None:
        """Hold at most one slice and one frame of `kind.longest` bytes."""
        self._kind = kind
        self._buffer = b""
        self._base = 0
        self._spoiled_until = 0
        self.book = Book()

    def feed(self, data: bytes) -> list[tuple[bytes, int]]:
        """Take received bytes; return completed frames with the offset just after each."""
        frames: list[tuple[bytes, int]] = []
        for start in range(0, len(data), SLICE_BYTES):
            piece = data[start : start + SLICE_BYTES]
            self.book.take(len(piece))
            self._buffer += piece
            self._drain(frames)
        return frames

    def flush(self) -> None:
        """End the input: an unfinished frame is cut."""
        self.book.discard(CUT, len(self._buffer))
        self._base += len(self._buffer)
        self._buffer = b""

    def _drain(self, frames: list[tuple[bytes, int]]) -> None:
        position = 0
        while True:
            start = self._next_sync(position)
            self._discard(position, start)
            position = start
            size = self._size_at(start)
            if size is None or start + size > len(self._buffer):
                break
            position = self._judge(start, size, frames)
        self._buffer = self._buffer[position:]
        self._base += position

    def _next_sync(self, position: int) -> int:
        """Return where the next sync starts, or where one that the buffer's end cuts in two may start."""
        sync = self._kind.sync
        start = self._buffer.find(sync, position)
        if start >= 0:
            return start
        tail = max(position, len(self._buffer) - len(sync) + 1)
        return next(
            (at for at in range(tail, len(self._buffer)) if sync.startswith(self._buffer[at:])), len(self._buffer)
        )

    def _size_at(self, start: int) -> int | None:
        """Return the declared size, 0 when it is impossible, None when the header is not whole yet."""
        header = self._buffer[start : start + self._kind.header_size]
        if len(header) < self._kind.header_size:
            return None
        size = self._kind.size_of(header)
        return size if size is not None and self._kind.header_size <= size <= self._kind.longest else 0

    def _judge(self, start: int, size: int, frames: list[tuple[bytes, int]]) -> int:
        """Keep a sound frame or discard its first byte; return where to look on."""
        frame = self._buffer[start : start + size]
        if size and self._kind.is_sound(frame):
            self.book.good(size)
            frames.append((frame, self._base + start + size))
            return start + size
        reason = BAD_CHECKSUM if size else BAD_LENGTH
        fresh = self._base + start >= self._spoiled_until
        self.book.discard(reason, 1, 1 if fresh else 0)
        if size:
            self._spoiled_until = max(self._spoiled_until, self._base + start + size)
        return start + 1

    def _discard(self, start: int, stop: int) -> None:
        spoiled = min(stop - start, max(0, self._spoiled_until - self._base - start))
        self.book.discard(BAD_CHECKSUM, spoiled)
        self.book.discard(NOISE, stop - start - spoiled)


ReadFrame = Callable[[bytes], Mapping[str, Sequence[float]]]


class DeclaredDecoder:
    """Decode frames of declared length with a reader that returns values by stream key."""

    def __init__(self, kind: DeclaredKind, streams: tuple[StreamSpec, ...], read: ReadFrame) -> None:
        """Decode into these streams; frames the reader gives nothing for still count as good."""
        self._streams = {stream.key: stream for stream in streams}
        self._read = read
        self._framer = DeclaredFramer(kind)

    def feed(self, data: bytes) -> list[Block]:
        """Take received bytes; return the completed blocks."""
        found: dict[str, tuple[list[Sequence[float]], list[int]]] = {}
        for frame, end in self._framer.feed(data):
            for key, values in self._read(frame).items():
                if key in self._streams:
                    rows, ends = found.setdefault(key, ([], []))
                    rows.append(values)
                    ends.append(end)
        return [self._block(key, *content) for key, content in found.items()]

    def flush(self) -> list[Block]:
        """End the input; an unfinished frame is cut."""
        self._framer.flush()
        return []

    def account(self) -> Account:
        """Return the balanced byte account."""
        return self._framer.book.statement()

    def _block(self, key: str, rows: list[Sequence[float]], ends: list[int]) -> Block:
        values = np.ascontiguousarray(np.array(rows, dtype=np.float64).T)
        quality = range_quality(self._streams[key].channels, values)
        return Block(key, values, quality, np.array(ends, dtype=np.int64))
