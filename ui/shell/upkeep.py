"""What a desk does by itself while it is open: free the time of no-shows, make the nightly backup."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer

from center_app.core import nightly
from ui.shell.window import Window

log = logging.getLogger("ui")
PERIOD_MS = 60_000


class Upkeep(QObject):
    """Look once a minute; several desks may do it, the first one wins."""

    def __init__(self, window: Window) -> None:
        """Take the window whose lanes are used."""
        super().__init__(window)
        self._window = window
        self._timer = QTimer(self)
        self._timer.setInterval(PERIOD_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Free what nobody came for, and back up when the hour has come."""
        from center_app.booking.service import release_missed

        self._window.tasks.write(release_missed, owner=self, failed=self._on_failed)
        self._window.tasks.work(make_backup, self._window.center, owner=self, failed=self._on_failed)

    def _on_failed(self, error: Exception) -> None:
        log.warning("upkeep failed: %r", error)


def make_backup(_report: Any, center: Any) -> None:
    """Make the nightly backup if it is due and nobody else is at it (runs on the work lane)."""
    nightly.make(center.database, Path(center.folder), center.clock.now())
