"""SCPI lines as messages: queries, commands, numbers (NR1, NR2, NR3), lists, SYST:ERR? replies and identities.

A number of 9.9E37 stands for overload (infinity in IEEE 488.2 terms), 9.91E37 for "not a number"; a reply to SYST:ERR?
is a number, a comma and a quoted text. Several parts of one message are set apart by semicolons.
"""

from __future__ import annotations

import math
import re

from devices.decimals import number as read_number
from devices.messages import Fields, Told, explain_lines, number, readable
from devices.readers.text import quoted
from devices.values import Message, Params

OVERLOAD, NOT_A_NUMBER = 9.9e37, 9.91e37
_QUERY = re.compile(rb"[*:]?[A-Za-z][A-Za-z0-9_:@]*\?(?:\s+[ -~]{0,200})?")
_COMMAND = re.compile(rb"(?:\*[A-Za-z]{3,4}|:?[A-Za-z]{2,}[0-9]{0,3}(?::[A-Za-z]{2,}[0-9]{0,3})*)(?:\s+[ -~]{1,200})?")
_ERROR = re.compile(rb"([+-]?\d{1,6}),\s*(\"[^\"]{0,200}\"|'[^']{0,200}')")
_NUMBER = re.compile(rb"([+-]?(?:\d+\.?\d*|\.\d+)(?:\s?[eE][+-]?\d{1,4})?)\s*([A-Za-z%]{1,8})?")
_FORMS = ((re.compile(rb"[+-]?\d+"), "NR1"), (re.compile(rb"[+-]?\d*\.\d*"), "NR2"))


def read(line: bytes) -> Told:
    """Return what one line says."""
    line = line.strip()
    error = _ERROR.fullmatch(line)
    if error:
        return "error", {"code": int(error[1]), "error": quoted(error[2])}
    values = [_value(token) for token in line.split(b",")]
    if line and all(value is not None for value in values):
        return _numbers(line, [value for value in values if value is not None])
    queries = [part.strip() for part in line.split(b";") if part.strip()]
    if queries and any(part.endswith(b"?") or b"? " in part for part in queries) and all(map(_is_message, queries)):
        texts = [readable(part) for part in queries]
        return "query", {"query": texts[0] if len(texts) == 1 else readable(line)} | _parts(texts)
    if line.count(b",") >= 3 and len(line.split(b",")[0]) > 1 and not line.startswith((b'"', b"*", b":")):
        names = ("manufacturer", "model", "serial", "firmware")
        return "identity", dict(zip(names, (quoted(part) for part in line.split(b",", 3)), strict=True))
    if queries and all(map(_is_message, queries)) and (b":" in line or line.startswith(b"*")):
        return "command", {"command": readable(line)}
    return "text", {}


def is_message(line: bytes) -> bool:
    """Say whether a line is SCPI without a reading: a query, a command, an error's text, an identity."""
    return read(line)[0] in ("query", "command", "error", "identity")


def _parts(texts: list[str]) -> Fields:
    return {"parts": texts} if len(texts) > 1 else {}


def _is_message(part: bytes) -> bool:
    return bool(_QUERY.fullmatch(part) or _COMMAND.fullmatch(part))


def _value(token: bytes) -> tuple[float, str] | None:
    """Return a number and its unit ("" without), None for other text."""
    match = _NUMBER.fullmatch(token.strip())
    if match is None:
        return None
    found = read_number(match[1].replace(b" ", b""))
    return None if found is None else (found, readable(match[2] or b""))


def _numbers(line: bytes, values: list[tuple[float, str]]) -> Told:
    plain = [None if abs(value) >= OVERLOAD else number(value, 15) for value, _ in values]
    marks = [_mark(value) for value, _ in values]
    fields: Fields = {"value": plain[0]} if len(values) == 1 else {"values": plain}
    if any(marks):
        fields["quality"] = marks[0] if len(values) == 1 else marks
    units = [unit for _, unit in values]
    if any(units):
        fields["unit"] = units[0] if len(values) == 1 else units
    return "reading", fields | {"form": _form(line.split(b",")[0].strip())}


def _mark(value: float) -> str:
    """Name why a number is none: overload, or the instrument's own "not a number"."""
    if math.isclose(abs(value), NOT_A_NUMBER, rel_tol=1e-6):
        return "not_measured"
    return "out_of_range" if abs(value) >= OVERLOAD else ""


def _form(token: bytes) -> str:
    return next((name for pattern, name in _FORMS if pattern.fullmatch(token)), "NR3")


def explain(data: bytes, params: Params) -> list[Message]:
    """Read lines of both directions as messages."""
    return explain_lines(data, read)
