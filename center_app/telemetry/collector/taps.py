"""Branch samples off to alarms and run rules: gathered for a tenth of a second, then judged in blocks (port thread)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from center_app.telemetry import channels
from center_app.telemetry.alarms.desk import AlarmDesk
from center_app.telemetry.collector.plan import CellPlan
from center_app.telemetry.runs.rule import Origin, RunWatch, Samples, pause_ns_for
from center_app.telemetry.values import Direction, RunInterval
from devices.values import Block, ChannelSpec, StreamSpec, scaled

GATHER_NS = 100_000_000
GATHER_ROWS = 8192
Int64 = NDArray[np.int64]


@dataclass
class _Tap:
    """Gather one channel for one judge."""

    index: int
    spec: ChannelSpec
    judge: Callable[[Samples], None]
    parts: list[Samples] = field(default_factory=list)


@dataclass
class _Stream:
    taps: list[_Tap] = field(default_factory=list)
    last_offset: int = 0
    since_ns: int | None = None
    rows: int = 0


class Taps:
    """Feed every alarm and run rule of one cell from the blocks of its streams."""

    def __init__(self, plan: CellPlan, origin: Origin, desk: AlarmDesk, keep: Callable[[RunInterval], None]) -> None:
        """Connect the rules to their channels; `origin` names the recording, `keep` stores an interval."""
        self._desk = desk
        self._keep = keep
        self._streams: dict[str, _Stream] = {}
        self.watches: list[RunWatch] = []
        self._connect_alarms(plan)
        self._connect_runs(plan, origin)

    def _connect_alarms(self, plan: CellPlan) -> None:
        for rule in plan.alarm_rules:
            place = channels.find(plan.streams, rule.channel)
            if place is None or rule.direction is Direction.SILENCE or not rule.enabled:
                continue
            self._tap(place, self._alarm_judge(rule.id))

    def _alarm_judge(self, rule_id: int) -> Callable[[Samples], None]:
        return lambda samples: self._desk.feed(rule_id, samples.t_ns, samples.values, samples.quality)

    def _connect_runs(self, plan: CellPlan, origin: Origin) -> None:
        for rule in plan.run_rules:
            place = channels.find(plan.streams, rule.channel)
            if place is None:
                continue
            named = Origin(origin.collector, origin.recording_id, origin.profile_id, origin.profile_version,
                           place.stream.key, place.spec.key)  # fmt: skip
            watch = RunWatch(rule, named, pause_ns_for(place.stream.rate_hz, rule.hold_off_s))
            self.watches.append(watch)
            self._tap(place, self._run_judge(watch))

    def _run_judge(self, watch: RunWatch) -> Callable[[Samples], None]:
        def judge(samples: Samples) -> None:
            for interval in watch.feed(samples):
                self._keep(interval)

        return judge

    def _tap(self, place: channels.ChannelPlace, judge: Callable[[Samples], None]) -> None:
        stream = self._streams.setdefault(place.stream.key, _Stream())
        stream.taps.append(_Tap(place.index, place.spec, judge))

    def feed(self, block: Block, t_ns: Int64) -> None:
        """Take one decoded block with its sample times."""
        stream = self._streams.get(block.stream)
        if stream is None or not len(t_ns):
            return
        starts = np.concatenate((np.array([stream.last_offset], np.int64), block.end_offset[:-1]))
        for tap in stream.taps:
            tap.parts.append(_samples(block, t_ns, tap, starts))
        stream.last_offset = int(block.end_offset[-1])
        stream.since_ns = int(t_ns[0]) if stream.since_ns is None else stream.since_ns
        stream.rows += len(t_ns)
        if stream.rows >= GATHER_ROWS or int(t_ns[-1]) - stream.since_ns >= GATHER_NS:
            _judge(stream)

    def flush(self) -> None:
        """Judge what has been gathered."""
        for stream in self._streams.values():
            _judge(stream)

    def checkpoint(self) -> None:
        """Store the intervals in progress, so that a crash loses little."""
        for watch in self.watches:
            interval = watch.open_interval()
            if interval is not None and interval.end_ns > interval.start_ns:
                self._keep(interval)

    def finish(self) -> None:
        """End the recording: judge the rest and close what is open."""
        self.flush()
        for watch in self.watches:
            for interval in watch.finish():
                self._keep(interval)


def _samples(block: Block, t_ns: Int64, tap: _Tap, starts: Int64) -> Samples:
    quality = np.broadcast_to(block.quality, block.values.shape)[tap.index]
    return Samples(t_ns, scaled(tap.spec, block.values[tap.index]), quality, starts, block.end_offset)


def _judge(stream: _Stream) -> None:
    stream.since_ns, stream.rows = None, 0
    for tap in stream.taps:
        parts, tap.parts = tap.parts, []
        if parts:
            tap.judge(parts[0] if len(parts) == 1 else joined(parts))


def joined(parts: Sequence[Samples]) -> Samples:
    """Join consecutive samples of one channel."""
    return Samples(
        np.concatenate([part.t_ns for part in parts]),
        np.concatenate([part.values for part in parts]),
        np.concatenate([part.quality for part in parts]),
        np.concatenate([part.from_offset for part in parts]),
        np.concatenate([part.end_offset for part in parts]),
    )


def pause_ns(streams: Sequence[StreamSpec]) -> int | None:
    """Return after which silence a device counts as not measured; None for one that speaks only when it likes."""
    rates = [stream.rate_hz for stream in streams if stream.rate_hz]
    return pause_ns_for(max(rates)) if rates else None
