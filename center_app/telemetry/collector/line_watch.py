"""Carry what an open port tells about itself into its counters, once a second (port thread)."""

from __future__ import annotations

from center_app.telemetry.collector.counters import Counters
from devices.transport import Port

EVERY_NS = 1_000_000_000


class LineWatch:
    """Follow the driver's error counters over reopenings: they count from the first opening on."""

    def __init__(self, counters: Counters) -> None:
        """Start without a port."""
        self._counters = counters
        self._base: dict[str, int] = {}
        self._missed = 0
        self._looked_ns = 0

    def opened(self, port: Port) -> None:
        """Begin with a port that was just opened; what it counted before is not ours."""
        now = port.line_errors() or {}
        self._base = {name: count - self._counters.line_errors.get(name, 0) for name, count in now.items()}
        self._missed = self._counters.echoes_missed
        self._counters.tuning = port.tuning

    def look(self, port: Port, boot_ns: int) -> None:
        """Take over what changed, at most once a second."""
        if boot_ns - self._looked_ns < EVERY_NS:
            return
        self._looked_ns = boot_ns
        self._counters.buffer_peak = max(self._counters.buffer_peak, port.largest_read)
        self._counters.echoes_missed = self._missed + port.echoes_missed
        now = port.line_errors()
        if now is not None:
            self._counters.line_errors = {name: count - self._base.get(name, 0) for name, count in now.items()}
