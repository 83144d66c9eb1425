"""A pseudo-terminal behind which a receiver sits: bytes arrive as the settings of the port that opened it make them.

A pseudo-terminal carries bytes, no bits; the kernel keeps its speed, but neither parity nor data bits. So the receiver
takes the speed from the other end and receives eight data bits without parity, unless the device's characters have more
bits than that: those it receives in the device's own form.
"""

from __future__ import annotations

import fcntl
import struct
from dataclasses import replace
from pathlib import Path

from devices.simulators.line import PtyLine
from devices.simulators.line_levels import misheard
from devices.simulators.runner import SimulatorRun
from devices.values import LineSettings, Simulator

_TCGETS2 = 0x802C542A
_TERMIOS2 = struct.Struct("4I B 19s 2I")


class HearingLine(PtyLine):
    """Be a line on which a device speaks with `settings`, whatever the program at the other end has set."""

    def __init__(self, link: Path, settings: LineSettings) -> None:
        """Make the pair."""
        self._settings = settings
        super().__init__(link)

    def heard_with(self) -> LineSettings:
        """Return the settings of the receiver at the other end."""
        told = fcntl.ioctl(self._master, _TCGETS2, bytes(_TERMIOS2.size))
        baud = _TERMIOS2.unpack(told)[7]
        if self._settings.bits_per_byte - self._settings.stop_bits > 9:
            return LineSettings(baud, self._settings.data_bits, self._settings.parity)
        return LineSettings(baud)

    def write(self, data: bytes) -> int:
        """Write what the receiver makes of the device's bytes; return how many of the device's bytes went."""
        if not data or not self.has_reader():
            return 0
        heard = misheard(data, self._settings, self.heard_with())
        super().write(heard)
        return len(data)

    def read(self, timeout_s: float) -> bytes:
        """Return what the device makes of a query at the program's speed; its character size is taken as right."""
        data = super().read(timeout_s)
        spoken = replace(self._settings, baud=self.heard_with().baud)
        return misheard(data, spoken, self._settings) if data else data


class HeardRun(SimulatorRun):
    """Run a simulated device on such a line, paced at its true speed."""

    def __init__(self, simulator: Simulator, settings: LineSettings, link: Path, start_s: float = 0.0) -> None:
        """Make the line; the device speaks with `settings`."""
        super().__init__(simulator, settings, link, start_s=start_s)
        self._line.unplug()
        self._line = HearingLine(link, settings)
