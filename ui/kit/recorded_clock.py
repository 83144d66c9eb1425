"""What the recording clock of a cell reads now: it never steps, whatever is done to the computer's clock."""

from __future__ import annotations

from center_app.core.clock import Clock
from center_app.telemetry.values import PortHealth

SECOND = 1_000_000_000
OLDEST_NS = 15 * SECOND
"""News of a port that records is younger than this; what would make it older, or of the future, is a wrong clock."""
EARLIEST_NS = -SECOND
TREMOR_NS = SECOND // 50
"""A smaller correction is not worth a move of the picture."""


class RecordedClock:
    """Tell a collector's recording time from this computer's boot clock, tied to it by the news of a port.

    Until news came it is the wall clock of its first moment, going on by boot time. One thread tells it news, any
    thread may ask.
    """

    def __init__(self, clock: Clock) -> None:
        """Take this computer's clock."""
        self._clock = clock
        self._base_ns = clock.wall_ns() - clock.boottime_ns()
        self._last_ns = 0

    def now_ns(self) -> int:
        """Return the recording time, ns."""
        return self._clock.boottime_ns() + self._base_ns

    def heard(self, health: PortHealth | None) -> None:
        """Follow the collector's clock by its newest news of a port.

        The wall clock less what it was set by is exact where desk and collector share it. It is left alone where
        that cannot be: in the moment after a step, when the news does not know of it yet, and on a desk whose own
        clock is wrong; there the time of the news itself, which is late but never early, is the bound.
        """
        if health is None or not health.t_ns:
            return
        boot_ns, first = self._clock.boottime_ns(), not self._last_ns
        is_new, self._last_ns = health.t_ns != self._last_ns, health.t_ns
        guess_ns = self._clock.wall_ns() - clock_offset_ns(health) - boot_ns
        told_ns = health.t_ns - boot_ns
        if _is_near(guess_ns, told_ns) or first:
            self._tie(guess_ns)
        elif is_new and not _is_near(self._base_ns, told_ns):
            self._tie(told_ns)

    def _tie(self, base_ns: int) -> None:
        if abs(base_ns - self._base_ns) > TREMOR_NS:
            self._base_ns = base_ns


def _is_near(base_ns: int, told_ns: int) -> bool:
    return EARLIEST_NS <= base_ns - told_ns <= OLDEST_NS


def clock_offset_ns(health: PortHealth | None) -> int:
    """Return how far the wall clock is ahead of the recording clock, ns."""
    return health.wall_ns - health.t_ns if health is not None and health.wall_ns else 0
