"""Pick up after the last run: where each cell's recording ended, and intervals that a crash left open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from center_app.core import log
from center_app.telemetry import evidence
from center_app.telemetry.store.reader import StoreReader
from center_app.telemetry.values import RunInterval

LOG = log.topic("collector")


def left_off(reader: StoreReader, cell_ids: Sequence[int]) -> dict[int, int]:
    """Return for each cell when its last recording ended (ns); cells without one are left out."""
    ends: dict[int, int] = {}
    for recording in reader.recordings():
        last_ns = recording.ended_ns or recording.last_ns
        if last_ns is not None and recording.cell_id in cell_ids:
            ends[recording.cell_id] = max(last_ns, ends.get(recording.cell_id, 0))
    return ends


def newest_ns(folder: Path, collector: str) -> int | None:
    """Return the time of the newest thing a collector has recorded (ns), None when there is nothing."""
    with StoreReader(folder) as reader:
        ends = [one.ended_ns or one.last_ns for one in reader.recordings() if one.collector == collector]
    return max((end for end in ends if end is not None), default=None)


def closed(reader: StoreReader, left: Sequence[RunInterval]) -> list[RunInterval]:
    """Close intervals that were open when the collector died: from the stored bytes, else at their last mark."""
    return [_close(reader, interval) for interval in left]


def _close(reader: StoreReader, interval: RunInterval) -> RunInterval:
    found = evidence.recompute(reader, interval, to_end=True)
    if found.interval is not None and found.is_same_start:
        again = found.interval
        LOG.info("interval %s closed from its raw bytes", interval.key)
        return replace(interval, end_ns=again.end_ns, end_bytes=again.end_bytes, ended_by="end", is_open=False)
    LOG.warning("interval %s closed at its last mark: %s", interval.key, found.broken)
    return replace(interval, ended_by="end", is_open=False)
