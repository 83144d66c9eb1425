"""Read the tables [[message]] and [[message.field]] of a written profile."""

from __future__ import annotations

import re
from dataclasses import replace

from devices.toml_profiles.kinds import Kind
from devices.toml_profiles.parse_frame import read_counter, read_kind
from devices.toml_profiles.pattern import PatternRefused, safe_pattern
from devices.toml_profiles.schema import MOST_FRAME, CounterPlan, FieldPlan, FramePlan, MessagePlan
from devices.toml_profiles.tables import Table
from devices.values import ChannelSpec

MOST_MESSAGES = 64
MOST_FIELDS = 256
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


def read_messages(root: Table, frame: FramePlan, endian: str) -> list[tuple[MessagePlan, Table]]:
    """Return the messages, each with its table for further checks."""
    tables = root.tables("message", MOST_MESSAGES)
    if not tables and not root.has("message"):
        root.problem("no_message", "")
    found = [(_message(table, frame, endian), table) for table in tables]
    seen: set[str] = set()
    for message, table in found:
        if message.key in seen:
            table.problem("key_twice", "key", key=message.key)
        seen.add(message.key)
    return found


def read_key(table: Table) -> str:
    """Return a key: lower case letters, digits and underscores."""
    key = table.text("key", None, 40)
    if key and not _KEY.fullmatch(key):
        table.problem("bad_key", "key", key=key)
    return key


def _message(table: Table, frame: FramePlan, endian: str) -> MessagePlan:
    key = read_key(table)
    label = table.names("label", key or "message")
    rate_hz = table.number("rate_hz", 10.0)
    if not 1e-4 <= rate_hz <= 100_000:
        table.problem("out_of_bounds", "rate_hz", key="rate_hz", value=rate_hz, low=0.0001, high=100000)
        rate_hz = 10.0
    is_text = frame.framing == "lines"
    fields = _fields(table, is_text, endian)
    message = MessagePlan(key, label, fields, rate_hz)
    message = _text_parts(table, message, frame) if is_text else _binary_parts(table, message, frame, endian)
    table.finish()
    return message


def _binary_parts(table: Table, message: MessagePlan, frame: FramePlan, endian: str) -> MessagePlan:
    number = table.maybe_integer("id", 0, 0xFFFFFFFF)
    sync = table.octets("sync", 16) if table.has("sync") and frame.framing == "sync" else frame.sync
    size = table.integer("size", frame.size, 0, MOST_FRAME) if frame.framing != "length" else 0
    if frame.framing == "sync" and not sync:
        table.problem("no_sync", "")
    if table.has("size") and frame.framing != "length" and size < 1:
        table.problem("zero_frame", "size")
    tick = _counter(table, "tick", endian, has_period=True)
    sequence = _counter(table, "sequence", endian)
    return replace(message, id=number, sync=sync, size=size, tick=tick, sequence=sequence)


def _counter(table: Table, name: str, endian: str, has_period: bool = False) -> CounterPlan | None:
    if not table.has(name):
        return None
    inner = table.table(name)
    found = read_counter(inner, endian, has_period)
    inner.finish()
    return found


def _text_parts(table: Table, message: MessagePlan, frame: FramePlan) -> MessagePlan:
    starts = table.text("starts", "", 40).encode("ascii", "replace")
    example = table.text("example", "", 256)
    if not table.has("pattern"):
        if not frame.separator:
            table.problem("no_separator", "")
        return replace(message, starts=starts, example=example)
    try:
        pattern = safe_pattern(table.text("pattern", None))
    except PatternRefused as refused:
        table.problem(f"pattern_{refused.reason}", "pattern", part=refused.part)
        return message
    for one in message.fields:
        if one.channel.key not in pattern.groupindex:
            table.problem("no_such_group", "pattern", key=one.channel.key)
    return replace(message, pattern=pattern, starts=starts, example=example)


