"""Fields that many commands share, and reading what people filled in."""

from __future__ import annotations

import string
from collections.abc import Mapping

from devices.labels import say
from devices.values import CommandField

Values = Mapping[str, object]
PRINTABLE = frozenset(string.printable) - frozenset("\t\n\r\x0b\x0c")

UNIT = CommandField("unit", say("Unit address", "Geräteadresse", "设备地址"), "integer", low=1, high=247, default=1)
ADDRESS = CommandField(
    "address", say("Address (from 0)", "Adresse (ab 0)", "地址（从 0 起）"), "integer", low=0, high=65535
)
ON_OFF: Mapping[object, Mapping[str, str]] = {
    1: say("on", "ein", "接通"),
    0: say("off", "aus", "断开"),
}
STATE = CommandField("state", say("State", "Zustand", "状态"), "choice", default=0, choices=ON_OFF)


def integer(values: Values, key: str) -> int:
    """Return a whole number of the values, which have been checked."""
    return int(str(values[key]))


def number(values: Values, key: str) -> float:
    """Return a number of the values, which have been checked."""
    return float(str(values[key]))


def line_of(values: Values, forbidden: str = "", key: str = "line") -> str:
    """Return a text of the values, printable ASCII without the `forbidden` characters, else ValueError."""
    text = str(values[key]).strip()
    bad = sorted({letter for letter in text if letter not in PRINTABLE or letter in forbidden})
    if not text or bad:
        raise ValueError(", ".join(repr(letter) for letter in bad) or "empty")
    return text


def whole_lines(reply: bytes) -> list[bytes]:
    """Return the lines of a text reply that are ended by a line feed, stripped and without the empty ones."""
    lines = reply.split(b"\n")[:-1]
    return [line.strip() for line in lines if line.strip()]
