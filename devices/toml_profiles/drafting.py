"""Turn the layout of frames that no profile knows into the text of a profile to go on from.

What the frames prove (sync bytes, size, packing, checksum) is exact; the fields are guesses from how their bytes change
from frame to frame, and say so. The text always compiles and decodes the frames it was made from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from devices.packets import COBS, SLIP
from devices.values import LineSettings

_MOST_FIELDS = 60
_MOST_ROWS = 512
_SAMPLE_FRAMES = 2
_STEADY = 0.97
_COUNTS = 0.9
_SMOOTH = 0.35
Rows = NDArray[np.uint8]
Values = NDArray[np.float64]


@dataclass(frozen=True)
class _Guess:
    at: int
    type: str
    is_counter: bool = False


def draft(proposal: Mapping[str, object], line: LineSettings | None, data: bytes) -> str:
    """Return a profile's text for a proposal (see `devices.recognition.unknown`) and the bytes it was made of."""
    framing, size = str(proposal["framing"]), int(str(proposal.get("size") or 0))
    sync = bytes.fromhex(str(proposal.get("sync", "")))
    rows, sample = _frames(framing, sync, size, data)
    start = len(sync) if framing == "sync" else 0
    stop = int(str(proposal["check_at"])) if proposal.get("check") else size
    guesses = _guesses(rows, start, stop) or [_Guess(min(start, max(0, size - 1)), "u8")]
    return "\n".join([*_head(line, sample), *_frame(proposal, framing, sync, size), *_message(guesses, rows)]) + "\n"


def _frames(framing: str, sync: bytes, size: int, data: bytes) -> tuple[Rows, bytes]:
    """Return the frames of the proposal's size, uint8 (n, size), and the bytes of the first ones as they came."""
    found, raw = _behind(sync, size, data) if framing == "sync" else _packets(framing, size, data)
    rows = np.frombuffer(b"".join(found[:_MOST_ROWS]), dtype=np.uint8).reshape(-1, size or 1)
    return rows, b"".join(raw[:_SAMPLE_FRAMES])


def _behind(sync: bytes, size: int, data: bytes) -> tuple[list[bytes], list[bytes]]:
    found, at = [], data.find(sync)
    while 0 <= at <= len(data) - size:
        found.append(data[at : at + size])
        at = at + size if data.startswith(sync, at + size) else data.find(sync, at + size)
    whole = found[:-1] or found
    return whole, whole


def _packets(framing: str, size: int, data: bytes) -> tuple[list[bytes], list[bytes]]:
    packing = COBS if framing == "cobs" else SLIP
    found, raw = [], []
    for packet in data.split(packing.delimiter)[1:-1]:
        payload = packing.unpack(packet) if packet else None
        if payload is not None and len(payload) == size:
            found.append(payload)
            raw.append(packet + packing.delimiter)
    return found, raw


def _head(line: LineSettings | None, sample: bytes) -> list[str]:
    lines = [
        "# Made from captured bytes. Framing and checksum fit them; the fields below are guesses:",
        "# give each its name, unit and scale, or join and part them, and watch the preview.",
        "format = 1",
        'id = "my_device"',
        'name = { en = "My device", de = "Mein Gerät", zh = "我的设备" }',
        'source = "Captured bytes of a device without documentation."',
        f'sample = "{sample.hex(" ").upper()}"',
        "",
        "[line]",
        f"baud = {line.baud if line else 115200}",
    ]
    if line is not None and (line.data_bits, line.parity, line.stop_bits) != (8, "N", 1):
        lines += [f"data_bits = {min(line.data_bits, 8)}", f'parity = "{line.parity}"',
                  f"stop_bits = {line.stop_bits:g}"]  # fmt: skip
    return lines


def _frame(proposal: Mapping[str, object], framing: str, sync: bytes, size: int) -> list[str]:
    lines = ["", "[frame]", f'framing = "{framing}"']
    if framing == "sync":
        lines += [f'sync = "{sync.hex(" ").upper()}"', f"size = {size}"]
    if proposal.get("check"):
        lines += [
            "", "[frame.checksum]", f'kind = "{proposal["check"]}"', f"from = {proposal['check_start']}",
            f"to = {proposal['check_at']}", f"at = {proposal['check_at']}", f'endian = "{proposal["order"]}"',
        ]  # fmt: skip
    return lines


def _message(guesses: list[_Guess], rows: Rows) -> list[str]:
    lines = ["", "[[message]]", 'key = "values"', "rate_hz = 10"]
    counter = next((guess for guess in guesses if guess.is_counter), None)
    if counter is not None:
        lines.append(f'sequence = {{ type = "{counter.type}", at = {counter.at} }}')
    fields = [guess for guess in guesses if guess is not counter][:_MOST_FIELDS]
    if not fields and counter is not None:  # a frame without values: the counter is one
        lines.pop()
        fields = [counter]
    for number, guess in enumerate(fields, 1):
        lines += [
            "", "[[message.field]]", f'key = "value_{number}"',
            f'label = {{ en = "Value {number}", de = "Wert {number}", zh = "数值 {number}" }}',
            f'type = "{guess.type}"', f"at = {guess.at}",
        ]  # fmt: skip
    steady = _steady(rows)
    known = ", ".join(f"{at}: {rows[0, at]:02X}" for at in np.flatnonzero(steady)[:16].tolist()) if rows.size else ""
    return [*lines, "", f"# Bytes that hardly change: {known}"] if known else lines


