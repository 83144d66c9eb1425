"""The recording clock of one run of a collector: starts at UTC, advances by boot time, never steps."""

from __future__ import annotations

from dataclasses import dataclass

from center_app.core.clock import Clock

STEP_NS = 100_000_000
"""A wall clock that moved by more than this against boot time was set by somebody."""


@dataclass(frozen=True)
class Moment:
    """Hold one instant on three clocks, ns: recording clock, wall clock, boot time."""

    t_ns: int
    wall_ns: int
    boot_ns: int


class Stamps:
    """Stamp reads; safe in every thread."""

    def __init__(self, clock: Clock) -> None:
        """Start at the wall clock's UTC."""
        self._clock = clock
        self._offset_ns = clock.wall_ns() - clock.boottime_ns()
        self._told_ns = self._offset_ns

    def now(self) -> Moment:
        """Return this instant."""
        boot_ns = self._clock.boottime_ns()
        return Moment(boot_ns + self._offset_ns, self._clock.wall_ns(), boot_ns)

    def wall_step_ns(self) -> int:
        """Return how far the wall clock has been set since the last call (0: not at all)."""
        now = self.now()
        offset = now.wall_ns - now.boot_ns
        moved = offset - self._told_ns
        if abs(moved) < STEP_NS:
            return 0
        self._told_ns = offset
        return moved
