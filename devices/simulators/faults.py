"""Spoil a byte stream on purpose, by script and by seeded chance, and keep an exact tally."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class FaultTape:
    """Script the faults of a line.

    Chances are per byte (`drop`, `flip` one bit) or per second (`garbage`, a burst of 1 to `garbage_bytes`);
    `silence` and `unplug` are (second, duration in seconds) of virtual time.
    """

    seed: int = 1
    drop: float = 0.0
    flip: float = 0.0
    garbage: float = 0.0
    garbage_bytes: int = 64
    silence: tuple[tuple[float, float], ...] = ()
    unplug: tuple[tuple[float, float], ...] = ()

    @classmethod
    def from_mapping(cls, script: Mapping[str, Any]) -> FaultTape:
        """Build a tape from JSON data; ValueError names an unknown or impossible entry."""
        known = cls.__dataclass_fields__
        unknown = sorted(set(script) - set(known))
        if unknown:
            raise ValueError(f"unknown fault: {unknown[0]}")
        values: dict[str, Any] = dict(script)
        for key in ("silence", "unplug"):
            values[key] = _pairs(script.get(key, ()))
        tape = cls(**values)
        if not (0 <= tape.drop <= 1 and 0 <= tape.flip <= 1 and 0 <= tape.garbage <= 1000 and tape.garbage_bytes > 0):
            raise ValueError("a fault's chance is out of range")
        return tape

    def silent(self, at_s: float) -> bool:
        """Say whether the line is silent at a virtual second."""
        return any(start <= at_s < start + length for start, length in self.silence)

    def unplugged(self, at_s: float) -> bool:
        """Say whether the port is unplugged at a virtual second."""
        return any(start <= at_s < start + length for start, length in self.unplug)


def _pairs(value: Any) -> tuple[tuple[float, float], ...]:
    return tuple((float(start), float(length)) for start, length in value)


@dataclass
class Tally:
    """Count what the simulator did; bytes, and how often."""

    seed: int = 0
    bytes_made: int = 0
    bytes_dropped: int = 0
    bytes_flipped: int = 0
    garbage_bytes: int = 0
    garbage_bursts: int = 0
    bytes_silenced: int = 0
    bytes_unread: int = 0
    bytes_written: int = 0
    unplugs: int = 0
    requests: int = 0
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """Return the tally as JSON data."""
        return asdict(self)


class Spoiler:
    """Apply a tape to the bytes of consecutive moments; the same tape and bytes spoil alike."""

    def __init__(self, tape: FaultTape, tally: Tally) -> None:
        """Draw chances from the tape's seed and count in `tally`."""
        self._tape = tape
        self._tally = tally
        self._chance = np.random.default_rng(tape.seed)
        tally.seed = tape.seed

    def spoil(self, data: bytes, at_s: float, span_s: float) -> bytes:
        """Return what is left of the bytes sent in [at_s, at_s + span_s)."""
        self._tally.bytes_made += len(data)
        if self._tape.silent(at_s):
            self._tally.bytes_silenced += len(data)
            return b""
        if data and (self._tape.drop or self._tape.flip):
            data = self._hurt(np.frombuffer(data, dtype=np.uint8))
        if self._tape.garbage and self._chance.random() < self._tape.garbage * span_s:
            data = self._burst() + data
        return data

    def _hurt(self, data: np.ndarray[Any, np.dtype[np.uint8]]) -> bytes:
        kept = self._chance.random(data.size) >= self._tape.drop
        flipped = (self._chance.random(data.size) < self._tape.flip) & kept
        bits = (1 << self._chance.integers(0, 8, data.size)).astype(np.uint8)
        self._tally.bytes_dropped += int((~kept).sum())
        self._tally.bytes_flipped += int(flipped.sum())
        return bytes(np.where(flipped, data ^ bits, data)[kept].tobytes())

    def _burst(self) -> bytes:
        size = int(self._chance.integers(1, self._tape.garbage_bytes + 1))
        self._tally.garbage_bursts += 1
        self._tally.garbage_bytes += size
        return self._chance.bytes(size)
