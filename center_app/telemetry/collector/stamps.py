"""The recording clock of one run of a collector: segment time, wall clock and boot time of one instant."""

from __future__ import annotations

from dataclasses import dataclass

from center_app.core.clock import Clock
from center_app.telemetry.timing import Anchor, SegmentClock


@dataclass(frozen=True)
class Moment:
    """Hold one instant on three clocks, ns: recording clock, wall clock, boot time."""

    t_ns: int
    wall_ns: int
    boot_ns: int


class Stamps:
    """Stamp reads; safe in every thread (anchors: request loop only)."""

    def __init__(self, clock: Clock, not_before_ns: int | None = None) -> None:
        """Start at the wall clock's UTC, but not before what is recorded already."""
        self._clock = clock
        self._segment = SegmentClock(clock, not_before_ns)

    def now(self) -> Moment:
        """Return this instant."""
        boot_ns = self._clock.boottime_ns()
        return Moment(self._segment.at(boot_ns), self._clock.wall_ns(), boot_ns)

    def anchor(self) -> Anchor | None:
        """Return an anchor when one is due: start, step, drift or periodic."""
        return self._segment.anchor()
