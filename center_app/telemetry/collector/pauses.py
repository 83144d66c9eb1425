"""Count how long a reader was away from its port, in steps of a quarter, so that rare long pauses can be told."""

from __future__ import annotations

import math

_STEP = 1.25
_SHORTEST_NS = 10_000
_STEPS = 90


class Pauses:
    """Hold a histogram from 10 us to some hours; the port's thread counts, any thread asks."""

    def __init__(self) -> None:
        """Start empty."""
        self._counts = [0] * _STEPS
        self.longest_ns = 0

    def add(self, pause_ns: int) -> None:
        """Count one pause."""
        self.longest_ns = max(self.longest_ns, pause_ns)
        step = math.ceil(math.log(max(pause_ns, _SHORTEST_NS) / _SHORTEST_NS, _STEP))
        self._counts[min(step, _STEPS - 1)] += 1

    def quantile_ns(self, share: float) -> int:
        """Return the pause that this share of all stayed below: at most a quarter too long, never too short."""
        counts = tuple(self._counts)
        wanted, seen = share * sum(counts), 0
        for step, count in enumerate(counts):
            seen += count
            if count and seen >= wanted:
                return min(math.ceil(_SHORTEST_NS * _STEP**step), self.longest_ns)
        return 0
