"""Read capture files and play them with their own timing.

A capture is CSV: a first line "# name: …, 9600 baud 8N1…", a header, then t_us,byte_hex,framing_ok per character.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from devices.errors import CaptureDamaged
from devices.simulators.faults import FaultTape, Tally
from devices.simulators.runner import SimulatorRun
from devices.values import Int64Array, LineSettings

_SPEED = re.compile(r"(\d{2,8}) baud ([5-8])([NEOMS])(1\.5|1|2)")
_ROW = re.compile(r"(\d{1,15}(?:\.\d{1,9})?),([0-9A-Fa-f]{2}),([01])")
_MOST_BYTES = 64 << 20


@dataclass(frozen=True)
class Capture:
    """Hold a recorded line: its settings, bytes and their start times in ns, int64 (n,), ascending."""

    name: str
    line: LineSettings
    data: bytes
    start_ns: Int64Array

    @property
    def duration_s(self) -> float:
        """Return the time from the first character's start to the last one's end."""
        return float(self.start_ns[-1] - self.start_ns[0] + self.line.byte_ns) / 1e9 if self.data else 0.0

    def bytes_between(self, start_s: float, end_s: float) -> bytes:
        """Return the characters that start in [start_s, end_s) after the first one."""
        times = (self.start_ns - self.start_ns[0]) / 1e9 if self.data else np.empty(0)
        return self.data[int(np.searchsorted(times, start_s)) : int(np.searchsorted(times, end_s))]

    def answer(self, request: bytes, at_s: float) -> bytes:
        """Return nothing: a capture only plays."""
        return b""


def read_capture(path: Path) -> Capture:
    """Read a capture file; CaptureDamaged names the first line that is wrong."""
    if path.stat().st_size > _MOST_BYTES:
        raise CaptureDamaged(f"{path.name}: larger than 64 MiB")
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as problem:
        raise CaptureDamaged(f"{path.name}: not a text file") from problem
    head = lines[0] if lines else ""
    settings = _SPEED.search(head)
    if not head.startswith("#") or settings is None:
        raise CaptureDamaged(f"{path.name}, line 1: no line speed such as 9600 baud 8N1")
    times, data = _rows(path.name, lines)
    line = LineSettings(int(settings[1]), int(settings[2]), settings[3], float(settings[4]))
    return Capture(head[1:].partition(":")[0].strip(), line, data, times)


def _rows(name: str, lines: list[str]) -> tuple[Int64Array, bytes]:
    times, data = [], bytearray()
    for number, text in enumerate(lines[2:], start=3):
        row = _ROW.fullmatch(text.strip())
        if row is None:
            raise CaptureDamaged(f"{name}, line {number}: not t_us,byte_hex,framing_ok")
        times.append(round(float(row[1]) * 1000))
        data.append(int(row[2], 16))
        if len(times) > 1 and times[-1] < times[-2]:
            raise CaptureDamaged(f"{name}, line {number}: time runs backwards")
    if not data:
        raise CaptureDamaged(f"{name}: no characters")
    return np.array(times, dtype=np.int64), bytes(data)


def replay(
    path: Path,
    link_path: Path,
    speed: float = 1.0,
    *,
    stop: threading.Event | None = None,
    wait_s: float = 30.0,
) -> Tally:
    """Play a capture on a pseudo-terminal once somebody listens, `speed` times as fast; return the tally."""
    capture = read_capture(path)
    return CaptureRun(capture, link_path, speed).play(stop or threading.Event(), wait_s)


class CaptureRun(SimulatorRun):
    """Play one capture; the line's speed is raised with the playing speed."""

    def __init__(self, capture: Capture, link: Path, speed: float) -> None:
        """Make the line for this capture."""
        settings = LineSettings(
            max(50, round(capture.line.baud * max(1.0, speed))),
            capture.line.data_bits,
            capture.line.parity,
            capture.line.stop_bits,
        )
        super().__init__(_Played(capture, speed), settings, link, FaultTape())
        self._length_s = capture.duration_s / speed

    def play(self, stop: threading.Event, wait_s: float) -> Tally:
        """Wait up to `wait_s` for a reader, play to the end, let the reader drain, hang up."""
        waited = 0.0
        while not self._line.has_reader() and waited < wait_s and not stop.is_set():
            stop.wait(0.02)
            waited += 0.02
        return self.run(stop, self._length_s + 0.5)


class _Played:
    """Scale a capture's time by the playing speed."""

    def __init__(self, capture: Capture, speed: float) -> None:
        self._capture = capture
        self._speed = speed

    def bytes_between(self, start_s: float, end_s: float) -> bytes:
        return self._capture.bytes_between(start_s * self._speed, end_s * self._speed)

    def answer(self, request: bytes, at_s: float) -> bytes:
        return b""
