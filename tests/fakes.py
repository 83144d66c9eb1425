"""Stand-ins that behave: no mocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class FakeClock:
    """Run a clock by hand; the wall may step, boot time never does."""

    def __init__(self, start: datetime = datetime(2026, 6, 1, 0, 0, tzinfo=UTC)) -> None:
        self._wall = start
        self._boot_ns = 1_000_000_000

    def now(self) -> datetime:
        return self._wall

    def wall_ns(self) -> int:
        return int((self._wall - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1)) * 1000

    def boottime_ns(self) -> int:
        return self._boot_ns

    def monotonic_s(self) -> float:
        return self._boot_ns / 1e9

    def advance(self, seconds: float) -> None:
        """Let time pass on both clocks."""
        self._wall += timedelta(seconds=seconds)
        self._boot_ns += round(seconds * 1e9)

    def step_wall(self, seconds: float) -> None:
        """Set the wall clock, as a person or a time server would."""
        self._wall += timedelta(seconds=seconds)

    def set_wall(self, moment: datetime) -> None:
        """Move both clocks to a later wall time."""
        self.advance((moment - self._wall).total_seconds())
