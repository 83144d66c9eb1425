"""Frozen shapes of export and import; times are int64 ns UTC."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from center_app.telemetry.store.values import ChannelView

IMPORTED = "imported"
"""Profile id of recordings that came from a file: there is no device and no decoder behind them."""
Progress = Callable[[float], bool]
"""Told the share that is done (0–1); returns False to cancel."""


def go_on(_share: float) -> bool:
    """Never cancel."""
    return True


@dataclass(frozen=True)
class ExportOptions:
    """Choose what is written and how; `language` picks labels, separator and decimal mark concern CSV alone."""

    stream: str | None = None
    t0_ns: int | None = None
    t1_ns: int | None = None
    language: str = "en"
    separator: str = ","
    decimal: str = "."
    through: bool = False
    """Go through the recordings that the chosen range touches, or without a range through all that continue each
    other, where they have the same channels."""


@dataclass(frozen=True)
class ExportResult:
    """Say what was written; `is_cancelled` when the person stopped it and no file is left."""

    rows: int
    size_bytes: int
    is_cancelled: bool = False


@dataclass(frozen=True)
class StreamTable:
    """Describe one stream of an export: its channels, in the order of the columns."""

    key: str
    channels: tuple[ChannelView, ...]
    rows: int


@dataclass(frozen=True)
class Batch:
    """Carry consecutive rows of one stream: `t_ns` int64 (n,), `values` float64 (c, n), `quality` uint8 (c, n).

    Values are scaled, in the channels' units. What was not measured soundly is NaN, and its quality says why; a value
    out of range is kept, because it was measured.
    """

    stream: StreamTable
    t_ns: NDArray[np.int64]
    values: NDArray[np.float64]
    quality: NDArray[np.uint8]

    @property
    def rows(self) -> int:
        """Count the rows."""
        return len(self.t_ns)


@dataclass(frozen=True)
class Column:
    """Describe one column of a foreign table: its name, unit, and the words of its states when it holds text."""

    name: str
    unit: str = ""
    states: Mapping[int, str] | None = None
    label: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    """Name in the file, unit and all."""


@dataclass(frozen=True)
class TimeColumn:
    """Say where the time of a foreign table comes from.

    `kind` is "iso" (dates with times), "split" (a date and a time column), "epoch" (seconds × `scale_ns` since 1970),
    "elapsed" (`scale_ns` per step since the start), or "rows" (no time: row number × `scale_ns`).
    `is_guessed_start` when the file does not say when it began, so that its own date stands in.
    """

    kind: str
    columns: tuple[str, ...] = ()
    scale_ns: float = 1e9
    start_ns: int = 0
    is_guessed_start: bool = False
    zone: str = "UTC"


@dataclass(frozen=True)
class ForeignStream:
    """Describe one table of a foreign file: columns, time, rows, and a few rows to look at."""

    key: str
    columns: tuple[Column, ...]
    time: TimeColumn
    rows: int
    first: tuple[Mapping[str, Any], ...] = ()
    skipped_columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class ForeignFile:
    """Show what a foreign file holds before it is taken in."""

    path: str
    format: str
    size_bytes: int
    streams: tuple[ForeignStream, ...]
    rejected_lines: int = 0


@dataclass(frozen=True)
class ImportResult:
    """Say what was taken in; `unordered` rows were brought into the order of their times."""

    cell_id: int
    recording_id: int
    rows: int
    streams: int
    unordered: int = 0
    rejected_lines: int = 0
    first_ns: int = 0
    last_ns: int = 0
    is_cancelled: bool = False
