"""Read the raw log back: sealed segments and the open tail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from center_app.telemetry.store.archive import Archive, DayRef
from center_app.telemetry.store.errors import damaged
from center_app.telemetry.store.raw import unpack_records
from center_app.telemetry.store.values import RawRecord, SegmentView

_FAR = 1 << 62


@dataclass(frozen=True)
class Bounds:
    """Limit what is read: received bytes [first, end) and times [t0, t1)."""

    first: int
    end: int
    t0_ns: int
    t1_ns: int

    def admits(self, record: RawRecord) -> bool:
        """Tell whether a record touches the bounds; sent bytes lie at the offset where they were sent."""
        if not self.t0_ns <= record.t_ns < self.t1_ns or record.offset >= self.end:
            return False
        return record.offset + (len(record.data) if record.direction == 0 else 1) > self.first


_WHERE = "recording_id = ? AND end_offset >= ? AND first_offset < ? AND t_last >= ? AND t_first < ?"


def records(archive: Archive, recording_id: int, bounds: Bounds) -> Iterator[RawRecord]:
    """Yield the records within bounds, oldest first; SurroundingsError names a damaged segment."""
    for day, ordinal, first_offset, row_id, table in _find(archive, recording_id, bounds):
        try:
            data = archive.open_day(day).execute(f"SELECT data FROM {table} WHERE id = ?", (row_id,)).fetchone()
            found = [] if data is None or data[0] is None else list(unpack_records(data[0], ordinal, first_offset))
        except ValueError as error:
            raise damaged(day.name, f"segment {ordinal}: {error}") from error
        yield from (record for record in found if bounds.admits(record))


def _find(archive: Archive, recording_id: int, bounds: Bounds) -> list[tuple[DayRef, int, int, int, str]]:
    arguments = (recording_id, bounds.first, bounds.end, bounds.t0_ns, bounds.t1_ns)
    found: dict[int, list[tuple[DayRef, int, int, int, str]]] = {}
    with archive.snapshot():
        for day in archive.days(bounds.t0_ns, bounds.t1_ns):
            for table in ("raw_segment",) if day.is_sealed else ("raw_segment", "raw_tail"):
                rows = (
                    archive.open_day(day)
                    .execute(
                        f"SELECT ordinal, first_offset, id FROM {table} WHERE {_WHERE} ORDER BY ordinal, id", arguments
                    )
                    .fetchall()
                )
                for row in rows:
                    found.setdefault(row[0], []).append((day, *row, table))
    return [entry for ordinal in sorted(found) for entry in found[ordinal]]


def _segment(row: Any) -> SegmentView:
    ordinal, first, end, t_first, t_last, count, digest = row
    return SegmentView(ordinal, first, end, t_first, t_last, count, digest.hex())


def segments(archive: Archive, recording_id: int, first: int, end: int) -> list[SegmentView]:
    """Return the sealed segments that touch received bytes [first, end)."""
    found: list[SegmentView] = []
    with archive.snapshot():
        for day in archive.all_days():
            rows: list[Any] = archive.open_day(day).execute(
                "SELECT ordinal, first_offset, end_offset, t_first, t_last, records, digest FROM raw_segment"
                " WHERE recording_id = ? AND end_offset > ? AND first_offset < ?",
                (recording_id, first, end),
            ).fetchall()  # fmt: skip
            found += [_segment(row) for row in rows]
    return sorted(found, key=lambda segment: segment.ordinal)
