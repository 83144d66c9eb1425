"""The telemetry store: raw bytes, samples and their pyramid in a collector's own SQLite files.

`values` holds what travels. The doors load when they are named, so that a page which only needs a value
does not load a database.
"""

import importlib
from typing import Any

_DOORS = {"BulkWriter": "synthetic", "StoreReader": "reader", "StoreWriter": "writer"}


def __getattr__(name: str) -> Any:
    """Load a door: `StoreWriter` records, `StoreReader` reads, `BulkWriter` writes history fast."""
    if name not in _DOORS:
        raise AttributeError(name)
    return getattr(importlib.import_module(f"{__name__}.{_DOORS[name]}"), name)
