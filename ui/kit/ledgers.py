"""The collectors' ledgers for the reading lanes: one reader for each thread and place."""

from __future__ import annotations

import threading

from center_app.telemetry.opening import Opening
from center_app.telemetry.records import Records

_local = threading.local()


def records(place: Opening) -> Records:
    """Return this thread's reader of a centre's ledgers (intervals, alarms, health, log)."""
    held: dict[object, Records] | None = getattr(_local, "records", None)
    if held is None:
        held = _local.records = {}
    if place.key not in held:
        held[place.key] = place.records()
    return held[place.key]
