"""Simulate the device of a written profile: waves within each channel's range, packed byte for byte as described."""

from __future__ import annotations

from typing import Any

import numpy as np
from cobs import cobs
from numpy.typing import NDArray

from devices.simulators.base import frame_numbers
from devices.simulators.waves import Floats, Ints, noise
from devices.toml_profiles.decode import frame_check
from devices.toml_profiles.judge import full_size
from devices.toml_profiles.kinds import Rows
from devices.toml_profiles.schema import FieldPlan, MessagePlan, Schema

_EXACT = 1 << 52


def raw_wave(field: FieldPlan, seed: int, index: int, time_s: Floats, number: Ints) -> NDArray[Any]:
    """Return the raw values of a field, shape (n,): whole numbers where its type is whole."""
    states = field.channel.states
    if states:
        keys = np.array(sorted(states), dtype=np.int64)
        return keys[(np.floor(time_s / 2.0).astype(np.int64) + index) % keys.size]
    lowest, highest = _raw_limits(field)
    low, high = _wanted(field, lowest, highest)
    wave = 0.5 + 0.42 * np.sin(time_s * (0.6 + 0.17 * index) + index) + 0.01 * noise(seed, index, number)
    raw = low + (high - low) * np.clip(wave, 0.0, 1.0)
    if field.kind is not None and field.kind.family == "f":
        return raw
    raw = np.clip(np.rint(raw), lowest, highest)
    return raw if field.kind is None else raw.astype(np.int64)


def _raw_limits(field: FieldPlan) -> tuple[float, float]:
    """Return the lowest and highest raw value that the field can carry, within what a float64 holds exactly."""
    if field.kind is None:
        return -1e6, 1e6
    if field.kind.family == "f":
        return (-6e4, 6e4) if field.kind.width == 2 else (-1e9, 1e9)
    low, high = field.kind.limits()
    if field.mask is not None:
        low, high = 0, field.mask >> field.shift
    return float(max(low, -_EXACT)), float(min(high, _EXACT))


def _wanted(field: FieldPlan, lowest: float, highest: float) -> tuple[float, float]:
    """Return the raw range of the wave: the channel's own, else a modest part of the type's."""
    channel = field.channel
    ends = sorted(
        (value - channel.offset) / channel.scale
        for value in (channel.low, channel.high)
        if value is not None
    )  # fmt: skip
    modest = min(1000.0, highest)
    if len(ends) == 2:
        low, high = np.ceil(ends[0]), np.floor(ends[1])
    elif ends and (channel.low is None) == (channel.scale > 0):
        low, high = ends[0] - modest, np.floor(ends[0])
    elif ends:
        low, high = np.ceil(ends[0]), ends[0] + modest
    else:
        low, high = max(lowest, -modest), modest
    low, high = max(float(low), lowest), min(float(high), highest)
    return (low, high) if low <= high else (lowest, lowest)


def build_rows(schema: Schema, message: MessagePlan, seed: int, number: Ints) -> Rows:
    """Return the frames of these numbers before packing, uint8 (n, size), checksum and length in place."""
    frame, size = schema.frame, full_size(schema.frame, message)
    rows = np.zeros((number.size, size), dtype=np.uint8)
    rows[:, : len(message.sync)] = np.frombuffer(message.sync, dtype=np.uint8)
    if frame.id is not None:
        frame.id.kind.write(rows, frame.id.at, np.full(number.size, message.id or 0))
    if frame.length is not None:
        frame.length.kind.write(rows, frame.length.at, np.full(number.size, size - frame.adds))
    time_s = number / message.rate_hz
    for index, field in enumerate(message.fields):
        _put(field, rows, raw_wave(field, seed, index, time_s, number))
    if message.tick is not None:
        ticks = np.rint(time_s * (1e9 / message.tick.period_ns)).astype(np.int64)
        message.tick.kind.write(rows, message.tick.at, ticks)
    if message.sequence is not None:
        message.sequence.kind.write(rows, message.sequence.at, number)
    check = frame_check(frame, size)
    if check is not None:
        check.seal(rows)
    return rows


