"""The common messages of MAVLink as data: their numbers, names and fields, read from one table.

On the wire the fields stand in order of their element size, largest first, as declared among equals; extension fields
follow as declared. CRC_EXTRA, which is not sent, seals name and fields: CRC-16/MCRF4XX over "NAME " and, per base
field on the wire, "type name " and the length of an array, high byte exclusive-or low byte.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np

from devices.checksum import MCRF4XX, crc16_of

TABLE = Path(__file__).parent / "data" / "mavlink_common.txt"
# Code: (type name in the definitions, struct code, size in bytes).
TYPES = {
    "u1": ("uint8_t", "B", 1),
    "i1": ("int8_t", "b", 1),
    "u2": ("uint16_t", "H", 2),
    "i2": ("int16_t", "h", 2),
    "u4": ("uint32_t", "I", 4),
    "i4": ("int32_t", "i", 4),
    "u8": ("uint64_t", "Q", 8),
    "i8": ("int64_t", "q", 8),
    "f4": ("float", "f", 4),
    "f8": ("double", "d", 8),
    "c": ("char", "s", 1),
}
_FIELD = re.compile(r"(\w+?)(?:\[(\d+)\])? (\w+)")
_LINE = re.compile(r"(\d+) (\w+): ([^+]*)(?:\+ (.*))?")


@dataclass(frozen=True)
class Field:
    """Describe one field; `count` is 0 for a single value."""

    code: str
    name: str
    count: int

    @property
    def size(self) -> int:
        """Return the field's size on the wire, in bytes."""
        return TYPES[self.code][2] * max(1, self.count)

    @property
    def form(self) -> str:
        """Return the field's struct code."""
        return f"{self.count or 1}{TYPES[self.code][1]}"


@dataclass(frozen=True)
class Definition:
    """Describe a message; both field lists are in wire order."""

    number: int
    name: str
    base: tuple[Field, ...]
    extension: tuple[Field, ...]

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """Return all fields in wire order."""
        return self.base + self.extension

    @cached_property
    def base_size(self) -> int:
        """Return the payload's size without extension fields, in bytes."""
        return sum(field.size for field in self.base)

    @cached_property
    def size(self) -> int:
        """Return the payload's size with extension fields, in bytes."""
        return sum(field.size for field in self.fields)

    @cached_property
    def form(self) -> struct.Struct:
        """Return the payload's layout."""
        return struct.Struct("<" + "".join(field.form for field in self.fields))

    @cached_property
    def seal(self) -> int:
        """Return CRC_EXTRA, 0 to 255."""
        text = f"{self.name} ".encode()
        for field in self.base:
            text += f"{TYPES[field.code][0]} {field.name} ".encode()
            text += bytes((field.count,)) if field.count else b""
        found = crc16_of(MCRF4XX, text)
        return found >> 8 ^ found & 0xFF

    def values(self, payload: bytes) -> dict[str, object]:
        """Return the fields of a payload by name; bytes that were not sent are zero, surplus ones are left out."""
        flat = self.form.unpack(payload[: self.size].ljust(self.size, b"\0"))
        return dict(_named(self.fields, flat))

    def pack(self, **values: object) -> bytes:
        """Return a payload with extension fields; fields that are not given are zero."""
        flat: list[object] = []
        for field in self.fields:
            value = values.get(field.name, b"" if field.code == "c" else [0] * max(1, field.count))
            flat += value if isinstance(value, list | tuple) else [value]
        return self.form.pack(*flat)


def _named(fields: tuple[Field, ...], flat: Sequence[object]) -> Iterator[tuple[str, object]]:
    """Gather the flat values of arrays; text ends at its first NUL."""
    at = 0
    for field in fields:
        width = 1 if field.code == "c" else max(1, field.count)
        values = [_plain(field.code, value) for value in flat[at : at + width]]
        yield field.name, values if field.count and field.code != "c" else values[0]
        at += width


def _plain(code: str, value: object) -> object:
    """Return text, an integer, or a real number with the digits its type carries; None where it is not finite."""
    if isinstance(value, bytes):
        return value.split(b"\0")[0].decode("utf-8", "replace")
    if not isinstance(value, float):
        return value
    if not math.isfinite(value):
        return None
    return float(str(np.float32(value))) if code == "f4" else value


def _fields(text: str) -> tuple[Field, ...]:
    return tuple(Field(code, name, int(count or 0)) for code, count, name in _FIELD.findall(text))


@cache
def definitions() -> dict[int, Definition]:
    """Read the table once; return the messages by number."""
    found = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        match = _LINE.fullmatch(line)
        if match:
            base = sorted(_fields(match[3]), key=lambda field: -TYPES[field.code][2])
            found[int(match[1])] = Definition(int(match[1]), match[2], tuple(base), _fields(match[4] or ""))
    return found


@cache
def by_name(name: str) -> Definition:
    """Return the message of this name."""
    return next(each for each in definitions().values() if each.name == name)
