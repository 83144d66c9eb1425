"""Read decimal numbers out of a byte array, all at once, exactly as `float` would read them.

Eight characters are loaded as one 64-bit word and their digits folded by three multiplications
(D. Lemire, "Quickly parsing eight digits", 2018).
"""

from __future__ import annotations

import math
import re

import numpy as np
from numpy.typing import NDArray

from devices.values import Int64Array

_WORD = 8
_EXACT = 1 << 53
_POWERS = 10 ** np.arange(9, dtype=np.int64)
_NUMBER = re.compile(rb"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?", re.ASCII)
_MISSING = frozenset({b"", b"nan", b"-nan", b"inf", b"-inf", b"+inf", b"null", b"na", b"n/a", b"--"})
_ZEROS = np.uint64(0x3030303030303030)
_HIGH = np.uint64(0xF0F0F0F0F0F0F0F0)
_SIX = np.uint64(0x0606060606060606)

Mask = NDArray[np.bool_]


def padded(text: bytes) -> NDArray[np.uint8]:
    """Return the bytes with a word of zeros on both sides, so that every load stays inside."""
    return np.frombuffer(bytes(_WORD) + text + bytes(_WORD), dtype=np.uint8)


def _words(data: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """View the array as overlapping little-endian words, one per byte position."""
    return np.ndarray((data.size - _WORD + 1,), "<u8", data, strides=(1,))


def _fold(words: NDArray[np.uint64], lengths: Int64Array) -> tuple[NDArray[np.int64], Mask]:
    """Return the value of the last `lengths` (0–8) characters of each word, and whether all are digits."""
    shift = ((_WORD - lengths) * 8).astype(np.uint64)
    digits = ((words ^ _ZEROS) >> shift) << shift
    good = (((digits + _SIX) | digits) & _HIGH) == 0
    digits = (digits * np.uint64(2561)) >> np.uint64(8)
    digits = ((digits & np.uint64(0x00FF00FF00FF00FF)) * np.uint64(6553601)) >> np.uint64(16)
    digits = ((digits & np.uint64(0x0000FFFF0000FFFF)) * np.uint64(42949672960001)) >> np.uint64(32)
    return digits.view(np.int64), good


def _whole(words: NDArray[np.uint64], stops: Int64Array, lengths: Int64Array) -> tuple[NDArray[np.int64], Mask]:
    """Return the value of up to sixteen digits before `stops`."""
    value, good = _fold(words[stops - _WORD], np.minimum(lengths, _WORD))
    if lengths.size and int(lengths.max()) > _WORD:
        upper, upper_good = _fold(words[np.maximum(stops - 2 * _WORD, 0)], np.clip(lengths - _WORD, 0, _WORD))
        value = value + upper * 100_000_000
        good &= upper_good
    return value, good


def _points(data: NDArray[np.uint8], starts: Int64Array, stops: Int64Array, mark: int) -> Int64Array:
    """Return where each token's decimal mark stands, its stop when it has none."""
    marks = np.flatnonzero(data == mark)
    if marks.size == stops.size and bool(((marks >= starts) & (marks < stops)).all()):
        return marks
    points = stops.copy()
    if marks.size:
        owner = np.searchsorted(stops, marks)
        inside = owner < stops.size
        points[owner[inside]] = marks[inside]
    return points


def parse(
    data: NDArray[np.uint8], starts: Int64Array, stops: Int64Array, mark: int = ord(".")
) -> tuple[NDArray[np.float64], Mask]:
    """Return the value of each token [start, stop) of a `padded` array, and whether it could be read.

    Tokens are ascending and do not overlap. Not read (and 0 then) are tokens with an exponent, blanks,
    more than 16 digits before or 8 after the mark, 18 altogether, or a mantissa beyond 2^53: give those to `number`.
    """
    words = _words(data)
    sign = data[starts]
    negative = sign == ord("-")
    starts = starts + (negative | (sign == ord("+")))
    points = _points(data, starts, stops, mark)
    whole_size = points - starts
    rest_size = np.maximum(stops - points - 1, 0)
    good = (whole_size >= 0) & (whole_size <= 16) & (rest_size <= 8) & (whole_size + rest_size > 0)
    good &= whole_size + rest_size <= 18
    whole, whole_good = _whole(words, points, np.clip(whole_size, 0, 16))
    rest_size = np.minimum(rest_size, 8)
    rest, rest_good = _fold(words[stops - _WORD], rest_size)
    power = _POWERS[rest_size]
    mantissa = whole * power + rest
    good &= whole_good & rest_good & (mantissa <= _EXACT)
    values = mantissa / power
    np.negative(values, out=values, where=negative)
    values[~good] = 0.0
    return values, good


def number(token: bytes) -> float | None:
    """Return one token's value, NaN when it says that nothing was measured, None when it is no number."""
    token = token.strip()
    if token.lower() in _MISSING:
        return math.nan
    if len(token) > 64 or not _NUMBER.fullmatch(token):
        return None
    value = float(token)
    return value if math.isfinite(value) else None
