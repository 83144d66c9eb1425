"""Simulate the wire itself: a device's bytes at its true settings become level changes, with the faults of real lines.

What a receiver at other settings makes of it is `devices.uart.receive` of the result.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from devices.uart import Levels, receive, send
from devices.values import Int64Array, LineSettings


@dataclass(frozen=True)
class WireFaults:
    """Describe a poor wire; chances are drawn from `seed`.

    `jitter_bits` is the standard deviation of every edge, `clock_error` 0.02 a device that is 2 % fast, and each of
    `glitches_per_s` lasts a tenth of a bit.
    """

    jitter_bits: float = 0.0
    clock_error: float = 0.0
    glitches_per_s: float = 0.0
    seed: int = 1


def wire(
    data: bytes, line: LineSettings, faults: WireFaults | None = None, pause_every: int = 0, pause_bits: float = 0.0
) -> Levels:
    """Return the level changes of bytes sent back to back, with a pause of `pause_bits` after every `pause_every`."""
    faults = faults or WireFaults()
    values = np.frombuffer(data, dtype=np.uint8).astype(np.uint16)
    true = LineSettings(round(line.baud * (1 + faults.clock_error)), line.data_bits, line.parity, line.stop_bits)
    bit_ns = 1e9 / true.baud
    number = np.arange(values.size, dtype=np.float64)
    pauses = number // pause_every * pause_bits if pause_every else 0.0
    starts = 20 * bit_ns + number * true.byte_ns + pauses * bit_ns
    return spoiled(send(values, np.rint(starts).astype(np.int64), true), bit_ns, faults)


def spoiled(levels: Levels, bit_ns: float, faults: WireFaults) -> Levels:
    """Return a line with jitter and glitches."""
    chance = np.random.default_rng(faults.seed)
    changes = levels.changes_ns.astype(np.float64)
    if faults.jitter_bits:
        changes = np.sort(changes + chance.normal(0.0, faults.jitter_bits * bit_ns, changes.size))
    changes = np.concatenate((changes, _glitches(levels, bit_ns, faults, chance)))
    return Levels(np.sort(np.rint(changes).astype(np.int64)), levels.first, levels.start_ns, levels.end_ns)


def _glitches(levels: Levels, bit_ns: float, faults: WireFaults, chance: np.random.Generator) -> Int64Array:
    count = chance.poisson(faults.glitches_per_s * levels.seconds) if faults.glitches_per_s else 0
    at = chance.integers(levels.start_ns, max(levels.end_ns, levels.start_ns + 1), count)
    return np.concatenate((at, at + round(bit_ns / 10))).astype(np.int64)


def misheard(data: bytes, true: LineSettings, heard_with: LineSettings) -> bytes:
    """Return what a receiver with other settings makes of bytes sent back to back."""
    if true == heard_with:
        return data
    return receive(wire(data, true), heard_with).data
