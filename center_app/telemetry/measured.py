"""Answer the one question of the wings above: when did a machine run, and when was it measured at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from center_app.core.db import Read
from center_app.core.periods import Period
from center_app.telemetry import channels, queries
from center_app.telemetry.records import Records
from center_app.telemetry.runs import coverage
from center_app.telemetry.store.reader import StoreReader
from center_app.telemetry.store.values import RecordingView
from center_app.telemetry.values import RunInterval, RunRuleView

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class MachineMeasure:
    """Hold a machine's measured runs and the spans (start_ns, end_ns) in which it was recorded, in order.

    No span at all reads "not measured"; a covered span without a run reads zero hours.
    """

    machine_id: int
    runs: tuple[RunInterval, ...]
    covered: tuple[coverage.Span, ...]

    @property
    def is_measured(self) -> bool:
        """Tell whether anything was recorded."""
        return bool(self.covered)


def measured(
    read: Read, records: Records, reader: StoreReader, period: Period, machine_ids: Iterable[int] | None = None
) -> dict[int, MachineMeasure]:
    """Return runs and coverage of machines in a period; machines without a rule are left out.

    Runs that touch the period's ends are returned whole: their key and raw bytes belong to the whole run.
    """
    window = (ns_of(period.start), ns_of(period.end))
    wanted = None if machine_ids is None else set(machine_ids)
    rules: dict[int, list[RunRuleView]] = {}
    for rule in queries.run_rules(read, include_old=True):
        if rule.machine_id is not None and (wanted is None or rule.machine_id in wanted):
            rules.setdefault(rule.machine_id, []).append(rule)
    recorded = _Recorded(reader, window)
    runs = _by_machine(records.runs(*window))
    return {
        machine_id: MachineMeasure(machine_id, tuple(runs.get(machine_id, ())), tuple(recorded.of(mine)))
        for machine_id, mine in rules.items()
    }


def _by_machine(runs: Sequence[RunInterval]) -> Mapping[int, list[RunInterval]]:
    found: dict[int, list[RunInterval]] = {}
    for run in runs:
        if run.machine_id is not None:
            found.setdefault(run.machine_id, []).append(run)
    return found


class _Recorded:
    """Find out when cells were recorded, once per cell and device."""

    def __init__(self, reader: StoreReader, window: coverage.Span) -> None:
        self._reader = reader
        self._window = window
        self._spans: dict[tuple[int, str], list[coverage.Span]] = {}
        self._recordings: dict[int, list[RecordingView]] = {}
        self._gaps: dict[int, list[coverage.Span]] = {}
        self._has: dict[tuple[str, str, str], bool] = {}

    def of(self, rules: Sequence[RunRuleView]) -> list[coverage.Span]:
        """Return when any of a machine's rules had its channel recorded."""
        return coverage.merged(
            span for cell_id, channel in {(rule.cell_id, rule.channel) for rule in rules}
            for span in self._channel(cell_id, channel)
        )  # fmt: skip

    def _channel(self, cell_id: int, channel: str) -> list[coverage.Span]:
        key = (cell_id, channel)
        if key not in self._spans:
            spans = [_span(recording) for recording in self._cell(cell_id) if self._has_channel(recording, channel)]
            self._spans[key] = coverage.covered(spans, self._gaps_of(cell_id), self._window)
        return self._spans[key]

    def _cell(self, cell_id: int) -> list[RecordingView]:
        if cell_id not in self._recordings:
            self._recordings[cell_id] = self._reader.recordings(cell_id)
        return self._recordings[cell_id]

    def _gaps_of(self, cell_id: int) -> list[coverage.Span]:
        if cell_id not in self._gaps:
            self._gaps[cell_id] = [(gap.start_ns, gap.end_ns) for gap in self._reader.gaps(cell_id, *self._window)]
        return self._gaps[cell_id]

    def _has_channel(self, recording: RecordingView, channel: str) -> bool:
        key = (f"{recording.profile_id} {recording.profile_version}", repr(sorted(recording.params.items())), channel)
        if key not in self._has:
            streams = channels.streams_of(recording.profile_id, recording.params, recording.profile_version)
            self._has[key] = channels.find(streams, channel) is not None
        return self._has[key]


def _span(recording: RecordingView) -> coverage.Span:
    start_ns = recording.first_ns if recording.first_ns is not None else recording.started_ns
    end_ns = recording.ended_ns if recording.ended_ns is not None else recording.last_ns
    return (start_ns, end_ns if end_ns is not None else start_ns)


def ns_of(moment: datetime) -> int:
    """Return ns since the Unix epoch of an aware datetime, exactly."""
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1000


def datetime_of(t_ns: int) -> datetime:
    """Return the aware UTC datetime of ns since the Unix epoch, cut to microseconds."""
    return _EPOCH + timedelta(microseconds=t_ns // 1000)


def period_of(run: RunInterval) -> Period:
    """Return a run's time as a period."""
    return Period(datetime_of(run.start_ns), datetime_of(run.end_ns))
