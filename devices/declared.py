"""Judge frames that declare their own length; the declared length is always bounded.

Several kinds may be looked for at once, also kinds with the same sync: the shortest sound frame wins.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from devices.account import BAD_CHECKSUM, BAD_LENGTH
from devices.scanner import Judge, Row, RowDecoder, Scanner, Span, Verdict
from devices.values import StreamSpec


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

    def size_at(self, buffer: bytes, at: int) -> int | None:
        """Return the size declared at a place, 0 when it is impossible, None when the frame is not whole yet."""
        wanted = self.header_size
        while True:
            header = buffer[at : at + wanted]
            if len(header) < wanted:
                return None
            size = self.size_of(header)
            if not isinstance(size, More):
                break
            if not wanted < size.size_bytes <= self.longest:
                return 0
            wanted = size.size_bytes
        if size is None or not self.header_size <= size <= self.longest:
            return 0
        return size if at + size <= len(buffer) else None


class DeclaredFramer(Scanner):
    """Find frames of some kinds and account for every byte."""

    def __init__(self, *kinds: DeclaredKind, tell: Callable[[Span], None] | None = None) -> None:
        """Look for these kinds; `tell` hears what became of every byte."""
        super().__init__(_starts([kind.sync for kind in kinds]), _judge_of(kinds), tell)


def _starts(syncs: Sequence[bytes]) -> bytes:
    """Return the pattern of places where one of the syncs stands, or where the buffer's end cuts it in two."""
    patterns = []
    for sync in sorted(set(syncs), key=len, reverse=True):
        pattern = b""
        for at in reversed(range(len(sync))):
            rest = b"(?:" + pattern + rb"|\Z)" if pattern else b""
            pattern = re.escape(sync[at : at + 1]) + rest
        patterns.append(pattern)
    return b"|".join(patterns)


def _judge_of(kinds: Sequence[DeclaredKind]) -> Judge:
    by_first = {kind.sync[0]: tuple(each for each in kinds if each.sync[0] == kind.sync[0]) for kind in kinds}

    def judge(buffer: bytes, at: int, is_end: bool) -> Verdict | None:
        is_open, whole = False, []
        for kind in by_first[buffer[at]]:
            if not buffer.startswith(kind.sync, at):
                is_open = is_open or kind.sync.startswith(buffer[at : at + len(kind.sync)])
                continue
            size = kind.size_at(buffer, at)
            if size:
                whole.append((size, kind))
            elif size is None:
                is_open = True
        for size, kind in sorted(whole, key=itemgetter(0)) if len(whole) > 1 else whole:
            if kind.is_sound(buffer[at : at + size]):
                return Verdict(size)
        return _refused([size for size, _ in whole], is_open, is_end)

    return judge


def _refused(sizes: list[int], is_open: bool, is_end: bool) -> Verdict | None:
    """Return why no sound frame starts at a place, None while one still may."""
    if is_open and not (is_end and sizes):
        return None
    return Verdict(max(sizes), BAD_CHECKSUM) if sizes else Verdict(1, BAD_LENGTH)


ReadFrame = Callable[[bytes], Mapping[str, Sequence[float]]]


class DeclaredDecoder(RowDecoder):
    """Decode frames of declared length with a reader that returns values by stream key."""

    def __init__(
        self, kinds: DeclaredKind | Sequence[DeclaredKind], streams: tuple[StreamSpec, ...], read: ReadFrame
    ) -> None:
        """Decode into these streams; frames the reader gives nothing for still count as good."""
        framer = DeclaredFramer(*([kinds] if isinstance(kinds, DeclaredKind) else kinds))
        super().__init__(framer, streams, lambda frame: [Row(*told) for told in read(frame).items()])
