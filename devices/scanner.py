"""Cut a byte stream into messages that a protocol judges at each place where one may start.

For protocols whose messages have no fixed sync or more than one fate: a judge looks at one place and says how long
the message is and whether it is sound. Nothing is decided before enough bytes are there, so that any split of the
stream gives the same messages; a refused message loses its first byte only, because a sound one may hide in it, and
what it spoils is booked under its reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from devices.account import CUT, NOISE, Book
from devices.declared import SLICE_BYTES, Span
from devices.messages import Told, shown
from devices.structs import range_quality
from devices.values import Account, Block, Message, StreamSpec


@dataclass(frozen=True)
class Verdict:
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
        """Ask `judge` wherever the pattern `starts` matches; `tell` hears what became of every byte."""
        self._starts = re.compile(starts.encode("latin-1") if isinstance(starts, str) else starts, re.DOTALL)
        self._judge = judge
        self._tell = tell
        self._buffer = b""
        self._base = 0
        self._spoiled = (0, NOISE)
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
        position, size = 0, len(self._buffer)
        while position < size:
            match = self._starts.search(self._buffer, position)
            start = match.start() if match else size
            self._discard(position, start)
            position = start
            if start == size:
                break
            verdict = self._judge(self._buffer, start, is_end)
            if verdict is None and not is_end:
                break
            position += self._settle(start, verdict or Verdict(size - start, CUT), found)
        self._buffer = self._buffer[position:]
        self._base += position

    def _settle(self, start: int, verdict: Verdict, found: list[tuple[bytes, int]]) -> int:
        """Keep a sound message or discard the first byte of another; return how many bytes are settled."""
        at = self._base + start
        frame = self._buffer[start : start + verdict.size]
        if not verdict.reason:
            self.book.good(verdict.size, verdict.frames)
            found.append((frame, at + verdict.size))
            self._say(Span(at, at + verdict.size, "", frame))
            return verdict.size
        if verdict.reason == NOISE or at < self._spoiled[0]:
            noise = verdict.size if verdict.reason == NOISE else 1
            self._discard(start, start + noise)
            return noise
        settled = verdict.size if verdict.is_whole else 1
        self.book.discard(verdict.reason, settled, 1)
        self._spoiled = (at + verdict.size, verdict.reason)
        self._say(Span(at, at + settled, verdict.reason, frame, begins=True))
        return settled

    def _discard(self, start: int, stop: int) -> None:
        """Discard bytes between messages: of a refused one, or noise."""
        at, end = self._base + start, self._base + stop
        for until, reason in (self._spoiled, (end, NOISE)):
            if min(until, end) > at:
                self.book.discard(reason, min(until, end) - at)
                self._say(Span(at, min(until, end), reason))
                at = min(until, end)

    def _say(self, span: Span) -> None:
        if self._tell is not None:
            self._tell(span)


class Framer(Protocol):
    """Find frames and keep the account; never raise."""

    book: Book

    def feed(self, data: bytes) -> list[tuple[bytes, int]]:
        """Take received bytes; return frames with the offset just after each."""
        ...

    def flush(self) -> list[tuple[bytes, int]]:
        """End the input; return what it still held."""
        ...


@dataclass(frozen=True)
class Row:
    """Carry one frame's raw values of one stream, and how many frames were missing before it.

    `back` counts the bytes from the end of these values to the end of a frame that holds several rows of a stream.
    """

    stream: str
    values: Sequence[float]
    gaps: int = 0
    back: int = 0


class RowDecoder:
    """Decode frames with a reader that returns rows."""

    def __init__(self, framer: Framer, streams: tuple[StreamSpec, ...], read: Callable[[bytes], Iterable[Row]]) -> None:
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
        kinds = {channel.dtype for channel in stream.channels}
        dtype = np.dtype(kinds.pop() if len(kinds) == 1 else "f8")
        values = np.ascontiguousarray(np.array([row.values for row in rows], dtype=np.float64).T.astype(dtype))
        quality = range_quality(stream.channels, values)
        gaps = sum(row.gaps for row in rows)
        return Block(stream.key, values, quality, np.array(ends, dtype=np.int64), sequence_gaps=gaps)


def explain_scanned(
    make: Callable[[Callable[[Span], None]], Framer],
    data: bytes,
    read: Callable[[bytes], Sequence[Told]],
    refused: Callable[[bytes], Told] = lambda frame: ("frame", shown(frame)),
) -> list[Message]:
    """Read messages with the framer that `make(tell)` returns.

    `read` tells what is in a sound message, `refused` what is in another.
    The messages follow each other without a hole; what `read` tells of a run shares its bytes in equal parts.
    """
    spans: list[Span] = []
    framer = make(spans.append)
    framer.feed(data)
    framer.flush()
    messages: list[Message] = []
    for span in spans:
        if not span.reason:
            messages.extend(_told(span, read(span.frame)))
        elif span.begins:
            kind, fields = refused(span.frame)[:2]
            messages.append(Message(span.start, span.stop, kind, fields, span.reason))
        else:
            messages.append(_joined(span, data, messages))
    return messages


def _told(span: Span, parts: Sequence[Told]) -> Iterator[Message]:
    """Yield the messages of a sound span, in equal parts."""
    step = (span.stop - span.start) // len(parts)
    for index, told in enumerate(parts):
        start = span.start + index * step
        yield Message(start, start + step, *told)


def _joined(span: Span, data: bytes, before: list[Message]) -> Message:
    """Return discarded bytes as a message; they join what was refused before them for the same reason."""
    last = before[-1] if before else None
    if last is not None and last.error == span.reason:
        before.pop()
        fields = last.fields if last.kind != "noise" else shown(data[last.start : span.stop])
        return Message(last.start, span.stop, last.kind, fields, span.reason)
    return Message(span.start, span.stop, "noise", shown(data[span.start : span.stop]), span.reason)
