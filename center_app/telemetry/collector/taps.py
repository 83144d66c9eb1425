"""Branch samples off to alarms and run rules: gathered for a tenth of a second, then judged in blocks (port thread)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

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


Judge = Callable[[Samples], None]


@dataclass
class _Stream:
    """Gather the blocks of one stream; `judges` by row of the block, with the channel's scale."""

    judges: dict[int, tuple[ChannelSpec, list[Judge]]] = field(default_factory=dict)
    blocks: list[tuple[Block, Int64]] = field(default_factory=list)
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

    def _alarm_judge(self, rule_id: int) -> Judge:
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

    def _run_judge(self, watch: RunWatch) -> Judge:
        def judge(samples: Samples) -> None:
            for interval in watch.feed(samples):
                self._keep(interval)

        return judge

    def _tap(self, place: channels.ChannelPlace, judge: Judge) -> None:
        stream = self._streams.setdefault(place.stream.key, _Stream())
        stream.judges.setdefault(place.index, (place.spec, []))[1].append(judge)

    def feed(self, block: Block, t_ns: Int64) -> None:
        """Take one decoded block with its sample times."""
        stream = self._streams.get(block.stream)
        if stream is None or not len(t_ns):
            return
        stream.blocks.append((block, t_ns))
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


def _judge(stream: _Stream) -> None:
    """Cut each judged channel out of the gathered blocks, once, and hand it to its judges."""
    blocks, stream.blocks = stream.blocks, []
    stream.since_ns, stream.rows = None, 0
    if not blocks:
        return
    t_ns = _joined([times for _, times in blocks])
    ends = _joined([block.end_offset for block, _ in blocks])
    starts = np.concatenate((np.array([stream.last_offset], np.int64), ends[:-1]))
    stream.last_offset = int(ends[-1])
    for index, (spec, judges) in stream.judges.items():
        values = scaled(spec, _joined([block.values[index] for block, _ in blocks]))
        quality = _joined([_quality(block, index) for block, _ in blocks])
        samples = Samples(t_ns, values, quality, starts, ends)
        for judge in judges:
            judge(samples)


def _quality(block: Block, index: int) -> NDArray[np.uint8]:
    return block.quality[index] if block.quality.ndim == 2 else block.quality


def _joined(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def pause_ns(streams: Sequence[StreamSpec]) -> int | None:
    """Return after which silence a device counts as not measured; None for one that speaks only when it likes."""
    rates = [stream.rate_hz for stream in streams if stream.rate_hz]
    return pause_ns_for(max(rates)) if rates else None
