"""Evaluate a run rule: samples of one channel become measured intervals with provenance; pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from center_app.telemetry.holds import Holder
from center_app.telemetry.values import MAX_PAUSE_NS, RunInterval, RunRuleView

Int64 = NDArray[np.int64]
Bytes = tuple[int, int]


@dataclass(frozen=True)
class Origin:
    """Say which recording and decoder the samples of an interval come from."""

    collector: str
    recording_id: int
    profile_id: str
    profile_version: int
    stream: str
    channel: str


@dataclass(frozen=True)
class Samples:
    """Carry samples of one channel.

    t_ns int64 (n,); values float64 (n,) in the channel's unit; quality uint8 (n,); from_offset and end_offset
    int64 (n,): where each sample's frame lies in the received bytes.
    """

    t_ns: Int64
    values: NDArray[np.float64]
    quality: NDArray[np.uint8]
    from_offset: Int64
    end_offset: Int64

    def good(self) -> Samples:
        """Return only the samples that may be trusted."""
        keep = (self.quality == 0) & np.isfinite(self.values)
        return self if keep.all() else self._take(keep)

    def within(self, first_byte: int, last_byte: int) -> Samples:
        """Return the samples whose frames end after `first_byte` and not after `last_byte`."""
        if not len(self.end_offset) or (self.end_offset[0] > first_byte and self.end_offset[-1] <= last_byte):
            return self
        return self._take((self.end_offset > first_byte) & (self.end_offset <= last_byte))

    def after(self, t_ns: int) -> Samples:
        """Return the samples behind a time."""
        return self if not len(self.t_ns) or self.t_ns[0] > t_ns else self._take(self.t_ns > t_ns)

    def between(self, start: int, stop: int) -> Samples:
        """Return samples start to stop as views."""
        return self._take(slice(start, stop))

    def _take(self, which: slice | NDArray[np.bool_]) -> Samples:
        return Samples(
            self.t_ns[which], self.values[which], self.quality[which], self.from_offset[which], self.end_offset[which]
        )


def pause_ns_for(rate_hz: float | None, hold_off_s: float = 0.0) -> int:
    """Return the longest pause that still counts as recorded time: 2 s, or five periods of a slow stream (ns).

    A device that names no rate counts as slow as its rule's hold-off time.
    """
    if rate_hz:
        return max(MAX_PAUSE_NS, round(5e9 / rate_hz))
    return max(MAX_PAUSE_NS, round(hold_off_s * 1e9))


@dataclass
class _Edge:
    t_ns: int
    where: Bytes


@dataclass
class _Marks:
    """Remember where in the raw bytes the pending runs and the newest sample lie."""

    up: Bytes = (0, 0)
    down: Bytes = (0, 0)
    last: _Edge = field(default_factory=lambda: _Edge(0, (0, 0)))


class RunWatch:
    """Follow one channel; give back each interval once it is closed, and the open one on demand.

    A run begins at the first sample at or above the threshold once that has held for `hold_on_s`, and ends at the
    first sample below it once that has held for `hold_off_s`; shorter dips are bridged, shorter blips ignored.
    A pause ends it at the last good sample before the pause: time that was not recorded is never counted.
    """

    def __init__(self, rule: RunRuleView, origin: Origin, pause_ns: int = MAX_PAUSE_NS, watched_from: int = 0) -> None:
        """Start with the machine off; `watched_from` is the received byte from which this rule looks on."""
        self.rule = rule
        self.watched_from = watched_from
        self.origin = origin
        self._pause_ns = pause_ns
        self._marks = _Marks()
        self._start: _Edge | None = None
        self._holder = self._fresh()

    def _fresh(self) -> Holder:
        return Holder(round(self.rule.hold_on_s * 1e9), round(self.rule.hold_off_s * 1e9), self._pause_ns)

    def feed(self, samples: Samples) -> list[RunInterval]:
        """Take the next samples in time order; return the intervals they close."""
        closed: list[RunInterval] = []
        for part in self._pieces(samples.good()):
            if self._holder.last_ns is not None and part.t_ns[0] - self._holder.last_ns > self._pause_ns:
                closed += self._cut("pause")
            closed += self._feed_piece(part)
        return closed

    def finish(self) -> list[RunInterval]:
        """End the recording: close what is open at the last good sample."""
        return self._cut("end")

    def open_interval(self) -> RunInterval | None:
        """Return the interval in progress, up to the last sample; its end is provisional."""
        if self._start is None:
            return None
        return self._interval(self._start, self._provisional_end(), is_open=True)

    def _provisional_end(self) -> _Edge:
        pending = self._holder.pending(up=False)
        return self._marks.last if pending is None else _Edge(pending[1], self._marks.down)

    def _pieces(self, samples: Samples) -> Iterator[Samples]:
        if not len(samples.t_ns):
            return
        cuts = np.flatnonzero(np.diff(samples.t_ns) > self._pause_ns) + 1
        bounds = [0, *cuts.tolist(), len(samples.t_ns)]
        for start, stop in pairwise(bounds):
            yield samples.between(start, stop)

    def _feed_piece(self, part: Samples) -> list[RunInterval]:
        up = part.values >= self.rule.threshold
        closed: list[RunInterval] = []
        for turn in self._holder.feed(part.t_ns, up, ~up):
            where = self._where(part, turn.since_index, self._marks.up if turn.is_on else self._marks.down)
            edge = _Edge(turn.since_ns, where)
            if turn.is_on:
                self._start = edge
            else:
                closed += self._close(edge, "below")
        self._remember(part)
        return closed

    @staticmethod
    def _where(part: Samples, index: int, carried: Bytes) -> Bytes:
        return carried if index < 0 else (int(part.from_offset[index]), int(part.end_offset[index]))

    def _remember(self, part: Samples) -> None:
        for up in (True, False):
            pending = self._holder.pending(up=up)
            if pending is not None:
                name = "up" if up else "down"
                setattr(self._marks, name, self._where(part, pending[0], getattr(self._marks, name)))
        self._marks.last = _Edge(int(part.t_ns[-1]), self._where(part, len(part.t_ns) - 1, (0, 0)))

    def _cut(self, why: str) -> list[RunInterval]:
        """Close at the last sample, or where a dip began that was still being bridged."""
        closed = self._close(self._provisional_end(), why) if self._start is not None else []
        self._holder = self._fresh()
        return closed

    def _close(self, end: _Edge, why: str) -> list[RunInterval]:
        start, self._start = self._start, None
        if start is None or end.t_ns <= start.t_ns:
            return []
        return [self._interval(start, end, ended_by=why)]

    def _interval(self, start: _Edge, end: _Edge, *, is_open: bool = False, ended_by: str = "below") -> RunInterval:
        rule, origin = self.rule, self.origin
        return RunInterval(
            collector=origin.collector, recording_id=origin.recording_id, cell_id=rule.cell_id,
            machine_id=rule.machine_id, rule_id=rule.id, rule_version=rule.version, profile_id=origin.profile_id,
            profile_version=origin.profile_version, stream=origin.stream, channel=origin.channel,
            threshold=rule.threshold, hold_on_s=rule.hold_on_s, hold_off_s=rule.hold_off_s,
            start_ns=start.t_ns, end_ns=end.t_ns, start_bytes=start.where, end_bytes=end.where,
            pause_s=self._pause_ns / 1e9, watched_from=self.watched_from, is_open=is_open, ended_by=ended_by,
        )  # fmt: skip
