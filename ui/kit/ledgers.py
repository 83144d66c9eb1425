"""The collectors' ledgers for the reading lanes: one reader for each thread and folder."""

from __future__ import annotations

import threading
from pathlib import Path

from center_app.telemetry.records import Records

_local = threading.local()


def records(folder: Path) -> Records:
    """Return this thread's reader of a store folder's ledgers (intervals, alarms, health, log)."""
    held: dict[Path, Records] | None = getattr(_local, "records", None)
    if held is None:
        held = _local.records = {}
    if folder not in held:
        held[folder] = Records(folder)
    return held[folder]
