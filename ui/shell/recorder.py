"""Keep a collector running beside the window, once the centre has a cell to record."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject

from center_app.core.changes import Changed
from ui.shell.window import Window


class Recorder(QObject):
    """Start the collector detached; it goes on recording when the window is closed."""

    def __init__(self, window: Window) -> None:
        """Take the window of a centre in a folder on this computer."""
        super().__init__(window)
        self._window = window
        window.changes.changed.connect(self._on_changed)

    def ensure(self) -> None:
        """Start the collector on the work lane unless it runs already or has nothing to do."""
        self._window.tasks.work(start_collector, self._window.center, owner=self)

    def _on_changed(self, flags: int) -> None:
        if Changed(flags) & Changed.CELLS:
            self.ensure()


def start_collector(_report: Any, center: Any) -> None:
    """Start the collector of a centre that has cells (runs on the work lane)."""
    from center_app.telemetry import queries
    from center_app.telemetry.collector import launch

    if center.read(queries.cells) and not launch.is_alive(center.store):
        launch.start_detached(center.store)
