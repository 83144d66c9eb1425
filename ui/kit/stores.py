"""The telemetry store for the reading lanes: one reader for each thread and folder."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from center_app.telemetry.store.reader import StoreReader

_local = threading.local()


def store_reader(folder: Path) -> StoreReader:
    """Return this thread's reader of a store folder's recordings."""
    from center_app.telemetry.store.reader import StoreReader

    held: dict[Path, StoreReader] | None = getattr(_local, "readers", None)
    if held is None:
        held = _local.readers = {}
    if folder not in held:
        held[folder] = StoreReader(folder)
    return held[folder]
