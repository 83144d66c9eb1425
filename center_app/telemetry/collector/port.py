"""The port thread as the request loop sees it: start it, tell it what is wanted, stop it."""

from __future__ import annotations

import threading

from center_app.telemetry.collector.counters import Counters
from center_app.telemetry.collector.mailbox import Command, Mailbox, Release
from center_app.telemetry.collector.pipeline import Judges
from center_app.telemetry.collector.plan import CellPlan
from center_app.telemetry.collector.port_loop import Begin, Opener, PortLoop
from center_app.telemetry.collector.stamps import Stamps
from devices.transport import open_port
from devices.values import Params, Profile

__all__ = ["Command", "PortReader", "Release"]
HAND_OVER_S = 2.0


class PortReader:
    """Own the thread of one port; every method may be called from the request loop at any time."""

    def __init__(
        self, plan: CellPlan, begin: Begin, judges: Judges, stamps: Stamps, counters: Counters,
        left_off_ns: int | None = None, release: Release | None = None, opener: Opener = open_port,
    ) -> None:  # fmt: skip
        """Name the thread; `left_off_ns` is when the cell's last recording ended, the start of a gap.

        `release`: the port is lent to another program already, since before this collector started.
        """
        self.counters = counters
        self.cell_id = plan.cell.id
        self.device: tuple[Profile, Params] = (plan.profile, plan.cell.params)
        self._mail = Mailbox(release=release)
        loop = PortLoop(plan, begin, judges, stamps, counters, self._mail, left_off_ns, opener)
        self.thread = threading.Thread(target=loop.run, name=f"port-{plan.cell.id}", daemon=True)

    def start(self) -> None:
        """Begin reading."""
        self.thread.start()

    def change(self, plan: CellPlan) -> None:
        """Go on under a changed plan, without closing the port unless it is another one."""
        self.device = (plan.profile, plan.cell.params)
        self._mail.put_plan(plan)
        self._mail.wake.set()

    def release(self, release: Release) -> bool:
        """Let another program have the port for a time, then take it back; True once the port is closed."""
        self._mail.put_release(release)
        self._mail.poke()
        return self._mail.is_free.wait(HAND_OVER_S)

    def take_back(self) -> None:
        """End a release now."""
        self._mail.put_release(None)
        self._mail.wake.set()

    def send(self, command: Command) -> None:
        """Queue a command for the device."""
        self._mail.commands.append(command)
        self._mail.poke()

    def anchor(self, reason: str) -> None:
        """Have the recording note what the wall clock reads."""
        self._mail.put_anchor(reason)

    def stop(self) -> None:
        """Ask the thread to seal its recording and end."""
        self._mail.stop.set()
        self._mail.wake.set()
