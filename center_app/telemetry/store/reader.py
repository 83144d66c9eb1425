"""Read recordings: lists, window queries, samples, raw bytes, gaps, accounts.

Any process may read while the collector writes; a reader belongs to one thread at a time.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from center_app.core.db import Connection
from center_app.core.errors import SurroundingsError
from center_app.telemetry.store import rawread, verify, window
from center_app.telemetry.store.archive import Archive, BlockCache
from center_app.telemetry.store.columns import layout_of
from center_app.telemetry.store.errors import CHANNEL_UNKNOWN, RECORDING_UNKNOWN
from center_app.telemetry.store.files import LEDGER_NAME, TELEMETRY
from center_app.telemetry.store.series import Series
from center_app.telemetry.store.values import (
    AccountView,
    AnchorView,
    ChannelPlan,
    ChannelView,
    Damage,
    GapView,
    RawRecord,
    RecordingView,
    Samples,
    SegmentView,
    StreamView,
    Window,
)

T = TypeVar("T")
_FOREVER = (-(1 << 62), 1 << 62)
_RECORDING = (
    "SELECT id, cell_id, profile_id, profile_version, params, line, port, started_ns, ended_ns, ended_by, first_ns,"
    " last_ns FROM recording"
)


class StoreReader:
    """Read every collector's files under `folder`/telemetry."""

    def __init__(self, folder: Path | str) -> None:
        self._folder = Path(folder) / TELEMETRY
        self._cache = BlockCache()
        self._archives: dict[str, Archive] = {}
        self._looked_at = float("-inf")

    def close(self) -> None:
        """Close all files."""
        for archive in self._archives.values():
            archive.close()
        self._archives = {}
        self._looked_at = float("-inf")

    def __enter__(self) -> StoreReader:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def archives(self) -> list[Archive]:
        """Return the collectors found, by name; new ones are looked for once a second."""
        now = time.monotonic()
        if now - self._looked_at >= 1.0 and self._folder.is_dir():
            for entry in sorted(self._folder.iterdir()):
                if entry.name not in self._archives and (entry / LEDGER_NAME).is_file():
                    self._archives[entry.name] = Archive(entry, self._cache)
            self._looked_at = now if self._archives else self._looked_at
        return list(self._archives.values())

    def in_ledgers(self, job: Callable[[Connection, str], Sequence[T]]) -> list[T]:
        """Run `job(connection, collector)` on every ledger and join the results."""
        found: list[T] = []
        for archive in self.archives():
            with archive.snapshot() as ledger:
                found.extend(job(ledger, archive.collector))
        return found

    # -- lists ----------------------------------------------------------------------------------------

    def cells(self) -> list[int]:
        """Return the ids of the cells that have recordings."""
        sql = "SELECT DISTINCT cell_id FROM recording"
        return sorted(set(self.in_ledgers(lambda ledger, _: [row[0] for row in ledger.execute(sql).fetchall()])))

    def recordings(self, cell_id: int | None = None) -> list[RecordingView]:
        """Return the recordings, oldest first."""
        where = "" if cell_id is None else " WHERE cell_id = ?"
        arguments = () if cell_id is None else (cell_id,)
        found = self.in_ledgers(
            lambda ledger, name: [
                _recording(name, row) for row in ledger.execute(_RECORDING + where, arguments).fetchall()
            ]
        )
        return sorted(found, key=lambda view: (view.started_ns, view.id))

    def recording(self, recording_id: int) -> RecordingView:
        """Return one recording; SurroundingsError when it is unknown."""
        archive = self.archive_of(recording_id)
        with archive.snapshot() as ledger:
            row = ledger.execute(_RECORDING + " WHERE id = ?", (recording_id,)).fetchone()
            return _recording(archive.collector, row)

    def archive_of(self, recording_id: int) -> Archive:
        """Return the collector's files that hold a recording."""
        for archive in self.archives():
            with archive.snapshot() as ledger:
                if ledger.execute("SELECT 1 FROM recording WHERE id = ?", (recording_id,)).fetchone():
                    return archive
        raise SurroundingsError(RECORDING_UNKNOWN, recording=recording_id)

    def streams(self, recording_id: int) -> list[StreamView]:
        """Return a recording's streams."""
        with self.archive_of(recording_id).snapshot() as ledger:
            rows = ledger.execute(
                "SELECT id, recording_id, key, rate_hz, tick_ns, rows FROM stream WHERE recording_id = ? ORDER BY id",
                (recording_id,),
            ).fetchall()
        return [StreamView(*row) for row in rows]

    def channels(self, cell_id: int) -> list[ChannelView]:
        """Return a cell's recorded channels, each as its newest recording describes it."""
        newest: dict[tuple[str, str], ChannelView] = {}
        sql = (
            "SELECT s.key, c.key, c.label, c.unit, c.dtype, c.scale, c.offset, c.low, c.high, c.states, c.grp, r.id"
            " FROM recording r JOIN stream s ON s.recording_id = r.id JOIN channel c ON c.stream_id = s.id"
            " WHERE r.id = (SELECT id FROM recording WHERE cell_id = ? ORDER BY started_ns DESC, id DESC LIMIT 1)"
            " ORDER BY s.id, c.slot"
        )
        views = self.in_ledgers(
            lambda ledger, _: [_channel(cell_id, row) for row in ledger.execute(sql, (cell_id,)).fetchall()]
        )
        for view in sorted(views, key=lambda view: view.recording_id):
            newest[view.stream, view.channel] = view
        last = max((view.recording_id for view in views), default=0)
        return [view for view in newest.values() if view.recording_id == last]

    def channels_of(self, recording_id: int) -> list[ChannelView]:
        """Return the channels of one recording."""
        view = self.recording(recording_id)
        with self.archive_of(recording_id).snapshot() as ledger:
            rows = ledger.execute(
                "SELECT s.key, c.key, c.label, c.unit, c.dtype, c.scale, c.offset, c.low, c.high, c.states, c.grp, ?"
                " FROM stream s JOIN channel c ON c.stream_id = s.id WHERE s.recording_id = ? ORDER BY s.id, c.slot",
                (recording_id, recording_id),
            ).fetchall()
        return [_channel(view.cell_id, row) for row in rows]

    def span(self, cell_id: int) -> tuple[int, int] | None:
        """Return the times of the first and last sample of a cell, ns; None without samples."""
        sql = "SELECT min(first_ns), max(last_ns) FROM recording WHERE cell_id = ? AND first_ns IS NOT NULL"
        rows = self.in_ledgers(lambda ledger, _: ledger.execute(sql, (cell_id,)).fetchall())
        known = [row for row in rows if row[0] is not None]
        return (min(row[0] for row in known), max(row[1] for row in known)) if known else None

    # -- samples --------------------------------------------------------------------------------------

    def window(
        self, cell_id: int, stream: str, channel: str, t0_ns: int, t1_ns: int, columns: int, *, exact: bool = False
    ) -> Window:
        """Return min and max per screen column over [t0, t1); see `Window` and the module `window`."""
        with ExitStack() as snapshots:
            series = self._series(snapshots, cell_id, stream, channel, t0_ns, t1_ns)
            gaps = self.gaps(cell_id, t0_ns, t1_ns)
            return window.query(series, t0_ns, t1_ns, columns, gaps, exact=exact)

    def samples(
        self, cell_id: int, stream: str, channel: str, t0_ns: int, t1_ns: int, limit: int = 1_000_000
    ) -> Samples:
        """Return the exact samples of [t0, t1), at most `limit`, oldest first."""
        with ExitStack() as snapshots:
            return _exact(self._series(snapshots, cell_id, stream, channel, t0_ns, t1_ns), t0_ns, t1_ns, limit)

    def recorded(
        self, recording_id: int, stream: str, channel: str, t0_ns: int, t1_ns: int, limit: int = 1_000_000
    ) -> Samples:
        """Return the exact samples of one recording alone."""
        cell_id = self.recording(recording_id).cell_id
        with ExitStack() as snapshots:
            series = self._series(snapshots, cell_id, stream, channel, t0_ns, t1_ns)
            return _exact([part for part in series if part.recording_id == recording_id], t0_ns, t1_ns, limit)

    def _series(
        self, snapshots: ExitStack, cell_id: int, stream: str, channel: str, t0_ns: int, t1_ns: int
    ) -> list[Series]:
        """Return the recordings' parts of a channel that may touch [t0, t1), by start."""
        found: list[Series] = []
        is_known = False
        for archive in self.archives():
            ledger = snapshots.enter_context(archive.snapshot())
            rows = ledger.execute(_SERIES, (cell_id, stream, channel, t1_ns, t0_ns)).fetchall()
            found.extend(_series_from(archive, ledger, row) for row in rows)
            is_known = is_known or bool(rows) or _has_channel(ledger, cell_id, stream, channel)
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
        found = self.in_ledgers(lambda ledger, _: ledger.execute(sql, (cell_id, t0_ns, t1_ns)).fetchall())
        return sorted((GapView(*row) for row in found), key=lambda gap: gap.start_ns)

    def anchors(self, recording_id: int) -> list[AnchorView]:
        """Return the wall clock anchors of a recording, oldest first."""
        with self.archive_of(recording_id).snapshot() as ledger:
            rows = ledger.execute(
                "SELECT t_ns, wall_ns, reason FROM anchor WHERE recording_id = ? ORDER BY t_ns, id", (recording_id,)
            ).fetchall()
        return [AnchorView(*row) for row in rows]

    def account(self, recording_id: int) -> AccountView:
        """Return a recording's balanced byte account, as of its last written byte."""
        archive = self.archive_of(recording_id)
        sql = "SELECT body FROM account WHERE recording_id = ?"
        with archive.snapshot() as ledger:
            bodies = [row[0] for row in ledger.execute(sql, (recording_id,)).fetchall()]
            for day in archive.all_days():
                if not day.is_sealed or not bodies:
                    bodies += [row[0] for row in archive.open_day(day).execute(sql, (recording_id,)).fetchall()]
        accounts = [_account(recording_id, json.loads(body)) for body in bodies]
        return max(accounts, key=lambda account: account.bytes_in, default=_account(recording_id, {}))

    def verify(self, recording_id: int, progress: Callable[[float], bool] | None = None) -> Damage | None:
        """Recompute both chains of a recording; return the first place that does not fit, None if all do.

        `progress(fraction)` may return False to stop early.
        """
        return verify.verify(self.archive_of(recording_id), recording_id, progress)


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


