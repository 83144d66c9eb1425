"""Decode the frames of a written profile in blocks, whatever cuts them from the stream."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from devices.account import BAD_CHECKSUM, BAD_LENGTH, Book
from devices.checksum import Check
from devices.declared import DeclaredFramer, DeclaredKind
from devices.framing import FixedFramer, FrameKind
from devices.packets import COBS, SLIP, PacketFramer
from devices.structs import SequenceWatch, Unwrapper, range_quality
from devices.toml_profiles.judge import full_size, header_size, spread
from devices.toml_profiles.kinds import Rows
from devices.toml_profiles.schema import FieldPlan, FramePlan, MessagePlan, Schema
from devices.values import Account, Block, Int64Array, Quality, StreamSpec


@dataclass(frozen=True)
class FrameCheck(Check):
    """Check a frame's last bytes beside its checksum; without one only those."""

    end: bytes = b""
    has_sum: bool = True

    def passes(self, rows: Rows) -> NDArray[np.bool_]:
        """Say for every frame, uint8 (n, size), whether checksum and last bytes are right; bool (n,)."""
        good = super().passes(rows) if self.has_sum else np.ones(rows.shape[0], dtype=np.bool_)
        for index, value in enumerate(self.end):
            good = good & (rows[:, rows.shape[1] - len(self.end) + index] == value)
        return good

    def seal(self, rows: Rows) -> None:
        """Write last bytes and checksum into every frame, in place."""
        if self.end:
            rows[:, -len(self.end) :] = np.frombuffer(self.end, dtype=np.uint8)
        if self.has_sum:
            super().seal(rows)


def frame_check(frame: FramePlan, size: int) -> FrameCheck | None:
    """Return the check of frames of one size, None when they have neither checksum nor last bytes."""
    check = frame.check
    if check is None:
        return FrameCheck(np.sum, 0, 0, 0, 1, "<", frame.end, has_sum=False) if frame.end else None
    start, stop, at = spread(check, size)
    return FrameCheck(check.sum.rows, start, stop, at, check.width, check.order, frame.end)


def raw_values(field: FieldPlan, rows: Rows) -> NDArray[Any]:
    """Return a field's raw values, shape (n,): masked and shifted; NaN where the device says "not measured"."""
    assert field.kind is not None
    raw = field.kind.read(rows, field.at)
    if field.mask is not None:
        raw = (raw & raw.dtype.type(field.mask)) >> raw.dtype.type(field.shift)
    if field.missing is None:
        return raw
    lacking = raw == field.missing
    real = raw.astype(np.float64)
    real[lacking] = np.nan
    return real


def stream_of(message: MessagePlan) -> StreamSpec:
    """Return the stream that a kind of frame fills."""
    tick = message.tick
    return StreamSpec(
        message.key, tuple(field.channel for field in message.fields), message.rate_hz,
        tick.period_ns if tick else None, 8 * tick.kind.width if tick else 0,
    )  # fmt: skip


class MessageReader:
    """Turn the frames of one message into blocks; keeps its counters from block to block."""

    def __init__(self, message: MessagePlan, frame: FramePlan) -> None:
        """Read this message; frames are picked by its id."""
        self.message, self._frame = message, frame
        self._stream = stream_of(message)
        kinds = {np.dtype(channel.dtype) for channel in self._stream.channels}
        self._common = kinds.pop() if len(kinds) == 1 else np.dtype(np.float64)
        self._ticks = Unwrapper(8 * message.tick.kind.width) if message.tick else None
        self._numbers = SequenceWatch(8 * message.sequence.kind.width) if message.sequence else None

    def takes(self, rows: Rows) -> NDArray[np.bool_]:
        """Say which frames are of this message, bool (n,)."""
        place = self._frame.id
        if place is None:
            return np.ones(rows.shape[0], dtype=np.bool_)
        return np.asarray(place.kind.read(rows, place.at) == self.message.id)

    def block(self, rows: Rows, ends: Int64Array) -> Block:
        """Return the block of frames that are all of this message."""
        message = self.message
        with np.errstate(invalid="ignore"):  # a signalling NaN on the wire is a NaN like any other
            values = np.stack([raw_values(field, rows).astype(self._common) for field in message.fields])
        quality = range_quality(self._stream.channels, values)
        for row, field in enumerate(message.fields):
            if field.channel.states is not None:
                known = np.isin(values[row], list(field.channel.states))
                quality[row][~known & (quality[row] == Quality.GOOD)] = Quality.OUT_OF_RANGE
        tick = message.tick
        ticks = self._ticks.unwrap(tick.kind.read(rows, tick.at)) if self._ticks and tick else None
        number = message.sequence
        gaps = self._numbers.missing(number.kind.read(rows, number.at)) if self._numbers and number else 0
        return Block(message.key, values, quality, ends, ticks, gaps)


