"""Find the speed of a line from its level changes: every change lies on the bit grid that a start bit begins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from devices.uart import Levels

COMMON = (115200, 9600, 57600, 38400, 19200, 230400, 1_000_000, 460800, 921600, 250_000, 4800, 2400, 1200)
RARE = (500_000, 2_000_000, 4_000_000, 3_000_000, 1_500_000, 74880, 31250, 256_000, 128_000, 28800, 14400, 600, 300)
USUAL = COMMON + RARE
_SNAP = 0.026
_COARSE_SNAP = 0.05
_FRAME_BITS = 9.6
_MOST_STARTS = 1500
_NEAR = 0.03
_BEST = 12


@dataclass(frozen=True)
class Speed:
    """Hold a speed to try in bits per second: the usual one it stands for, and what the line's own clock keeps."""

    nominal: int
    actual: float


def likely_speeds(levels: Levels) -> tuple[Speed, ...]:
    """Return speeds whose grid the changes keep, the most likely first; () for a still line."""
    gaps = np.diff(levels.changes_ns).astype(np.float64)
    gaps = gaps[gaps > 0]
    if gaps.size < 4:
        return ()
    tried = [(grid_error(levels, speed), -speed) for speed in _distinct(_seeds(gaps))]
    tried.sort()
    kept = [(error, -speed) for error, speed in tried if error <= tried[0][0] + 0.3][:_BEST]
    found = {speed.nominal: speed for _, each in reversed(kept) for speed in (refined(levels, each),)}
    return tuple(reversed(found.values()))


def _seeds(gaps: NDArray[np.float64]) -> list[float]:
    """Return speeds to try: of the short intervals as one, two or three bits, and the usual ones near them."""
    shortest = np.unique(np.percentile(gaps, (0.5, 2, 5, 12, 25, 50)))
    found = [1e9 * bits / gap for gap in shortest for bits in (1, 2, 3)]
    low, high = min(found) * 0.9, max(found) * 1.1
    return [float(speed) for speed in USUAL if low <= speed <= high] + found


def _distinct(speeds: list[float]) -> list[float]:
    kept: list[float] = []
    for speed in speeds:
        if all(abs(speed - other) > 0.012 * other for other in kept):
            kept.append(speed)
    return kept


def _offsets(levels: Levels, speed: float) -> NDArray[np.float64]:
    """Return how far each change inside a character lies after its start, in bits, flat."""
    bit_ns = 1e9 / speed
    changes, falls = levels.changes_ns, levels.falls()
    starts: list[int] = []
    at = 0
    following = np.searchsorted(falls, falls + _FRAME_BITS * bit_ns).tolist()
    while at < len(following) and len(starts) < _MOST_STARTS:
        starts.append(at)
        at = max(following[at], at + 1)
    begin = falls[np.array(starts, dtype=np.int64)]
    first, last = np.searchsorted(changes, begin, side="right"), np.searchsorted(changes, begin + 9.3 * bit_ns)
    counts = last - first
    index = np.repeat(first - np.concatenate(([0], np.cumsum(counts)[:-1])), counts) + np.arange(counts.sum())
    return np.asarray((changes[index] - np.repeat(begin, counts)) / bit_ns)


def grid_error(levels: Levels, speed: float) -> float:
    """Return the share of changes off the bit grid by more than a quarter bit, plus the mean distance (0–1)."""
    bits = _offsets(levels, speed)
    if not bits.size:
        return 1.0
    off = np.abs(bits - np.rint(bits)) + (np.rint(bits) == 0)
    return float((off > 0.25).mean() + np.minimum(off, 0.5).mean())


def refined(levels: Levels, speed: float) -> Speed:
    """Return the speed that fits the changes best, and the usual one that is within 2.6 % of it."""
    for _ in range(3):
        bits = _offsets(levels, speed)
        whole = np.rint(bits)
        near = (np.abs(bits - whole) < 0.3) & (whole > 0)
        if near.sum() < 4:
            break
        speed *= float((whole[near] ** 2).sum() / (whole[near] * bits[near]).sum())
    coarse = int(np.gcd.reduce(np.diff(levels.changes_ns))) * speed / 1e9 > 0.15
    return Speed(snapped(speed, _COARSE_SNAP if coarse else _SNAP), float(speed))


def snapped(speed: float, within: float = _SNAP) -> int:
    """Return the usual speed that is near enough, else the speed to three digits."""
    nearest = min(USUAL, key=lambda usual: abs(usual - speed) / usual)
    if abs(nearest - speed) <= within * nearest:
        return nearest
    return round(float(f"{speed:.3g}"))
