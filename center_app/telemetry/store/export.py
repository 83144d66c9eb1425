"""Write a recording as CSV: units, UTC time base, gaps, quality, profile version, byte account.

Comment lines begin with `#`. Text that a spreadsheet would run as a formula gets a leading apostrophe;
numbers never do. The file appears only when it is whole.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from center_app.telemetry.store.errors import trouble_from
from center_app.telemetry.store.reader import StoreReader
from center_app.telemetry.store.values import ChannelView, RecordingView, Samples
from devices.values import Quality

Progress = Callable[[float], bool] | None
SLICE_ROWS = 20_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_QUALITY = {int(mark): mark.name.lower() for mark in Quality}


@dataclass(frozen=True)
class CsvOptions:
    """Choose how the table is written; `language` picks the channels' labels."""

    separator: str = ","
    decimal: str = "."
    language: str = "en"
    stream: str | None = None
    t0_ns: int | None = None
    t1_ns: int | None = None


@dataclass(frozen=True)
class CsvResult:
    """Say what was written; `is_cancelled` when the person stopped it and no file is left."""

    rows: int
    size_bytes: int
    is_cancelled: bool = False


def safe_cell(text: str) -> str:
    """Return text that no spreadsheet runs as a formula."""
    return "'" + text if text.startswith(_FORMULA) else text


def export_csv(
    reader: StoreReader,
    recording_id: int,
    path: Path | str,
    options: CsvOptions | None = None,
    progress: Progress = None,
) -> CsvResult:
    """Write one recording, or a range of it, to `path`; `progress(fraction)` returns False to cancel.

    Raises SurroundingsError when the disk refuses; nothing half-written is left.
    """
    chosen = options or CsvOptions()
    target = Path(path)
    part = target.with_name(target.name + ".part")
    job = _Job(reader, reader.recording(recording_id), chosen, progress or _go_on)
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            rows = job.write(file)
        if rows is None:
            part.unlink()
            return CsvResult(0, 0, is_cancelled=True)
        part.replace(target)
        return CsvResult(rows, target.stat().st_size)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise trouble_from(error, target.parent) from error
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _go_on(_fraction: float) -> bool:
    return True


class _Job:
    """Write one recording."""

    def __init__(
        self, reader: StoreReader, recording: RecordingView, options: CsvOptions, progress: Callable[[float], bool]
    ) -> None:
        self._reader = reader
        self._recording = recording
        self._options = options
        self._progress = progress
        channels = reader.channels_of(recording.id)
        self._channels = [view for view in channels if options.stream in (None, view.stream)]

    def write(self, file: TextIO) -> int | None:
        """Write header, rows and footer; return the number of rows, None when cancelled."""
        for line in self._header():
            file.write(f"# {line}\n")
        writer = csv.writer(file, delimiter=self._options.separator, lineterminator="\n")
        many = len({view.stream for view in self._channels}) > 1
        names = [safe_cell(_column_name(view, many=many)) for view in self._channels]
        writer.writerow(["time_utc", "t_ns", "stream", *names, "quality"])
        count = 0
        for fraction, rows in self._slices():
            if not self._progress(fraction):
                return None
            file.write(rows.getvalue())
            count += rows.count
        for line in self._footer(count):
            file.write(f"# {line}\n")
        return count

    # -- header and footer ----------------------------------------------------------------------------

    def _header(self) -> Iterator[str]:
        view = self._recording
        yield f"recording: {view.id}; cell: {view.cell_id}; collector: {_plain(view.collector)}"
        yield f"profile: {_plain(view.profile_id)} version {view.profile_version}; port: {_plain(view.port)}"
        yield f"line: {_json(view.line)}; settings: {_json(view.params)}"
        yield "time base: UTC of the recording's own clock, advancing by boot time; t_ns in ns since 1970-01-01"
        for anchor in self._reader.anchors(view.id):
            yield f"anchor: {_utc(anchor.t_ns)} wall clock {_utc(anchor.wall_ns)} {_plain(anchor.reason)}"
        yield from self._gaps()
        for channel in self._channels:
            label = channel.label.get(self._options.language) or channel.label.get("en", "")
            name = _plain(f"{channel.stream}.{channel.channel}")
            yield f"channel: {name}; unit: {_plain(channel.unit)}; {_plain(label)}"

    def _gaps(self) -> Iterator[str]:
        t0, t1 = self._bounds()
        for gap in self._reader.gaps(self._recording.cell_id, t0, t1):
            if gap.recording_id == self._recording.id:
                lost = "unknown" if gap.bytes_lost is None else str(gap.bytes_lost)
                yield f"gap: {_utc(gap.start_ns)} to {_utc(gap.end_ns)} {_plain(gap.reason)}; bytes lost: {lost}"

    def _footer(self, rows: int) -> Iterator[str]:
        account = self._reader.account(self._recording.id)
        discarded = (
            ", ".join(f"{_plain(reason)} {count}" for reason, count in sorted(account.discarded.items())) or "none"
        )
        yield f"rows: {rows}"
        yield (
            f"bytes in: {account.bytes_in} = good {account.bytes_good} + discarded {sum(account.discarded.values())}"
            f" ({discarded}) + pending {account.pending}"
        )
        yield f"bytes stored: {account.stored_bytes}; lost: {account.lost_bytes}; samples lost: {account.samples_lost}"
        yield f"balanced: {'yes' if account.is_balanced else 'no'}"

    # -- rows -----------------------------------------------------------------------------------------

    def _bounds(self) -> tuple[int, int]:
        view, chosen = self._recording, self._options
        first = view.first_ns if view.first_ns is not None else view.started_ns
        last = view.last_ns if view.last_ns is not None else first
        t0 = first if chosen.t0_ns is None else max(chosen.t0_ns, first)
        return t0, last + 1 if chosen.t1_ns is None else chosen.t1_ns

    def _slices(self) -> Iterator[tuple[float, _Rows]]:
        t0, t1 = self._bounds()
        total = sum(stream.rows for stream in self._reader.streams(self._recording.id))
        count = max(1, math.ceil(total / SLICE_ROWS))
        edges = np.linspace(t0, t1, count + 1).astype(np.int64).tolist()
        edges[0], edges[-1] = t0, t1
        for number in range(count):
            if edges[number + 1] > edges[number]:
                yield number / count, self._rows(edges[number], edges[number + 1])

    def _rows(self, t0_ns: int, t1_ns: int) -> _Rows:
        lines: list[tuple[int, list[str]]] = []
        for stream, members in groupby(enumerate(self._channels), key=lambda pair: pair[1].stream):
            places = list(members)
            columns = [self._samples(view, t0_ns, t1_ns) for _, view in places]
            lines.extend(self._lines(stream, [place for place, _ in places], [view for _, view in places], columns))
        lines.sort(key=lambda line: line[0])
        return _Rows(self._options.separator, lines)

    def _samples(self, view: ChannelView, t0_ns: int, t1_ns: int) -> Samples:
        return self._reader.recorded(self._recording.id, view.stream, view.channel, t0_ns, t1_ns)

    def _lines(
        self, stream: str, places: list[int], views: list[ChannelView], columns: list[Samples]
    ) -> Iterator[tuple[int, list[str]]]:
        texts = [_texts(view, column, self._options.decimal) for view, column in zip(views, columns, strict=True)]
        marks = _marks(views, columns)
        for row, t_ns in enumerate(columns[0].t_ns.tolist()):
            cells = [""] * len(self._channels)
            for place, column in zip(places, texts, strict=True):
                cells[place] = column[row]
            yield t_ns, [_utc(t_ns), str(t_ns), safe_cell(stream), *cells, marks[row]]


