"""Cut a byte stream into frames that declare their own length; the declared length is always bounded.

Several kinds may be looked for at once, also kinds with the same sync: the shortest sound frame wins, and nothing is
decided before enough bytes are there to decide it, so that any split of the stream gives the same frames.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from devices.account import BAD_CHECKSUM, BAD_LENGTH, CUT, NOISE, Book
from devices.structs import range_quality
from devices.values import Account, Block, StreamSpec

SLICE_BYTES = 65536


@dataclass(frozen=True)
class More:
    """Say that a frame's size is known only once `size_bytes` of it are there."""

    size_bytes: int


@dataclass(frozen=True)
class DeclaredKind:
    """Describe frames of declared length.

    `size_of` gives the whole frame's size in bytes from its first `header_size` bytes (or from as many as it asks for
    with `More`), None when that is impossible; sizes below the header's or above `longest` are refused. `is_sound`
    checks a whole frame.
    """

    sync: bytes
    header_size: int
    size_of: Callable[[bytes], int | More | None]
    is_sound: Callable[[bytes], bool]
    longest: int


@dataclass(frozen=True)
class Span:
    """Show what became of bytes [start, stop): a good frame, or discarded for `reason`.

    `begins` says that a refused frame starts here; the spans of one stream follow each other without a hole.
    """

    start: int
    stop: int
    reason: str = ""
    frame: bytes = b""
    begins: bool = False


class DeclaredFramer:
    """Find frames of some kinds and account for every byte."""

    def __init__(self, *kinds: DeclaredKind, tell: Callable[[Span], None] | None = None) -> None:
        """Hold at most one slice and one frame of the longest kind; `tell` hears what became of every byte."""
        self._kinds = kinds
        syncs = sorted({kind.sync for kind in kinds}, key=len, reverse=True)
        self._syncs = syncs
        self._pattern = re.compile(b"|".join(re.escape(sync) for sync in syncs))
        self._tell = tell
        self._buffer = b""
        self._base = 0
        self._spoiled_until = 0
        self._cut_until = 0
        self.book = Book()

    def feed(self, data: bytes) -> list[tuple[bytes, int]]:
        """Take received bytes; return completed frames with the offset just after each."""
        frames: list[tuple[bytes, int]] = []
        for start in range(0, len(data), SLICE_BYTES):
            piece = data[start : start + SLICE_BYTES]
            self.book.take(len(piece))
            self._buffer += piece
            self._drain(frames, is_end=False)
        return frames

    def flush(self) -> list[tuple[bytes, int]]:
        """End the input: an unfinished frame is cut; return the frames that hide behind its header."""
        frames: list[tuple[bytes, int]] = []
        self._drain(frames, is_end=True)
        return frames

    def _drain(self, frames: list[tuple[bytes, int]], is_end: bool) -> None:
        position = 0
        while position < len(self._buffer):
            start = self._next_sync(position)
            self._discard(position, start)
            position = start
            candidates = self._candidates(start)
            frame = self._first_sound(start, candidates)
            if frame:
                self._keep(start, frame, frames)
                position = start + len(frame)
                continue
            if any(size is None for size, _ in candidates):
                if not is_end or start == len(self._buffer):
                    break
                self._cut_until = self._base + len(self._buffer)
            position = self._refused(start, candidates)
        self._buffer = self._buffer[position:]
        self._base += position

    def _next_sync(self, position: int) -> int:
        """Return where the next sync starts, or where one that the buffer's end cuts in two may start."""
        match = self._pattern.search(self._buffer, position)
        stop = match.start() if match else len(self._buffer)
        tail = max(position, len(self._buffer) - len(self._syncs[0]) + 1)
        for at in range(tail, stop):
            if any(sync.startswith(self._buffer[at:]) for sync in self._syncs):
                return at
        return stop

    def _candidates(self, start: int) -> list[tuple[int | None, DeclaredKind]]:
        """Return the kinds that may start here with the size they declare: 0 impossible, None not whole yet."""
        found: list[tuple[int | None, DeclaredKind]] = []
        for kind in self._kinds:
            head = self._buffer[start : start + len(kind.sync)]
            if head == kind.sync:
                found.append((self._size_at(start, kind), kind))
            elif kind.sync.startswith(head):
                found.append((None, kind))
        return found

    def _size_at(self, start: int, kind: DeclaredKind) -> int | None:
        """Return the size a kind declares, 0 when it is impossible, None when the frame is not whole yet."""
        wanted = kind.header_size
        while True:
            header = self._buffer[start : start + wanted]
            if len(header) < wanted:
                return None
            size = kind.size_of(header)
            if not isinstance(size, More):
                break
            if not wanted < size.size_bytes <= kind.longest:
                return 0
            wanted = size.size_bytes
        if size is None or not kind.header_size <= size <= kind.longest:
            return 0
        return size if start + size <= len(self._buffer) else None

    def _first_sound(self, start: int, candidates: list[tuple[int | None, DeclaredKind]]) -> bytes:
        """Return the shortest sound frame that starts here, b"" when none does."""
        whole = [(size, kind) for size, kind in candidates if size]
        for size, kind in sorted(whole, key=_size) if len(whole) > 1 else whole:
            frame = self._buffer[start : start + size]
            if kind.is_sound(frame):
                return frame
        return b""

    def _refused(self, start: int, candidates: list[tuple[int | None, DeclaredKind]]) -> int:
        """Discard the first byte of what is no sound frame; return where to look on."""
        size = max((size or 0 for size, _ in candidates), default=0)
        if size:
            self._refuse(start, BAD_CHECKSUM, size)
        elif any(each is None for each, _ in candidates):
            self._discard(start, start + 1)
        else:
            self._refuse(start, BAD_LENGTH, 1)
        return start + 1

    def _keep(self, start: int, frame: bytes, frames: list[tuple[bytes, int]]) -> None:
        stop = self._base + start + len(frame)
        self.book.good(len(frame))
        frames.append((frame, stop))
        if self._tell is not None:
            self._tell(Span(stop - len(frame), stop, "", frame))

    def _refuse(self, start: int, reason: str, size: int) -> None:
        """Discard the first byte of a frame that is not sound; the rest may hold a good one."""
        at = self._base + start
        fresh = at >= self._spoiled_until
        self.book.discard(reason, 1, int(fresh))
        if reason == BAD_CHECKSUM:
            self._spoiled_until = max(self._spoiled_until, at + size)
        if self._tell is not None:
            self._tell(Span(at, at + 1, reason, self._buffer[start : start + size] if fresh else b"", fresh))

    def _discard(self, start: int, stop: int) -> None:
        """Discard bytes between frames: of a refused frame, of a cut one, or noise."""
        at, end = self._base + start, self._base + stop
        for until, reason in ((self._spoiled_until, BAD_CHECKSUM), (self._cut_until, CUT), (end, NOISE)):
            until = min(until, end)
            if until > at:
                self.book.discard(reason, until - at)
                if self._tell is not None:
                    self._tell(Span(at, until, reason))
                at = until


