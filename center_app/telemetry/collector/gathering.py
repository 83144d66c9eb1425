"""Choose how long a reader waits: at once on a slow line, a moment's bytes together on a busy one (port thread)."""

from __future__ import annotations

from center_app.telemetry.collector.mailbox import Mailbox
from devices.values import Master

READ_S = 0.05
GATHER_S, GATHER_BYTES, GATHER_RATE = 0.02, 2048, 3000.0
"""On a line busier than 3 kB/s bytes may gather in the kernel for 20 ms between two reads, never more than 2 KiB:
fewer wake-ups, well inside 120 ms to the screen. A slow line is read at once, so that its times stay sharp."""


class Gathering:
    """Pace the reads of one port."""

    def __init__(self, mail: Mailbox) -> None:
        """A wish in the mailbox ends every wait."""
        self._mail = mail
        self._read_boot_ns = 0

    def timeout_s(self, master: Master | None, boot_ns: int) -> float:
        """Return how long to wait for bytes: no longer than until a polled device's answer is late."""
        if master is None:
            return READ_S
        return min(READ_S, max((master.deadline_ns() - boot_ns) / 1e9, 0.001))

    def rest(self, size_bytes: int, boot_ns: int, byte_ns: float) -> None:
        """Let bytes gather after a read on a busy line."""
        span_s = max(boot_ns - self._read_boot_ns, 1) / 1e9
        self._read_boot_ns = boot_ns
        if size_bytes / span_s > GATHER_RATE:
            self._mail.rest(min(GATHER_S, GATHER_BYTES * byte_ns / 1e9))
