"""Signals as pure functions of virtual time: the same second always has the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def noise(seed: int, channel: int, index: Ints) -> Floats:
    """Return nearly normal noise (mean 0, deviation 1) for sample numbers, float64 (n,)."""
    return (
        uniform(seed, 4 * channel, index)
        + uniform(seed, 4 * channel + 1, index)
        + uniform(seed, 4 * channel + 2, index)
        - 1.5
    ) * 2.0


def uniform(seed: int, channel: int, index: Ints) -> Floats:
    """Return numbers in [0, 1) that depend on seed, channel and sample number alone (SplitMix64)."""
    start = np.uint64((seed * 0x9E3779B97F4A7C15 + channel * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF)
    with np.errstate(over="ignore"):
        mixed = index.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + start
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (mixed >> np.uint64(11)).astype(np.float64) / float(1 << 53)


def smooth(fraction: Floats) -> Floats:
    """Return the quintic step from 0 to 1 with zero speed and acceleration at both ends."""
    x = np.clip(fraction, 0.0, 1.0)
    return np.asarray(x * x * x * (x * (6.0 * x - 15.0) + 10.0))


def bump(time_s: Floats, period_s: float, start_s: float, rise_s: float, hold_s: float, fall_s: float) -> Floats:
    """Return a pulse from 0 to 1 that repeats every `period_s`, first rising at `start_s`."""
    inside = np.mod(time_s - start_s, period_s)
    up = smooth(inside / rise_s)
    down = smooth((inside - rise_s - hold_s) / fall_s)
    return np.where(time_s < start_s, 0.0, up - down)


@dataclass(frozen=True)
class Phase:
    """Describe one step of a cycle: its state number, duration and the joint angles at its end (degrees)."""

    state: int
    duration_s: float
    pose: tuple[float, ...]


class Cycle:
    """Repeat a list of phases; say where in it each instant is."""

    def __init__(self, phases: Sequence[Phase]) -> None:
        """Start the first phase at time 0."""
        self._durations = np.array([phase.duration_s for phase in phases])
        self._ends = np.cumsum(self._durations)
        self._states = np.array([phase.state for phase in phases], dtype=np.int64)
        self._poses = np.array([phase.pose for phase in phases])
        self.period_s = float(self._ends[-1])

    def number(self, time_s: Floats) -> Ints:
        """Return how many cycles were completed before each instant."""
        return np.floor(time_s / self.period_s).astype(np.int64)

    def inside(self, time_s: Floats) -> tuple[Ints, Floats]:
        """Return the phase number and the seconds since that phase began."""
        within = np.mod(time_s, self.period_s)
        phase = np.minimum(np.searchsorted(self._ends, within, side="right"), self._ends.size - 1)
        return phase, within - (self._ends[phase] - self._durations[phase])

    def state(self, time_s: Floats) -> Ints:
        """Return the state number of each instant."""
        return np.asarray(self._states[self.inside(time_s)[0]])

    def pose(self, time_s: Floats) -> Floats:
        """Return joint angles in degrees, float64 (joints, n): each phase eases to its pose in 85 % of it."""
        phase, since = self.inside(time_s)
        eased = smooth(since / (0.85 * self._durations[phase]))
        before = self._poses[phase - 1]
        return np.asarray((before + (self._poses[phase] - before) * eased[:, None]).T)


_PATTERNS = {"short": (32.0, 24.0), "shift": (3120.0, 2760.0)}


def running(time_s: Floats, pattern: str, seed: int) -> NDArray[np.bool_]:
    """Say when the machine runs: "steady" always, "short" 24 s of 32, "shift" 46 min of 52."""
    if pattern not in _PATTERNS:
        return np.ones(time_s.shape, dtype=np.bool_)
    period_s, run_s = _PATTERNS[pattern]
    return np.asarray(np.mod(time_s + _lead(pattern, seed), period_s) < run_s)


def worked(time_s: Floats, pattern: str, seed: int) -> Floats:
    """Return how many seconds the machine has run since time 0: a clock that stands while it does not."""
    if pattern not in _PATTERNS:
        return time_s
    period_s, run_s = _PATTERNS[pattern]
    lead_s = _lead(pattern, seed)
    whole, rest = np.divmod(time_s + lead_s, period_s)
    return np.asarray(whole * run_s + np.minimum(rest, run_s) - lead_s)


def _lead(pattern: str, seed: int) -> float:
    """Return how far into its first run a machine starts, so that machines do not pause together."""
    return seed * 617 % 1500 if pattern == "shift" else 0.0
