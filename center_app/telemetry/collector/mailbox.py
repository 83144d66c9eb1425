"""What the request loop wants of a port thread: one mailbox, written by the one, emptied by the other."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field

from center_app.telemetry.collector.plan import CellPlan


@dataclass
class Command:
    """Carry bytes for the device and what came back within its time (request loop waits on `done`)."""

    data: bytes
    wait_s: float = 0.0
    done: threading.Event = field(default_factory=threading.Event)
    was_sent: bool = False
    reply: bytearray = field(default_factory=bytearray)
    until_ns: int = 0


@dataclass
class Mailbox:
    """Hold the wishes for one port; each field is replaced whole, so that no lock is needed."""

    plan: CellPlan | None = None
    released_until_ns: int | None = None
    commands: deque[Command] = field(default_factory=deque)
    anchor: str = ""
    wake: threading.Event = field(default_factory=threading.Event)
    stop: threading.Event = field(default_factory=threading.Event)

    def rest(self, seconds: float) -> None:
        """Wait, but no longer than until the next wish."""
        self.wake.wait(seconds)
        self.wake.clear()
