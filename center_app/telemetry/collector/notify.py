"""Tell a service manager how the collector is: the datagrams of sd_notify(3), without its library."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import suppress


class Notifier:
    """Write to the socket that systemd names in the environment; without one nothing happens.

    READY=1 once recording, WATCHDOG=1 at least twice in each period the manager asks for, STOPPING=1 at the end.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        """Read NOTIFY_SOCKET and WATCHDOG_USEC (for this process only, when WATCHDOG_PID is given)."""
        self._address = environment.get("NOTIFY_SOCKET", "")
        own = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        period = environment.get("WATCHDOG_USEC", "") if own else ""
        self.every_s = int(period) / 2e6 if period.isdigit() else 0.0
        self._next_s = 0.0

    def ready(self) -> None:
        """Say that recording runs."""
        self._tell("READY=1\nSTATUS=recording")

    def stopping(self) -> None:
        """Say that the end has begun."""
        self._tell("STOPPING=1\nSTATUS=sealing recordings")

    def alive(self, now_s: float) -> None:
        """Say once in half the watchdog's period that all threads work."""
        if self.every_s and now_s >= self._next_s:
            self._next_s = now_s + self.every_s
            self._tell("WATCHDOG=1")

    def _tell(self, message: str) -> None:
        if not self._address:
            return
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as link:
            link.connect(address)
            link.sendall(message.encode())
