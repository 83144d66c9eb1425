"""The port thread as the request loop sees it: start it, tell it what is wanted, stop it."""

from __future__ import annotations

import threading

from center_app.telemetry.collector.counters import Counters
from center_app.telemetry.collector.mailbox import Command, Mailbox
from center_app.telemetry.collector.pipeline import Judges
from center_app.telemetry.collector.plan import CellPlan
from center_app.telemetry.collector.port_loop import Begin, PortLoop
from center_app.telemetry.collector.stamps import Stamps

__all__ = ["Command", "PortReader"]


class PortReader:
    """Own the thread of one port; every method may be called from the request loop at any time."""

    def __init__(
        self, plan: CellPlan, begin: Begin, judges: Judges, stamps: Stamps, counters: Counters,
        left_off_ns: int | None = None,
    ) -> None:  # fmt: skip
        """Name the thread; `left_off_ns` is when the cell's last recording ended, the start of a gap."""
        self.counters = counters
        self.cell_id = plan.cell.id
        self._mail = Mailbox()
        loop = PortLoop(plan, begin, judges, stamps, counters, self._mail, left_off_ns)
        self.thread = threading.Thread(target=loop.run, name=f"port-{plan.cell.id}", daemon=True)

    def start(self) -> None:
        """Begin reading."""
        self.thread.start()

    def change(self, plan: CellPlan) -> None:
        """Go on under a changed plan, without closing the port unless it is another one."""
        self._mail.plan = plan
        self._mail.wake.set()

    def release(self, until_ns: int) -> None:
        """Let another program have the port until a time (ns), then take it back."""
        self._mail.released_until_ns = until_ns
        self._mail.wake.set()

    def take_back(self) -> None:
        """End a release now."""
        self._mail.released_until_ns = None
        self._mail.wake.set()

    def send(self, command: Command) -> None:
        """Queue bytes for the device."""
        self._mail.commands.append(command)
        self._mail.wake.set()

    def anchor(self, reason: str) -> None:
        """Have the recording note what the wall clock reads."""
        self._mail.anchor = reason

    def stop(self) -> None:
        """Ask the thread to seal its recording and end."""
        self._mail.stop.set()
        self._mail.wake.set()
