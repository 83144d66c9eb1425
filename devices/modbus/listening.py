"""Hear a Modbus RTU line: find frames by length and CRC in a mixed stream and pair replies with their polls.

Nothing says on the wire whether a frame is a poll or a reply. A frame that answers the poll before it is its reply;
else it is read as a poll when it can be one. The shortest sound reading wins, and nothing is decided before enough
bytes are there, so that any split of the stream gives the same frames. Silence on the line is never used.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from devices.account import BAD_CHECKSUM, CUT, NOISE, Book
from devices.checksum import MODBUS, crc16_of
from devices.modbus import pdu
from devices.modbus.frames import HIGHEST_UNIT, LONGEST_RTU, parse_reply, parse_request
from devices.modbus.hopes import Hopes
from devices.modbus.pdu import Fields

POLL, REPLY = "poll", "reply"
BOTH, POLLS, REPLIES = "both", "polls", "replies"
SIDES = (BOTH, POLLS, REPLIES)
"""What a line carries: polls and replies mixed, or one of them where they have wires of their own."""
_BROADCAST = frozenset({5, 6, 15, 16, 22})
_SLICE_BYTES = 4096


@dataclass(frozen=True)
class Heard:
    """Hold bytes [start, stop) of the stream: a sound frame with its fields, or refused for a reason.

    `asked` is the poll that this reply answers, None when it was not heard.
    """

    start: int
    stop: int
    role: str = ""
    fields: Fields | None = None
    asked: Heard | None = None
    reason: str = ""
    frame: bytes = b""

    def number(self, key: str) -> int:
        """Return a whole-number field."""
        return int(str((self.fields or {})[key]))


class Ear:
    """Cut a stream into frames and account for every byte; holds at most one slice and one frame."""

    def __init__(self, side: str = BOTH) -> None:
        """Listen to a line that carries this side of the talk."""
        self._side = side
        self._buffer = b""
        self._base = 0
        self._spoiled_until = self._boundary = 0
        self._poll: Heard | None = None
        self.book = Book()

    def feed(self, data: bytes) -> list[Heard]:
        """Take received bytes; return what is decided, in order of the stream and without a hole."""
        heard: list[Heard] = []
        for start in range(0, len(data), _SLICE_BYTES):
            piece = data[start : start + _SLICE_BYTES]
            self.book.take(len(piece))
            self._buffer += piece
            _join(heard, self._drain(is_end=False))
        return heard

    def flush(self) -> list[Heard]:
        """End the input: what an unfinished frame held is searched for whole ones, the rest is cut."""
        heard: list[Heard] = []
        _join(heard, self._drain(is_end=True))
        self._poll = None
        return heard

    def _drain(self, is_end: bool) -> Iterator[Heard]:
        at = cut_until = 0
        hopes: Hopes | None = None
        while at < len(self._buffer):
            size, role, is_open = self._frame_at(at)
            if is_open and not is_end:
                break
            if size:
                yield self._keep(at, size, role)
                at += size
                continue
            cut_until = len(self._buffer) if is_open else cut_until
            yield self._refuse(at, at < cut_until)
            hopes = hopes or Hopes(self._buffer)
            stop = min(hopes.next(at + 1), self._next_due(at + 1))
            yield from self._refuse_run(at + 1, stop, cut_until)
            at = stop
        self._buffer = self._buffer[at:]
        self._base += at

    def _next_due(self, at: int) -> int:
        """Return the next position from `at` on where a refused frame would count as one: a reply to the last poll."""
        poll = self._poll
        if poll is None:
            return len(self._buffer)
        after = max(at, self._spoiled_until - self._base)
        found = self._buffer.find(poll.frame[:1], after, max(0, self._boundary + LONGEST_RTU - self._base))
        return found if found >= 0 else len(self._buffer)

    def _refuse_run(self, at: int, stop: int, cut_until: int) -> Iterator[Heard]:
        """Discard bytes that begin nothing, in runs of one reason."""
        while at < stop:
            spoiled = self._spoiled_until - self._base
            if at < spoiled:
                reason, end = BAD_CHECKSUM, min(stop, spoiled)
            else:
                reason, end = (CUT, min(stop, cut_until)) if at < cut_until else (NOISE, stop)
            self.book.discard(reason, end - at, 0)
            yield Heard(self._base + at, self._base + end, reason=reason)
            at = end

    def _frame_at(self, at: int) -> tuple[int, str, bool]:
        """Return (size, role, False) of the sound frame here; size 0: none; True: more bytes are needed to tell."""
        unit = self._buffer[at]
        if unit > HIGHEST_UNIT:
            return 0, "", False
        if len(self._buffer) - at < 2:
            return 0, "", True
        for size, role in self._readings(at, unit):
            if size is None or at + size > len(self._buffer):
                return 0, "", True
            frame = self._buffer[at : at + size]
            if _is_sound(frame) and (parse_request if role == POLL else parse_reply)(frame) is not None:
                return size, role, False
        return 0, "", False

    def _readings(self, at: int, unit: int) -> list[tuple[int | None, str]]:
        """Return the possible sizes of a frame here with their role, the likeliest first, then the shortest."""
        function = self._buffer[at + 1]
        if function & ~pdu.EXCEPTION not in pdu.KNOWN or (unit == 0 and function not in _BROADCAST):
            return []
        head = self._buffer[at + 1 : at + LONGEST_RTU]
        sizes = {POLL: pdu.request_size(head), REPLY: pdu.reply_size(head) if unit else 0}
        if self._side != BOTH:
            sizes.pop(REPLY if self._side == POLLS else POLL)
        found = [(None if size is None else size + 3, role) for role, size in sizes.items() if size != 0]
        if len(found) < 2:
            return found
        found.sort(key=lambda each: (not self._is_expected(unit, head, *each), each[0] is None, each[0] or 0))
        return found

    def _is_expected(self, unit: int, head: bytes, size: int | None, role: str) -> bool:
        """Say whether this would be the reply to the poll before: unit, function and length agree."""
        poll = self._poll
        if poll is None or role != REPLY or size is None or poll.frame[0] != unit:
            return False
        function = poll.number("fc")
        if head[0] & 0x7F != function:
            return False
        return bool(head[0] & pdu.EXCEPTION) or size == _reply_size(poll, function)

    def _keep(self, at: int, size: int, role: str) -> Heard:
        frame = self._buffer[at : at + size]
        start = self._base + at
        fields = (parse_request if role == POLL else parse_reply)(frame)
        asked = self._poll if role == REPLY and self._answers(frame[0], fields) else None
        heard = Heard(start, start + size, role, fields, asked, frame=frame)
        self._poll = heard if role == POLL and frame[0] else None
        self._boundary = heard.stop
        self.book.good(size)
        return heard

    def _answers(self, unit: int, fields: Fields | None) -> bool:
        poll = self._poll
        return bool(poll and fields and poll.fields and poll.frame[0] == unit and pdu.answers(poll.fields, fields))

    def _refuse(self, at: int, is_cut: bool) -> Heard:
        """Discard one byte: of a frame whose checksum is wrong, of a cut one, or noise."""
        start = self._base + at
        spoiled = self._spoiled_size(at)
        fresh = bool(spoiled) and start >= self._spoiled_until
        if fresh:
            self._spoiled_until = start + spoiled
        reason = BAD_CHECKSUM if start < self._spoiled_until else CUT if is_cut else NOISE
        self.book.discard(reason, 1, 1 if fresh else 0)
        frame = self._buffer[at : at + spoiled] if fresh else b""
        return Heard(start, start + 1, reason=reason, frame=frame)

    def _spoiled_size(self, at: int) -> int:
        """Return the size of a frame that starts here but for its checksum, 0 when there is none."""
        if len(self._buffer) - at < 2 or self._buffer[at] > HIGHEST_UNIT or not self._may_begin(at):
            return 0
        sizes = [size for size, _ in self._readings(at, self._buffer[at]) if size and at + size <= len(self._buffer)]
        return max(sizes, default=0)

    def _may_begin(self, at: int) -> bool:
        """Say whether a frame is due here: right behind the last one, or soon after a poll from the unit it asked."""
        behind = self._base + at - self._boundary
        poll = self._poll
        return behind == 0 or (poll is not None and behind < LONGEST_RTU and poll.frame[0] == self._buffer[at])


def _reply_size(poll: Heard, function: int) -> int | None:
    """Return the size of the RTU reply a poll asks for, None when it is not told by the poll."""
    if function in (*pdu.READS, 23):
        count = poll.number("count")
        return 5 + ((count + 7) // 8 if function < 3 else 2 * count)
    return 10 if function == 22 else 8 if function in (5, 6, 8, 15, 16) else None


def _is_sound(frame: bytes) -> bool:
    return crc16_of(MODBUS, frame[:-2]) == frame[-2] | frame[-1] << 8


def _join(found: list[Heard], pieces: Iterator[Heard]) -> None:
    """Add pieces, joining neighbouring refused bytes of one reason; a refused frame begins a new piece."""
    for piece in pieces:
        last = found[-1] if found else None
        if last and last.reason and last.reason == piece.reason and last.stop == piece.start and not piece.frame:
            found[-1] = Heard(last.start, piece.stop, reason=last.reason, frame=last.frame)
        else:
            found.append(piece)
