"""Branch samples off to alarms and run rules: gathered for a tenth of a second, then judged in blocks (port thread)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from center_app.telemetry import channels
from center_app.telemetry.alarms.desk import AlarmDesk
from center_app.telemetry.collector.plan import CellPlan
from center_app.telemetry.runs.rule import Origin, RunWatch, Samples, pause_ns_for
from center_app.telemetry.values import Direction, RunInterval, RunRuleView
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
        self._origin = origin
        self._streams: dict[str, _Stream] = {}
        self.watches: list[RunWatch] = []
        self._connect(plan, 0)

    def change(self, plan: CellPlan, received: int) -> None:
        """Go on under changed rules; a run rule that stays goes on undisturbed.

        `received` counts the recording's bytes so far: a new rule watches what comes after them.
        """
        self.flush()
        for watch in self.watches:
            if watch.rule not in plan.run_rules:
                self._keep_all(watch.finish())
        for stream in self._streams.values():
            stream.judges.clear()
        self._connect(plan, received)

    def _connect(self, plan: CellPlan, received: int) -> None:
        known = {watch.rule: watch for watch in self.watches}
        self.watches = []
        self._connect_alarms(plan)
        for rule in plan.run_rules:
            place = channels.find(plan.streams, rule.channel)
            if place is not None:
                watch = known.get(rule) or self._new_watch(rule, place, received)
                self.watches.append(watch)
                self._tap(place, self._run_judge(watch))

    def _connect_alarms(self, plan: CellPlan) -> None:
        for rule in plan.alarm_rules:
            place = channels.find(plan.streams, rule.channel)
            if place is None or rule.direction is Direction.SILENCE or not rule.enabled:
                continue
            self._tap(place, self._alarm_judge(rule.id))

    def _alarm_judge(self, rule_id: int) -> Judge:
        return lambda samples: self._desk.feed(rule_id, samples.t_ns, samples.values, samples.quality)

    def _new_watch(self, rule: RunRuleView, place: channels.ChannelPlace, received: int) -> RunWatch:
        named = replace(self._origin, stream=place.stream.key, channel=place.spec.key)
        return RunWatch(rule, named, pause_ns_for(place.stream.rate_hz, rule.hold_off_s), received)

    def _run_judge(self, watch: RunWatch) -> Judge:
        return lambda samples: self._keep_all(watch.feed(samples))

    def _keep_all(self, intervals: Sequence[RunInterval]) -> None:
        for interval in intervals:
            self._keep(interval)

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
            self._keep_all(watch.finish())


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