def _steady(rows: Rows) -> NDArray[np.bool_]:
    if not rows.shape[0]:
        return np.zeros(rows.shape[1], dtype=np.bool_)
    return np.asarray((rows == rows[0]).mean(axis=0) >= _STEADY)


def _guesses(rows: Rows, start: int, stop: int) -> list[_Guess]:
    """Return fields in the order of the frame; bytes that never change are passed over."""
    found: list[_Guess] = []
    steady, at = _steady(rows), start
    while at < stop and rows.shape[0] >= 2:
        guess = _float_at(rows, at, stop) or (None if steady[at] else _whole_at(rows, at, stop))
        if guess is not None:
            found.append(guess)
        at += _width(guess.type) if guess is not None else 1
    return found


def _width(kind: str) -> int:
    return int("".join(letter for letter in kind if letter.isdigit())) // 8


def _read(rows: Rows, at: int, dtype: str) -> Values:
    width = np.dtype(dtype).itemsize
    block = np.ascontiguousarray(rows[:, at : at + width]).view(dtype).ravel()
    return np.asarray(block.astype(np.float64))


def _float_at(rows: Rows, at: int, stop: int) -> _Guess | None:
    """Return a 32-bit float when all frames hold a sensible one there that changes."""
    if at + 4 > stop or rows.shape[0] < 4:
        return None
    for order, kind in (("<", "f32le"), (">", "f32be")):
        with np.errstate(invalid="ignore"):
            values = _read(rows, at, f"{order}f4")
        size = np.abs(values)
        is_sensible = np.isfinite(values) & ((size == 0) | ((size > 1e-4) & (size < 1e6)))
        if is_sensible.mean() >= _STEADY and np.unique(values).size > 2 and _jump(values) < _SMOOTH:
            return _Guess(at, kind)
    return None


def _whole_at(rows: Rows, at: int, stop: int) -> _Guess:
    """Return the integer that counts, or changes most smoothly: 32 or 16 bits in either order, else one byte."""
    if _counts(_read(rows, at, "u1"), 8):
        return _Guess(at, "u8", True)
    known = [found for width in (2, 4) if at + width <= stop for found in _wholes(rows, at, width)]
    counter = next((found for found in known if found.is_counter), None)
    if counter is not None:
        return _Guess(at, counter.type, True)
    narrow = min((found for found in known if found.width == 2), default=None)
    wide = min((found for found in known if found.width == 4), default=None)
    best = wide if wide is not None and _is_wide(rows, at, stop, wide, narrow) else narrow
    is_better = best is not None and best.jump < min(_SMOOTH, _jump(_read(rows, at, "u1")) + 0.05)
    return _Guess(at, best.type) if best is not None and is_better else _Guess(at, "u8")


@dataclass(frozen=True, order=True)
class _Whole:
    """Hold one way to read an integer, ordered by how far it usually jumps."""

    jump: float
    width: int
    type: str
    is_counter: bool = False


def _wholes(rows: Rows, at: int, width: int) -> list[_Whole]:
    """Return an integer of so many bytes in both orders, signed where that makes its range smaller."""
    found = []
    for order, ending in (("<", "le"), (">", "be")):
        unsigned, signed = _read(rows, at, f"{order}u{width}"), _read(rows, at, f"{order}i{width}")
        is_signed = np.ptp(signed) < np.ptp(unsigned)
        kind = f"{'i' if is_signed else 'u'}{8 * width}{ending}"
        top = at + width - 1 if order == "<" else at
        if np.unique(rows[:, top]).size > 1:
            jump = _jump(signed if is_signed else unsigned)
            found.append(_Whole(jump, width, kind, _counts(unsigned, 8 * width)))
    return found


def _is_wide(rows: Rows, at: int, stop: int, wide: _Whole, narrow: _Whole | None) -> bool:
    """Say whether four bytes are one number: smoother than two, or two of them mean nothing alone."""
    if narrow is None or wide.jump < 0.5 * narrow.jump:
        return True
    if not wide.type.endswith("be") or _float_at(rows, at + 2, stop) is not None:
        return False
    rest = min(found.jump for found in _wholes(rows, at + 2, 2)) if _wholes(rows, at + 2, 2) else 1.0
    return wide.jump <= 1.1 * narrow.jump and rest > 0.25 and bool(np.unique(rows[:, at + 2 : at + 4], axis=0).size > 8)


def _counts(values: Values, bits: int) -> bool:
    """Say whether a number goes up by one from frame to frame."""
    steps = np.diff(values) % (1 << bits)
    return values.size >= 4 and float((steps == 1).mean()) >= _COUNTS


def _jump(values: Values) -> float:
    """Return the usual step from frame to frame as a share of the range; random numbers have about 0.3."""
    low, high = np.percentile(values, (2, 98))
    return float(np.mean(np.abs(np.diff(values))) / (high - low)) if high > low else 1.0
