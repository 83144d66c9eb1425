"""Act on recordings, audited: decode again, use a version, and the rule by which old files go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from center_app.core.access import Right, require
from center_app.core.changes import Changed
from center_app.core.db import Work
from center_app.core.errors import PersonError, declare
from center_app.telemetry.store import versions
from center_app.telemetry.store.files import LEDGER_NAME, collector_folder
from center_app.telemetry.store.versions import VersionView

ELSEWHERE = declare(
    "recordings.elsewhere",
    "The files of this recording lie with the collector {collector} on another machine.",
    "Do this on that machine; looking at, checking and exporting it is possible here.",
)


def check_here(home: Path, collector: str) -> None:
    """Refuse an act that writes beside a recording whose collector is on another machine."""
    if not (home / LEDGER_NAME).is_file():
        raise PersonError(ELSEWHERE, collector=collector)


def begin_version(work: Work, recording_id: int, profile_id: str, params: Mapping[str, Any] | None) -> int:
    """Note who asks that a recording be decoded again, and how; return the audit row's number."""
    require(work.actor, Right.RECORD)
    asked = {"profile_id": profile_id, "params": dict(params) if params is not None else None}
    return work.record("telemetry.decode_again", f"recording {recording_id}", after=asked, changed=Changed.CELLS)


def note_version(work: Work, view: VersionView) -> VersionView:
    """Put a finished version into the audit trail: what it read, the raw bytes' hash, its candidates."""
    require(work.actor, Right.RECORD)
    work.record("telemetry.new_version", f"recording {view.recording_id}", after=asdict(view), changed=Changed.CELLS)
    return view


def use_version(work: Work, folder: Path, collector: str, recording_id: int, version: int | None) -> int | None:
    """Serve one version of a recording from now on (None: the newest); return the choice before, for undo.

    Measured and claimed hours are not touched: they cite the version they were measured with.
    """
    require(work.actor, Right.RECORD)
    home = collector_folder(folder, collector)
    check_here(home, collector)
    before = versions.chosen(home, recording_id)
    work.record(
        "telemetry.use_version", f"recording {recording_id}", {"version": before}, {"version": version},
        changed=Changed.CELLS,
    )  # fmt: skip
    versions.choose(home, recording_id, version)
    return before
