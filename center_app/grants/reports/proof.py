"""Hash the raw bytes behind measured runs: each sealed segment is read once, however many runs it holds."""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from center_app.core.errors import SurroundingsError
from center_app.telemetry.store.reader import StoreReader
from center_app.telemetry.store.values import SegmentView
from center_app.telemetry.values import RunInterval

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
Span = tuple[int, int]
_SLACK_NS = 3_600_000_000_000
"""How far the time of a read may lie from that of a sample in it."""


def instant(t_ns: int) -> datetime:
    """Return the aware UTC datetime of nanoseconds since 1970, cut to microseconds."""
    return _EPOCH + (t_ns // 1000) * _MICROSECOND


@dataclass(frozen=True)
class Proof:
    """Hold the SHA-256 of the frames that opened and closed a run (empty: not stored), and of its segments."""

    sha256: str
    segments: tuple[str, ...]


def proofs_of(reader: StoreReader, runs: Iterable[RunInterval]) -> dict[str, Proof]:
    """Return the proof of each run by its key; bytes that are missing or damaged give an empty hash."""
    by_recording: dict[int, list[RunInterval]] = defaultdict(list)
    for run in runs:
        by_recording[run.recording_id].append(run)
    found: dict[str, Proof] = {}
    for recording_id, mine in by_recording.items():
        found.update(_of_recording(reader, recording_id, mine))
    return found


def _of_recording(reader: StoreReader, recording_id: int, runs: Sequence[RunInterval]) -> dict[str, Proof]:
    try:
        segments = reader.segments(recording_id)
    except SurroundingsError:
        return {run.key: Proof("", ()) for run in runs}
    edges = {run.start_bytes: run.start_ns for run in runs} | {run.end_bytes: run.end_ns for run in runs}
    read = _spans(reader, recording_id, edges, segments)
    return {run.key: Proof(_digest(run, read), _held_by(run, segments)) for run in runs}


def _digest(run: RunInterval, read: Mapping[Span, bytes]) -> str:
    digest = hashlib.sha256()
    for span in (run.start_bytes, run.end_bytes):
        data = read.get(span, b"")
        if len(data) != span[1] - span[0]:
            return ""
        digest.update(data)
    return digest.hexdigest()


def _held_by(run: RunInterval, segments: Sequence[SegmentView]) -> tuple[str, ...]:
    first, last = run.start_bytes[0], run.end_bytes[1]
    return tuple(one.digest for one in segments if one.first_offset < last and first < one.end_offset)


def _spans(
    reader: StoreReader, recording_id: int, edges: Mapping[Span, int], segments: Sequence[SegmentView]
) -> dict[Span, bytes]:
    """Read the bytes of spans (with their times, ns), one pass for those that begin in the same segment."""
    starts = [segment.first_offset for segment in segments]
    groups: dict[int, list[Span]] = defaultdict(list)
    for span in sorted(edges):
        groups[bisect_right(starts, span[0])].append(span)
    found: dict[Span, bytes] = {}
    for group in groups.values():
        times = [edges[span] for span in group]
        found.update(_read(reader, recording_id, group, (min(times) - _SLACK_NS, max(times) + _SLACK_NS)))
    return found


def _read(reader: StoreReader, recording_id: int, spans: Sequence[Span], times: Span) -> dict[Span, bytes]:
    parts: dict[Span, bytearray] = {span: bytearray() for span in spans}
    longest = max(end - first for first, end in spans)
    try:
        for record in reader.raw(
            recording_id, spans[0][0], max(end for _, end in spans), t0_ns=times[0], t1_ns=times[1]
        ):
            if record.direction == 0:
                _share_out(parts, spans, longest, record.offset, record.data)
    except SurroundingsError:
        return {}
    return {span: bytes(data) for span, data in parts.items()}


def _share_out(
    parts: Mapping[Span, bytearray], spans: Sequence[Span], longest: int, offset: int, data: bytes
) -> None:  # fmt: skip
    """Give a read's bytes to the spans that it touches; spans are sorted and none is longer than `longest`."""
    end = offset + len(data)
    for span in spans[bisect_left(spans, (offset - longest, 0)) :]:
        if span[0] >= end:
            return
        if offset < span[1]:
            parts[span] += data[max(0, span[0] - offset) : span[1] - offset]
