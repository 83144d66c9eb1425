"""Keep in the collector's log who has which port until when, so that a restart respects it."""

from __future__ import annotations

from typing import Any

from center_app.telemetry.collector import ledger
from center_app.telemetry.collector.mailbox import Release

KIND = "release"


def details(release: Release) -> dict[str, Any]:
    """Return what stands in the log."""
    return {"until_ns": release.until_ns, "who": release.who, "reason": release.reason}


def subject(cell_id: int) -> str:
    """Name a cell in the log."""
    return f"cell {cell_id}"


def running(connection: ledger.Connection, now_ns: int) -> dict[int, Release]:
    """Return the releases that are not over, by cell; the newest entry of a cell counts."""
    found: dict[str, Release] = {}
    for event in ledger.events(connection, "", KIND):
        told = event.details
        release = Release(int(told["until_ns"]), str(told["who"]), str(told["reason"]))
        found.setdefault(event.subject, release)
    return {int(name.split()[1]): one for name, one in found.items() if one.until_ns > now_ns}
