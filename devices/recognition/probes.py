"""The queries that recognition may send when it is allowed to ask: all of them only read.

Modbus reads of registers (functions 3 and 4), Dynamixel ping, SCPI `*IDN?`, Grbl `?`, Marlin `M105`.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

from devices import profiles
from devices.checksum import UMTS, crc16_of
from devices.modbus import is_sound, sealed
from devices.recognition.values import Finding, Kind
from devices.values import LineSettings

_WAIT_S = 0.25


@dataclass(frozen=True)
class Probe:
    """Describe one query: what to send at which settings, what counts as its answer, and what that proves."""

    name: str
    query: bytes
    lines: tuple[LineSettings, ...]
    is_answer: Callable[[bytes], bool]
    profile_id: str
    params: Mapping[str, object] = field(default_factory=dict)
    kind: Kind = Kind.CHECKSUMS
    wait_s: float = _WAIT_S

    def findings(self, answer: bytes, settings: LineSettings) -> list[Finding]:
        """Return what the answer proves."""
        asked = Finding(
            self.profile_id, dict(self.params), settings, 1, 0, 1.0, self.kind, len(answer), None, self.query
        )
        return [asked]


def _modbus_reply(unit: int, function: int) -> Callable[[bytes], bool]:
    def is_reply(answer: bytes) -> bool:
        return any(
            is_sound(answer[:size]) and answer[0] == unit and answer[1] & 0x7F == function
            for size in range(5, len(answer) + 1)
        )

    return is_reply


def _modbus(profile_id: str, unit: int, function: int, address: int, count: int) -> Probe:
    query = sealed(struct.pack(">BBHH", unit, function, address, count))
    profile = profiles.get(profile_id)
    key = next((spec.key for spec in profile.params if spec.key in ("units", "unit")), None)
    params: dict[str, object] = {key: str(unit) if key == "units" else unit} if key else {}

    def has_values(answer: bytes) -> bool:
        return _modbus_reply(unit, function)(answer) and answer[1] == function and answer[2] == 2 * count

    lines = _usual(profile.line, (9600, 19200, 2400, 115200) if unit == 1 else (115200, 19200))
    return Probe("Modbus", query, lines, has_values, profile_id, params)


def _usual(own: LineSettings, speeds: tuple[int, ...]) -> tuple[LineSettings, ...]:
    first = (own,)
    rest = tuple(LineSettings(speed, 8, parity) for speed in speeds[:2] for parity in "NE")
    return first + tuple(line for line in rest if line != own)


def _ping() -> bytes:
    body = bytes.fromhex("fffffd00fe030001")
    return body + struct.pack("<H", crc16_of(UMTS, body))


def _is_status(answer: bytes) -> bool:
    at = answer.find(b"\xff\xff\xfd\x00")
    return at >= 0 and answer[at + 7 : at + 8] == b"\x55"


def _is_identity(answer: bytes) -> bool:
    return re.search(rb"[\x20-\x7e]{2,},[\x20-\x7e]*,[\x20-\x7e]*", answer) is not None


def _is_grbl(answer: bytes) -> bool:
    return re.search(rb"<[A-Z][a-z]+(?::\d)?\|[A-Z]\w*:[^>]*>", answer) is not None


def _is_marlin(answer: bytes) -> bool:
    return re.search(rb"\bT\d?:\s*-?\d+(\.\d+)?\s*/", answer) is not None


_TEXT_SPEEDS = tuple(LineSettings(speed) for speed in (115200, 250_000, 9600, 57600))


@cache
def probes() -> tuple[Probe, ...]:
    """Return the queries in the order they are tried."""
    return (
        Probe("Grbl ?", b"?", _TEXT_SPEEDS[:1], _is_grbl, "grbl", kind=Kind.FORM, wait_s=0.4),
        Probe("Marlin M105", b"\nM105\n", _TEXT_SPEEDS[:2], _is_marlin, "marlin", kind=Kind.FORM, wait_s=0.4),
        _modbus("robotiq_2f", 9, 3, 0x07D0, 3),
        _modbus("energy_meter", 1, 4, 0x0000, 2),
        Probe("Dynamixel ping", _ping(), tuple(map(LineSettings, (57600, 1_000_000))), _is_status, "dynamixel"),
        Probe("SCPI *IDN?", b"*IDN?\n", _TEXT_SPEEDS[2:3] + _TEXT_SPEEDS[:1], _is_identity, "scpi_reading",
              kind=Kind.FORM, wait_s=0.6),
    )  # fmt: skip
