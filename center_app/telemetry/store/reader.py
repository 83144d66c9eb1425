"""Read recordings: lists, window queries, samples, raw bytes, gaps, accounts.

Any process may read while the collector writes; a reader belongs to one thread at a time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import Any, TypeVar

import numpy as np

from center_app.core.db import Connection
from center_app.core.errors import SurroundingsError
from center_app.telemetry.store import rawread, verify, window
from center_app.telemetry.store.archive import Archive
from center_app.telemetry.store.catalog import Catalog
from center_app.telemetry.store.columns import layout_of
from center_app.telemetry.store.errors import CHANNEL_UNKNOWN
from center_app.telemetry.store.series import Series
from center_app.telemetry.store.values import (
    AccountView,
    AnchorView,
    ChannelPlan,
    Damage,
    GapView,
    RawRecord,
    Samples,
    SegmentView,
    Window,
)
from center_app.telemetry.store.versions import AS_RECORDED

T = TypeVar("T")
MINUTE_NS = 60_000_000_000
_FOREVER = (-(1 << 62), 1 << 62)


class StoreReader(Catalog):
    """Read every collector's files under `folder`/telemetry."""

    def window(
        self, cell_id: int, stream: str, channel: str, t0_ns: int, t1_ns: int, columns: int, *, exact: bool = False
    ) -> Window:
        """Return min and max per screen column over [t0, t1); see `Window` and the module `window`."""
        grid = window.grid_of(t0_ns, t1_ns, columns)
        with ExitStack() as snapshots:
            series = self._series(snapshots, cell_id, stream, channel, grid.start, grid.stop)
            gaps = self.gaps(cell_id, grid.start, grid.stop)
            return window.query(series, grid, gaps, exact=exact)

    def samples(
        self, cell_id: int, stream: str, channel: str, t0_ns: int, t1_ns: int, limit: int = 1_000_000
    ) -> Samples:
        """Return the exact samples of [t0, t1), at most `limit`, oldest first."""
        with ExitStack() as snapshots:
            return _exact(self._series(snapshots, cell_id, stream, channel, t0_ns, t1_ns), t0_ns, t1_ns, limit)

    def recorded(
        self, recording_id: int, stream: str, channel: str, t0_ns: int, t1_ns: int, limit: int = 1_000_000,
        *, version: int | None = None,
    ) -> Samples:  # fmt: skip
        """Return the exact samples of one recording alone, of the served version or a named one."""
        archive = self.version_archive(recording_id, version)
        with archive.snapshot() as ledger:
            cell_id = ledger.execute("SELECT cell_id FROM recording WHERE id = ?", (recording_id,)).fetchone()[0]
            found = _series_in(archive, ledger, (cell_id, stream, channel), t0_ns, t1_ns)
            return _exact([part for part in found if part.recording_id == recording_id], t0_ns, t1_ns, limit)

    def _series(
        self, snapshots: ExitStack, cell_id: int, stream: str, channel: str, t0_ns: int, t1_ns: int
    ) -> list[Series]:
        """Return the recordings' parts of a channel that may touch [t0, t1), by start."""
        found: list[Series] = []
        is_known = False
        for archive, left_out in self.serving(cell_id):
            ledger = snapshots.enter_context(archive.snapshot())
            parts = _series_in(archive, ledger, (cell_id, stream, channel), t0_ns, t1_ns)
            found.extend(part for part in parts if part.recording_id not in left_out)
            is_known = is_known or bool(parts) or _has_channel(archive, ledger, cell_id, stream, channel)
        if not is_known:
            raise SurroundingsError(CHANNEL_UNKNOWN, cell=cell_id, channel=f"{stream}.{channel}")
        return sorted(found, key=lambda part: (part.first_ns, part.recording_id))

    # -- evidence -------------------------------------------------------------------------------------

    def raw(
        self, recording_id: int, from_offset: int | None = None, to_offset: int | None = None,
        *, t0_ns: int | None = None, t1_ns: int | None = None,
    ) -> Iterator[RawRecord]:  # fmt: skip
        """Yield the raw records that touch received bytes [from, to) or times [t0, t1), oldest first.

        SurroundingsError names a damaged segment.
        """
        bounds = rawread.Bounds(
            0 if from_offset is None else from_offset,
            _FOREVER[1] if to_offset is None else to_offset,
            _FOREVER[0] if t0_ns is None else t0_ns,
            _FOREVER[1] if t1_ns is None else t1_ns,
        )
        return rawread.records(self.archive_of(recording_id), recording_id, bounds)

    def segments(self, recording_id: int, from_offset: int = 0, to_offset: int = _FOREVER[1]) -> list[SegmentView]:
        """Return the sealed raw segments that touch received bytes [from, to)."""
        return rawread.segments(self.archive_of(recording_id), recording_id, from_offset, to_offset)

    def gaps(self, cell_id: int, t0_ns: int = _FOREVER[0], t1_ns: int = _FOREVER[1]) -> list[GapView]:
        """Return a cell's gaps that touch [t0, t1), oldest first."""
        sql = (
            "SELECT recording_id, cell_id, start_ns, end_ns, reason, bytes_lost, samples_lost FROM gap"
            " WHERE cell_id = ? AND end_ns >= ? AND start_ns < ? ORDER BY start_ns"
        )
        found: list[Any] = []
        for archive in self.archives():
            with archive.snapshot() as ledger:
                found.extend(archive.ask(ledger, sql, (cell_id, t0_ns, t1_ns)))
        return sorted((GapView(*row) for row in found), key=lambda gap: gap.start_ns)

    def anchors(self, recording_id: int) -> list[AnchorView]:
        """Return the wall clock anchors of a recording, oldest first."""
        with self.archive_of(recording_id).snapshot() as ledger:
            rows = ledger.execute(
                "SELECT t_ns, wall_ns, reason FROM anchor WHERE recording_id = ? ORDER BY t_ns, id", (recording_id,)
            ).fetchall()
        return [AnchorView(*row) for row in rows]

    def account(self, recording_id: int, version: int | None = None) -> AccountView:
        """Return a recording's balanced byte account as of its last written byte, of the served or a named version."""
        archive = self.version_archive(recording_id, version)
        sql = "SELECT body FROM account WHERE recording_id = ?"
        with archive.snapshot() as ledger:
            bodies = [row[0] for row in ledger.execute(sql, (recording_id,)).fetchall()]
            for day in archive.all_days():
                if not day.is_sealed or not bodies:
                    bodies += [row[0] for row in archive.open_day(day).execute(sql, (recording_id,)).fetchall()]
        accounts = [_account(recording_id, json.loads(body)) for body in bodies]
        return max(accounts, key=lambda account: account.bytes_in, default=_account(recording_id, {}))

    def verify(
        self, recording_id: int, progress: Callable[[float], bool] | None = None, version: int | None = None
    ) -> Damage | None:
        """Recompute the chains of a recording; return the first place that does not fit, None if all do.

        The raw bytes and the recorded samples by default; of a further `version` its own samples.
        `progress(fraction)` may return False to stop early.
        """
        return verify.verify(self.version_archive(recording_id, version or AS_RECORDED), recording_id, progress)


