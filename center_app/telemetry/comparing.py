"""Compare two versions of a recording: rows, first and last values, and where the samples differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from center_app.telemetry.store.reader import StoreReader
from center_app.telemetry.store.values import ChannelView, Samples

SLICE_ROWS = 500_000


@dataclass(frozen=True)
class Difference:
    """Show how one channel differs between two versions; values in the unit of the newer one.

    `same` samples have equal time, value and quality; `changed` the same time only; `only_old` and `only_new` have
    no partner. `largest` is the greatest |new − old| of good samples at the same time. None: not in that version.
    """

    stream: str
    channel: str
    unit: str
    old_unit: str
    rows_old: int
    rows_new: int
    first_old: float | None = None
    first_new: float | None = None
    last_old: float | None = None
    last_new: float | None = None
    same: int = 0
    changed: int = 0
    only_old: int = 0
    only_new: int = 0
    largest: float = 0.0

    @property
    def is_equal(self) -> bool:
        """Tell whether nothing differs."""
        return not (self.changed or self.only_old or self.only_new) and self.unit == self.old_unit


def compare(
    reader: StoreReader, recording_id: int, old: int, new: int, report: Callable[[float], None] = lambda _part: None
) -> list[Difference]:
    """Compare every channel of two versions, oldest samples first; `report(fraction)` may raise to cancel."""
    before = {(view.stream, view.channel): view for view in reader.channels_of(recording_id, old)}
    after = {(view.stream, view.channel): view for view in reader.channels_of(recording_id, new)}
    names = list(dict.fromkeys([*after, *before]))
    found = []
    for number, name in enumerate(names):
        report(number / len(names))
        found.append(_Comparison(reader, recording_id, (old, new), before.get(name), after.get(name)).run())
    return found


class _Comparison:
    """Walk through one channel of both versions in slices of time."""

    def __init__(
        self, reader: StoreReader, recording_id: int, versions: tuple[int, int], old: ChannelView | None,
        new: ChannelView | None,
    ) -> None:  # fmt: skip
        self._reader, self._recording_id, self._versions = reader, recording_id, versions
        self._old, self._new = old, new
        self._counts = [0, 0, 0, 0]
        self._largest = 0.0
        self._ends: list[list[float | None]] = [[None, None], [None, None]]
        self._rows = [0, 0]

    def run(self) -> Difference:
        for t0_ns, t1_ns in self._slices():
            old = self._read(self._old, self._versions[0], t0_ns, t1_ns)
            new = self._read(self._new, self._versions[1], t0_ns, t1_ns)
            self._note(0, old)
            self._note(1, new)
            self._match(old, new)
        known = self._new or self._old
        assert known is not None
        (first_old, last_old), (first_new, last_new) = self._ends
        same, changed, only_old, only_new = self._counts
        return Difference(
            known.stream, known.channel, known.unit, self._old.unit if self._old else known.unit, self._rows[0],
            self._rows[1], first_old, first_new, last_old, last_new, same, changed, only_old, only_new, self._largest,
        )  # fmt: skip

    def _slices(self) -> Iterator[tuple[int, int]]:
        view = self._reader.recording(self._recording_id)
        first = min(view.started_ns, view.first_ns if view.first_ns is not None else view.started_ns)
        end = max(view.ended_ns or 0, view.last_ns or 0, first) + 60_000_000_000
        streams = [
            stream
            for version in self._versions
            for stream in self._reader.streams(self._recording_id, version)
            if stream.key in {one.stream for one in (self._old, self._new) if one}
        ]
        parts = max(1, -(-max((stream.rows for stream in streams), default=0) // SLICE_ROWS))
        edges = [first + (end - first) * part // parts for part in range(parts + 1)]
        yield from pairwise(edges)

    def _read(self, view: ChannelView | None, version: int, t0_ns: int, t1_ns: int) -> Samples:
        if view is None:
            return Samples(np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.uint8))
        return self._reader.recorded(
            self._recording_id, view.stream, view.channel, t0_ns, t1_ns, limit=1 << 40, version=version
        )

    def _note(self, side: int, part: Samples) -> None:
        self._rows[side] += len(part.t_ns)
        good = np.flatnonzero(part.quality == 0)
        if len(good):
            if self._ends[side][0] is None:
                self._ends[side][0] = float(part.values[good[0]])
            self._ends[side][1] = float(part.values[good[-1]])

    def _match(self, old: Samples, new: Samples) -> None:
        _, at_old, at_new = np.intersect1d(old.t_ns, new.t_ns, return_indices=True)
        good = (old.quality[at_old] == 0) & (new.quality[at_new] == 0)
        same_value = np.isclose(old.values[at_old], new.values[at_new], rtol=1e-12, atol=0.0, equal_nan=True)
        same = same_value & (old.quality[at_old] == new.quality[at_new])
        counts = (int(same.sum()), int((~same).sum()), len(old.t_ns) - len(at_old), len(new.t_ns) - len(at_new))
        self._counts = [sum(pair) for pair in zip(self._counts, counts, strict=True)]
        if good.any():
            apart = np.abs(old.values[at_old] - new.values[at_new])[good]
            self._largest = max(self._largest, float(np.nanmax(apart, initial=0.0)))