def _series_from(archive: Archive, ledger: Connection, row: Any) -> Series:
    plan = [
        ChannelPlan(slot, key, dtype)
        for slot, key, dtype in ledger.execute(
            "SELECT slot, key, dtype FROM channel WHERE stream_id = ? ORDER BY slot", (row[1],)
        ).fetchall()
    ]
    recording_id, stream_id, slot, scale, offset, version, first_ns, last_ns, rows = row
    return Series(
        archive, recording_id, stream_id, slot, layout_of(plan), scale, offset, version, first_ns, last_ns, rows
    )


def _has_channel(ledger: Connection, cell_id: int, stream: str, channel: str) -> bool:
    sql = (
        "SELECT 1 FROM recording r JOIN stream s ON s.recording_id = r.id JOIN channel c ON c.stream_id = s.id"
        " WHERE r.cell_id = ? AND s.key = ? AND c.key = ? LIMIT 1"
    )
    return ledger.execute(sql, (cell_id, stream, channel)).fetchone() is not None


def _recording(collector: str, row: Any) -> RecordingView:
    return RecordingView(
        row[0], collector, row[1], row[2], row[3], json.loads(row[4]), json.loads(row[5]), row[6], row[7], row[8],
        row[9], row[10], row[11],
    )  # fmt: skip


def _channel(cell_id: int, row: Any) -> ChannelView:
    states = None if row[9] is None else {int(key): text for key, text in json.loads(row[9]).items()}
    return ChannelView(
        cell_id, row[0], row[1], json.loads(row[2]), row[3], row[4], row[5], row[6], row[7], row[8], states, row[10],
        row[11],
    )  # fmt: skip


def _account(recording_id: int, body: dict[str, Any]) -> AccountView:
    numbers = {
        name: int(body.get(name, 0))
        for name in ("bytes_in", "bytes_good", "pending", "frames_good", "stored_bytes", "lost_bytes", "samples_lost")
    }
    return AccountView(
        recording_id, discarded=body.get("discarded", {}), frames_bad=body.get("frames_bad", {}), **numbers
    )
