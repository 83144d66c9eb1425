"""The newest traffic of a port as rows to read: time, direction, bytes, and what they mean; bounded at any line speed.

One thread owns a `Tap`; it reads the raw log of the cell's newest recording, both directions.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from center_app.telemetry import channels
from center_app.telemetry.store.reader import StoreReader
from center_app.telemetry.store.values import RawRecord, RecordingView
from devices.account import CUT
from devices.messages import explain
from devices.values import Message, Params, Profile

LOOK_BACK_NS = 5_000_000_000
MOST_BYTES = 8192
MOST_PENDING = 4096
PATIENCE_NS = 500_000_000
RECEIVED, SENT = 0, 1
_WIDEST = 32
_AS_IT_STANDS = frozenset({"text", "hex", "bytes"})
"""Fields that only repeat the bytes, which stand beside them."""


@dataclass(frozen=True)
class TrafficRow:
    """Show one message, or a piece of what is none: `t_ns` UTC, direction 0 received or 1 sent, its bytes.

    `says` is what the profile reads out of it, in the words of the code; `message` the same to be said in a person's
    language, None where bytes are no message; `error` why a frame is refused, empty for a sound one.
    """

    t_ns: int
    direction: int
    data: bytes
    says: str = ""
    error: str = ""
    message: Message | None = None

    @property
    def hex(self) -> str:
        """Return the bytes in hexadecimal."""
        return self.data.hex(" ").upper()

    @property
    def text(self) -> str:
        """Return the bytes as ASCII, a dot for what cannot be printed."""
        return "".join(chr(byte) if 32 <= byte < 127 else "." for byte in self.data)


@dataclass(frozen=True)
class Heard:
    """Hold what came since the last look; `skipped_bytes` more came than are shown."""

    rows: tuple[TrafficRow, ...] = ()
    skipped_bytes: int = 0


@dataclass
class _Pending:
    """Hold the start of an unfinished message and when its last byte came."""

    data: bytes = b""
    t_ns: int = 0


class Reader:
    """Turn raw records into rows with a profile's own reading."""

    def __init__(self, profile: Profile | None, params: Params) -> None:
        """Take the device's profile and settings; without a profile rows hold bytes only."""
        self._profile, self._params = profile, params
        self._pending = {RECEIVED: _Pending()}

    def labels(self) -> dict[str, Mapping[str, str]]:
        """Return what the profile calls its channels, by key and language."""
        streams = self._profile.streams_for(self._params) if self._profile is not None else ()
        return {channel.key: channel.label for stream in streams for channel in stream.channels}

    def rows(self, records: Iterable[RawRecord]) -> list[TrafficRow]:
        """Return the messages that the next records complete, in order of time."""
        found: list[TrafficRow] = []
        for direction, run in groupby(records, key=lambda record: record.direction):
            if direction == SENT:
                found += [row for record in run for row in self._written(record)]
            else:
                found += self._run(direction, list(run))
        return found

    def _written(self, record: RawRecord) -> Iterator[TrafficRow]:
        """Read one write, which is always whole, even where the device's own messages end in another way."""
        for message in self._messages(record.data):
            whole = replace(message, error="") if message.error == CUT else message
            yield from self._row(whole, record.data, [(len(record.data), record.t_ns)], SENT)

    def overdue(self, now_ns: int) -> list[TrafficRow]:
        """Return what has waited too long for its end."""
        found = []
        for direction, waiting in self._pending.items():
            if waiting.data and now_ns - waiting.t_ns > PATIENCE_NS:
                found += list(_pieces(waiting.t_ns, direction, waiting.data))
                self._pending[direction] = _Pending()
        return found

    def skip(self) -> None:
        """Forget what is unfinished, because bytes are missing after it."""
        self._pending = {RECEIVED: _Pending()}

    def _run(self, direction: int, records: Sequence[RawRecord]) -> Iterator[TrafficRow]:
        before = self._pending[direction]
        data = before.data + b"".join(record.data for record in records)
        marks, at = [], len(before.data)
        for record in records:
            at += len(record.data)
            marks.append((at, record.t_ns))
        messages = self._messages(data)
        rest = self._rest(messages, data)
        self._pending[direction] = _Pending(rest, records[-1].t_ns)
        stop = len(data) - len(rest)
        for message in messages:
            if message.end <= stop:
                yield from self._row(message, data, marks, direction)

    def _messages(self, data: bytes) -> list[Message]:
        if self._profile is None:
            return [Message(0, len(data), "bytes")]
        return explain(self._profile, data, self._params)

    def _rest(self, messages: Sequence[Message], data: bytes) -> bytes:
        """Return the bytes at the end that may be the start of a message: all behind the last sound one."""
        if not messages or messages[-1].error != CUT:
            return b""
        whole = next((message.end for message in reversed(messages) if not message.error), 0)
        for start in (whole, messages[-1].start):
            if len(data) - start <= MOST_PENDING:
                return data[start:]
        return b""

    def _row(
        self, message: Message, data: bytes, marks: Sequence[tuple[int, int]], direction: int
    ) -> Iterator[TrafficRow]:
        t_ns = next((t for end, t in marks if message.end <= end), marks[-1][1])
        piece = data[message.start : message.end]
        if message.error or not message.fields:
            yield from _pieces(t_ns, direction, piece, message.kind, message.error)
        else:
            yield TrafficRow(t_ns, direction, piece, said(message), message=message)


