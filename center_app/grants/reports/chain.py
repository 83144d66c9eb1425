"""Hold a use of a machine against the store: booking, check-in, measured runs, recordings, raw bytes."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from center_app.booking.hours import BookingHours, MachineHours
from center_app.booking.queries.hours import hours_in
from center_app.core.db import Read
from center_app.core.errors import SurroundingsError
from center_app.core.periods import Period, month
from center_app.equipment.queries import machine_by_code
from center_app.grants.queries import claims_of
from center_app.grants.reports import links
from center_app.grants.reports.links import Broken, Link
from center_app.grants.reports.proof import Proof, instant, proofs_of
from center_app.grants.reports.rows import IntervalRow, UseRow
from center_app.grants.reports.use import measurements
from center_app.grants.reports.values import Snapshot
from center_app.telemetry.evidence import Recomputed, recompute
from center_app.telemetry.measured import measured
from center_app.telemetry.opening import of_read
from center_app.telemetry.store.values import RecordingView
from center_app.telemetry.values import RunInterval

MOST_DECODED = 24
_TOLERANCE_US = 100_000
"""Two edges of at most 50 ms each, as far as the decoding may move them."""


@dataclass(frozen=True)
class RunTrace:
    """Show one measured piece walked back to bytes: what was read, and the run as decoded again.

    `recomputed_us` None: its bytes were found by their hash but not decoded again.
    """

    row: IntervalRow
    bytes_read: int = 0
    segments: tuple[tuple[int, str], ...] = ()
    recomputed_us: int | None = None
    broken: Broken | None = None


@dataclass(frozen=True)
class UseTrace:
    """Show one use walked back: its booking and check-in as the store has them, its runs decoded again."""

    row: UseRow
    runs: tuple[RunTrace, ...] = ()
    recomputed: dict[str, int | None] | None = None
    broken: Broken | None = None


class Chain:
    """Walk uses back through the store folder, on a server centre also through what is replicated there."""

    def __init__(self, read: Read, folder: Path, snapshot: Snapshot) -> None:
        self._read, self._snapshot = read, snapshot
        place = of_read(read, folder)
        self._reader, self._records = place.reader(), place.records()
        self._hours: dict[tuple[str, str], MachineHours | None] = {}
        self._recordings: dict[int, RecordingView | None] = {}
        self._runs: dict[str, RunInterval | None] = {}
        self._proofs: dict[str, Proof] = {}
        self._claims = claims_of(read, snapshot.award.number)
        self._again: dict[str, Recomputed] = {}
        self._chosen: set[str] = set()
        self._by_use: dict[str, list[IntervalRow]] = defaultdict(list)
        for row in snapshot.intervals:
            self._by_use[row.use].append(row)

    def __enter__(self) -> Chain:
        return self

    def __exit__(self, *exc: object) -> None:
        self._reader.close()
        self._records.close()

    def walk_all(self, uses: Sequence[UseRow], seed: str, most_decoded: int = MOST_DECODED) -> tuple[UseTrace, ...]:
        """Walk uses back; when they hold more runs than `most_decoded`, a sample by the seed is decoded again."""
        rows = {row.key: row for use in uses for row in self._by_use[use.id]}
        self._runs = {key: self._records.run(row.collector, key) for key, row in rows.items()}
        self._proofs = proofs_of(self._reader, [run for run in self._runs.values() if run is not None])
        keys = sorted(rows)
        is_many = len(keys) > most_decoded
        self._chosen = set(random.Random(seed).sample(keys, most_decoded) if is_many else keys)
        return tuple(self.walk(use) for use in uses)

    def walk(self, use: UseRow) -> UseTrace:
        """Walk one use back and recompute its values from the store."""
        broken = self._people(use) or self._pieces_sum(use)
        runs = () if broken else tuple(self._run(row) for row in self._by_use[use.id])
        broken = broken or next((run.broken for run in runs if run.broken), None) or self._figures_differ(use)
        return UseTrace(use, runs, None if broken else _recomputed(use, runs), broken)

    def _pieces_sum(self, use: UseRow) -> Broken | None:
        total = sum(row.duration_us for row in self._by_use[use.id])
        if use.measured_us is None:
            return Broken(Link.INTERVAL, use.id, links.NOT_MEASURED) if total else None
        if total != use.measured_us:
            return Broken(Link.INTERVAL, use.id, f"{total} µs ≠ {use.measured_us} µs")
        return None

    # -- people ---------------------------------------------------------------------------------------

    def _people(self, use: UseRow) -> Broken | None:
        """Compare booking and check-in with the store."""
        if not use.is_booked:
            return None
        found = self._hours_row(use)
        if found is None or found.reference != use.booking:
            return Broken(Link.BOOKING, use.booking, links.GONE)
        return _booking_differs(use, found) or _session_differs(use, found)

    def _machine_hours(self, code: str, month_name: str) -> MachineHours | None:
        key = (code, month_name)
        if key not in self._hours:
            machine = machine_by_code(self._read, code)
            year, number = (int(part) for part in month_name.split("-"))
            period = month(year, number, self._snapshot.report.zone)
            self._hours[key] = self._hours_of(machine.id, period) if machine else None
        return self._hours[key]

    def _hours_of(self, machine_id: int, period: Period) -> MachineHours:
        """Return a machine's hours as a report built now would find them."""
        measures = measured(self._read, self._records, self._reader, period, [machine_id])
        return hours_in(self._read, period, measurements(measures), [machine_id])[0]

    def _hours_row(self, use: UseRow) -> BookingHours | None:
        hours = self._machine_hours(use.machine, use.month)
        return next((row for row in hours.rows if row.booking_id == use.booking_id), None) if hours else None

    def _figures_differ(self, use: UseRow) -> Broken | None:
        """Compare set-up, post-processing, measured time and claim with the store, once the chain below holds."""
        found = self._hours_row(use)
        if not use.is_booked or found is None:
            return None
        if (_us(found.setup_s), _us(found.postprocess_s)) != (use.setup_us, use.postprocess_us):
            return Broken(Link.SESSION, use.booking, f"{_minutes(_us(found.setup_s + found.postprocess_s))}")
        if (None if found.measured_s is None else _us(found.measured_s)) != use.measured_us:
            return Broken(Link.INTERVAL, use.id, links.MORE_RUNS)
        if self._claims.get(use.id, use.effective_us) != use.claimed_us:
            return Broken(Link.ROW, use.id, links.CLAIM)
        return None

    # -- machines -------------------------------------------------------------------------------------

    def _run(self, row: IntervalRow) -> RunTrace:
        """Walk one measured piece back to its bytes."""
        run = self._runs.get(row.key)
        broken = _interval_differs(row, run)
        if broken or run is None:
            return RunTrace(row, broken=broken)
        broken = self._recording_differs(row, run) or self._bytes_differ(row, run)
        if broken:
            return RunTrace(row, broken=broken)
        if row.key not in self._chosen:
            return RunTrace(row)
        if row.key not in self._again:
            self._again[row.key] = recompute(self._reader, run)
        return _decoded(row, run, self._again[row.key])

    def _recording_differs(self, row: IntervalRow, run: RunInterval) -> Broken | None:
        recording = self._recording(run.recording_id)
        if recording is None:
            return Broken(Link.RECORDING, row.recording_id, links.GONE)
        profile = f"{recording.profile_id}/{recording.profile_version}"
        if (profile, recording.cell_id) != (row.profile, row.cell_id):
            return Broken(Link.RECORDING, row.recording_id, profile)
        return None

    def _recording(self, recording_id: int) -> RecordingView | None:
        if recording_id not in self._recordings:
            try:
                self._recordings[recording_id] = self._reader.recording(recording_id)
            except SurroundingsError:
                self._recordings[recording_id] = None
        return self._recordings[recording_id]

    def _bytes_differ(self, row: IntervalRow, run: RunInterval) -> Broken | None:
        found = self._proofs[run.key]
        if not found.sha256:
            return Broken(Link.BYTES, row.key, links.MISSING)
        if found.sha256 != row.raw_sha256:
            return Broken(Link.BYTES, row.key, f"SHA-256 {found.sha256[:16]} ≠ {row.raw_sha256[:16]}")
        if found.segments[: len(row.segments)] != row.segments:
            return Broken(Link.BYTES, row.key, links.SEGMENTS)
        return None


