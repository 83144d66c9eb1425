"""Decode a recording again from its raw bytes, with a corrected profile, settings or line: a new version beside it.

The version gets chunks, pyramid, chain and byte account of its own; what was recorded stays as it is. Run rules are
applied to the new samples too, but what they give are candidates: they stand in the version's own ledger and never
change an hour that was measured or claimed. Decoders, times, gaps and rules work as they did while recording, so
that the same profile gives the same samples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from center_app.core.clock import Clock
from center_app.core.db import Connection
from center_app.core.errors import SurroundingsError
from center_app.telemetry import channels
from center_app.telemetry.collector import ledger
from center_app.telemetry.recordings import check_here
from center_app.telemetry.runs.rule import Origin, RunWatch, Samples, pause_ns_for
from center_app.telemetry.store.again import VersionWriter
from center_app.telemetry.store.errors import RAW_GONE
from center_app.telemetry.store.files import collector_folder
from center_app.telemetry.store.raw import ECHO
from center_app.telemetry.store.reader import StoreReader
from center_app.telemetry.store.values import GapView, Int64Array, RawRecord, RecordingView
from center_app.telemetry.store.versions import VersionView
from center_app.telemetry.timing import SampleTimes
from center_app.telemetry.values import RunInterval, RunRuleView
from devices.values import Block, LineSettings, Profile, scaled

Report = Callable[[float], None]
_STILL_FED = frozenset({"silent", "not_recording"})
"""Gaps in which the decoder kept its pending bytes; every other reason cut them."""
_REPORT_BYTES = 256 * 1024


@dataclass(frozen=True)
class AgainDraft:
    """Say how a recording is to be decoded again; None keeps the recording's own.

    `source` is the text of a profile that people wrote, so that the version can always be made again.
    """

    profile: Profile
    params: Mapping[str, Any] | None = None
    line: LineSettings | None = None
    made_by: str = ""
    source: str = ""
    rules: Sequence[RunRuleView] = ()


def decode_again(
    reader: StoreReader, folder: Path, recording_id: int, draft: AgainDraft, clock: Clock,
    report: Report = lambda _fraction: None,
) -> VersionView:  # fmt: skip
    """Write the next version of a recording from its raw bytes; `report(fraction)` may raise to cancel it.

    Of a running recording the sealed segments are decoded; such a version is not whole and is served only by name.
    Raises SurroundingsError where raw bytes are damaged or gone; nothing of the version remains then.
    """
    recording = reader.recording(recording_id)
    check_here(collector_folder(folder, recording.collector), recording.collector)
    _check_raw(reader, recording)
    settled = draft.profile.settled(recording.params if draft.params is None else draft.params)
    line = draft.line or LineSettings(**recording.line)  # type: ignore[arg-type]
    view = VersionView(
        recording.id, 0, recording.collector, recording.cell_id, draft.profile.id, draft.profile.version, settled,
        asdict(line), clock.wall_ns(), draft.made_by, draft.source, is_whole=recording.ended_ns is not None,
    )  # fmt: skip
    with VersionWriter(folder, recording, view, clock) as writer:
        job = _Job(draft.profile, settled, line, writer)
        job.run(_stored(reader, recording, report), reader.gaps(recording.cell_id), recording, draft.rules)
        head = reader.segments(recording_id)[-1:]
        _check_whole(reader, recording, job.fed + job.echoed)
        done = writer.finish(
            job.decoder.account(), job.echoed, raw_head=head[0].digest if head else "", candidates=len(job.candidates)
        )
    reader.forget_versions()
    return done


def _check_raw(reader: StoreReader, recording: RecordingView) -> None:
    """Refuse a recording whose samples never had raw bytes here: an imported one, or generated history."""
    rows = sum(stream.rows for stream in reader.streams(recording.id, 1))
    if rows and not reader.account(recording.id, 1).stored_bytes:
        raise SurroundingsError(RAW_GONE, recording=recording.id, offset=0)


def _stored(reader: StoreReader, recording: RecordingView, report: Report) -> Iterator[RawRecord]:
    """Yield the received bytes in order; SurroundingsError RAW_GONE at a hole that no loss explains."""
    account = reader.account(recording.id, 1)
    end = _sealed_end(reader, recording)
    expected, lost, told = 0, 0, 0
    for record in reader.raw(recording.id, 0, end):
        if record.direction == ECHO:
            yield record
        if record.direction != 0:
            continue
        lost += record.offset - expected
        if lost > account.lost_bytes:
            raise SurroundingsError(RAW_GONE, recording=recording.id, offset=expected)
        expected = record.offset + len(record.data)
        yield record
        if expected - told >= _REPORT_BYTES:
            told = expected
            report(min(0.99, expected / max(1, account.bytes_in)))


def _sealed_end(reader: StoreReader, recording: RecordingView) -> int | None:
    if recording.ended_ns is not None:
        return None
    sealed = reader.segments(recording.id)
    return sealed[-1].end_offset if sealed else 0


def _check_whole(reader: StoreReader, recording: RecordingView, fed: int) -> None:
    if recording.ended_ns is not None and fed < reader.account(recording.id, 1).stored_bytes:
        raise SurroundingsError(RAW_GONE, recording=recording.id, offset=fed)


class _Job:
    """Feed raw bytes through a fresh decoder into a version."""

    def __init__(self, profile: Profile, params: Mapping[str, Any], line: LineSettings, writer: VersionWriter) -> None:
        self.decoder = profile.decoder(params)
        self.fed = self.echoed = 0
        self.candidates: list[RunInterval] = []
        self._profile = profile
        self._streams = profile.streams_for(params)
        self._keys = {stream.key for stream in self._streams}
        self._times = SampleTimes(line, self._streams, is_polled=profile.make_master is not None)
        self._writer = writer
        self._base = 0
        self._watches: list[_Watch] = []
        writer.declare(self._streams)

    def run(
        self, records: Iterator[RawRecord], gaps: Sequence[GapView], recording: RecordingView,
        rules: Sequence[RunRuleView],
    ) -> None:  # fmt: skip
        """Decode everything, note the gaps, find the runs."""
        own = [gap for gap in gaps if gap.recording_id == recording.id]
        self._watches = list(self._watched(recording, rules))
        waiting = sorted(own, key=lambda gap: gap.end_ns)
        last_ns = recording.started_ns
        for record in records:
            if record.direction == ECHO:
                self.echoed += len(record.data)
                continue
            while waiting and waiting[0].end_ns <= record.t_ns:
                self._pass(waiting.pop(0), last_ns)
            self._feed(record, last_ns)
            last_ns = record.t_ns
        self._keep(self.decoder.flush(), last_ns)
        for watch in self._watches:
            self.candidates += watch.run.finish()
        self._writer.add_gaps(own)
        self._writer.in_ledger(self._write_candidates)

    def _pass(self, gap: GapView, last_ns: int) -> None:
        if gap.reason not in _STILL_FED:
            self._keep(self.decoder.flush(), last_ns)
        self._times.restart(gap.end_ns)

    def _feed(self, record: RawRecord, last_ns: int) -> None:
        if record.offset != self._base + self.fed:
            self._keep(self.decoder.flush(), last_ns)
            self._base = record.offset - self.fed
        self._writer.cite(record)
        self.fed += len(record.data)
        self._keep(self.decoder.feed(record.data), record.t_ns)

    def _keep(self, blocks: Sequence[Block], t_ns: int) -> None:
        for block in blocks:
            if block.stream not in self._keys or not len(block.end_offset):
                continue
            times = self._times.of(block, t_ns, self.fed)
            self._writer.append_block(block, times, self._base)
            for watch in self._watches:
                if watch.place.stream.key == block.stream:
                    self.candidates += watch.feed(block, times, self._base)

    def _watched(self, recording: RecordingView, rules: Sequence[RunRuleView]) -> Iterator[_Watch]:
        for rule in rules:
            place = channels.find(self._streams, rule.channel)
            if place is not None and rule.cell_id == recording.cell_id:
                origin = Origin(
                    recording.collector, recording.id, self._profile.id, self._profile.version, place.stream.key,
                    place.spec.key,
                )  # fmt: skip
                yield _Watch(place, RunWatch(rule, origin, pause_ns_for(place.stream.rate_hz, rule.hold_off_s)))

    def _write_candidates(self, connection: Connection) -> None:
        ledger.create(connection)
        for interval in self.candidates:
            ledger.put_interval(connection, interval)


@dataclass
class _Watch:
    """Follow one run rule through the decoded blocks."""

    place: channels.ChannelPlace
    run: RunWatch
    _last: int = field(default=0)

    def feed(self, block: Block, t_ns: Int64Array, base: int) -> list[RunInterval]:
        """Hand the channel's samples to the rule; return the runs they close."""
        ends = block.end_offset + base
        starts = np.concatenate((np.array([self._last], np.int64), ends[:-1]))
        self._last = int(ends[-1])
        quality = np.broadcast_to(block.quality, block.values.shape)[self.place.index]
        values = scaled(self.place.spec, block.values[self.place.index])
        return self.run.feed(Samples(t_ns, values, quality, starts, ends))


def candidates(reader: StoreReader, recording_id: int, version: int) -> list[RunInterval]:
    """Return the measured intervals that a version would give; they count nowhere until a rule is run anew."""
    if version == 1:
        return []
    with reader.version_archive(recording_id, version).snapshot() as connection:
        return ledger.intervals(connection, -(1 << 62), 1 << 62)
