"""Send versions decoded again: each lies whole in a folder of its own and goes under a name of its own.

The note that makes a version readable goes last, so that a desk elsewhere never meets half of one.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from center_app.telemetry.replica.parcel import Parcel
from center_app.telemetry.replica.spool import Spool
from center_app.telemetry.store import versions

LOOK_S: Final = 1.0


class VersionSpools:
    """Find what the server lacks of a collector's versions; owned by the replicating thread."""

    def __init__(self, collector_folder: Path) -> None:
        self._folder = collector_folder
        self._spool: tuple[str, Spool] | None = None
        self._found: list[Path] = []
        self._looked_at = float("-inf")
        self._asked: dict[int, int] | None = None

    def forget(self) -> None:
        """Compare everything with the server anew, as after a lost connection."""
        self.close()
        self._asked = None
        self._looked_at = float("-inf")

    def close(self) -> None:
        """Close the files."""
        if self._spool is not None:
            self._spool[1].close()
            self._spool = None

    def next(self, marks: Mapping[str, int]) -> str | None:
        """Return the folder's name of a finished version that the server has not whole, None when it has all."""
        if time.monotonic() - self._looked_at >= LOOK_S:
            self._looked_at = time.monotonic()
            self._found = sorted(versions.finished(self._folder))
        return next((place.name for place in self._found if not marks.get(f"version:{place.name}")), None)

    def parcel(self, name: str, marks: Mapping[str, int]) -> Parcel:
        """Return the next rows of a version; without marks the server has all of them."""
        if self._spool is None or self._spool[0] != name:
            self.close()
            self._spool = (name, Spool(self._folder / versions.AGAIN / name))
        return self._spool[1].parcel(marks)

    def whole(self, name: str) -> Parcel:
        """Return the note that makes a version readable elsewhere."""
        self.close()
        text = (self._folder / versions.AGAIN / name / versions.MANIFEST).read_text(encoding="utf-8")
        parcel = Parcel(marks={f"version:{name}": 1})
        parcel.add("note", "version", name, int(json.loads(text)["made_ns"]), text)
        return parcel

    def choices(self) -> Parcel:
        """Return which versions people chose since the last time; a choice that was taken back is empty."""
        asked = versions.choices(self._folder) if self._found else {}
        parcel = Parcel()
        if asked == self._asked:
            return parcel
        known = self._asked if self._asked is not None else {_id(place): 0 for place in self._found}
        for recording_id in sorted({*asked, *known}):
            if asked.get(recording_id) != known.get(recording_id):
                parcel.add("note", "use", str(recording_id), 0, str(asked.get(recording_id, "")))
        self._asked = asked
        return parcel


def _id(place: Path) -> int:
    return int(place.name.partition("-")[0])
