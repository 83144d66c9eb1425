"""Hostile bytes for one parser: noise, floods, lines without end, and its own sample cut, hurt, doubled, overstated."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

LONGEST = 4096
EXTREMES = (b"\xff\xff\xff\x7f", b"\x00\x00\x00\x80", b"\xff\xff\xff\xff", b"\xff\xff", b"\x00\x00", b"\xff", b"\x00")


def hostile(sample: bytes, seed: int, size: int) -> Iterator[bytes]:
    """Yield pieces of 1 to some thousand bytes until `size` bytes are out; the same seed gives the same bytes."""
    dice, out = np.random.default_rng(seed), 0
    makers = (_noise, _flood, _line, _cut, _hurt, _hurt, _overstated, _doubled)
    while out < size:
        piece = makers[int(dice.integers(len(makers)))](sample or b"\0", dice) or b"\0"
        out += len(piece)
        yield piece


def _noise(_sample: bytes, dice: np.random.Generator) -> bytes:
    return dice.bytes(int(dice.integers(1, LONGEST)))


def _flood(_sample: bytes, dice: np.random.Generator) -> bytes:
    return (b"\x00", b"\xff", b"U", b" ")[int(dice.integers(4))] * int(dice.integers(1, LONGEST))


def _line(_sample: bytes, dice: np.random.Generator) -> bytes:
    words = (b"1.5,-2,", b"9" * 40, b"{[", b"$GP,,,*", b"-+e.", b'"\\', b"nan inf ", b"A")
    return words[int(dice.integers(len(words)))] * int(dice.integers(1, 400))


def _cut(sample: bytes, dice: np.random.Generator) -> bytes:
    start = int(dice.integers(0, len(sample)))
    return sample[start : start + int(dice.integers(1, len(sample) + 1))]


def _hurt(sample: bytes, dice: np.random.Generator) -> bytes:
    """Repeat the sample and flip, take out or put in a byte here and there."""
    data = bytearray(sample * int(dice.integers(1, 6)))
    for _ in range(int(dice.integers(0, 5))):
        at, kind = int(dice.integers(len(data) or 1)), int(dice.integers(4))
        if kind == 0 and data:
            data[at % len(data)] ^= 1 << int(dice.integers(8))
        elif kind == 1 and data:
            data[at % len(data)] = int(dice.integers(256))
        else:
            data[at : at + (kind == 2)] = dice.bytes(int(kind == 3))
    return bytes(data)


def _overstated(sample: bytes, dice: np.random.Generator) -> bytes:
    """Let the head of the sample declare the extreme of a length, a count or a number somewhere."""
    extreme = EXTREMES[int(dice.integers(len(EXTREMES)))]
    at = int(dice.integers(0, min(len(sample), 24)))
    return sample[:at] + extreme + sample[at + len(extreme) :]


def _doubled(sample: bytes, dice: np.random.Generator) -> bytes:
    part = _cut(sample, dice)
    return part[:64] * int(dice.integers(2, 40))