Group = tuple[Rows, Int64Array]
"""Frames of one size and the offsets of their ends."""


class _Readers:
    """Hand frames to the messages they belong to; those of one message stay in the order they came in."""

    def __init__(self, schema: Schema) -> None:
        self._readers = [(MessageReader(one, schema.frame), full_size(schema.frame, one)) for one in schema.messages]

    def blocks(self, groups: Sequence[Group], sync: bytes | None = None) -> tuple[list[Block], list[NDArray[np.bool_]]]:
        """Return the blocks, and for each group which frames are too short for the message they name."""
        found = []
        short = [np.zeros(rows.shape[0], dtype=np.bool_) for rows, _ends in groups]
        for reader, least in self._readers:
            if sync is not None and reader.message.sync != sync:
                continue
            mine = [_taken(reader, least, group, lacks) for group, lacks in zip(groups, short, strict=True)]
            if taken := [group for group in mine if group[1].size]:
                found.append(reader.block(*_in_order(taken, least)))
        return found, short


def _taken(reader: MessageReader, least: int, group: Group, short: NDArray[np.bool_]) -> Group:
    """Return the frames of a group that a message takes; mark those that are too short for it in `short`."""
    rows, ends = group
    mine = reader.takes(rows) & ~short
    if rows.shape[1] < least or (reader.message.size and rows.shape[1] != reader.message.size):
        short |= mine
        return rows[:0], ends[:0]
    return group if mine.all() else (rows[mine], ends[mine])


def _in_order(groups: Sequence[Group], least: int) -> Group:
    """Join groups of several sizes in the order of their ends; what lies beyond the message's fields falls away."""
    if len(groups) == 1:
        return groups[0]
    rows = np.concatenate([rows[:, :least] for rows, _ends in groups])
    ends = np.concatenate([ends for _rows, ends in groups])
    order = np.argsort(ends, kind="stable")
    return rows[order], ends[order]


class SyncDecoder:
    """Decode frames of fixed size behind sync bytes."""

    def __init__(self, schema: Schema) -> None:
        """Look for the frames of every message."""
        places = dict.fromkeys((one.sync, one.size) for one in schema.messages)
        kinds = (FrameKind(sync.hex(), sync, size, frame_check(schema.frame, size)) for sync, size in places)
        self._framer = FixedFramer(tuple(kinds))
        self._readers = _Readers(schema)

    def feed(self, data: bytes) -> list[Block]:
        """Take received bytes; return the completed blocks."""
        found: list[Block] = []
        for batch in self._framer.feed(data):
            found += self._readers.blocks([(batch.rows, batch.end_offset)], batch.kind.sync)[0]
        return found

    def flush(self) -> list[Block]:
        """End the input; an unfinished frame is cut."""
        self._framer.flush()
        return []

    def account(self) -> Account:
        """Return the balanced byte account."""
        return self._framer.account()


Frame = tuple[bytes, int, int]


def _by_size(frames: Iterable[Frame]) -> Iterable[tuple[Rows, Int64Array, Int64Array]]:
    """Group frames (content, end offset, received size) of one length into rows, ends and sizes."""
    groups: dict[int, list[Frame]] = {}
    for frame in frames:
        groups.setdefault(len(frame[0]), []).append(frame)
    for size, mine in groups.items():
        rows = np.frombuffer(b"".join(one[0] for one in mine), dtype=np.uint8).reshape(len(mine), size)
        yield rows, np.array([one[1] for one in mine], np.int64), np.array([one[2] for one in mine], np.int64)


def _read(readers: _Readers, book: Book, groups: Sequence[tuple[Rows, Int64Array, Int64Array]]) -> list[Block]:
    """Return the blocks of sound frames grouped by size; frames too short for their message are discarded."""
    blocks, short = readers.blocks([(rows, ends) for rows, ends, _sizes in groups if ends.size])
    sizes = [sizes for _rows, ends, sizes in groups if ends.size]
    for mine, lacks in zip(sizes, short, strict=True):
        if lacks.any():
            book.spoil(BAD_LENGTH, int(mine[lacks].sum()), int(lacks.sum()))
    return blocks