def _booking_differs(use: UseRow, found: BookingHours) -> Broken | None:
    booked = _us(found.booked_s)
    if booked != use.booked_us:
        return Broken(Link.BOOKING, use.booking, f"{_minutes(booked)} ≠ {_minutes(use.booked_us)}")
    if found.person != use.person or found.is_external != use.is_external:
        return Broken(Link.BOOKING, use.booking, found.person)
    return None


def _session_differs(use: UseRow, found: BookingHours) -> Broken | None:
    if (found.session_ids[0] if found.session_ids else None) != use.session_id:
        return Broken(Link.SESSION, use.booking, links.GONE)
    checked_in = _us(found.checked_in_s)
    if checked_in != use.checked_in_us:
        return Broken(Link.SESSION, use.booking, f"{_minutes(checked_in)} ≠ {_minutes(use.checked_in_us)}")
    return None


def _us(seconds: float) -> int:
    return round(seconds * 1_000_000)


def _minutes(us: int) -> str:
    return f"{us / 60_000_000:.1f} min"


def _interval_differs(row: IntervalRow, run: RunInterval | None) -> Broken | None:
    if run is None:
        return Broken(Link.INTERVAL, row.key, links.GONE)
    stored = (str(run.recording_id), run.start_ns, run.end_ns, run.start_bytes[0], run.end_bytes[1])
    told = (row.recording_id, row.run_start_ns, row.run_end_ns, row.raw_from, row.raw_to)
    if stored != told:
        return Broken(Link.INTERVAL, row.key, f"{stored[1:3]} ≠ {told[1:3]}")
    part = Period(row.start_at, row.end_at)
    is_inside = instant(run.start_ns) <= part.start and part.end <= instant(run.end_ns)
    if not is_inside or round(part.duration_s * 1_000_000) != row.duration_us:
        return Broken(Link.INTERVAL, row.key, links.EDGES)
    return None


