"""Robotiq FT 300 and FT 300-S: stream frames, reads of registers 180–185, start and stop of the stream.

Registers: forces in N × 100, torques in N·m × 1000, int16. 0x0200 written to register 410 starts the stream; fifty
FF bytes stop it (Instruction Manual FT 300-S, pages 33–34).
"""

from __future__ import annotations

import math
import struct

from devices.declared import DeclaredDecoder, DeclaredKind
from devices.messages import Fields, Told, explain_frames, number
from devices.readers.robotiq_frames import Exchange, Listener, Words, correct, is_sound, kinds, told
from devices.values import Message, Params, StreamSpec

FORCE, STREAM_CONTROL, START = 180, 410, 0x0200
NAMES = ("Fx", "Fy", "Fz", "Mx", "My", "Mz")
SYNC = b"\x20\x4e"
FRAME = DeclaredKind(SYNC, 2, lambda header: 16, is_sound, 16)
STOP = DeclaredKind(b"\xff" * 50, 50, lambda header: 50, lambda frame: True, 50)


def wrench(raw: dict[int, int]) -> Fields:
    """Return forces in N and torques in N·m by name, of the raw int16 values by number 0–5."""
    return {NAMES[index]: number(value / (100 if index < 3 else 1000)) for index, value in raw.items()}


def _signed(words: Words) -> dict[int, int]:
    """Return the raw values that registers 180–185 hold, by number."""
    return {at - FORCE: (word ^ 0x8000) - 0x8000 for at, word in words.items() if FORCE <= at < FORCE + 6}


def _meaning(kind: str, words: Words) -> Told | None:
    if kind == "write" and STREAM_CONTROL in words:
        return "stream_start" if words[STREAM_CONTROL] == START else "stream_control", {"value": words[STREAM_CONTROL]}
    raw = _signed(words)
    return ("wrench", wrench(raw)) if kind == "reply" and raw else None


def _streamed(frame: bytes) -> dict[int, int]:
    return dict(enumerate(struct.unpack("<6h", frame[2:14])))


def _correct(frame: bytes) -> Fields:
    return correct(frame) if len(frame) > 3 else {}


def explain(data: bytes, params: Params) -> list[Message]:
    """Read stream frames, requests and answers as messages."""
    listener = Listener(FORCE, 6)

    def read(frame: bytes) -> Told:
        if frame.startswith(SYNC):
            return "stream", wrench(_streamed(frame))
        if frame.startswith(STOP.sync):
            return "stream_stop", {"bytes": len(frame)}
        return told(listener.hear(frame), _meaning)

    return explain_frames((FRAME, STOP, *_kinds(params)), data, read, _correct)


def make_decoder(stream: StreamSpec, params: Params) -> DeclaredDecoder:
    """Return a decoder of stream frames and of replies; what a reply does not carry is "not measured"."""
    listener = Listener(FORCE, 6)

    def read(frame: bytes) -> dict[str, list[float]]:
        raw = _streamed(frame) if frame.startswith(SYNC) else _answered(listener.hear(frame))
        return {stream.key: [float(raw.get(index, math.nan)) for index in range(6)]} if raw else {}

    return DeclaredDecoder((FRAME, *_kinds(params)), (stream,), read)


def _answered(exchange: Exchange) -> dict[int, int]:
    return _signed(exchange.words) if exchange.kind == "reply" else {}


def _kinds(params: Params) -> tuple[DeclaredKind, ...]:
    return kinds(int(str(params.get("unit", 9))) & 0xFF)
