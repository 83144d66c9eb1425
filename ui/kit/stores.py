"""The telemetry store for the reading lanes: one reader for each thread and place."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from center_app.telemetry.opening import Opening
    from center_app.telemetry.store.reader import StoreReader

_local = threading.local()


def store_reader(place: Opening) -> StoreReader:
    """Return this thread's reader of a centre's recordings."""
    held: dict[object, StoreReader] | None = getattr(_local, "readers", None)
    if held is None:
        held = _local.readers = {}
    if place.key not in held:
        held[place.key] = place.reader()
    return held[place.key]
