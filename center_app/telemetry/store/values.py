"""Frozen views of what is stored; times are int64 ns UTC of the recording's own clock (`t_ns`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Int64Array = NDArray[np.int64]
Float64Array = NDArray[np.float64]


@dataclass(frozen=True)
class RecordingView:
    """Show one recording: which cell, decoded how, over which line, from when to when.

    `ended_ns` is None while it runs; `ended_by` is "end" or "crash" (sealed by the next start).
    """

    id: int
    collector: str
    cell_id: int
    profile_id: str
    profile_version: int
    params: Mapping[str, object]
    line: Mapping[str, object]
    port: str
    started_ns: int
    ended_ns: int | None
    ended_by: str
    first_ns: int | None
    last_ns: int | None


@dataclass(frozen=True)
class StreamView:
    """Show one stream of a recording; `rows` counts stored rows, tail included."""

    id: int
    recording_id: int
    key: str
    rate_hz: float | None
    tick_ns: int | None
    rows: int


@dataclass(frozen=True)
class ChannelView:
    """Show one recorded channel of a cell; scaled value = raw * scale + offset, in `unit`."""

    cell_id: int
    stream: str
    channel: str
    label: Mapping[str, str]
    unit: str
    dtype: str
    scale: float
    offset: float
    low: float | None
    high: float | None
    states: Mapping[int, str] | None
    group: str
    recording_id: int


@dataclass(frozen=True)
class Window:
    """Answer one window query in screen columns.

    `edges_ns` int64 (columns + 1,), absolute multiples of the column width; `low`, `high` float64
    (columns,), scaled, NaN where no good sample lies; `count` int64 (columns,) of good samples, `bad` of
    the others. `t_ns`, `values` are the exact samples where there are few (`is_exact`): NaN for a bad
    sample and once at each gap. `last` is the last good value before the window's end, NaN if none.
    """

    edges_ns: Int64Array
    low: Float64Array
    high: Float64Array
    count: Int64Array
    bad: Int64Array
    last: float
    level: int
    t_ns: Int64Array | None = None
    values: Float64Array | None = None

    @property
    def is_exact(self) -> bool:
        """Tell whether the exact samples are present."""
        return self.t_ns is not None


@dataclass(frozen=True)
class Samples:
    """Hold exact samples of one channel, ascending: `t_ns` int64, `values` float64 scaled, `quality` uint8."""

    t_ns: Int64Array
    values: Float64Array
    quality: NDArray[np.uint8]
    is_cut: bool = False
    """True when there were more than the limit."""


@dataclass(frozen=True)
class RawRecord:
    """Hold the bytes of one read (direction 0) or write (1); offset counts received bytes."""

    segment: int
    offset: int
    t_ns: int
    wall_ns: int
    direction: int
    data: bytes


@dataclass(frozen=True)
class SegmentView:
    """Show one sealed raw segment: received bytes [first_offset, end_offset) and its chained SHA-256."""

    ordinal: int
    first_offset: int
    end_offset: int
    first_ns: int
    last_ns: int
    records: int
    digest: str


@dataclass(frozen=True)
class GapView:
    """Show one gap [start_ns, end_ns) with its reason; `bytes_lost`, `samples_lost` None if unknown."""

    recording_id: int
    cell_id: int
    start_ns: int
    end_ns: int
    reason: str
    bytes_lost: int | None
    samples_lost: int | None


@dataclass(frozen=True)
class AccountView:
    """Show the byte account of a recording, balanced: bytes_in = bytes_good + discarded + pending.

    `stored_bytes` of the received bytes are in the raw log; `lost_bytes` were received but could not be
    written; `samples_lost` were decoded but could not be written.
    """

    recording_id: int
    bytes_in: int
    bytes_good: int
    discarded: Mapping[str, int]
    pending: int
    frames_good: int
    frames_bad: Mapping[str, int]
    stored_bytes: int
    lost_bytes: int
    samples_lost: int

    @property
    def is_balanced(self) -> bool:
        """Tell whether every received byte is accounted for, and stored or counted as lost."""
        inside = self.bytes_good + sum(self.discarded.values()) + self.pending
        return self.bytes_in == inside and self.bytes_in == self.stored_bytes + self.lost_bytes


@dataclass(frozen=True)
class AnchorView:
    """Tie the recording's clock to the wall clock: at `t_ns` the wall clock read `wall_ns`."""

    t_ns: int
    wall_ns: int
    reason: str


@dataclass(frozen=True)
class Damage:
    """Name the first place of a recording that does not fit its chain.

    `kind` is "segment" (raw log), "chunk", "pyramid" or "head" (the end of a chain is missing). Received bytes
    [from_offset, to_offset) and the time where they are known.
    """

    recording_id: int
    kind: str
    ordinal: int
    file: str
    reason: str
    from_offset: int | None = None
    to_offset: int | None = None
    t_ns: int | None = None


@dataclass(frozen=True)
class ChannelPlan:
    """Name one channel of a stream as the engine stores it: its slot in the stream and its dtype."""

    slot: int
    key: str
    dtype: str


@dataclass(frozen=True)
class WriterState:
    """Show how the writer does: acknowledged bytes are in the file; losses are counted since start."""

    acknowledged_bytes: int = 0
    acknowledged_samples: int = 0
    lost_bytes: int = 0
    lost_samples: int = 0
    backlog_bytes: int = 0
    trouble: Exception | None = None
    extra: Mapping[str, float] = field(default_factory=dict)
