"""What the status bar and the rail know of the centre."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Facts:
    """Cells that exist, cells recording, bytes lost today, alarms nobody has acknowledged."""

    cells: int = 0
    recording: int = 0
    bytes_lost: int = 0
    alarms: int = 0
