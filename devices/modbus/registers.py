"""Turn registers into numbers and back: 16 to 64 bit, every word order, single bits, text.

Orders name the bytes of a 32-bit value by rank: "ABCD" most significant first, "CDAB" words swapped, "BADC" bytes
swapped inside each word, "DCBA" both. 16-bit values know only the byte swap, 64-bit values the same two swaps.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

from devices.values import ChannelSpec

ORDERS = ("ABCD", "CDAB", "BADC", "DCBA")
_CODES = {"i2": ">h", "u2": ">H", "i4": ">i", "u4": ">I", "i8": ">q", "u8": ">Q", "f4": ">f", "f8": ">d"}
NAMES = {
    "i2": "int16", "u2": "uint16", "i4": "int32", "u4": "uint32", "i8": "int64", "u8": "uint64", "f4": "float32",
    "f8": "float64", "b1": "bool", "s": "string",
}  # fmt: skip
TYPES = {name: kind for kind, name in NAMES.items()}
COILS, INPUTS, HOLDING, INPUT_REGISTERS = 1, 2, 3, 4


@dataclass(frozen=True)
class Register:
    """Bind a channel to a register (or coil): read function 1–4, zero-based address, kind and order.

    A `mask` other than 0 takes bits out of a "u2" register: (register >> shift) & mask. Kind "b1" is a coil or
    discrete input, "s" text of `length` registers.
    """

    channel: ChannelSpec
    function: int
    address: int
    kind: str = "f4"
    order: str = "ABCD"
    shift: int = 0
    mask: int = 0
    length: int = 0
    is_writable: bool = False

    @property
    def words(self) -> int:
        """Return how many registers (or coils) the value takes."""
        return 1 if self.kind == "b1" else self.length if self.kind == "s" else int(self.kind[1]) // 2


def ordered(data: bytes, order: str) -> bytes:
    """Return the bytes of one value most significant first; its own inverse."""
    if order in ("CDAB", "DCBA"):
        data = b"".join(data[at : at + 2] for at in range(len(data) - 2, -1, -2))
    if order in ("BADC", "DCBA"):
        data = b"".join(data[at + 1 : at + 2] + data[at : at + 1] for at in range(0, len(data), 2))
    return data


def number_of(data: bytes, kind: str, order: str = "ABCD") -> float:
    """Return the number that big-endian registers carry."""
    number: float = struct.unpack(_CODES[kind], ordered(data, order))[0]
    return number


def value_of(register: Register, payload: bytes, first: int) -> float:
    """Return a register's raw number from the data bytes of a reply that starts at address `first`."""
    at = register.address - first
    if register.kind == "b1":
        return float(payload[at // 8] >> at % 8 & 1)
    value = number_of(payload[2 * at : 2 * (at + register.words)], register.kind, register.order)
    return float(int(value) >> register.shift & register.mask if register.mask else value)


def bytes_of(register: Register, value: float) -> bytes:
    """Return the data bytes that carry a raw number, the inverse of `value_of`; OverflowError when it does not fit."""
    number = value if register.kind[0] == "f" else round(value)
    if register.mask:
        number = (int(number) & register.mask) << register.shift
    try:
        return ordered(struct.pack(_CODES[register.kind], number), register.order)
    except struct.error as problem:
        raise OverflowError(f"{value} does not fit {NAMES[register.kind]}") from problem


def text_of(data: bytes) -> str:
    """Return the text of registers: two characters each, ended by a zero byte or by blanks."""
    return data.split(b"\0")[0].decode("ascii", "replace").strip()


def readings(data: bytes) -> dict[str, dict[str, float | None]]:
    """Return the first registers as every type in every order: type name -> order -> number.

    `data` holds whole big-endian registers; types that need more registers than there are, are left out. None
    stands for not a number and for infinity.
    """
    found: dict[str, dict[str, float | None]] = {}
    for kind in _CODES:
        size = int(kind[1])
        if size <= len(data):
            orders = ("ABCD", "BADC") if size == 2 else ORDERS
            found[NAMES[kind]] = {order: _finite(number_of(data[:size], kind, order)) for order in orders}
    return found


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None
