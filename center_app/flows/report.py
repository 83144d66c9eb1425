"""Build, keep and release a report: its snapshot goes to the store, its raw bytes are pinned, its version recorded."""

from __future__ import annotations

from pathlib import Path

from center_app.core.db import Work
from center_app.core.errors import PersonError
from center_app.grants import evidence, queries
from center_app.grants import service as grants
from center_app.grants.errors import EVIDENCE_LOST
from center_app.grants.reports import codec
from center_app.grants.reports.snapshot import locked
from center_app.grants.reports.values import IntervalRow, Snapshot
from center_app.grants.values import ReportView
from center_app.telemetry import service as telemetry
from center_app.telemetry.evidence import MARGIN_NS
from center_app.telemetry.values import RequestKind

_JOIN_NS = 900_000_000_000


def keep_report(work: Work, folder: Path, snapshot: Snapshot) -> ReportView:
    """Keep a built version: its snapshot under its hash, its row, and a pin on the raw bytes that it cites."""
    digest = keep_bytes(folder, snapshot)
    view = grants.record_report(work, snapshot, digest, snapshot.report.approved_by)
    for collector, spans in pins(snapshot.intervals).items():
        payload = {"why": f"{view.number}/v{view.version}", "spans": spans}
        telemetry.ask(work, RequestKind.PIN, None, payload, collector)
    return view


def keep_bytes(folder: Path, snapshot: Snapshot) -> str:
    """Store a snapshot's canonical bytes under their SHA-256, which is returned."""
    return evidence.put_bytes(folder, codec.dump(snapshot), "report.json").sha256


def pins(rows: tuple[IntervalRow, ...]) -> dict[str, list[list[int]]]:
    """Return (recording, start ns, end ns) around both edges of each cited run, by collector; near ones joined."""
    spans: dict[str, set[tuple[int, int, int]]] = {}
    for row in rows:
        mine = spans.setdefault(row.collector, set())
        for edge in (row.run_start_ns, row.run_end_ns):
            mine.add((int(row.recording_id), edge - MARGIN_NS, edge + MARGIN_NS))
    return {collector: _joined(sorted(mine)) for collector, mine in sorted(spans.items())}


def _joined(spans: list[tuple[int, int, int]]) -> list[list[int]]:
    joined: list[list[int]] = []
    for recording, start, end in spans:
        if joined and joined[-1][0] == recording and start - joined[-1][2] <= _JOIN_NS:
            joined[-1][2] = max(joined[-1][2], end)
        else:
            joined.append([recording, start, end])
    return joined


def release_report(work: Work, folder: Path, number: str, version: int) -> tuple[ReportView, Snapshot]:
    """Release a kept version as its reviewer: lock it, and return the snapshot that its paper is made from."""
    view = queries.report_version(work, number, version)
    snapshot = locked(stored_snapshot(folder, view), work.actor.name)
    return grants.lock_report(work, snapshot, keep_bytes(folder, snapshot)), snapshot


def stored_snapshot(folder: Path, view: ReportView) -> Snapshot:
    """Return the snapshot of a kept version; raises PersonError when its bytes are gone or damaged."""
    data = evidence.read_bytes(folder, view.snapshot_sha256)
    if data is None or not evidence.is_intact(folder, view.snapshot_sha256):
        raise PersonError(EVIDENCE_LOST, number=f"{view.number}/v{view.version}")
    return codec.load_snapshot(data)
