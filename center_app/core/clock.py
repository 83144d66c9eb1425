"""Clocks: wall time for people, boot time for order and durations."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol

_BOOT_CLOCK = getattr(time, "CLOCK_BOOTTIME", None)


class Clock(Protocol):
    """Tell the time; everything that needs time is given a clock."""

    def now(self) -> datetime:
        """Return the wall clock as an aware UTC datetime."""
        ...

    def wall_ns(self) -> int:
        """Return the wall clock in nanoseconds since the Unix epoch; it may step."""
        ...

    def boottime_ns(self) -> int:
        """Return nanoseconds since boot, suspend included; it never steps."""
        ...

    def monotonic_s(self) -> float:
        """Return seconds of a clock that never steps, for delays and time-outs."""
        ...


class SystemClock:
    """Read the clocks of this computer."""

    def now(self) -> datetime:
        """Return the wall clock as an aware UTC datetime."""
        return datetime.now(UTC)

    def wall_ns(self) -> int:
        """Return the wall clock in nanoseconds since the Unix epoch."""
        return time.time_ns()

    def boottime_ns(self) -> int:
        """Return CLOCK_BOOTTIME in nanoseconds, or the monotonic clock where there is none."""
        return time.clock_gettime_ns(_BOOT_CLOCK) if _BOOT_CLOCK is not None else time.monotonic_ns()

    def monotonic_s(self) -> float:
        """Return the monotonic clock in seconds."""
        return time.monotonic()
