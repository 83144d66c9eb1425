"""Simulated controllers that are told things in text: a router, a printer, an instrument."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import numpy as np

from devices.checksum import xor_of
from devices.simulators.waves import noise

_NUMBERED = re.compile(rb"N(\d+) (.*)\*(\d{1,3})")
_WORDS = re.compile(rb"(?:[A-Z][+-]?(?:\d+\.?\d*|\.\d+)\s*)+", re.IGNORECASE)
_TARGET = re.compile(rb"M(?:104|140) S(\d{1,3}(?:\.\d+)?)")


class Lines:
    """Gather text until a line is whole; real-time bytes are taken out and told at once."""

    def __init__(self, real_time: bytes = b"") -> None:
        """Take the bytes that act wherever they stand."""
        self._real_time = real_time
        self._rest = b""

    def take(self, data: bytes) -> list[bytes]:
        """Return real-time bytes and whole lines in the order of the line."""
        found: list[bytes] = []
        for byte in data:
            letter = bytes((byte,))
            if letter in self._real_time and self._real_time:
                found.append(letter)
            elif letter == b"\n":
                found.append(self._rest.strip() + b"\n")
                self._rest = b""
            else:
                self._rest = (self._rest + letter)[-512:]
        return found


class Router:
    """Mill circles; hold, resume, reset, home and take lines of G-code as Grbl 1.1 does."""

    frames_itself = True

    def __init__(self) -> None:
        """Run."""
        self._lines = Lines(b"?!~\x18\x85")
        self._state = "Run"
        self._since_s = 0.0
        self._paused_s = 0.0

    def bytes_between(self, start_s: float, end_s: float) -> bytes:
        """Send the banner at power-up, nothing else unasked."""
        return b"\r\nGrbl 1.1h ['$' for help]\r\n" if start_s <= 0.0 < end_s else b""

    def answer(self, request: bytes, at_s: float) -> bytes:
        """Return the status for each question mark, "ok" or an error for each line."""
        return b"".join(self._answer(part, at_s) for part in self._lines.take(request))

    def _answer(self, part: bytes, at_s: float) -> bytes:
        if part == b"?":
            return self._report(at_s)
        if part == b"\x18":
            self._enter("Idle", at_s)
            return b"\r\nGrbl 1.1h ['$' for help]\r\n"
        if part in (b"!", b"~"):
            self._enter("Hold:0" if part == b"!" else "Run", at_s)
            return b""
        return b"" if part == b"\x85" else self._line(part[:-1], at_s)

    def _line(self, line: bytes, at_s: float) -> bytes:
        if line in (b"$H", b"$X"):
            self._enter("Idle", at_s)
            return b"ok\r\n"
        if not line:
            return b"ok\r\n"
        return b"ok\r\n" if _WORDS.fullmatch(line) else b"error:2\r\n"

    def _enter(self, state: str, at_s: float) -> None:
        if self._state != "Run":
            self._paused_s += at_s - self._since_s
        self._state, self._since_s = state, at_s

    def _report(self, at_s: float) -> bytes:
        paused = self._paused_s + (0.0 if self._state == "Run" else at_s - self._since_s)
        way = (at_s - paused) / 3.0
        feed = "800,12000" if self._state == "Run" else "0,0"
        place = f"{40.0 * np.cos(way):.3f},{40.0 * np.sin(way):.3f},-2.000"
        return f"<{self._state}|MPos:{place}|FS:{feed}|WCO:-60.000,-60.000,-4.000>\r\n".encode()


class Printer:
    """Warm up and hold; answer M105, take targets, check the sums of numbered lines as Marlin does."""

    frames_itself = True

    def __init__(self, seed: int) -> None:
        """Aim at 215 °C and 60 °C."""
        self._seed = seed
        self._lines = Lines()
        self._target = {b"104": 215.0, b"140": 60.0}

    def bytes_between(self, start_s: float, end_s: float) -> bytes:
        """Send the banner at power-up, nothing else unasked."""
        return b"start\r\necho:Marlin 2.1.2\r\n" if start_s <= 0.0 < end_s else b""

    def answer(self, request: bytes, at_s: float) -> bytes:
        """Answer each line."""
        return b"".join(self._answer(line[:-1], at_s) for line in self._lines.take(request))

    def _answer(self, line: bytes, at_s: float) -> bytes:
        found = _NUMBERED.fullmatch(line)
        if found:
            if xor_of(line[: line.rindex(b"*")]) != int(found[3]):
                return b"Error:checksum mismatch, Last Line: 0\nResend: 1\nok\n"
            line = found[2]
        if line.startswith(b"M105"):
            return self._report(at_s)
        target = _TARGET.fullmatch(line)
        if target:
            self._target[line[1:4]] = float(target[1])
        return b"ok\n"

    def _report(self, at_s: float) -> bytes:
        jitter = noise(self._seed, 1, np.array([int(at_s * 10), int(at_s * 10) + 1]))
        nozzle_to, bed_to = self._target[b"104"], self._target[b"140"]
        nozzle = 24.0 + (nozzle_to - 24.0) * (1 - math.exp(-at_s / 60.0)) + 0.3 * float(jitter[0])
        bed = 23.0 + (bed_to - 23.0) * (1 - math.exp(-at_s / 90.0)) + 0.1 * float(jitter[1])
        return f"ok T:{nozzle:.2f} /{nozzle_to:.2f} B:{bed:.2f} /{bed_to:.2f} @:64 B@:40\n".encode()


class Instrument:
    """Answer queries: `*IDN?` names it, `FUNC?` its measure, `SYST:ERR?` its errors; `VOLT x` sets its level."""

    frames_itself = True

    def __init__(self, read: Callable[[float, float], str]) -> None:
        """Take what answers other queries: `read(level, at_s)`."""
        self._lines = Lines()
        self._read = read
        self._level = 1.2
        self._error = '+0,"No error"'

    def bytes_between(self, start_s: float, end_s: float) -> bytes:
        """Return nothing: the instrument speaks only when asked."""
        return b""

    def answer(self, request: bytes, at_s: float) -> bytes:
        """Return one line for each query."""
        return b"".join(self._answer(line[:-1].decode("ascii", "replace"), at_s) for line in self._lines.take(request))

    def _answer(self, line: str, at_s: float) -> bytes:
        if line.startswith("*IDN"):
            return b"CENTER DESK,BENCH INSTRUMENT,0,1.0\r\n"
        if line.startswith("SYST:ERR"):
            told, self._error = self._error, '+0,"No error"'
            return told.encode() + b"\r\n"
        if line.startswith(("FUNC?", "SENS:FUNC?")):
            return b'"VOLT"\r\n'
        if "?" in line:
            return self._read(self._level, at_s).encode() + b"\r\n"
        if line:
            self._set(line)
        return b""

    def _set(self, line: str) -> None:
        word, _, value = line.partition(" ")
        try:
            level = float(value)
        except ValueError:
            level = math.nan
        if word == "VOLT" and level == level:
            self._level = level
        else:
            self._error = '-113,"Undefined header"'