class PacketDecoder:
    """Decode packets of COBS or SLIP; what unpacks but fails its checksum or length is discarded."""

    def __init__(self, schema: Schema) -> None:
        """Unpack with the schema's packing."""
        self._frame = schema.frame
        self._framer = PacketFramer(COBS if schema.frame.framing == "cobs" else SLIP, 2 * schema.frame.longest + 16)
        self._readers = _Readers(schema)
        self._checks: dict[int, FrameCheck | None] = {}

    def feed(self, data: bytes) -> list[Block]:
        """Take received bytes; return the completed blocks."""
        packets = self._framer.feed(data)
        frames = ((packet, end, size) for (packet, end), size in zip(packets, self._framer.sizes, strict=True))
        return _read(self._readers, self._framer.book, [self._sound(*group) for group in _by_size(frames)])

    def _sound(self, rows: Rows, ends: Int64Array, sizes: Int64Array) -> tuple[Rows, Int64Array, Int64Array]:
        """Return the frames of one length that pass; the others are discarded."""
        length = rows.shape[1]
        if length > self._frame.longest or not self._fits(length):
            self._framer.book.spoil(BAD_LENGTH, int(sizes.sum()), sizes.size)
            return rows[:0], ends[:0], sizes[:0]
        check = self._check(length)
        good = check.passes(rows) if check else np.ones(rows.shape[0], dtype=np.bool_)
        if good.all():
            return rows, ends, sizes
        self._framer.book.spoil(BAD_CHECKSUM, int(sizes[~good].sum()), int((~good).sum()))
        return rows[good], ends[good], sizes[good]

    def _fits(self, length: int) -> bool:
        """Say whether a payload can hold checksum and id."""
        check, place = self._frame.check, self._frame.id
        least = place.at + place.kind.width if place else 1
        if check is not None:
            start, stop, at = spread(check, length)
            least = max(least, at + check.width, stop)
            if at < 0 or start >= stop:
                return False
        return length >= least

    def _check(self, length: int) -> FrameCheck | None:
        if length not in self._checks:
            self._checks[length] = frame_check(self._frame, length)
        return self._checks[length]

    def flush(self) -> list[Block]:
        """End the input; an unfinished packet is cut."""
        self._framer.flush()
        return []

    def account(self) -> Account:
        """Return the balanced byte account."""
        return self._framer.book.statement()


class LengthDecoder:
    """Decode frames that declare their own length."""

    def __init__(self, schema: Schema) -> None:
        """Look for frames of at most `longest` bytes."""
        self._frame = frame = schema.frame
        kind = DeclaredKind(frame.sync, header_size(frame), self._size_of, self._is_sound, frame.longest)
        self._framer = DeclaredFramer(kind)
        self._readers = _Readers(schema)
        self._least = min(full_size(frame, one) for one in schema.messages)

    def _size_of(self, header: bytes) -> int | None:
        length = self._frame.length
        assert length is not None
        place = header[length.at : length.at + length.kind.width]
        size = int.from_bytes(place, "little" if length.kind.order == "<" else "big") + self._frame.adds
        return size if self._least <= size <= self._frame.longest else None

    def _is_sound(self, frame: bytes) -> bool:
        check, end = self._frame.check, self._frame.end
        if end and not frame.endswith(end):
            return False
        if check is None:
            return True
        start, stop, at = spread(check, len(frame))
        stored = int.from_bytes(frame[at : at + check.width], "little" if check.order == "<" else "big")
        return at >= 0 and start < stop and check.sum.one(frame[start:stop]) == stored

    def feed(self, data: bytes) -> list[Block]:
        """Take received bytes; return the completed blocks."""
        return self._blocks(self._framer.feed(data))

    def _blocks(self, frames: list[tuple[bytes, int]]) -> list[Block]:
        groups = list(_by_size((frame, end, len(frame)) for frame, end in frames))
        return _read(self._readers, self._framer.book, groups)

    def flush(self) -> list[Block]:
        """End the input; an unfinished frame is cut."""
        return self._blocks(self._framer.flush())

    def account(self) -> Account:
        """Return the balanced byte account."""
        return self._framer.book.statement()


def sized(schema: Schema) -> Schema:
    """Return the schema with the size of every message of a framing by sync filled in."""
    if schema.frame.framing != "sync":
        return schema
    messages = tuple(replace(one, size=full_size(schema.frame, one)) for one in schema.messages)
    return replace(schema, messages=messages)
