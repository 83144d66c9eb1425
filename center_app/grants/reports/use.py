"""Gather what a report says about the use of machines: bookings, check-ins, measured runs, raw bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from center_app.booking.hours import BookingHours, MachineHours, MeasuredInterval, Measurement, Source
from center_app.booking.queries.hours import hours_in
from center_app.booking.queries.lists import bookings_by_id
from center_app.booking.values import BookingView
from center_app.core.db import Read
from center_app.core.labels import Label
from center_app.core.periods import Period, month
from center_app.equipment.values import MachineView
from center_app.grants.reports.proof import instant, proofs_of
from center_app.grants.reports.rows import IntervalRow, MonthUseRow, UseRow
from center_app.telemetry.measured import MachineMeasure, measured
from center_app.telemetry.opening import of_read
from center_app.telemetry.records import Records
from center_app.telemetry.store.reader import StoreReader
from center_app.telemetry.values import RunInterval


@dataclass(frozen=True)
class Use:
    """Hold the use of machines in a report: rows by month, uses and their measured intervals."""

    months: tuple[MonthUseRow, ...] = ()
    uses: tuple[UseRow, ...] = ()
    intervals: tuple[IntervalRow, ...] = ()


def months_between(first: date, last: date) -> list[tuple[int, int]]:
    """Return the calendar months that two days span, as (year, month)."""
    count = (last.year - first.year) * 12 + last.month - first.month
    return [(first.year + (first.month - 1 + i) // 12, (first.month - 1 + i) % 12 + 1) for i in range(count + 1)]


def gather(
    read: Read, folder: Path, machines: Sequence[MachineView], first: date, last: date, zone: str,
    claims: Mapping[str, int], with_proofs: bool = True,
) -> Use:  # fmt: skip
    """Return the use of machines between two days, both included, month by month.

    `claims` holds claimed microseconds by use id where they differ from the effective hours. Without proofs
    the intervals carry no hash of their raw bytes; that is enough to check rules, and quicker.
    """
    place = of_read(read, folder)
    with place.reader() as reader:
        records = place.records()
        try:
            return _Gatherer(read, reader, records, machines, zone, claims).whole(first, last, with_proofs)
        finally:
            records.close()


class _Gatherer:
    def __init__(
        self, read: Read, reader: StoreReader, records: Records, machines: Sequence[MachineView], zone: str,
        claims: Mapping[str, int],
    ) -> None:  # fmt: skip
        self.read, self.reader, self.records, self.zone, self.claims = read, reader, records, zone, claims
        self.machines = {machine.id: machine for machine in machines}
        self.months: list[MonthUseRow] = []
        self.uses: list[UseRow] = []
        self.intervals: list[IntervalRow] = []
        self.names: set[str] = set()
        self.counts: Counter[str] = Counter()
        self.runs: dict[str, RunInterval] = {}

    def whole(self, first: date, last: date, with_proofs: bool) -> Use:
        """Return all months."""
        for year, number in months_between(first, last):
            self._month(month(year, number, self.zone), f"{year}-{number:02d}")
        by_machine = {machine.code: place for place, machine in enumerate(self.machines.values())}
        self.months.sort(key=lambda row: (by_machine[row.machine], row.month))
        if not with_proofs:
            return Use(tuple(self.months), tuple(self.uses), tuple(self.intervals))
        proofs = proofs_of(self.reader, self.runs.values())
        intervals = (replace(row, raw_sha256=proofs[row.key].sha256, segments=proofs[row.key].segments)
                     for row in self.intervals)  # fmt: skip
        return Use(tuple(self.months), tuple(self.uses), tuple(intervals))

    def _month(self, period: Period, name: str) -> None:
        measures = measured(self.read, self.records, self.reader, period, list(self.machines))
        hours = hours_in(self.read, period, measurements(measures), list(self.machines))
        views = {
            view.id: view
            for view in bookings_by_id(self.read, sorted({row.booking_id for one in hours for row in one.rows}))
        }
        for one in hours:
            code = self.machines[one.machine_id].code
            self.months.append(MonthUseRow(code, name, one.is_measured))
            runs = measures[one.machine_id].runs if one.machine_id in measures else ()
            self._machine(code, name, one, runs, views)

    def _machine(
        self, code: str, name: str, hours: MachineHours, runs: Sequence[RunInterval],
        views: Mapping[int, BookingView],
    ) -> None:  # fmt: skip
        for row in hours.rows:
            use = self._use(code, name, row, views.get(row.booking_id))
            self.uses.append(use)
            self._runs(use, row.sources, runs)
        for number, source in enumerate(hours.unbooked, 1):
            use = _unbooked(code, name, number, source, self.zone)
            self.uses.append(use)
            self._runs(use, (source,), runs)

    def _name(self, wanted: str, month_name: str) -> str:
        """Return a use's id; the part of a booking that lies in another month names that month."""
        name = wanted if wanted not in self.names else f"{wanted}/{month_name}"
        self.names.add(name)
        return name

    def _use(self, code: str, month_name: str, row: BookingHours, view: BookingView | None) -> UseRow:
        id = self._name(f"{code}/{row.reference}", month_name)
        effective = None if row.effective_s is None else _us(row.effective_s)
        return UseRow(
            id=id,
            machine=code,
            month=month_name,
            day=row.period.start.astimezone(ZoneInfo(self.zone)).date(),
            booking=row.reference,
            booking_id=row.booking_id,
            session_id=row.session_ids[0] if row.session_ids else None,
            person=row.person,
            organisation=view.organisation if view else Label(),
            is_external=row.is_external,
            booked_us=_us(row.booked_s),
            checked_in_us=_us(row.checked_in_s),
            setup_us=_us(row.setup_s),
            postprocess_us=_us(row.postprocess_s),
            measured_us=None if row.measured_s is None else _us(row.measured_s),
            effective_us=effective,
            claimed_us=self.claims.get(id, effective),
            covered_us=_us(row.covered_s),
            state=view.state.value if view else "",
        )

    def _runs(self, use: UseRow, sources: Sequence[Source], runs: Sequence[RunInterval]) -> None:
        for source in sources:
            run = _run_of(source, runs)
            if run is not None:
                self.counts[use.id] += 1
                self.runs[run.key] = run
                self.intervals.append(interval_row(use, self.counts[use.id], source.period, run))


