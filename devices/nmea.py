"""Read NMEA 0183 sentences: `$…*hh`, the checksum being the exclusive or of what is between $ and *."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence

from devices.account import BAD_CHECKSUM, MALFORMED, TEXT
from devices.checksum import xor_of
from devices.decimals import number
from devices.items import Item, Reading

KNOT_M_S = 1852.0 / 3600.0
SENTENCE = re.compile(rb"[$!]([A-Z0-9]{2,8}(?:,[\x20-\x29\x2b-\x7e]*)?)\*([0-9A-Fa-f]{2})\s*")
_LONGEST_FIELD = 16

Fields = Sequence[bytes]


def value(fields: Fields, index: int) -> float:
    """Return a numeric field, NaN when it is empty, absent or no number."""
    if index >= len(fields) or len(fields[index]) > _LONGEST_FIELD:
        return math.nan
    found = number(fields[index])
    return math.nan if found is None else found


def angle(fields: Fields, index: int) -> float:
    """Return a latitude or longitude in degrees from "ddmm.mmmm" and its hemisphere; NaN when absent."""
    raw = value(fields, index)
    side = fields[index + 1] if index + 1 < len(fields) else b""
    if side not in (b"N", b"S", b"E", b"W") or math.isnan(raw) or raw < 0:
        return math.nan
    degrees, minutes = divmod(raw, 100.0)
    return (degrees + minutes / 60.0) * (-1.0 if side in b"SW" else 1.0)


def clock(fields: Fields, index: int) -> float:
    """Return the seconds since midnight UTC of an "hhmmss.sss" field; NaN when absent."""
    raw = value(fields, index)
    if math.isnan(raw):
        return math.nan
    hours, rest = divmod(raw, 10000.0)
    minutes, seconds = divmod(rest, 100.0)
    return hours * 3600.0 + minutes * 60.0 + seconds


def _gga(f: Fields) -> list[float]:
    fixed = value(f, 6) > 0
    place = [angle(f, 2), angle(f, 4), value(f, 9)] if fixed else [math.nan] * 3
    return [clock(f, 1), *place, value(f, 11), value(f, 6), value(f, 7), value(f, 8)]


def _rmc(f: Fields) -> list[float]:
    valid = len(f) > 2 and f[2] == b"A"
    motion = [angle(f, 3), angle(f, 5), value(f, 7), value(f, 8)] if valid else [math.nan] * 4
    return [clock(f, 1), *motion, 1.0 if valid else 0.0]


def _vtg(f: Fields) -> list[float]:
    return [value(f, 1), value(f, 7)]


def _gsa(f: Fields) -> list[float]:
    used = sum(1 for index in range(3, 15) if index < len(f) and f[index])
    return [value(f, 2), float(used), value(f, 15), value(f, 16), value(f, 17)]


def _gsv(f: Fields) -> list[float]:
    strengths = [value(f, index) for index in range(7, min(len(f), 20), 4)]
    heard = [strength for strength in strengths if not math.isnan(strength)]
    return [value(f, 1), value(f, 2), value(f, 3), max(heard, default=math.nan)]


def _gll(f: Fields) -> list[float]:
    valid = len(f) > 6 and f[6] == b"A"
    place = [angle(f, 1), angle(f, 3)] if valid else [math.nan] * 2
    return [clock(f, 5), *place, math.nan, math.nan, 1.0 if valid else 0.0]


def _heading(f: Fields) -> list[float]:
    return [value(f, 1)]


READERS: dict[bytes, tuple[str, Callable[[Fields], list[float]]]] = {
    b"GGA": ("fix", _gga),
    b"RMC": ("motion", _rmc),
    b"VTG": ("course", _vtg),
    b"GSA": ("precision", _gsa),
    b"GSV": ("satellites", _gsv),
    b"GLL": ("motion", _gll),
    b"HDT": ("heading", _heading),
    b"THS": ("heading", _heading),
}


def read(line: bytes) -> Reading:
    """Return a sentence's values by stream, an item without stream for others, or a reason."""
    start = max(line.rfind(b"$"), line.rfind(b"!"))
    if start < 0:
        return TEXT
    match = SENTENCE.fullmatch(line, start)
    if match is None:
        return MALFORMED
    body, stated = match.groups()
    if xor_of(body) != int(stated, 16):
        return BAD_CHECKSUM
    fields = body.split(b",")
    stream, reader = READERS.get(fields[0][-3:], ("", None))
    if reader is None or len(fields) < 2 or fields[0].startswith(b"P"):
        return Item("", (), start)
    return Item(stream, reader(fields), start)
