"""The change bus: flags that say which nouns changed; pages refresh what they watch."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from center_app.core.changes import Changed


class ChangeBus(QObject):
    """Tell the window's pages what changed, here or at another desk."""

    changed = Signal(int)

    def publish(self, flags: Changed) -> None:
        """Announce changes; nothing to announce is nothing sent."""
        if flags:
            self.changed.emit(int(flags))
