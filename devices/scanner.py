"""Cut a byte stream into messages that a protocol judges at each place where one may start.

A judge looks at one place and says how long the message is and whether it is sound (`devices.declared` has the judge of
frames that declare their length). Nothing is decided before enough bytes are there, so that any split of the
stream gives the same messages; a refused message loses its first byte only, because a sound one may hide in it, and
what it spoils is booked under its reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from devices.account import CUT, NOISE, Book
from devices.structs import range_quality
from devices.values import Account, Block, StreamSpec

SLICE_BYTES = 65536


class Span(NamedTuple):
    """Show what became of bytes [start, stop): a good frame, or discarded for `reason`.

    `begins` says that a refused frame starts here; the spans of one stream follow each other without a hole.
    """

    start: int
    stop: int
    reason: str = ""
    frame: bytes = b""
    begins: bool = False


class Verdict(NamedTuple):
    """Say what stands at a place: a message of `size` bytes, sound, or refused for `reason`.

    A sound one may hold several frames of a run; a refused one spoils `size` bytes and a `reason` of NOISE says that
    no message starts in them. `is_whole`: nothing can hide in a refused one, because its checksum is right.
    """

    size: int
    reason: str = ""
    frames: int = 1
    is_whole: bool = False


Judge = Callable[[bytes, int, bool], Verdict | None]
"""judge(buffer, at, is_end): None while more bytes are needed."""


class Scanner:
    """Find the messages of one protocol and account for every byte."""

    def __init__(self, starts: str | bytes, judge: Judge, tell: Callable[[Span], None] | None = None) -> None:
        """Ask `judge` wherever the pattern `starts` matches; `tell` hears what became of every byte.

        At most one slice and one message are held.
        """
        self._starts = re.compile(starts.encode("latin-1") if isinstance(starts, str) else starts, re.DOTALL)
        self._judge = judge
        self._tell = tell
        self._buffer = b""
        self._base = 0
        self._spoiled = (0, NOISE)
        self._cut_until = 0
        self.book = Book()

    def feed(self, data: bytes) -> list[tuple[bytes, int]]:
        """Take received bytes; return completed messages with the offset just after each."""
        found: list[tuple[bytes, int]] = []
        for start in range(0, len(data), SLICE_BYTES):
            piece = data[start : start + SLICE_BYTES]
            self.book.take(len(piece))
            self._buffer += piece
            self._drain(found, is_end=False)
        return found

    def flush(self) -> list[tuple[bytes, int]]:
        """End the input: an unfinished message is cut; return the messages that hide behind its first byte."""
        found: list[tuple[bytes, int]] = []
        self._drain(found, is_end=True)
        return found

    def _drain(self, found: list[tuple[bytes, int]], is_end: bool) -> None:
        booked = position = 0
        size = len(self._buffer)
        while position < size:
            match = self._starts.search(self._buffer, position)
            position = match.start() if match else size
            verdict = self._judge(self._buffer, position, is_end) if match else None
            if match is None or (verdict is None and not is_end):
                break
            if verdict is None or verdict[1]:
                passed = self._passed(position, verdict)
                if passed:
                    position += passed
                    continue
            self._discard(booked, position)
            settled = self._keep(position, verdict, found) if verdict and not verdict[1] else 0
            position += settled or self._refuse(position, verdict)
            booked = position
        self._discard(booked, position)
        self._buffer = self._buffer[position:]
        self._base += position

    def _passed(self, start: int, verdict: Verdict | None) -> int:
        """Return how many bytes to pass over where nothing new is refused: noise, or inside a refused message."""
        at, (until, why) = self._base + start, self._spoiled
        if verdict is not None and verdict[1] == NOISE:
            return verdict[0]
        if at >= until:
            return 0
        if verdict is not None:
            self._spoiled = (max(until, at + verdict[0]), why)
        return 1

    def _keep(self, start: int, verdict: Verdict, found: list[tuple[bytes, int]]) -> int:
        """Keep a sound message; return its size."""
        size = verdict[0]
        frame = self._buffer[start : start + size]
        stop = self._base + start + size
        self.book.good(size, verdict[2])
        found.append((frame, stop))
        if self._tell is not None:
            self._tell(Span(stop - size, stop, "", frame))
        return size

    def _refuse(self, start: int, verdict: Verdict | None) -> int:
        """Discard what a refused message settles, None being one that the end cuts; return how many bytes that is."""
        at = self._base + start
        size, reason, _, is_whole = verdict or Verdict(len(self._buffer) - start, CUT)
        if verdict is None:
            self._cut_until = at + size
        else:
            self._spoiled = (at + size, reason)
        settled = size if is_whole else 1
        self._book(at, at + settled, reason, self._buffer[start : start + size])
        return settled

    def _book(self, at: int, stop: int, reason: str, frame: bytes = b"") -> None:
        """Discard bytes [at, stop) of the stream; a refused message begins there when `frame` is not empty."""
        self.book.discard(reason, stop - at, 1 if frame and reason != CUT else 0)
        if self._tell is not None:
            self._tell(Span(at, stop, reason, frame, bool(frame)))

    def _discard(self, start: int, stop: int) -> None:
        """Discard bytes between messages: of a refused one, of a cut one, or noise."""
        at, end = self._base + start, self._base + stop
        for until, reason in (self._spoiled, (self._cut_until, CUT), (end, NOISE)):
            if min(until, end) > at:
                self._book(at, min(until, end), reason)
                at = min(until, end)


class Row(NamedTuple):
    """Carry one frame's raw values of one stream, and how many frames were missing before it.

    `back` counts the bytes from the end of these values to the end of a frame that holds several rows of a stream.
    """

    stream: str
    values: Sequence[float]
    gaps: int = 0
    back: int = 0


class RowDecoder:
    """Decode frames with a reader that returns rows."""

    def __init__(
        self, framer: Scanner, streams: tuple[StreamSpec, ...], read: Callable[[bytes], Iterable[Row]]
    ) -> None:
        """Decode into these streams; rows of other streams are left out, their frames still count as good."""
        self._framer = framer
        self._streams = {stream.key: stream for stream in streams}
        self._read = read

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
        found: dict[str, tuple[list[Row], list[int]]] = {}
        for frame, end in frames:
            for row in self._read(frame):
                if row.stream in self._streams:
                    rows, ends = found.setdefault(row.stream, ([], []))
                    rows.append(row)
                    ends.append(end - row.back)
        return [self._block(self._streams[key], *content) for key, content in found.items()]

    def _block(self, stream: StreamSpec, rows: list[Row], ends: list[int]) -> Block:
        """Return one stream's block in its channels' common type; NaN, which no integer holds, is marked zero."""
        values = np.ascontiguousarray(np.array([row.values for row in rows], dtype=np.float64).T)
        quality = range_quality(stream.channels, values)
        kinds = {np.dtype(channel.dtype) for channel in stream.channels}
        if len(kinds) == 1:
            kind = kinds.pop()
            values = (np.nan_to_num(values) if kind.kind in "iu" else values).astype(kind)
        gaps = sum(row.gaps for row in rows)
        return Block(stream.key, values, quality, np.array(ends, dtype=np.int64), sequence_gaps=gaps)