def _us(seconds: float) -> int:
    return round(seconds * 1_000_000)


def measurements(measures: Mapping[int, MachineMeasure]) -> dict[int, Measurement]:
    """Return runs and coverage as the hours of bookings take them, by machine number."""
    found = {}
    for machine_id, measure in measures.items():
        covered = tuple(_periods(measure.covered))
        intervals = tuple(
            MeasuredInterval(machine_id, Period(instant(run.start_ns), instant(run.end_ns)), run.recording_id,
                             run.rule_version)
            for run in measure.runs
            if instant(run.start_ns) < instant(run.end_ns)
        )  # fmt: skip
        found[machine_id] = Measurement(machine_id, intervals, covered)
    return found


def _periods(spans: Sequence[tuple[int, int]]) -> Iterator[Period]:
    for start, end in spans:
        if instant(start) < instant(end):
            yield Period(instant(start), instant(end))


def _run_of(source: Source, runs: Sequence[RunInterval]) -> RunInterval | None:
    """Return the stored run that a measured piece was cut from."""
    for run in runs:
        is_same = (run.recording_id, run.rule_version) == (source.recording_id, source.rule_version)
        if is_same and instant(run.start_ns) <= source.period.start and source.period.end <= instant(run.end_ns):
            return run
    return None


def _unbooked(code: str, month_name: str, number: int, source: Source, zone: str) -> UseRow:
    length = _us(source.period.duration_s)
    return UseRow(
        id=f"{code}/{month_name}/unbooked-{number}",
        machine=code,
        month=month_name,
        day=source.period.start.astimezone(ZoneInfo(zone)).date(),
        booking="",
        booking_id=None,
        session_id=None,
        person="",
        organisation=Label(),
        is_external=False,
        booked_us=0,
        checked_in_us=0,
        setup_us=0,
        postprocess_us=0,
        measured_us=length,
        effective_us=None,
        claimed_us=None,
        covered_us=length,
        state="unbooked",
        is_booked=False,
    )


def interval_row(use: UseRow, number: int, part: Period, run: RunInterval) -> IntervalRow:
    """Return one measured piece of a run; the hashes of its raw bytes are still to be filled in."""
    return IntervalRow(
        id=f"{use.id}#{number}",
        use=use.id,
        machine=use.machine,
        month=use.month,
        start_at=part.start,
        end_at=part.end,
        duration_us=_us(part.duration_s),
        cell_id=run.cell_id,
        recording_id=str(run.recording_id),
        stream=run.stream,
        channel=run.channel,
        rule_version=f"{run.rule_id}.{run.rule_version}",
        profile=f"{run.profile_id}/{run.profile_version}",
        raw_from=run.start_bytes[0],
        raw_to=run.end_bytes[1],
        raw_sha256="",
        collector=run.collector,
        key=run.key,
        run_start_ns=run.start_ns,
        run_end_ns=run.end_ns,
    )
