"""Robotiq FT 300 and FT 300-S: stream frames, reads of registers 180–185, start and stop of the stream.

Registers: forces in N × 100, torques in N·m × 1000, int16. 0x0200 written to register 410 starts the stream; fifty
FF bytes stop it (Instruction Manual FT 300-S, pages 33–34).
"""

from __future__ import annotations

import math
import struct

import numpy as np
from numpy.typing import NDArray

from devices.checksum import MODBUS, crc16_check
from devices.declared import DeclaredDecoder, DeclaredFramer, DeclaredKind
from devices.messages import Fields, Told, explain_frames, number
from devices.readers.robotiq_frames import Exchange, Listener, Words, correct, is_sound, kinds, told
from devices.scanner import SLICE_BYTES
from devices.structs import range_quality
from devices.values import Block, Int64Array, Message, Params, StreamSpec

FORCE, STREAM_CONTROL, START = 180, 410, 0x0200
NAMES = ("Fx", "Fy", "Fz", "Mx", "My", "Mz")
SYNC = b"\x20\x4e"
FRAME = DeclaredKind(SYNC, 2, lambda header: 16, is_sound, 16)
CHECK = crc16_check(MODBUS, 0, 14, 14)
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


class WrenchDecoder(DeclaredDecoder):
    """Decode stream frames in blocks where one follows the other, everything else frame by frame."""

    def __init__(self, stream: StreamSpec, params: Params) -> None:
        """Decode into this stream; what a reply does not carry is "not measured"."""
        listener = Listener(FORCE, 6)

        def read(frame: bytes) -> dict[str, list[float]]:
            raw = _streamed(frame) if frame.startswith(SYNC) else _answered(listener.hear(frame))
            return {stream.key: [float(raw.get(index, math.nan)) for index in range(6)]} if raw else {}

        self._stream = stream
        self._runs = _RunFramer(FRAME, *_kinds(params))
        super().__init__((FRAME,), (stream,), read)
        self._framer = self._runs

    def feed(self, data: bytes) -> list[Block]:
        """Take received bytes; return the completed blocks."""
        blocks: list[Block] = []
        for start in range(0, len(data), SLICE_BYTES):
            rows, ends, frames = self._runs.take(data[start : start + SLICE_BYTES])
            if ends.size:
                values = np.ascontiguousarray(np.ascontiguousarray(rows[:, 2:14]).view("<i2").T)
                blocks.append(Block(self._stream.key, values, range_quality(self._stream.channels, values), ends))
            blocks += self._blocks(frames)
        return blocks


class _RunFramer(DeclaredFramer):
    """Take the run of sound stream frames that the buffer begins with at once."""

    def take(self, piece: bytes) -> tuple[NDArray[np.uint8], Int64Array, list[tuple[bytes, int]]]:
        """Take at most one slice; return the run's frames and end offsets, and the frames behind it."""
        self.book.take(len(piece))
        self._buffer += piece
        count = len(self._buffer) // FRAME.longest if self._buffer.startswith(SYNC) else 0
        rows = np.frombuffer(self._buffer, dtype=np.uint8, count=count * 16).reshape(count, 16)
        good = (rows[:, 0] == SYNC[0]) & (rows[:, 1] == SYNC[1]) & CHECK.passes(rows)
        run = count if bool(good.all()) else int(good.argmin())
        ends = self._base + 16 * np.arange(1, run + 1, dtype=np.int64)
        if run:
            self.book.good(16 * run, run)
        self._buffer = self._buffer[16 * run :]
        self._base += 16 * run
        frames: list[tuple[bytes, int]] = []
        self._drain(frames, is_end=False)
        return rows[:run], ends, frames


def make_decoder(stream: StreamSpec, params: Params) -> WrenchDecoder:
    """Return a decoder of stream frames and of replies."""
    return WrenchDecoder(stream, params)


def _answered(exchange: Exchange) -> dict[int, int]:
    return _signed(exchange.words) if exchange.kind == "reply" else {}


def _kinds(params: Params) -> tuple[DeclaredKind, ...]:
    return kinds(int(str(params.get("unit", 9))) & 0xFF)
