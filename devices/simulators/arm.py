"""A six-joint arm at work: angles, drive currents, gripper and temperatures of two scenes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from devices.simulators.waves import Cycle, Floats, Ints, Phase, bump, noise, running, smooth, uniform, worked

IDLE, APPROACH, GRIP, MOVE, PLACE = range(5)

_GRIPPING = Cycle(
    [
        Phase(IDLE, 4.0, (52.0, -60.0, 84.0, -30.0, -92.0, -38.0)),
        Phase(APPROACH, 3.8, (-34.0, -88.0, 112.0, -24.0, -90.0, -34.0)),
        Phase(GRIP, 2.2, (-34.6, -83.4, 99.5, -25.0, -90.0, -34.6)),
        Phase(MOVE, 6.8, (52.0, -58.0, 118.0, -60.0, -88.0, 50.0)),
        Phase(PLACE, 3.2, (52.0, -62.0, 84.0, -28.0, -92.0, -38.0)),
    ]
)
_PALLETISING = Cycle(
    [
        Phase(IDLE, 0.8, (-70.0, -55.0, 70.0, -15.0, -90.0, 0.0)),
        Phase(APPROACH, 2.2, (-70.0, -84.0, 108.0, -24.0, -90.0, 0.0)),
        Phase(GRIP, 1.0, (-70.0, -82.0, 104.0, -22.0, -90.0, 0.0)),
        Phase(MOVE, 3.6, (65.0, -50.0, 72.0, -20.0, -90.0, 90.0)),
        Phase(PLACE, 2.4, (65.0, -80.0, 100.0, -20.0, -90.0, 90.0)),
    ]
)
_GRAVITY_A = (0.0, 3.2, -1.4, 1.1, 0.4, 0.1)
_INERTIA = (0.080, 0.045, 0.045, 0.030, 0.012, 0.008)
_FRICTION = (0.030, 0.016, 0.016, 0.010, 0.008, 0.004)
_STEP_S = 0.02


@dataclass(frozen=True)
class Motion:
    """Hold the signals of n frames: angles (degrees) and currents (ampere) are float64 (6, n)."""

    angles: Floats
    currents: Floats
    force_n: Floats
    opening_mm: Floats
    state: Ints
    held: Ints


class Arm:
    """Move an arm through a scene ("gripping" or "palletising")."""

    def __init__(self, scene: str, seed: int, pattern: str = "steady") -> None:
        """Choose the scene, the seed of its noise and when the machine runs."""
        self._palletising = scene == "palletising"
        self._cycle = _PALLETISING if self._palletising else _GRIPPING
        self._seed = seed
        self._pattern = pattern

    def motion(self, time_s: Floats, number: Ints) -> Motion:
        """Return the signals at these instants; `number` seeds the noise of each frame."""
        active = running(time_s, self._pattern, self._seed)
        clock = worked(time_s, self._pattern, self._seed)
        angles = self._cycle.pose(clock)
        state = np.where(active, self._cycle.state(clock), IDLE)
        currents = self._currents(clock, angles, number) * np.where(active, 1.0, 0.12)
        if self._palletising:
            currents[2] += np.where(active, self._load(clock), 0.0)
        force = np.where(active, self._force(clock, number), 0.0)
        force = np.maximum(force + 0.25 * noise(self._seed, 40, number), -0.5)
        return Motion(angles, currents, force, self._opening(clock), state, (force > 15.0).astype(np.int64))

    def _currents(self, time_s: Floats, angles: Floats, number: Ints) -> Floats:
        ahead, behind = self._cycle.pose(time_s + _STEP_S), self._cycle.pose(time_s - _STEP_S)
        speed = (ahead - behind) / (2 * _STEP_S)
        acceleration = (ahead - 2 * angles + behind) / _STEP_S**2
        rows = []
        effort = 0.06 if self._palletising else 1.0
        for joint in range(6):
            gravity = _GRAVITY_A[joint] * (0.75 + 0.5 * np.cos(np.radians(angles[joint] * 0.7)))
            drive = _INERTIA[joint] * acceleration[joint] + _FRICTION[joint] * speed[joint]
            rows.append(gravity + effort * drive + (0.16 + 0.02 * abs(gravity)) * noise(self._seed, joint, number))
        return np.array(rows)

    def _load(self, time_s: Floats) -> Floats:
        """Return the extra J3 current of heavy pallets: 13 A, rising above 17 A once in 90 s."""
        sway = 0.7 * np.sin(time_s * 2 * np.pi / 3.3) + 0.3 * np.sin(time_s * 2 * np.pi / 0.9)
        return np.asarray(14.4 + 0.3 * sway + 3.6 * bump(time_s, 90.0, 18.0, 14.0, 16.0, 8.0))

    def _force(self, time_s: Floats, number: Ints) -> Floats:
        """Return the gripping force: 34 N while a part is held, a slip above 40 N in some cycles."""
        phase, since = self._cycle.inside(time_s)
        ripple = 0.5 * np.sin(time_s * 2 * np.pi * 2.6)
        grip = 33.6 * smooth(since / 0.35) * np.where(phase == GRIP, 1.0, 0.0)
        carry = np.where(phase == MOVE, 33.6 + ripple, 0.0)
        place = 33.6 * (1.0 - smooth(since / 0.2)) * np.where(phase == PLACE, 1.0, 0.0)
        return np.asarray(grip + carry + place + self._slip(time_s, phase, since))

    def _slip(self, time_s: Floats, phase: Ints, since: Floats) -> Floats:
        """Return the slip: 1.2 s at 43 N, a dip to 25 N, then normal again; second cycle, later one in five."""
        turn = self._cycle.number(time_s)
        slipped = (turn == 1) | ((turn > 3) & (uniform(self._seed, 77, turn) < 0.2))
        high = 9.5 * (smooth(since / 0.2) - smooth((since - 1.3) / 0.2))
        dip = -9.0 * (smooth((since - 1.4) / 0.3) - smooth((since - 2.0) / 0.9))
        return np.where(slipped & (phase == MOVE), high + dip, 0.0)

    def _opening(self, time_s: Floats) -> Floats:
        """Return the gripper's opening in millimetres: 85 open, 40.4 on the part."""
        phase, since = self._cycle.inside(time_s)
        closing = smooth(since / 0.5)
        shut = np.select([phase == GRIP, phase == MOVE, phase == PLACE], [closing, 1.0, 1.0 - closing], 0.0)
        return np.asarray(85.0 - 44.6 * shut)


def temperatures(time_s: Floats, seed: int) -> Floats:
    """Return six motor temperatures and the controller's, degrees Celsius, float64 (7, n)."""
    warm = 1.0 - np.exp(-np.mod(time_s, 28800.0) / 2400.0)
    final = np.array([41.0, 46.5, 43.0, 39.0, 37.5, 36.0, 44.0])
    wave = 0.4 * np.sin(time_s / 47.0 + np.arange(7)[:, None])
    number = np.floor(time_s).astype(np.int64)
    jitter = np.array([0.08 * noise(seed, 60 + row, number) for row in range(7)])
    return np.asarray(29.0 + (final[:, None] - 29.0) * (0.55 + 0.45 * warm) + wave + jitter)
