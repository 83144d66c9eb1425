"""What the request loop wants of a port thread: one mailbox, written by the one, emptied by the other."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from center_app.telemetry.collector.plan import CellPlan
from center_app.telemetry.command_values import CommandResult
from devices.values import Readback

Judge = Callable[[bytes, bytes], bool | None]
MOST_REPLY_BYTES = 4096


@dataclass
class Command:
    """Carry bytes for the device, how to judge what comes back, and what came of it; times are boot time, ns.

    The port thread writes everything below `told`, then sets `done`; the request loop reads it after that.
    """

    data: bytes
    expires_ns: int
    judge: Judge | None = None
    readback: Readback | None = None
    timeout_s: float = 0.5
    listens: bool = False
    """Without a judge: gather what comes within `timeout_s` all the same."""
    told: Callable[[], None] = lambda: None
    done: threading.Event = field(default_factory=threading.Event)
    result: CommandResult = CommandResult.NOT_SENT
    sent_ns: int = 0
    done_ns: int = 0
    reply: bytes = b""
    proof: bytes = b""
    _claim: threading.Lock = field(default_factory=threading.Lock)

    def claim(self) -> bool:
        """Return True to the first who asks: the port thread to write it, or the request loop to withdraw it."""
        return self._claim.acquire(blocking=False)

    def end(self, result: CommandResult, now_ns: int) -> None:
        """Say what came of it."""
        self.result, self.done_ns = result, now_ns
        self.done.set()
        self.told()


@dataclass(frozen=True)
class Release:
    """Lend a port to another program until a time (ns of the recording clock), with who asked and why."""

    until_ns: int
    who: str = ""
    reason: str = ""


@dataclass
class Mailbox:
    """Hold the wishes for one port; what the port thread takes away is put in and taken out under the lock."""

    plan: CellPlan | None = None
    release: Release | None = None
    is_free: threading.Event = field(default_factory=threading.Event)
    """Set while the port is closed for another program."""
    commands: deque[Command] = field(default_factory=deque)
    anchor: str = ""
    wake: threading.Event = field(default_factory=threading.Event)
    stop: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _wake_reader: Callable[[], None] | None = None

    def put_plan(self, plan: CellPlan) -> None:
        """Ask for another plan; one that was not taken yet is replaced."""
        with self._lock:
            self.plan = plan

    def take_plan(self) -> CellPlan | None:
        """Take the newest plan away, None without one (port thread)."""
        with self._lock:
            plan, self.plan = self.plan, None
        return plan

    def put_anchor(self, reason: str) -> None:
        """Ask for a time anchor in the recording."""
        with self._lock:
            self.anchor = reason

    def take_anchor(self) -> str:
        """Take the reason of a wished anchor away, "" without one (port thread)."""
        with self._lock:
            reason, self.anchor = self.anchor, ""
        return reason

    def put_release(self, release: Release | None) -> None:
        """Lend the port out, or take it back with None."""
        with self._lock:
            self.release = release

    def end_release(self, release: Release) -> None:
        """Forget a release that is over, unless another one was asked for meanwhile (port thread)."""
        with self._lock:
            if self.release is release:
                self.release = None

    def rest(self, seconds: float) -> None:
        """Wait, but no longer than until the next wish."""
        self.wake.wait(seconds)
        self.wake.clear()

    def attach(self, wake_reader: Callable[[], None] | None) -> None:
        """Name what wakes a reader that waits in the kernel (port thread), None before the port is closed."""
        with self._lock:
            self._wake_reader = wake_reader

    def poke(self) -> None:
        """Have the port thread look at its wishes at once, even while it waits for bytes."""
        self.wake.set()
        with self._lock:
            if self._wake_reader is not None:
                self._wake_reader()