def _exact(series: Sequence[Series], t0_ns: int, t1_ns: int, limit: int) -> Samples:
    times, values, marks, count = [np.zeros(0, np.int64)], [np.zeros(0)], [np.zeros(0, np.uint8)], 0
    for part in series:
        for t_ns, raw, quality in part.exact(t0_ns, t1_ns):
            times.append(t_ns)
            values.append(part.scaled(raw))
            marks.append(quality)
            count += len(t_ns)
            if count > limit:
                break
    cut = slice(0, limit)
    return Samples(np.concatenate(times)[cut], np.concatenate(values)[cut], np.concatenate(marks)[cut], count > limit)


_SERIES = """
    SELECT r.id, s.id, c.slot, c.scale, c.offset, r.profile_version, coalesce(r.first_ns, r.started_ns),
        coalesce(r.last_ns, r.started_ns), s.rows
    FROM recording r JOIN stream s ON s.recording_id = r.id JOIN channel c ON c.stream_id = s.id
    WHERE r.cell_id = ? AND s.key = ? AND c.key = ? AND coalesce(r.first_ns, r.started_ns) < ?
        AND (r.ended_ns IS NULL OR coalesce(r.last_ns, r.ended_ns) >= ?)"""


def _series_in(
    archive: Archive, ledger: Connection, where: tuple[int, str, str], t0_ns: int, t1_ns: int
) -> list[Series]:
    """Return the parts of (cell, stream, channel) in one collector's files that may touch [t0, t1)."""
    minutes = (-(-t1_ns // MINUTE_NS) * MINUTE_NS, t0_ns // MINUTE_NS * MINUTE_NS)
    return [_series_from(archive, ledger, row) for row in archive.ask(ledger, _SERIES, (*where, *minutes))]


def _series_from(archive: Archive, ledger: Connection, row: Any) -> Series:
    plan = [
        ChannelPlan(slot, key, dtype)
        for slot, key, dtype in archive.ask(
            ledger, "SELECT slot, key, dtype FROM channel WHERE stream_id = ? ORDER BY slot", (row[1],)
        )
    ]
    recording_id, stream_id, slot, scale, offset, version, first_ns, last_ns, rows = row
    return Series(
        archive, recording_id, stream_id, slot, layout_of(plan), scale, offset, version, first_ns, last_ns, rows
    )


def _has_channel(archive: Archive, ledger: Connection, cell_id: int, stream: str, channel: str) -> bool:
    sql = (
        "SELECT 1 FROM recording r JOIN stream s ON s.recording_id = r.id JOIN channel c ON c.stream_id = s.id"
        " WHERE r.cell_id = ? AND s.key = ? AND c.key = ? LIMIT 1"
    )
    return bool(archive.ask(ledger, sql, (cell_id, stream, channel)))


def _account(recording_id: int, body: dict[str, Any]) -> AccountView:
    numbers = {
        name: int(body.get(name, 0))
        for name in ("bytes_in", "bytes_good", "pending", "frames_good", "stored_bytes", "lost_bytes", "samples_lost")
    }
    return AccountView(
        recording_id, discarded=body.get("discarded", {}), frames_bad=body.get("frames_bad", {}), **numbers
    )
