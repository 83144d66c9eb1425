"""See what other desks changed, on a thread of its own."""

from __future__ import annotations

import logging
import threading
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from center_app.core.changes import Changed
from center_app.core.watch import Watcher
from ui.kit.changes import ChangeBus

log = logging.getLogger("ui.watch")
PERIOD_S = 0.4


class DeskWatcher(QObject):
    """Poll the centre's change hints every 0.4 s and feed the change bus on the GUI thread.

    `_watcher` is owned by the thread "desk-watch"; `_wake` and `_stop` are shared.
    """

    seen = Signal(int)

    def __init__(self, center: Any, bus: ChangeBus) -> None:
        """Take the centre and the bus to feed."""
        super().__init__()
        self._center = center
        self._wake = threading.Event()
        self._stop = threading.Event()
        self.seen.connect(lambda flags: bus.publish(Changed(flags)), Qt.ConnectionType.QueuedConnection)
        self._thread = threading.Thread(target=self._run, name="desk-watch", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Look at once, as after a write of this desk."""
        self._wake.set()

    def close(self) -> None:
        """End the thread."""
        self._stop.set()
        self._wake.set()
        self._thread.join(3)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._watch()
            except Exception:  # thread boundary: the next round connects anew
                log.warning("watching for changes failed; trying again", exc_info=True)
                self._stop.wait(2)

    def _watch(self) -> None:
        watcher = Watcher(self._center.database)
        try:
            while not self._stop.is_set():
                flags = watcher.poll()
                if flags:
                    self.seen.emit(int(flags))
                self._wake.wait(PERIOD_S)
                self._wake.clear()
        finally:
            watcher.close()
