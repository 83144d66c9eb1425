"""Read what the status bar shows; a wing that has nothing yet counts as zero."""

from __future__ import annotations

from typing import Any

from center_app.telemetry import queries as telemetry
from ui.shell.facts import Facts


def read_facts(read: Any, center: Any) -> Facts:
    """Count cells, recordings, bytes lost today and unacknowledged alarms."""
    cells = [cell for cell in telemetry.cells(read) if cell.enabled]
    alive = {lease.name for lease in telemetry.leases(read) if lease.lease_until > read.now}
    recording = sum(cell.collector in alive for cell in cells)
    return Facts(cells=len(cells), recording=recording)
