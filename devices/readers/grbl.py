"""Grbl lines (1.1, reports also of 0.9) as messages: status reports, answers, feedback, settings, alarms.

Source: gnea/grbl doc/markdown/interface.md; texts of errors and alarms from doc/csv.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from devices.account import MALFORMED
from devices.decimals import number as read_number
from devices.messages import Fields, Told, explain_lines, number, readable
from devices.values import Message, Params

STATES = ("Idle", "Run", "Hold", "Jog", "Alarm", "Door", "Check", "Home", "Sleep")
ERRORS = {
    1: "letter expected",
    2: "bad number format",
    3: "invalid $ statement",
    4: "value below zero",
    5: "homing is not enabled",
    6: "step pulse too short",
    7: "settings could not be read",
    8: "only while idle",
    9: "locked during alarm or jog",
    10: "soft limits need homing",
    11: "line too long",
    12: "step rate too high",
    13: "safety door open",
    14: "start-up line too long",
    15: "jog target outside travel",
    16: "jog without or with wrong word",
    17: "laser mode needs PWM",
    20: "unsupported or invalid command",
    21: "two commands of one modal group",
    22: "feed rate undefined",
    23: "integer value needed",
    24: "two commands need axis words",
    25: "repeated word",
    26: "axis words missing",
    27: "line number out of range",
    28: "value word missing",
    29: "work coordinate system unsupported",
    30: "G53 needs G0 or G1",
    31: "unused axis words",
    32: "arc without axis words in plane",
    33: "target invalid",
    34: "arc radius wrong",
    35: "arc without offset in plane",
    36: "unused words",
    37: "tool length offset axis wrong",
    38: "tool number too large",
}
ALARMS = {
    1: "hard limit",
    2: "target outside travel",
    3: "reset in motion, position lost",
    4: "probe in wrong state before cycle",
    5: "probe did not touch",
    6: "homing reset",
    7: "homing with door open",
    8: "homing could not clear the switch",
    9: "homing found no switch",
}
_POSITIONS = frozenset({"G28", "G30", "G92", *(f"G{number}" for number in range(54, 60))})
_BETWEEN_FIELDS = re.compile(rb"\||,(?=[A-Za-z]{1,5}:)")
_FEEDBACK = re.compile(rb"\[([A-Za-z0-9]{1,8}):(.{0,240})\]")
_SETTING = re.compile(rb"\$(N?\d{1,3})=(.{0,80})")
_CODE = re.compile(rb"(error|ALARM):\s*(\d{1,3}|[ -~]{1,80})")
_BANNER = re.compile(rb"Grbl (\S{1,20})[ -~]{0,80}")
_WORDS = re.compile(rb"(?:[A-Z]\s{0,2}[+-]?(?:\d{1,9}\.?\d{0,9}|\.\d{1,9})\s{0,4}){1,40}", re.IGNORECASE)
_REQUESTS = frozenset({b"?", b"!", b"~", b"$$", b"$#", b"$G", b"$I", b"$N", b"$C", b"$X", b"$H", b"$"})


def report_fields(line: bytes) -> tuple[bytes, dict[bytes, bytes]]:
    """Return the state and the fields of a report: set apart by bars in Grbl 1.1, by commas in 0.9."""
    head, *rest = _BETWEEN_FIELDS.split(line[1:-1])
    return head, dict(field.partition(b":")[::2] for field in rest)


def numbers(text: bytes) -> list[float] | None:
    """Return the finite numbers of a comma list, None when one is none."""
    found = [read_number(part) for part in text.split(b",")]
    plain = [value for value in found if value is not None and value == value]
    return plain if plain and len(plain) == len(found) else None


def _plain(values: Sequence[float] | None) -> list[float | None] | None:
    return None if values is None else [number(value) for value in values]


class Reports:
    """Read status reports; the work coordinate offset is sent now and then and stays valid."""

    def __init__(self) -> None:
        """Know no offset yet."""
        self._offset: list[float] | None = None

    def read(self, line: bytes) -> Told:
        """Return what one line says, or why it is refused."""
        line = line.strip()
        if line.startswith(b"<"):
            return self._report(line)
        feedback = _FEEDBACK.fullmatch(line)
        if feedback:
            return _feedback(feedback[1].decode("ascii"), feedback[2])
        return _answer(line)

    def _report(self, line: bytes) -> Told:
        head, content = report_fields(line)
        state, _, sub = readable(head).partition(":")
        places: dict[bytes, list[float] | None] = {
            key: numbers(content[key]) for key in (b"MPos", b"WPos", b"WCO") if key in content
        }
        is_known = state in STATES and (b"MPos" in places or b"WPos" in places)
        if not line.endswith(b">") or not is_known or None in places.values():
            return "status", {}, MALFORMED
        fields: Fields = {"state": state} | ({"substate": int(sub)} if sub.isdigit() else {})
        return "status", fields | self._places(places) | _drive(content)

    def _places(self, places: dict[bytes, list[float] | None]) -> Fields:
        self._offset = places.get(b"WCO") or self._offset
        machine, work, offset = places.get(b"MPos"), places.get(b"WPos"), self._offset
        if offset is not None and machine is None and work is not None and len(offset) == len(work):
            machine = [at + shift for at, shift in zip(work, offset, strict=True)]
        elif offset is not None and work is None and machine is not None and len(offset) == len(machine):
            work = [at - shift for at, shift in zip(machine, offset, strict=True)]
        fields: Fields = {"mpos": _plain(machine), "wpos": _plain(work)}
        return fields | ({"wco": _plain(places[b"WCO"])} if b"WCO" in places else {})


def _drive(content: dict[bytes, bytes]) -> Fields:
    """Return feed, spindle, pins, overrides, buffers and line number of a status report."""
    fields: Fields = {}
    for key, names in ((b"FS", ("feed", "spindle")), (b"F", ("feed",)), (b"Ln", ("line",))):
        values = numbers(content[key]) if key in content else None
        if values is not None:
            fields |= dict(zip(names, values, strict=False))
    for key, name, parts in ((b"Ov", "overrides_percent", 3), (b"Bf", "buffers_free", 2)):
        values = numbers(content[key]) if key in content else None
        if values is not None and len(values) == parts:
            fields[name] = [int(value) for value in values]
    for key, name in ((b"Pn", "pins"), (b"A", "accessories")):
        if key in content:
            fields[name] = readable(content[key])
    return fields


def _feedback(tag: str, text: bytes) -> Told:
    if tag == "GC":
        return "GC", _modes(text)
    if tag == "PRB":
        place, _, touched = text.rpartition(b":")
        found = numbers(place)
        if found is None or touched not in (b"0", b"1"):
            return tag, {}, MALFORMED
        return tag, {"pos": _plain(found), "ok": touched == b"1"}
    if tag in _POSITIONS or tag == "TLO":
        found = numbers(text)
        return (tag, {}, MALFORMED) if found is None else (tag, {"pos": _plain(found)})
    if tag == "VER":
        version, _, name = readable(text).partition(":")
        return tag, {"version": version, "name": name}
    if tag == "OPT":
        letters, *rest = readable(text).split(",")
        names = ("planner_blocks", "rx_buffer_bytes")
        return tag, {"options": letters} | {n: int(r) for n, r in zip(names, rest, strict=False) if r.isdigit()}
    return tag, {"message": readable(text)}


def _modes(text: bytes) -> Fields:
    """Return the modal state: words by letter; T, F and S as numbers."""
    words = text.split()
    fields: Fields = {"modes": [readable(word) for word in words]}
    for letter, name in ((b"F", "feed"), (b"S", "spindle"), (b"T", "tool")):
        word = next((word for word in words if word[:1] == letter), b"")
        value = read_number(word[1:])
        if word and value is not None and value == value:
            fields[name] = number(value)
    return fields


def _answer(line: bytes) -> Told:
    if line == b"ok":
        return "ok", {"ok": True}
    code = _CODE.fullmatch(line)
    if code:
        name = "error" if code[1] == b"error" else "alarm"
        if not code[2].isdigit():
            return name, {name: readable(code[2])}
        known = ERRORS if name == "error" else ALARMS
        return name, {name: int(code[2]), "meaning": known.get(int(code[2]), "unknown")}
    setting = _SETTING.fullmatch(line)
    if setting:
        stated, _, note = setting[2].partition(b" (")
        value = read_number(stated)
        plain = readable(stated) if value is None or value != value else number(value)
        fields: Fields = {"setting": f"${readable(setting[1])}", "value": plain}
        return "setting", fields | ({"note": readable(note).rstrip(")")} if note else {})
    banner = _BANNER.fullmatch(line)
    if banner:
        return "banner", {"version": readable(banner[1])}
    if line in _REQUESTS or line.startswith((b"$J=", b"$SLP", b"$RST=")):
        return "request", {"request": readable(line)}
    if line.startswith(b">") and b":" in line:
        return "startup_line", {"line": readable(line[1:].rpartition(b":")[0])}
    return ("gcode", {"line": readable(line)}) if line and _WORDS.fullmatch(line) else ("text", {})


def explain(data: bytes, params: Params) -> list[Message]:
    """Read lines of both directions as messages: mm, mm/min, 1/min."""
    return explain_lines(data, Reports().read, 512)
