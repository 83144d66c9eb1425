"""KERN scales: the line of 12 characters, and the one of 16 that other models send.

Twelve: sign, seven characters of reading, unit (2), state of comparison, S stable, U unstable or E overload. Sixteen:
blank, sign, ten characters of reading, blank, unit (3); an unstable reading comes without its unit.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from devices.account import MALFORMED
from devices.messages import Told, explain_lines, number
from devices.values import Message, Params

GRAMS = {
    "g": 1.0,
    "kg": 1000.0,
    "mg": 0.001,
    "ct": 0.2,
    "oz": 28.349523125,
    "lb": 453.59237,
    "ozt": 31.1034768,
    "dwt": 1.55517384,
    "gn": 0.06479891,
    "mom": 3.75,
    "tola": 11.6638038,
}
UNITS = ("g", "kg", "mg", "ct", "oz", "lb", "ozt", "dwt", "gn", "pcs", "pc", "%", "mom", "tola", "")
_NAMES = {"ot": "ozt", "dw": "dwt", "gr": "gn", "grn": "gn", "mo": "mom", "to": "tola", "pc": "pcs", "car": "ct"}
_NAMES |= {"tol": "tola", "ozt": "ozt", "lbs": "lb", "stk": "pcs"}
_TAIL = rb"(?P<unit>[ A-Za-z%]{2})(?P<limit>[ LGHTUd])"
_SHORT = re.compile(rb"(?P<sign>[+\- ])(?P<reading>[ 0-9.]{7,8})" + _TAIL + rb"(?P<state>[SU ])")
_OVERLOAD = re.compile(rb"(?P<sign>[+\- ])(?P<reading>.{7,8})" + _TAIL + rb"(?P<state>E)")
_LONG = re.compile(rb"[ M](?P<sign>[+\- ])(?P<reading>[ 0-9.]{10}) (?P<unit>[ A-Za-z%]{3})")
_FREE = re.compile(
    rb"(?P<sign>[+\- ])(?P<reading> *\d{1,7}\.?\d{0,7}) {0,2}(?P<unit>[A-Za-z%]{1,3}) {0,3}(?P<state>[A-Za-z]?)"
)
_READING = re.compile(rb" *(\d+\.?\d*|\.\d+)")
_LIMITS = {"L": "low", "G": "good", "H": "high", "T": "total", "U": "unit weight", "d": "gross"}


@dataclass(frozen=True)
class Weighing:
    """Hold one weighing: the reading in its unit ("" unknown), NaN at overload; `start` counts foreign bytes before."""

    reading: float
    unit: str
    is_stable: bool
    is_overload: bool
    limit: str
    start: int

    @property
    def mass_g(self) -> float:
        """Return the mass in grams, NaN when the unit is no mass or not known."""
        return self.reading * GRAMS[self.unit] if self.unit in GRAMS else math.nan


def parse(line: bytes) -> Weighing | None:
    """Return what a line says, None when it is no weighing."""
    for start in _starts(line):
        part = line[start:]
        match = (
            _SHORT.fullmatch(part)
            or _OVERLOAD.fullmatch(part)
            or _LONG.fullmatch(part)
            or _FREE.fullmatch(part.rstrip())
        )
        found = _weighing(match, start) if match else None
        if found is not None:
            return found
    return None


def _starts(line: bytes) -> list[int]:
    """Return where a weighing may start: at the line's begin or at its first sign."""
    sign = next((index for index, byte in enumerate(line[:64]) if byte in b"+-"), 0)
    return [0, sign] if sign else [0]


def _weighing(match: re.Match[bytes], start: int) -> Weighing | None:
    found = match.groupdict()
    name = found["unit"].decode("ascii").strip().lower()
    unit = _NAMES.get(name, name)
    state = found.get("state", b"S" if unit else b"U")
    is_overload = state == b"E"
    digits = _READING.fullmatch(found["reading"].rstrip())
    if unit not in UNITS or (digits is None and not is_overload) or (not unit and state == b"S"):
        return None
    sign = -1.0 if found["sign"] == b"-" else 1.0
    reading = math.nan if is_overload or digits is None else sign * float(digits[1])
    limit = _LIMITS.get(found.get("limit", b"").decode("ascii"), "")
    return Weighing(reading, unit, state.upper() == b"S", is_overload, limit, start)


def read(line: bytes) -> Told:
    """Return what one line says, or why it is refused."""
    found = parse(line)
    if found is None:
        return ("weighing", {}, MALFORMED) if is_damaged(line) else ("text", {})
    fields = {"value": number(found.reading), "unit": found.unit, "stable": found.is_stable}
    fields |= {"mass_g": number(found.mass_g), "overload": found.is_overload}
    return "weighing", fields | ({"limit": found.limit} if found.limit else {})


def is_damaged(line: bytes) -> bool:
    """Say whether a line looks like a weighing that was hurt on its way."""
    return len(line) in (12, 13, 16) and any(byte in b"0123456789" for byte in line)


def explain(data: bytes, params: Params) -> list[Message]:
    """Read weighings as messages; the mass is in grams whatever the scale shows."""
    return explain_lines(data, read, 64)