def said(message: Message) -> str:
    """Return a message's kind and values in one line."""
    values = ", ".join(f"{key} {_short(value)}" for key, value in told(message).items())
    return f"{message.kind}: {values}" if values else message.kind


def told(message: Message) -> dict[str, object]:
    """Return the fields of a message that say more than its bytes."""
    return {
        key: value
        for key, value in message.fields.items()
        if key not in _AS_IT_STANDS and value is not None and not isinstance(value, dict)
    }


def _short(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    text = " ".join(str(value).split())
    return text if len(text) <= 60 else text[:59] + "…"


def _pieces(t_ns: int, direction: int, data: bytes, kind: str = "", error: str = "") -> Iterator[TrafficRow]:
    """Cut bytes that are no message into rows of at most 32."""
    for start in range(0, len(data), _WIDEST):
        yield TrafficRow(t_ns, direction, data[start : start + _WIDEST], "" if error else kind, error)


@dataclass
class Tap:
    """Follow one cell's traffic; each look gives what is new, at most 8 KiB of it."""

    cell_id: int
    _recording: RecordingView | None = None
    _reader: Reader | None = None
    _seen_ns: int = 0

    def labels(self) -> dict[str, Mapping[str, str]]:
        """Return what the followed profile calls its channels, by key and language."""
        return self._reader.labels() if self._reader is not None else {}

    def look(self, store: StoreReader, now_ns: int) -> Heard:
        """Return what came since the last look, or the last five seconds at first."""
        reader = self._follow(store)
        if reader is None or self._recording is None:
            return Heard()
        kept: deque[RawRecord] = deque()
        size = skipped = 0
        since_ns = max(self._seen_ns + 1, now_ns - LOOK_BACK_NS)
        for record in store.raw(self._recording.id, t0_ns=since_ns):
            kept.append(_cut(record))
            size += len(record.data)
            skipped += len(record.data) - len(kept[-1].data)
            while size - skipped > MOST_BYTES:
                skipped += len(kept.popleft().data)
        if skipped:
            reader.skip()
        if kept:
            self._seen_ns = kept[-1].t_ns
        return Heard((*reader.rows(kept), *reader.overdue(now_ns)), skipped)

    def _follow(self, store: StoreReader) -> Reader | None:
        """Return the reader of the newest recording, a fresh one when there is a newer recording."""
        newest = max(store.recordings(self.cell_id), key=lambda one: one.started_ns, default=None)
        if newest is not None and (self._recording is None or newest.id != self._recording.id):
            self._recording = newest
            self._reader = Reader(channels.profile(newest.profile_id), newest.params)
        return self._reader


def _cut(record: RawRecord) -> RawRecord:
    """Return a record with no more than the last bytes that one look shows."""
    if len(record.data) <= MOST_BYTES:
        return record
    data = record.data[-MOST_BYTES:]
    return RawRecord(record.segment, record.offset, record.t_ns, record.wall_ns, record.direction, data)
