"""What a centre needs every minute, done beside the collector: release missed bookings, back up at night."""

from __future__ import annotations

import threading
from pathlib import Path

from center_app.booking.service import release_missed
from center_app.core import nightly
from center_app.core.access import SYSTEM
from center_app.core.errors import CenterError
from center_app.core.log import topic
from center_app.wiring import Center, open_center

EVERY_S = 60.0
log = topic("housekeeping")


class Housekeeping:
    """Run the minute's work on a thread of its own until stopped."""

    def __init__(self, store: str, folder: Path | None, every_s: float = EVERY_S) -> None:
        """Take the centre; `start` opens it."""
        self._store, self._folder, self._every_s = store, folder, every_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="housekeeping", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the work at hand."""
        self._stop.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        center: Center | None = None
        while not self._stop.wait(self._every_s):
            try:
                center = center or open_center(self._store, folder=self._folder)
                once(center)
            except CenterError as error:
                log.warning("housekeeping waits: %s", error)
        if center is not None:
            center.close()


def once(center: Center) -> None:
    """Do one round."""
    missed = center.write(SYSTEM, release_missed)
    if missed:
        log.info("released %s bookings nobody came for", len(missed))
    nightly.make(center.database, center.folder, center.clock.now())