def _size(candidate: tuple[int, DeclaredKind]) -> int:
    return candidate[0]


ReadFrame = Callable[[bytes], Mapping[str, Sequence[float]]]


class DeclaredDecoder:
    """Decode frames of declared length with a reader that returns values by stream key."""

    def __init__(
        self, kinds: DeclaredKind | Sequence[DeclaredKind], streams: tuple[StreamSpec, ...], read: ReadFrame
    ) -> None:
        """Decode into these streams; frames the reader gives nothing for still count as good."""
        self._streams = {stream.key: stream for stream in streams}
        self._read = read
        self._framer = DeclaredFramer(*([kinds] if isinstance(kinds, DeclaredKind) else kinds))

    def feed(self, data: bytes) -> list[Block]:
        """Take received bytes; return the completed blocks."""
        return self._blocks(self._framer.feed(data))

    def flush(self) -> list[Block]:
        """End the input; an unfinished frame is cut."""
        return self._blocks(self._framer.flush())

    def account(self) -> Account:
        """Return the balanced byte account."""
        return self._framer.book.statement()

    def _blocks(self, frames: list[tuple[bytes, int]]) -> list[Block]:
        found: dict[str, tuple[list[Sequence[float]], list[int]]] = {}
        for frame, end in frames:
            for key, values in self._read(frame).items():
                if key in self._streams:
                    rows, ends = found.setdefault(key, ([], []))
                    rows.append(values)
                    ends.append(end)
        return [self._block(key, *content) for key, content in found.items()]

    def _block(self, key: str, rows: list[Sequence[float]], ends: list[int]) -> Block:
        """Return one stream's block in its channels' common type; NaN, which no integer holds, is marked zero."""
        channels = self._streams[key].channels
        values = np.ascontiguousarray(np.array(rows, dtype=np.float64).T)
        quality = range_quality(channels, values)
        kinds = {np.dtype(channel.dtype) for channel in channels}
        if len(kinds) == 1:
            kind = kinds.pop()
            values = (np.nan_to_num(values) if kind.kind in "iu" else values).astype(kind)
        return Block(key, values, quality, np.array(ends, dtype=np.int64))
