"""Marlin lines as messages: temperatures, positions, answers, requests with number and checksum.

`ok` may carry temperatures, or the line number, planner and buffer room (`ok N6320 P6 B1`, ADVANCED_OK). A line to the
printer is `N<number><G-code>*<checksum>`, the exclusive or of all bytes before the star (Marlin, "Resend" and M110).
"""

from __future__ import annotations

import re

from devices.account import BAD_CHECKSUM
from devices.checksum import xor_of
from devices.messages import Fields, Told, explain_lines, number, readable
from devices.values import Message, Params

_REAL = rb"-?\d{1,6}(?:\.\d{1,6})?"
_HEATER = re.compile(rb"(?<![A-Za-z0-9@])([TBCPRLM]\d?):\s*(" + _REAL + rb")\s*(?:/\s*(" + _REAL + rb"))?(?![\d.])")
_POWER = re.compile(rb"(?<![A-Za-z0-9])([BCPL]?)@(\d?):\s*(\d{1,3})(?!\d)")
_AXIS = re.compile(rb"([XYZE]):\s*(" + _REAL + rb")")
_ADVANCED = re.compile(rb"\b([NPB])(\d{1,7})\b")
_NUMBERED = re.compile(rb"\s*(N(\d{1,7})\s*([^*]{0,200}))\*(\d{1,3})\s*")
_ERROR = re.compile(rb"Error:\s*(.*?)(?:,?\s*Last Line:\s*(\d{1,8}))?\s*")
_RESEND = re.compile(rb"(?:Resend|rs):?\s*N?(\d{1,8})\s*")
_PAIR = re.compile(r"([A-Z_]+):(.*?)(?= [A-Z_]+:|$)")
_PRINTED = re.compile(rb"SD printing byte (\d{1,12})/(\d{1,12})")
_WORDS = re.compile(rb"(?:[GMT]\d{1,4}(?:\.\d)?)(?:\s+[A-Z][+-]?\d*\.?\d*)*\s*(?:;.*)?", re.IGNORECASE)


def temperatures(line: bytes) -> dict[str, tuple[float, float | None]]:
    """Return heater -> (temperature, target or None) in °C; nothing when the line reports none."""
    if b"Count" in line:
        return {}
    found: dict[str, tuple[float, float | None]] = {}
    for name, now, target in _HEATER.findall(line[:512]):
        found.setdefault(name.decode("ascii"), (float(now), float(target) if target else None))
    return found if any(name[0] in "TB" for name in found) else {}


def powers(line: bytes) -> dict[str, int]:
    """Return the heaters' powers, 0 to 127 or 255: "@" and "@0" for nozzles, "B@" for the bed, "C@" for the chamber."""
    return {f"{name.decode()}@{tool.decode()}": int(value) for name, tool, value in _POWER.findall(line[:512])}


def _report(line: bytes) -> Fields:
    fields: Fields = {}
    for name, (now, target) in temperatures(line).items():
        fields[name] = number(now)
        if target is not None:
            fields[f"{name}_set"] = number(target)
    return fields | powers(line) if fields else {}


def _position(line: bytes) -> Fields:
    """Return the axes of a position report, in mm, and the stepper counts."""
    place, _, count = line.partition(b"Count")
    axes = {axis.decode("ascii"): number(float(value)) for axis, value in _AXIS.findall(place)}
    steps = {axis.decode("ascii"): int(float(value)) for axis, value in _AXIS.findall(count)}
    return axes | ({"steps": steps} if steps else {}) if len(axes) > 2 else {}


def read(line: bytes) -> Told:
    """Return what one line says, or why it is refused."""
    line = line.strip()
    numbered = _NUMBERED.fullmatch(line)
    if numbered:
        return _numbered(numbered)
    fields = _report(line)
    if fields:
        return "temperature", {"ok": line.startswith(b"ok")} | fields
    fields = _position(line)
    if fields:
        return "position", fields
    return _answer(line)


def _numbered(match: re.Match[bytes]) -> Told:
    stated, right = int(match[4]), xor_of(match[1])
    fields: Fields = {"line": int(match[2]), "command": readable(match[3]).strip(), "checksum": stated}
    if stated == right:
        return "numbered_line", fields
    return "numbered_line", {"stated_checksum": stated, "correct_checksum": right}, BAD_CHECKSUM


def _answer(line: bytes) -> Told:
    if line == b"ok" or line.startswith(b"ok "):
        names = {b"N": "line", b"P": "planner", b"B": "buffer"}
        advanced = {names[letter]: int(value) for letter, value in _ADVANCED.findall(line[3:64])}
        return "ok", {"ok": True} | advanced
    error = _ERROR.fullmatch(line)
    if error:
        return "error", {"error": readable(error[1])} | ({"last_line": int(error[2])} if error[2] else {})
    resend = _RESEND.fullmatch(line)
    if resend:
        return "resend", {"line": int(resend[1])}
    return _notice(line)


def _notice(line: bytes) -> Told:
    text = readable(line)
    if line.startswith((b"echo:busy:", b"busy:")):
        return "busy", {"reason": text.rpartition("busy:")[2].strip()}
    if line.startswith(b"echo:"):
        return "echo", {"message": text[5:].strip()}
    if line.startswith(b"//"):
        return "action", {"action": text[2:].strip().removeprefix("action:")}
    if line.startswith(b"FIRMWARE_NAME:"):
        return "firmware", {key.lower(): value.strip() for key, value in _PAIR.findall(text[:400])}
    if line.startswith(b"Cap:") and line.count(b":") == 2:
        _, name, value = text.split(":")
        return "capability", {"capability": name, "enabled": value.strip() == "1"}
    if line in (b"start", b"wait", b"!!") or line.startswith(b"!!"):
        return "state", {"state": "halted" if line.startswith(b"!!") else text}
    printed = _PRINTED.fullmatch(line)
    if printed:
        return "progress", {"bytes_done": int(printed[1]), "bytes_total": int(printed[2])}
    return ("gcode", {"line": text}) if _WORDS.fullmatch(line) else ("text", {})


def explain(data: bytes, params: Params) -> list[Message]:
    """Read lines of both directions as messages: °C, mm."""
    return explain_lines(data, read, 1024)
