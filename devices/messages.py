"""Read whole frames as messages: what a person would read out of the bytes, refused frames with their reason.

The messages of one input follow each other without a hole, so that every byte belongs to one of them: good frames,
refused ones (`error` says why), noise between them and, in text, the lines without values (kind "text").
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from devices.account import BAD_CHECKSUM, CUT, NOISE, OVERLONG
from devices.declared import DeclaredFramer, DeclaredKind
from devices.framing import FrameKind
from devices.lines import LONGEST_LINE, LineFramer
from devices.scanner import Scanner, Span
from devices.structs import Layout, column, range_quality
from devices.values import Block, ChannelSpec, Message, Params, Profile, Quality, StreamSpec

Fields = dict[str, object]
Told = tuple[str, Mapping[str, object]] | tuple[str, Mapping[str, object], str]
"""Kind, fields and, for a refused frame, the reason."""
Explain = Callable[[bytes, Params], list[Message]]
_SHOWN_BYTES = 64
# What a frame does not carry says nothing about what it carries.
_NO_DOUBT = (Quality.GOOD, Quality.NOT_MEASURED, Quality.TIMEOUT)


def explain(profile: Profile, data: bytes, params: Params | None = None) -> list[Message]:
    """Read a file's bytes as messages, with the profile's own reader or else row by row; never raises.

    A value outside its channel's range is named under "quality", as it is in the rows.
    """
    settings = profile.settled(params)
    if profile.explain is None:
        return explain_rows(profile, data, settings)
    doubts = _doubts(profile, data, settings)
    return [_doubted(message, doubts) for message in profile.explain(data, settings)]


def _doubts(profile: Profile, data: bytes, settings: Params) -> dict[int, dict[str, str]]:
    """Return, by the offset just after a frame, the channels whose values are there but not good."""
    decoder = profile.decoder(settings)
    names = {stream.key: [channel.key for channel in stream.channels] for stream in profile.streams_for(settings)}
    found: dict[int, dict[str, str]] = {}
    for block in decoder.feed(data) + decoder.flush():
        marks = np.broadcast_to(block.quality, block.values.shape)
        for index, row in zip(*np.nonzero(~np.isin(marks, _NO_DOUBT)), strict=True):
            word = Quality(int(marks[index, row])).name.lower()
            found.setdefault(int(block.end_offset[row]), {})[names[block.stream][int(index)]] = word
    return found


def _doubted(message: Message, doubts: Mapping[int, Mapping[str, str]]) -> Message:
    if message.error or message.end not in doubts or "quality" in message.fields:
        return message
    return replace(message, fields={**message.fields, "quality": dict(doubts[message.end])})


def number(value: float, digits: int = 12) -> float | None:
    """Return a value without the rounding noise of its scale, None when it is not finite."""
    if not math.isfinite(value):
        return None
    return float(f"{value:.{digits}g}")


def shown(data: bytes) -> Fields:
    """Return the bytes of a frame that cannot be read, at most 64 of them, as hexadecimal text."""
    return {"hex": data[:_SHOWN_BYTES].hex(" ").upper(), "bytes": len(data)}


def crc_fields(stated: bytes, right: bytes) -> Fields:
    """Return the checksum a refused frame states and the right one, in the order of the wire."""
    return {"stated_crc": stated.hex(" ").upper(), "correct_crc": right.hex(" ").upper()}


def readable(data: bytes) -> str:
    """Return text as it stands, bytes outside ASCII escaped."""
    return data.decode("ascii", "backslashreplace")


def explain_frames(
    kinds: Sequence[DeclaredKind],
    data: bytes,
    read: Callable[[bytes], Told],
    correct: Callable[[bytes], Fields] | None = None,
) -> list[Message]:
    """Read binary frames; `correct` says of a frame with a bad checksum what the right one would be."""
    return explain_scanned(
        lambda hear: DeclaredFramer(*kinds, tell=hear), data, lambda frame: [read(frame)], correct=correct
    )


def explain_scanned(
    make: Callable[[Callable[[Span], None]], Scanner],
    data: bytes,
    read: Callable[[bytes], Sequence[Told]],
    refused: Callable[[bytes], Told] = lambda frame: ("frame", shown(frame)),
    correct: Callable[[bytes], Fields] | None = None,
) -> list[Message]:
    """Read messages with the framer that `make(tell)` returns.

    `read` tells what is in a sound message, `refused` what is in another, `correct` what its checksum should be.
    The messages follow each other without a hole; what `read` tells of a run shares its bytes in equal parts.
    """
    spans: list[Span] = []
    framer = make(spans.append)
    framer.feed(data)
    framer.flush()
    messages: list[Message] = []
    for span in spans:
        if not span.reason:
            messages.extend(_sound(span, read(span.frame)))
        elif span.begins:
            kind, fields = refused(span.frame)[:2]
            right = correct(span.frame) if correct and span.reason == BAD_CHECKSUM else {}
            messages.append(Message(span.start, span.stop, kind, {**fields, **right}, span.reason))
        else:
            messages.append(_joined(span, data, messages))
    return messages


def _sound(span: Span, parts: Sequence[Told]) -> Iterator[Message]:
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


def explain_lines(
    data: bytes, read: Callable[[bytes], Told], longest: int = LONGEST_LINE, is_checked: bool = False
) -> list[Message]:
    """Read text line by line; "text" is the line with its end.

    `is_checked` says that lines carry a checksum: a last one without its end counts when it is sound.
    """
    framer = LineFramer(longest)
    messages: list[Message] = []
    done = 0
    for batch in framer.feed(data):
        sizes, ends = batch.sizes.tolist(), batch.end_offset.tolist()
        for line, size, end in zip(batch.lines(), sizes, ends, strict=True):
            if end - size > done:
                messages.append(Message(done, end - size, "line", shown(data[done : end - size]), OVERLONG))
            done = end
            messages.append(_line(line, data[end - size : end], end, read))
    if done < len(data) and (is_checked or data.endswith(b"\r")) and len(data) - done <= longest:
        last = _line(data[done:].rstrip(b"\r"), data[done:], len(data), read)
        if data.endswith(b"\r") or (last.kind != "text" and not last.error):
            return [*messages, last]
    if done < len(data):
        reason = OVERLONG if len(data) - done > longest else CUT
        messages.append(Message(done, len(data), "line", shown(data[done:]), reason))
    return messages


def _line(line: bytes, whole: bytes, end: int, read: Callable[[bytes], Told]) -> Message:
    kind, fields, *reason = read(line)
    return Message(end - len(whole), end, kind, {"text": readable(whole), **fields}, reason[0] if reason else "")


def explain_layouts(
    layouts: Sequence[Layout], others: Sequence[FrameKind] = (), name: Mapping[str, str] | None = None
) -> Explain:
    """Return a reader of fixed frames: one message per frame, fields by channel, or by `name` of the channel."""
    kinds = dict.fromkeys([*(layout.kind for layout in layouts), *others])
    declared = [as_declared(kind) for kind in kinds]

    def read(frame: bytes) -> Told:
        row = np.frombuffer(frame, dtype=np.uint8)[None, :]
        for layout in layouts:
            if frame.startswith(layout.kind.sync) and len(frame) == layout.kind.size and _is_mine(layout, frame):
                return layout.stream.key, row_fields(layout, row, name or {})
        return "frame", shown(frame)

    return lambda data, params: explain_frames(declared, data, read)


def as_declared(kind: FrameKind) -> DeclaredKind:
    """Return a frame kind of fixed size as one that declares its size."""

    def is_sound(frame: bytes) -> bool:
        return kind.check is None or bool(kind.check.passes(np.frombuffer(frame, dtype=np.uint8)[None, :])[0])

    return DeclaredKind(kind.sync, len(kind.sync), lambda header: kind.size, is_sound, kind.size)


def _is_mine(layout: Layout, frame: bytes) -> bool:
    if layout.select is None:
        return True
    at, mask, value = layout.select
    return frame[at] & mask == value


def row_fields(layout: Layout, row: NDArray[np.uint8], name: Mapping[str, str]) -> Fields:
    """Return one frame's fields, uint8 (1, size), in the channels' units."""
    raw = [field(row) if callable(field) else column(row, *field) for field in layout.fields]
    values = np.array([np.asarray(each, dtype=np.float64) for each in raw])
    quality = range_quality(layout.stream.channels, values)
    return named(layout.stream.channels, values[:, 0], quality[:, 0], name)


def named(
    channels: Sequence[ChannelSpec], raw: NDArray[Any], quality: NDArray[Any], name: Mapping[str, str] | None = None
) -> Fields:
    """Return scaled values by channel key; what is not good is None and its mark stands under "quality"."""
    fields: Fields = {}
    marks: dict[str, str] = {}
    for channel, value, mark in zip(channels, raw, quality, strict=True):
        key = (name or {}).get(channel.key, channel.key)
        good = int(mark) == Quality.GOOD
        fields[key] = number(float(value) * channel.scale + channel.offset) if good else None
        if not good:
            marks[key] = Quality(int(mark)).name.lower()
    return {**fields, "quality": marks} if marks else fields


def explain_rows(profile: Profile, data: bytes, params: Params) -> list[Message]:
    """Return one message per decoded row, fields by channel key; its bytes begin where the row before ended."""
    decoder = profile.decoder(params)
    blocks = decoder.feed(data) + decoder.flush()
    streams = {stream.key: stream for stream in profile.streams_for(params)}
    rows = sorted(
        ((int(end), block, index) for block in blocks for index, end in enumerate(block.end_offset)),
        key=lambda row: row[0],
    )
    messages, done = [], 0
    for end, block, index in rows:
        messages.append(Message(done, end, block.stream, _row(streams[block.stream], block, index)))
        done = end
    if done < len(data):
        messages.append(Message(done, len(data), "noise", shown(data[done:]), NOISE))
    return messages


def _row(stream: StreamSpec, block: Block, index: int) -> Fields:
    quality = np.broadcast_to(block.quality, block.values.shape)[:, index]
    return named(stream.channels, block.values[:, index].astype(np.float64), quality)
