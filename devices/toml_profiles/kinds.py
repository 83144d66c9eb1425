"""Number types of a written profile: how many bytes, in which order, and how a column of them is read and written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.uint8]
_NAME = re.compile(r"([uif])(8|16|24|32|64)(le|be)?|(bcd|ascii)(le|be)?")
_FLOATS = {2: "f4", 4: "f4", 8: "f8"}
MOST_DIGIT_BYTES = 16


@dataclass(frozen=True)
class Kind:
    """Describe a type: `family` u, i, f, bcd or ascii; `width` in bytes; `order` "<" or ">"."""

    family: str
    width: int
    order: str

    @property
    def dtype(self) -> str:
        """Return the numpy type in the frame, "" for types that numpy lacks (24 bits, BCD, ASCII)."""
        return f"{self.order}{self.family}{self.width}" if self.family in "uif" and self.width != 3 else ""

    @property
    def stored(self) -> str:
        """Return the numpy type in which values are kept."""
        if self.family in ("u", "i"):
            return f"{self.family}{4 if self.width == 3 else self.width}"
        return _FLOATS[self.width] if self.family == "f" else "f8"

    @property
    def is_whole(self) -> bool:
        """Say whether values are whole numbers that fill all bits."""
        return self.family in ("u", "i")

    def limits(self) -> tuple[int, int]:
        """Return the lowest and highest raw value of a type of whole numbers, BCD and ASCII digits."""
        if self.family == "i":
            return -(1 << 8 * self.width - 1), (1 << 8 * self.width - 1) - 1
        if self.family == "u":
            return 0, (1 << 8 * self.width) - 1
        digits = 2 * self.width if self.family == "bcd" else self.width
        return 0, 10 ** min(digits, 15) - 1

    def read(self, rows: Rows, at: int) -> NDArray[Any]:
        """Return the raw values of every row, shape (n,), in the `stored` type."""
        piece = rows[:, at : at + self.width]
        if self.dtype:
            return np.ascontiguousarray(piece).view(self.dtype)[:, 0].astype(self.stored)
        if self.family == "bcd":
            return _bcd(piece if self.order == ">" else piece[:, ::-1])
        if self.family == "ascii":
            return _digits(piece)
        return self._wide(piece)

    def _wide(self, piece: Rows) -> NDArray[Any]:
        """Return 24-bit whole numbers, the sign carried on."""
        low_first = piece if self.order == "<" else piece[:, ::-1]
        full = np.zeros((piece.shape[0], 4), dtype=np.uint8)
        full[:, :3] = low_first
        if self.family == "i":
            full[:, 3] = np.where(low_first[:, 2] & 0x80, 0xFF, 0)
        return full.view(f"<{self.stored}")[:, 0].astype(self.stored)

    def write(self, rows: Rows, at: int, raw: NDArray[Any]) -> None:
        """Write raw values into every row; what does not fit is clipped."""
        if self.family == "ascii":
            rows[:, at : at + self.width] = _as_digits(raw, self.width)
            return
        if self.family == "f":
            packed = raw.astype(self.dtype).view(np.uint8).reshape(-1, self.width)
        elif self.family == "bcd":
            packed = _as_bcd(raw, self.width)[:, :: 1 if self.order == ">" else -1]
        else:
            wide = raw.astype(f"<{self.family}8").view(np.uint8).reshape(-1, 8)[:, : self.width]
            packed = wide if self.order == "<" else wide[:, ::-1]
        rows[:, at : at + self.width] = packed


def _bcd(piece: Rows) -> NDArray[np.float64]:
    """Return packed decimal digits, most significant first, as numbers; NaN where a digit is none."""
    value = np.zeros(piece.shape[0])
    bad = np.zeros(piece.shape[0], dtype=np.bool_)
    for column in range(piece.shape[1]):
        high, low = piece[:, column] >> 4, piece[:, column] & 15
        bad |= (high > 9) | (low > 9)
        value = value * 100 + high * 10 + low
    value[bad] = np.nan
    return value


def _as_bcd(raw: NDArray[Any], width: int) -> Rows:
    rest = raw.astype(np.int64)
    packed = np.zeros((rest.size, width), dtype=np.uint8)
    for column in range(width - 1, -1, -1):
        packed[:, column] = rest % 10 + (rest // 10 % 10 << 4)
        rest = rest // 100
    return packed


def _digits(piece: Rows) -> NDArray[np.float64]:
    """Return numbers written as text of fixed width; NaN where the text is no number."""
    from devices.decimals import number

    texts = [row.tobytes().strip(b" \x00") for row in piece]
    read = [number(text) if text else None for text in texts]
    return np.array([np.nan if value is None else value for value in read])


def _as_digits(raw: NDArray[Any], width: int) -> Rows:
    text = b"".join(b"%0*d" % (width, int(value)) for value in raw.tolist())
    return np.frombuffer(text, dtype=np.uint8).reshape(-1, width)


@cache
def names() -> tuple[str, ...]:
    """List every name of a type, for suggestions."""
    whole = [f"{family}{bits}" for family in "ui" for bits in (8, 16, 24, 32, 64)]
    plain = [*whole, "f16", "f32", "f64"]
    ordered = [f"{name}{order}" for name in plain if not name.endswith("8") for order in ("le", "be")]
    return (*plain, *ordered, "bcd", "ascii")


def kind_of(name: str, endian: str, digits: int) -> Kind | None:
    """Return the type of a name, in the frame's byte order where the name has none; None when it is unknown.

    `digits` is the width in bytes of "bcd" and "ascii".
    """
    match = _NAME.fullmatch(name)
    if match is None or (match[1] == "f" and match[2] in ("8", "24")) or (match[2] == "8" and match[3]):
        return None
    order = "<" if (match[3] or match[5] or endian) in ("le", "little") else ">"
    if match[4]:
        return Kind(match[4], digits, order)
    return Kind(match[1], int(match[2]) // 8, order)
