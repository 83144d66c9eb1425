"""Versions of a recording that were decoded again: where they lie, which one is served.

Version 1 is the recording as it was recorded. Every other version lies whole in its own folder
`<collector>/again/<recording>-v<n>/` with a manifest, written once by one process and never changed; a folder
without a manifest is unfinished and is not read. `<recording>.use` names the version that people chose; without
it the newest whole version is served.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

AGAIN: Final = "again"
MANIFEST: Final = "manifest.json"
AS_RECORDED: Final = 1
LOOK_S: Final = 1.0
_NAME = re.compile(r"(\d+)-v(\d+)")


@dataclass(frozen=True)
class VersionView:
    """Show one version of a recording.

    `read_bytes` of the received bytes were decoded, up to `end_offset`; `raw_head` is the SHA-256 of the newest
    raw segment it stands on. `is_whole`: it covers the whole, ended recording. `candidates` counts the measured
    intervals it would give.
    """

    recording_id: int
    version: int
    collector: str
    cell_id: int
    profile_id: str
    profile_version: int
    params: Mapping[str, Any] = field(default_factory=dict)
    line: Mapping[str, Any] = field(default_factory=dict)
    made_ns: int = 0
    made_by: str = ""
    source: str = ""
    read_bytes: int = 0
    end_offset: int = 0
    raw_head: str = ""
    is_whole: bool = True
    rows: int = 0
    candidates: int = 0

    @property
    def name(self) -> str:
        """Return the name of the version's folder."""
        return folder_name(self.recording_id, self.version)


def folder_name(recording_id: int, version: int) -> str:
    """Return the name of a version's folder."""
    return f"{recording_id}-v{version}"


def write_manifest(folder: Path, view: VersionView) -> None:
    """Make a finished version readable: its manifest appears whole or not at all."""
    part = folder / (MANIFEST + ".part")
    part.write_text(json.dumps(asdict(view), ensure_ascii=False, sort_keys=True), encoding="utf-8")
    part.replace(folder / MANIFEST)


def next_version(collector_folder: Path, recording_id: int) -> int:
    """Return the number for a further version; numbers of unfinished ones are not given again."""
    taken = [number for known, number, _ in _found(collector_folder) if known == recording_id]
    return max([AS_RECORDED, *taken]) + 1


def _found(collector_folder: Path) -> list[tuple[int, int, Path]]:
    place = collector_folder / AGAIN
    if not place.is_dir():
        return []
    matches = [(_NAME.fullmatch(entry.name), entry) for entry in place.iterdir()]
    return sorted((int(match[1]), int(match[2]), entry) for match, entry in matches if match)


def choose(collector_folder: Path, recording_id: int, version: int | None) -> None:
    """Serve one version of a recording from now on; None serves the newest whole one again."""
    mark = collector_folder / AGAIN / f"{recording_id}.use"
    if version is None:
        mark.unlink(missing_ok=True)
        return
    mark.parent.mkdir(parents=True, exist_ok=True)
    part = mark.with_suffix(".part")
    part.write_text(str(version), encoding="utf-8")
    part.replace(mark)


def chosen(collector_folder: Path, recording_id: int) -> int | None:
    """Return the version that people chose, None when they chose none."""
    try:
        return int((collector_folder / AGAIN / f"{recording_id}.use").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


class Versions:
    """List the finished versions of one collector's recordings; looks again at most once a second."""

    def __init__(self, collector_folder: Path) -> None:
        """Name the collector's folder."""
        self.folder = collector_folder
        self._views: dict[Path, VersionView] = {}
        self._used: dict[int, int] = {}
        self._looked_at = float("-inf")

    def of(self, recording_id: int) -> list[VersionView]:
        """Return a recording's further versions, oldest first."""
        self._look()
        return [view for view in self._views.values() if view.recording_id == recording_id]

    def in_use(self, cell_id: int | None = None) -> list[VersionView]:
        """Return the further versions that are served instead of what was recorded, of one cell when named."""
        self._look()
        return [
            view
            for view in self._views.values()
            if self._used.get(view.recording_id) == view.version and cell_id in (None, view.cell_id)
        ]

    def served(self, recording_id: int) -> int:
        """Return the number of the version that readers get."""
        self._look()
        return self._used.get(recording_id, AS_RECORDED)

    def place(self, view: VersionView) -> Path:
        """Return a version's folder."""
        return self.folder / AGAIN / view.name

    def forget(self) -> None:
        """Look again at the next question."""
        self._looked_at = float("-inf")

    def _look(self) -> None:
        now = time.monotonic()
        if now - self._looked_at < LOOK_S:
            return
        self._looked_at = now
        self._views = self._found()
        self._used = {}
        for view in self._views.values():
            asked = self._asked(view.recording_id)
            if asked == view.version or (asked is None and view.is_whole):
                self._used[view.recording_id] = view.version

    def _found(self) -> dict[Path, VersionView]:
        """Return the finished versions by their place, oldest first."""
        places = finished(self.folder)
        known = {place: self._views.get(place) or _read(place) for place in sorted(places, key=_order)}
        return {place: view for place, view in known.items() if view is not None}

    def _asked(self, recording_id: int) -> int | None:
        return chosen(self.folder, recording_id)


def finished(collector_folder: Path) -> list[Path]:
    """Return the folders of a collector's finished versions."""
    return [place for _, _, place in _found(collector_folder) if (place / MANIFEST).is_file()]


def choices(collector_folder: Path) -> dict[int, int]:
    """Return the versions that people chose, by recording."""
    marks = (collector_folder / AGAIN).glob("*.use")
    asked = {int(mark.stem): chosen(collector_folder, int(mark.stem)) for mark in marks if mark.stem.isdigit()}
    return {recording_id: version for recording_id, version in asked.items() if version is not None}


def _order(place: Path) -> tuple[int, int]:
    match = _NAME.fullmatch(place.name)
    return (int(match[1]), int(match[2])) if match else (0, 0)


def _read(place: Path) -> VersionView | None:
    """Read a manifest; a damaged one hides its version, the recording itself stays readable."""
    try:
        return VersionView(**json.loads((place / MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