def _put(field: FieldPlan, rows: Rows, raw: NDArray[Any]) -> None:
    kind = field.kind
    assert kind is not None
    if field.missing is not None:
        raw = np.where(raw == field.missing, raw + (1 if field.missing <= 0 else -1), raw)
    if field.mask is None:
        kind.write(rows, field.at, raw)
        return
    held = kind.read(rows, field.at).astype(np.uint64)
    bits = (raw.astype(np.uint64) << np.uint64(field.shift)) & np.uint64(field.mask)
    kind.write(rows, field.at, (held & ~np.uint64(field.mask)) | bits)


def slip(payload: bytes) -> bytes:
    """Pack a payload by SLIP (RFC 1055) with its end."""
    return payload.replace(b"\xdb", b"\xdb\xdd").replace(b"\xc0", b"\xdb\xdc") + b"\xc0"


class WrittenSimulator:
    """Stream every message at its rate, merged in order of time; the same seed gives the same bytes."""

    def __init__(self, schema: Schema, seed: int) -> None:
        """Simulate the schema's device."""
        self._schema, self._seed = schema, seed

    def bytes_between(self, start_s: float, end_s: float) -> bytes:
        """Return the frames that start in [start_s, end_s)."""
        frames: list[tuple[float, int, bytes]] = []
        for order, message in enumerate(self._schema.messages):
            number = frame_numbers(start_s, end_s, message.rate_hz)
            if number.size:
                times = (number / message.rate_hz).tolist()
                frames += [(at, order, data) for at, data in zip(times, self._frames(message, number), strict=True)]
        frames.sort(key=lambda one: one[:2])
        return b"".join(one[2] for one in frames)

    def _frames(self, message: MessagePlan, number: Ints) -> list[bytes]:
        framing = self._schema.frame.framing
        if framing == "lines":
            return self._lines(message, number)
        rows = [row.tobytes() for row in build_rows(self._schema, message, self._seed, number)]
        if framing == "cobs":
            return [bytes(cobs.encode(row)) + b"\x00" for row in rows]
        return [slip(row) for row in rows] if framing == "slip" else rows

    def _lines(self, message: MessagePlan, number: Ints) -> list[bytes]:
        time_s = number / message.rate_hz
        waves = [raw_wave(field, self._seed, at, time_s, number) for at, field in enumerate(message.fields)]
        written = [
            [_text(field, value) for value in wave.tolist()] for field, wave in zip(message.fields, waves, strict=True)
        ]
        return [self._line(message, [column[row] for column in written]) for row in range(number.size)]

    def _line(self, message: MessagePlan, texts: list[str]) -> bytes:
        frame = self._schema.frame
        if message.pattern is not None:
            text = message.example
            for field, value in zip(message.fields, texts, strict=True):
                text = text.replace("{" + field.channel.key + "}", value)
        else:
            columns = [""] * (max(field.column for field in message.fields) + 1)
            for field, value in zip(message.fields, texts, strict=True):
                columns[field.column] = value.replace(".", frame.mark.decode())
            text = message.starts.decode() + frame.separator.decode().join(column or "0" for column in columns)
        return text.encode() + b"\r\n"

    def answer(self, request: bytes, at_s: float) -> bytes:
        """Return nothing: the device only streams."""
        return b""


def _text(field: FieldPlan, value: float) -> str:
    if field.form == "word":
        return (field.channel.states or {})[int(value)]
    return f"{int(value):X}" if field.form == "hex" else f"{value:g}"


def example_of(schema: Schema) -> bytes:
    """Return the first frame of every message, for a profile without a sample of its own."""
    simulator = WrittenSimulator(schema, 1)
    return b"".join(simulator._frames(one, np.zeros(1, dtype=np.int64))[0] for one in schema.messages)  # noqa: SLF001
