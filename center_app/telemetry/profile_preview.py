"""Show what a profile's text makes of captured bytes: problems, what became of every byte, values, curves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from center_app.core.errors import Problem
from center_app.telemetry.profile_errors import refusal
from devices.toml_profiles import ProfileRefused, compile_text, read_schema
from devices.toml_profiles.schema import Schema
from devices.values import Account, Block, Decoder, Profile, Quality, scaled

MOST_BYTES = 65536
MOST_SHOWN = 4096
MOST_POINTS = 240
GOOD, PENDING = "good", "pending"


@dataclass(frozen=True)
class ByteSpan:
    """Say what became of bytes [start, stop): "good", "pending" or the reason they were discarded."""

    start: int
    stop: int
    kind: str


@dataclass(frozen=True)
class FieldSpan:
    """Place one field of one good frame."""

    start: int
    stop: int
    key: str


@dataclass(frozen=True)
class ChannelRow:
    """Show one channel: last scaled value with its state's name and quality, and its newest points, float64 (n,)."""

    stream: str
    key: str
    label: Mapping[str, str]
    unit: str
    last: float
    state: str
    quality: Quality
    frames: int
    points: NDArray[np.float64] = field(compare=False)


@dataclass(frozen=True)
class Preview:
    """Hold the whole answer; `problems` are pairs of line and problem."""

    problems: tuple[tuple[int, Problem], ...] = ()
    profile: Profile | None = None
    spans: tuple[ByteSpan, ...] = ()
    fields: tuple[FieldSpan, ...] = ()
    rows: tuple[ChannelRow, ...] = ()
    account: Account = field(default_factory=Account)
    is_sample: bool = False


def preview(report: Callable[..., None], text: str, data: bytes) -> Preview:
    """Read the text and decode `data` (the profile's own sample without); long work, so `report` may end it."""
    try:
        profile = compile_text(text)
        schema = read_schema(text)
    except ProfileRefused as refused:
        problems = refusal(refused).problems
        return Preview(tuple((one.line, said) for one, said in zip(refused.problems, problems, strict=True)))
    report(0.2)
    heard = (data or profile.sample)[:MOST_BYTES]
    decoder = profile.decoder()
    blocks = decoder.feed(heard)
    report(0.5)
    spans, ends = _spans(profile.decoder(), heard[:MOST_SHOWN], report)
    return Preview(
        (), profile, spans, _fields(schema, ends), _rows(profile, blocks), decoder.account(), is_sample=not data
    )  # fmt: skip


def _spans(
    decoder: Decoder, data: bytes, report: Callable[..., None]
) -> tuple[tuple[ByteSpan, ...], list[tuple[int, int, str]]]:
    """Feed byte by byte and watch the account: what it settles lies in order of the stream.

    Return the spans, and of every good frame its start, end and stream.
    """
    spans: list[ByteSpan] = []
    frames: list[tuple[int, int, str]] = []
    done, before = 0, decoder.account()
    for index in range(len(data)):
        blocks = decoder.feed(data[index : index + 1])
        now = decoder.account()
        for reason, count in now.discarded.items():
            done = _settle(spans, done, count - before.discarded.get(reason, 0), reason)
        good = now.bytes_good - before.bytes_good
        if good and blocks:
            frames.append((done, done + good, blocks[-1].stream))
        done = _settle(spans, done, good, GOOD, joins=False)
        before = now
        if index % 512 == 0:
            report(0.5 + index / len(data) / 2)
    _settle(spans, done, len(data) - done, PENDING)
    return tuple(spans), frames


def _settle(spans: list[ByteSpan], start: int, size: int, kind: str, joins: bool = True) -> int:
    if size <= 0:
        return start
    if joins and spans and spans[-1].kind == kind and spans[-1].stop == start:
        spans[-1] = ByteSpan(spans[-1].start, start + size, kind)
    else:
        spans.append(ByteSpan(start, start + size, kind))
    return start + size


def _fields(schema: Schema, frames: list[tuple[int, int, str]]) -> tuple[FieldSpan, ...]:
    """Return where the fields of the good frames lie; a COBS frame has one byte before its content."""
    if schema.frame.framing in ("lines", "slip"):
        return ()
    lead = 1 if schema.frame.framing == "cobs" else 0
    messages = {message.key: message for message in schema.messages}
    found = []
    for start, stop, stream in frames:
        for one in messages[stream].fields:
            if one.kind is not None and start + lead + one.at + one.kind.width <= stop:
                at = start + lead + one.at
                found.append(FieldSpan(at, at + one.kind.width, one.channel.key))
    return tuple(found)


def _rows(profile: Profile, blocks: list[Block]) -> tuple[ChannelRow, ...]:
    rows = []
    for stream in profile.streams:
        mine = [block for block in blocks if block.stream == stream.key and block.end_offset.size]
        for index, channel in enumerate(stream.channels):
            raw = [block.values[index] for block in mine]
            values = scaled(channel, np.concatenate(raw)) if raw else np.empty(0)
            last = float(values[-1]) if values.size else float("nan")
            quality = Quality(int(mine[-1].quality[index, -1])) if mine else Quality.NOT_MEASURED
            state = (channel.states or {}).get(int(last), "") if channel.states and last == last else ""
            rows.append(
                ChannelRow(stream.key, channel.key, channel.label, channel.unit, last, state, quality, values.size,
                           values[-MOST_POINTS:])
            )  # fmt: skip
    return tuple(rows)
