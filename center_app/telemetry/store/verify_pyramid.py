"""Check a recording's pyramid: every level without holes, every bucket equal to what the finer level gives.

A level is compared where the finer one (the chunks for the x16 level) is still there; where retention took that, its
blocks must unpack and follow each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from center_app.core.db import Connection
from center_app.telemetry.store.archive import Archive
from center_app.telemetry.store.blocks import read_entries, read_rows
from center_app.telemetry.store.columns import Layout, layout_of
from center_app.telemetry.store.pyramid import (
    FACTOR,
    MAX_LEVEL,
    Entries,
    concatenate,
    entries_of,
    reduced,
    slice_of,
    squeezed,
)
from center_app.telemetry.store.values import ChannelPlan, Damage

Files = list[tuple[str, Connection]]


def check(archive: Archive, recording_id: int, report: Callable[[float], None]) -> Damage | None:
    """Return the first block of the pyramid that does not fit, None when all do."""
    with archive.snapshot() as ledger:
        streams = ledger.execute("SELECT id, rows FROM stream WHERE recording_id = ?", (recording_id,)).fetchall()
        gone = bool(ledger.execute("SELECT 1 FROM day WHERE deleted = 1").fetchone())
        days = [(day.name, archive.open_day(day)) for day in archive.all_days()]
        for number, (stream_id, _) in enumerate(streams):
            plan = ledger.execute(
                "SELECT slot, key, dtype FROM channel WHERE stream_id = ? ORDER BY slot", (stream_id,)
            ).fetchall()
            layout = layout_of([ChannelPlan(*row) for row in plan])
            for level in range(1, MAX_LEVEL + 1):
                report((number + level / MAX_LEVEL) / max(1, len(streams)))
                found = _Level(days, [("collector.db", ledger)], stream_id, layout, level).check(may_begin_late=gone)
                if found is not None:
                    return Damage(recording_id, "pyramid", found[1], found[0], found[2], t_ns=found[3])
    return None


class _Level:
    """Check one level of one stream."""

    def __init__(self, days: Files, ledger: Files, stream_id: int, layout: Layout, level: int) -> None:
        self._days, self._stream_id, self._layout, self._level = days, stream_id, layout, level
        self._own = days if level == 1 else ledger
        self._finer = days if level <= 2 else ledger

    def check(self, *, may_begin_late: bool) -> tuple[str, int, str, int] | None:
        """Return (file, block number, reason, time ns) of the first bad block."""
        expected = None if may_begin_late and self._level == 1 else 0
        for number, (name, file, row) in enumerate(self._blocks()):
            pyramid_id, first_row, rows, buckets, t_first = row
            if expected is not None and first_row != expected and not (may_begin_late and self._level == 1):
                return name, number, "missing", t_first
            expected = first_row + rows
            try:
                stored = read_entries(file, pyramid_id, buckets, self._layout)
                made = self._made(first_row, rows)
            except ValueError as error:
                return name, number, str(error), t_first
            if made is not None and not _equal(stored, made):
                return name, number, "changed", t_first
        return None

    def _blocks(self) -> Iterator[tuple[str, Connection, Any]]:
        for name, file in self._own:
            rows = file.execute(
                "SELECT id, first_row, rows, buckets, t_first FROM pyramid WHERE stream_id = ? AND level = ?"
                " ORDER BY first_row",
                (self._stream_id, self._level),
            ).fetchall()
            for row in rows:
                yield name, file, row

    def _made(self, first_row: int, rows: int) -> Entries | None:
        """Reduce the finer entries of a block's rows; None where they are not all there."""
        parts = list(self._from_chunks(first_row, rows) if self._level == 1 else self._from_finer(first_row, rows))
        step = FACTOR ** (self._level - 1)
        if not parts or sum(len(part) for part in parts) != -(-rows // step):
            return None
        joined = concatenate(parts)
        whole = len(joined) - len(joined) % FACTOR
        found = [reduced(slice_of(joined, 0, whole))] if whole else []
        if whole < len(joined):
            found.append(squeezed(slice_of(joined, whole, len(joined))))
        return concatenate(found)

    def _from_chunks(self, first_row: int, rows: int) -> Iterator[Entries]:
        for _, file in self._days:
            ids = file.execute(
                "SELECT id FROM chunk WHERE stream_id = ? AND first_row < ? AND first_row + rows > ?"
                " ORDER BY first_row",
                (self._stream_id, first_row + rows, first_row),
            ).fetchall()
            for (chunk_id,) in ids:
                part = read_rows(file, chunk_id, self._layout)
                start, stop = max(0, first_row - part.first_row), min(len(part), first_row + rows - part.first_row)
                yield slice_of(entries_of(self._layout, part), start, stop)

    def _from_finer(self, first_row: int, rows: int) -> Iterator[Entries]:
        step = FACTOR ** (self._level - 1)
        for _, file in self._finer:
            blocks = file.execute(
                "SELECT id, first_row, buckets FROM pyramid WHERE stream_id = ? AND level = ? AND first_row < ?"
                " AND first_row + rows > ? ORDER BY first_row",
                (self._stream_id, self._level - 1, first_row + rows, first_row),
            ).fetchall()
            for pyramid_id, start_row, buckets in blocks:
                part = read_entries(file, pyramid_id, buckets, self._layout)
                start = max(0, -(-(first_row - start_row) // step))
                stop = min(buckets, -(-(first_row + rows - start_row) // step))
                yield slice_of(part, start, stop)


def _equal(one: Entries, other: Entries) -> bool:
    if len(one) != len(other):
        return False
    pairs = [(one.t_first, other.t_first), (one.t_last, other.t_last), (one.good, other.good)]
    pairs += [*zip(one.low, other.low, strict=True), *zip(one.high, other.high, strict=True)]
    return all(np.array_equal(left, right) for left, right in pairs)