def _decoded(row: IntervalRow, run: RunInterval, again: Recomputed) -> RunTrace:
    if again.interval is None or not again.is_same:
        link = Link.BYTES if again.broken in ("raw bytes", "chain") else Link.DECODING
        return RunTrace(
            row, again.bytes_read, again.segments, None, Broken(link, row.key, f"{again.broken} {again.detail}")
        )
    length = _cut(row, run, again.interval)
    if abs(length - row.duration_us) > _TOLERANCE_US:
        return RunTrace(row, again.bytes_read, again.segments, length, Broken(Link.DECODING, row.key, f"{length} µs"))
    return RunTrace(row, again.bytes_read, again.segments, length)


def _cut(row: IntervalRow, run: RunInterval, again: RunInterval) -> int:
    """Return the piece's length in microseconds with the edges that the decoding found again."""
    start = instant(again.start_ns) if row.start_at == instant(run.start_ns) else row.start_at
    end = instant(again.end_ns) if row.end_at == instant(run.end_ns) else row.end_at
    return round((_later(end, start) - start).total_seconds() * 1_000_000)


def _later(end: datetime, start: datetime) -> datetime:
    return max(end, start)


def _length(run: RunTrace) -> int:
    return run.row.duration_us if run.recomputed_us is None else run.recomputed_us


def _recomputed(use: UseRow, runs: Sequence[RunTrace]) -> dict[str, int | None]:
    """Return the use's values as the store gives them now."""
    measured = None if use.measured_us is None else sum(_length(run) for run in runs)
    effective = None if measured is None or not use.is_booked else measured + use.setup_us + use.postprocess_us
    is_default = use.claimed_us == use.effective_us
    return {
        "measured_us": measured,
        "effective_us": effective,
        "claimed_us": effective if is_default else use.claimed_us,
    }
