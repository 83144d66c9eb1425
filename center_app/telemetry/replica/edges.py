"""Find the raw segments that hold the frames which opened and closed a measured run.

They go to the server with the run, before any report pins more: their hash is the proof that a report cites, and a
report can be built on any desk.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from center_app.core.db import Connection
from center_app.telemetry.replica.parcel import Parcel

AT_ONCE: Final = 8
_SLACK_NS: Final = 3_600_000_000_000
"""How far the time of a read may lie from that of a sample in it."""
_RUNS: Final = (
    "SELECT i.rowid, i.recording_id, i.start_ns, i.end_ns, i.body, r.ended_ns FROM run_interval i"
    " JOIN recording r ON r.id = i.recording_id WHERE i.rowid > ? AND i.is_open = 0 ORDER BY i.rowid"
    f" LIMIT {AT_ONCE}"
)
_DAYS: Final = (
    "SELECT name, rowid, sealed FROM day WHERE deleted = 0"
    " AND (sealed = 0 OR t_first IS NULL OR (t_first <= ? AND t_last >= ?)) ORDER BY day, rowid"
)
_HOLDING: Final = (
    "SELECT recording_id, ordinal, first_offset, end_offset, t_first, t_last, records, digest, data FROM raw_segment"
    " WHERE recording_id = ? AND t_first <= ? AND t_last >= ? AND first_offset < ? AND end_offset > ?"
)
Open = Callable[[str, int, bool], Connection | None]


def add(ledger: Connection, marks: Mapping[str, int], parcel: Parcel, open_day: Open) -> None:
    """Add the edges of the next closed runs; one whose last frame lies in no sealed segment yet waits."""
    if not ledger.execute("SELECT 1 FROM sqlite_master WHERE name = 'run_interval'").fetchone():
        return
    for number, recording_id, start_ns, end_ns, body, ended_ns in ledger.execute(
        _RUNS, (marks.get("edge", 0),)
    ).fetchall():
        told = json.loads(body)
        first = _holding(ledger, recording_id, start_ns, told["start_bytes"], open_day)
        last = _holding(ledger, recording_id, end_ns, told["end_bytes"], open_day)
        if ended_ns is None and _sealed_to(ledger, recording_id, end_ns, open_day) < told["end_bytes"][1]:
            return
        for row in first + last:
            parcel.add("pinned_segment", *row)
        parcel.marks["edge"] = number


def _holding(ledger: Connection, recording_id: int, t_ns: int, span: tuple[int, int], open_day: Open) -> list[Any]:
    """Return the sealed segments that touch the received bytes [span), whose time is about `t_ns`."""
    times = (t_ns + _SLACK_NS, t_ns - _SLACK_NS)
    found: list[Any] = []
    for file in _files(ledger, times, open_day):
        found += file.execute(_HOLDING, (recording_id, *times, span[1], span[0])).fetchall()
    return found


def _sealed_to(ledger: Connection, recording_id: int, t_ns: int, open_day: Open) -> int:
    """Return up to which received byte the segments of a recording are sealed."""
    newest = "SELECT end_offset FROM raw_segment WHERE recording_id = ? ORDER BY ordinal DESC LIMIT 1"
    found = [
        file.execute(newest, (recording_id,)).fetchone()
        for file in _files(ledger, (t_ns + _SLACK_NS, t_ns - _SLACK_NS), open_day)
    ]
    return max((int(row[0]) for row in found if row), default=0)


def _files(ledger: Connection, times: tuple[int, int], open_day: Open) -> Iterator[Connection]:
    for name, number, is_sealed in ledger.execute(_DAYS, times).fetchall():
        file = open_day(name, number, bool(is_sealed))
        if file is not None:
            yield file
