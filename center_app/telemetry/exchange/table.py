"""Read one recording, or a range of it, in batches of bounded size; every exporter stands on this."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator
from itertools import groupby, pairwise
from typing import Any

import numpy as np

from center_app.telemetry.exchange import through
from center_app.telemetry.exchange.values import Batch, ExportOptions, Progress, StreamTable
from center_app.telemetry.store.reader import StoreReader
from center_app.telemetry.store.values import ChannelView, RecordingView, Samples
from devices.values import Quality

SLICE_ROWS = 20_000
_KEPT = (int(Quality.GOOD), int(Quality.OUT_OF_RANGE))
QUALITY_WORDS = {int(mark): mark.name.lower() for mark in Quality}


class Table:
    """Hold what an export writes: the recording and those it goes on with, its streams, the range [t0_ns, t1_ns)."""

    def __init__(self, reader: StoreReader, recording_id: int, options: ExportOptions) -> None:
        """Look the recording up; SurroundingsError when it is unknown."""
        self.reader, self.options = reader, options
        self.recording: RecordingView = reader.recording(recording_id)
        self.parts = through.parts(reader, self.recording, options)
        rows = Counter[str]()
        for part in self.parts:
            rows.update({stream.key: stream.rows for stream in reader.streams(part.id)})
        views = [view for view in reader.channels_of(recording_id) if options.stream in (None, view.stream)]
        self.streams = tuple(
            StreamTable(key, tuple(members), rows.get(key, 0))
            for key, members in groupby(views, key=lambda view: view.stream)
        )
        self.t0_ns, self.t1_ns = self._bounds()
        self.is_cancelled = False

    @property
    def channels(self) -> tuple[ChannelView, ...]:
        """Return every channel, stream by stream."""
        return tuple(view for stream in self.streams for view in stream.channels)

    def names(self) -> list[str]:
        """Return the columns' names with units, the stream in front where there are several."""
        many = len(self.streams) > 1
        return [column_name(view, many=many) for view in self.channels]

    def batches(self, progress: Progress) -> Iterator[list[Batch]]:
        """Yield the rows of successive slices of time, one batch for each stream; ends early when cancelled."""
        edges = self._edges()
        for number, (start, stop) in enumerate(pairwise(edges)):
            if not progress(number / (len(edges) - 1)):
                self.is_cancelled = True
                return
            yield [batch for stream in self.streams for batch in self._batches(stream, start, stop)]

    def _bounds(self) -> tuple[int, int]:
        first, last = self._extent()
        chosen = self.options
        t0 = first if chosen.t0_ns is None else max(chosen.t0_ns, first)
        return t0, max(t0, last + 1 if chosen.t1_ns is None else chosen.t1_ns)

    def _extent(self) -> tuple[int, int]:
        """Return when the first and the last sample lie."""
        starts = [part.first_ns if part.first_ns is not None else part.started_ns for part in self.parts]
        ends = [start if part.last_ns is None else part.last_ns for start, part in zip(starts, self.parts, strict=True)]
        return min(starts), max(ends)

    def _edges(self) -> list[int]:
        total = sum(stream.rows for stream in self.streams)
        first, last = self._extent()
        whole = max(1, last - first)
        share = min(1.0, (self.t1_ns - self.t0_ns) / whole)
        count = max(1, math.ceil(total * share / SLICE_ROWS))
        edges = np.linspace(self.t0_ns, self.t1_ns, count + 1).astype(np.int64).tolist()
        edges[0], edges[-1] = self.t0_ns, self.t1_ns
        return sorted(set(edges)) if len(set(edges)) > 1 else [self.t0_ns, self.t1_ns]

    def _batches(self, stream: StreamTable, start: int, stop: int) -> Iterator[Batch]:
        """Yield the rows of [start, stop); a range with more rows than a read may give is halved."""
        for part in self.parts:
            yield from self._of_part(part, stream, start, stop)

    def _of_part(self, part: RecordingView, stream: StreamTable, start: int, stop: int) -> Iterator[Batch]:
        if stop <= start:
            return
        columns = [self._samples(part, view, start, stop) for view in stream.channels]
        if any(column.is_cut for column in columns):
            middle = (start + stop) // 2
            yield from self._of_part(part, stream, start, middle)
            yield from self._of_part(part, stream, middle, stop)
        elif columns and len(columns[0].t_ns):
            quality = np.stack([column.quality for column in columns])
            values = np.stack([column.values for column in columns])
            yield Batch(stream, columns[0].t_ns, np.where(np.isin(quality, _KEPT), values, np.nan), quality)

    def _samples(self, part: RecordingView, view: ChannelView, start: int, stop: int) -> Samples:
        return self.reader.recorded(part.id, view.stream, view.channel, start, stop)

    def facts(self) -> dict[str, Any]:
        """Return what a reader of the file must know, as JSON-ready values."""
        view, reader = self.recording, self.reader
        account = through.account([reader.account(part.id) for part in self.parts])
        numbers = {part.id for part in self.parts}
        return {
            "recording": view.id, "recordings": [part.id for part in self.parts],
            "continues": reader.continues(self.parts[0].id),
            "cell": view.cell_id, "collector": view.collector, "port": view.port,
            "profile": view.profile_id, "profile_version": view.profile_version,
            "line": dict(view.line), "settings": dict(view.params),
            "time_base": "t_ns: ns since 1970-01-01 UTC, of the recording's own clock, which advances by boot time",
            "from_ns": self.t0_ns, "to_ns": self.t1_ns,
            "anchors": [[a.t_ns, a.wall_ns, a.reason] for part in self.parts for a in reader.anchors(part.id)],
            "gaps": [
                {"start_ns": g.start_ns, "end_ns": g.end_ns, "reason": g.reason, "bytes_lost": g.bytes_lost}
                for g in reader.gaps(view.cell_id, self.t0_ns, self.t1_ns) if g.recording_id in numbers
            ],
            "channels": [self._channel(channel) for channel in self.channels],
            "byte_account": {
                "bytes_in": account.bytes_in, "bytes_good": account.bytes_good, "discarded": dict(account.discarded),
                "pending": account.pending, "stored": account.stored_bytes, "lost": account.lost_bytes,
                "samples_lost": account.samples_lost, "balanced": account.is_balanced,
            },
        }  # fmt: skip

    def _channel(self, view: ChannelView) -> dict[str, Any]:
        return {
            "name": f"{view.stream}.{view.channel}", "unit": view.unit, "label": dict(view.label), "low": view.low,
            "high": view.high, "group": view.group, "scale": view.scale, "offset": view.offset, "dtype": view.dtype,
            "states": None if view.states is None else {str(key): word for key, word in view.states.items()},
        }  # fmt: skip

    def facts_text(self) -> str:
        """Return the facts as one JSON text."""
        return json.dumps(self.facts(), ensure_ascii=False, default=str)


def column_name(view: ChannelView, *, many: bool) -> str:
    """Return a channel's name with its unit in brackets; with the stream where a table holds several."""
    name = f"{view.stream}.{view.channel}" if many else view.channel
    return f"{name} [{view.unit}]" if view.unit else name


def quality_texts(batch: Batch) -> list[str]:
    """Say the quality of each row: `good`, or the channels that are not, by name."""
    texts = ["good"] * batch.rows
    for row in np.flatnonzero(batch.quality.any(axis=0)).tolist():
        texts[row] = " ".join(
            f"{view.channel}={QUALITY_WORDS.get(int(mark), mark)}"
            for view, mark in zip(batch.stream.channels, batch.quality[:, row], strict=True) if mark
        )  # fmt: skip
    return texts