class _Rows:
    """Hold the text of one slice."""

    def __init__(self, separator: str, lines: list[tuple[int, list[str]]]) -> None:
        self.count = len(lines)
        self._text = io.StringIO(newline="")
        csv.writer(self._text, delimiter=separator, lineterminator="\n").writerows(cells for _, cells in lines)

    def getvalue(self) -> str:
        """Return the slice's lines."""
        return self._text.getvalue()


def _texts(view: ChannelView, column: Samples, decimal: str) -> list[str]:
    """Write numbers shortest and exact; a sample that was not measured is an empty cell."""
    kept = (column.quality == Quality.GOOD) | (column.quality == Quality.OUT_OF_RANGE)
    is_whole = np.dtype(view.dtype).kind in "iub" and view.scale == 1.0 and view.offset == 0.0
    digits = _digits(view)
    write: Callable[[Any], str] = (lambda value: str(int(value))) if is_whole else (lambda value: f"{value:.{digits}g}")
    texts = [write(value) if keep else "" for value, keep in zip(column.values.tolist(), kept.tolist(), strict=True)]
    return texts if decimal == "." else [text.replace(".", decimal) for text in texts]


def _digits(view: ChannelView) -> int:
    """Return the significant digits that tell any two stored numbers apart."""
    kind = np.dtype(view.dtype)
    return (
        9 if kind == np.float32 else 17 if kind.itemsize == 8 and kind.kind != "f" else 15 if kind.kind != "f" else 16
    )


def _marks(views: list[ChannelView], columns: list[Samples]) -> list[str]:
    """Say the quality of each row: `good`, or the channels that are not, by name."""
    marks = np.stack([column.quality for column in columns])
    texts = ["good"] * marks.shape[1]
    for row in np.flatnonzero(marks.any(axis=0)).tolist():
        texts[row] = " ".join(
            f"{view.channel}={_QUALITY.get(int(mark), mark)}"
            for view, mark in zip(views, marks[:, row], strict=True) if mark
        )  # fmt: skip
    return texts


def _column_name(view: ChannelView, *, many: bool) -> str:
    name = f"{view.stream}.{view.channel}" if many else view.channel
    return f"{name} [{view.unit}]" if view.unit else name


def _json(fields: Mapping[str, object]) -> str:
    return _plain(json.dumps(dict(fields), ensure_ascii=False, default=str))


def _plain(text: str) -> str:
    """Keep text on one line of the header."""
    return " ".join(str(text).split())


def _utc(t_ns: int) -> str:
    """Write a time as ISO 8601 UTC with nanoseconds."""
    seconds, rest = divmod(t_ns, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, tz=UTC):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"
