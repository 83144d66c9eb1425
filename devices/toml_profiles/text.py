"""Decode text lines of a written profile: numbers between separators, or named groups of a safe pattern."""

from __future__ import annotations

import math
from collections.abc import Callable

from devices.account import MALFORMED, TEXT
from devices.decimals import number
from devices.delimited import DelimitedDecoder
from devices.items import Item, ItemDecoder, Reading
from devices.toml_profiles.decode import stream_of
from devices.toml_profiles.schema import FieldPlan, FramePlan, MessagePlan, Schema
from devices.values import Decoder

_BAD = object()
Take = Callable[[bytes], Reading]


def text_decoder(schema: Schema) -> Decoder:
    """Return the decoder of lines: in blocks where every column is a decimal number, else line by line."""
    streams = tuple(stream_of(message) for message in schema.messages)
    if _is_plain(schema):
        return DelimitedDecoder(streams[0], schema.frame.separator.decode(), schema.frame.mark.decode())
    takers = [_taker(message, schema.frame) for message in schema.messages]

    def read(line: bytes) -> Reading:
        refused = TEXT
        for take in takers:
            reading = take(line)
            if isinstance(reading, Item):
                return reading
            refused = MALFORMED if MALFORMED in (reading, refused) else TEXT
        return refused

    return ItemDecoder(streams, read, schema.frame.longest)


def _is_plain(schema: Schema) -> bool:
    message = schema.messages[0]
    return (
        len(schema.messages) == 1 and message.pattern is None and not message.starts and bool(schema.frame.separator)
        and all(one.form == "decimal" and one.column == at for at, one in enumerate(message.fields))
    )  # fmt: skip


def _taker(message: MessagePlan, frame: FramePlan) -> Take:
    tokens_of = _by_pattern(message) if message.pattern else _by_separator(message, frame)

    def take(line: bytes) -> Reading:
        tokens = tokens_of(line) if line.startswith(message.starts) else None
        if tokens is None:
            return MALFORMED if message.starts and line.startswith(message.starts) else TEXT
        values = [_value(field, token, frame.mark) for field, token in zip(message.fields, tokens, strict=True)]
        if None in values:
            return MALFORMED
        real = [math.nan if value is None else value for value in values]
        return Item(message.key, real) if not all(map(math.isnan, real)) else TEXT

    return take


def _by_pattern(message: MessagePlan) -> Callable[[bytes], list[bytes] | None]:
    pattern = message.pattern
    assert pattern is not None

    def tokens(line: bytes) -> list[bytes] | None:
        match = pattern.fullmatch(line)
        return [match[field.channel.key] or b"" for field in message.fields] if match else None

    return tokens


def _by_separator(message: MessagePlan, frame: FramePlan) -> Callable[[bytes], list[bytes] | None]:
    least = max(field.column for field in message.fields) + 1

    def tokens(line: bytes) -> list[bytes] | None:
        rest = line[len(message.starts) :]
        found = rest.split() if frame.separator == b" " else rest.split(frame.separator)
        return [found[field.column] for field in message.fields] if len(found) >= least else None

    return tokens


def _value(field: FieldPlan, token: bytes, mark: bytes) -> float | None:
    """Return a token's number, NaN when it is empty or an unknown word, None when it cannot be read."""
    token = token.strip()
    if field.form == "word":
        text = token.decode("ascii", "replace")
        return next((float(key) for key, word in (field.channel.states or {}).items() if word == text), math.nan)
    if field.form == "hex":
        try:
            return float(int(token, 16)) if token and len(token) <= 13 else math.nan
        except ValueError:
            return None
    return number(token.replace(mark, b".") if mark != b"." else token)