def _fields(table: Table, is_text: bool, endian: str) -> tuple[FieldPlan, ...]:
    tables = table.tables("field", MOST_FIELDS)
    if not tables and not table.content.get("field"):
        table.problem("no_field", "", key=table.content.get("key", ""))
    fields: list[FieldPlan] = []
    seen: set[str] = set()
    for inner in tables:
        for one in _field(inner, is_text, endian, len(fields)):
            if one.channel.key in seen:
                inner.problem("key_twice", "key", key=one.channel.key)
            seen.add(one.channel.key)
            fields.append(one)
    if len(fields) > MOST_FIELDS:
        table.problem("too_many", "field", key="field", most=MOST_FIELDS)
    return tuple(fields[:MOST_FIELDS])


def _field(table: Table, is_text: bool, endian: str, index: int) -> list[FieldPlan]:
    key = read_key(table)
    states = _states(table)
    if is_text:
        form = table.choice("type", ("decimal", "hex", "word"), "decimal")
        column = table.integer("column", index + 1, 1, MOST_FIELDS) - 1
        if form == "word" and not states:
            table.problem("word_without_states", "type")
        plan = FieldPlan(_channel(table, key, "f8", states), None, column=column, form=form)
        table.finish()
        return [plan]
    kind = read_kind(table, endian)
    at = table.integer("at", None, 0, MOST_FRAME)
    count = table.integer("count", 1, 1, MOST_FIELDS)
    width = kind.width if kind else 1
    step = table.integer("step", width, 1, MOST_FRAME) if table.has("step") else width
    mask, shift = _mask(table, kind)
    missing = table.maybe_integer("missing", -(1 << 63), (1 << 64) - 1)
    may_overlap = table.flag("overlap")
    stored = "f8" if missing is not None or kind is None else kind.stored
    channel = _channel(table, key, stored, states)
    table.finish()
    if kind is None:
        return []
    plan = FieldPlan(channel, kind, at, 0, mask, shift, missing, "", table.line("at"), may_overlap)
    return [plan] if count == 1 else [_repeated(plan, number, step) for number in range(count)]


def _repeated(plan: FieldPlan, number: int, step: int) -> FieldPlan:
    label = {language: f"{text} {number + 1}" for language, text in plan.channel.label.items()}
    channel = replace(plan.channel, key=f"{plan.channel.key}_{number + 1}", label=label)
    return replace(plan, at=plan.at + number * step, channel=channel)


def _channel(table: Table, key: str, dtype: str, states: dict[int, str] | None) -> ChannelSpec:
    scale, offset = table.number("scale", 1.0), table.number("offset", 0.0)
    low, high = table.maybe_number("low"), table.maybe_number("high")
    if scale == 0:
        table.problem("zero_scale", "scale")
    if low is not None and high is not None and low >= high:
        table.problem("empty_range", "low", low=low, high=high)
    return ChannelSpec(
        key or "field", table.names("label", key or "field"), table.text("unit", "", 20), dtype, scale or 1.0, offset,
        low, high, states, table.text("group", "", 60),
    )  # fmt: skip


def _states(table: Table) -> dict[int, str] | None:
    if not table.has("states"):
        return None
    inner = table.table("states")
    found: dict[int, str] = {}
    for key, text in inner.content.items():
        try:
            number = int(key, 0)
        except ValueError:
            table.problem("bad_state", "states", key=key)
            continue
        if not isinstance(text, str) or not text or len(text) > 60:
            table.problem("bad_state", "states", key=key)
        elif number in found or text in found.values():
            table.problem("state_twice", "states", key=key, text=text)
        else:
            found[number] = text
    return found or None


def _mask(table: Table, kind: Kind | None) -> tuple[int | None, int]:
    """Return the mask of a field's bits and how far they are shifted: to the mask's lowest bit unless `shift` says."""
    bit = table.maybe_integer("bit", 0, 63)
    given = table.maybe_integer("mask", 1, (1 << 64) - 1)
    mask = 1 << bit if bit is not None else given
    shift = table.maybe_integer("shift", 0, 63)
    if mask is None or kind is None:
        return None, 0
    if kind.family != "u" or mask >= 1 << 8 * kind.width:
        table.problem("bad_mask", "mask" if bit is None else "bit", mask=hex(mask))
        return None, 0
    return mask, (mask & -mask).bit_length() - 1 if shift is None else shift
