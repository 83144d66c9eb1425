"""Take a foreign CSV, Parquet or MCAP file in as a recording of a cell of its own.

The cell carries the file's name and SHA-256. Such a recording has values, times and quality, but no raw bytes: nothing
in it was measured by this centre, and no run rule may claim hours from it.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from center_app.core.access import Actor
from center_app.core.clock import Clock
from center_app.core.db import Database
from center_app.core.errors import PersonError, SurroundingsError, declare
from center_app.telemetry import service
from center_app.telemetry.exchange import cells
from center_app.telemetry.exchange.foreign.columns import ColumnFound, decimal_mark, find_columns
from center_app.telemetry.exchange.foreign.csv_source import gather_csv
from center_app.telemetry.exchange.foreign.gathered import Gathered, GatheredTable, name_of
from center_app.telemetry.exchange.foreign.mcap_source import NO_NUMBERS, gather_mcap
from center_app.telemetry.exchange.foreign.parquet_source import gather_parquet
from center_app.telemetry.exchange.foreign.times import TimeFound, chosen_time
from center_app.telemetry.exchange.values import IMPORTED, ForeignFile, ForeignStream, ImportResult, Progress, go_on
from center_app.telemetry.store.files import collector_folder
from center_app.telemetry.store.synthetic import BulkRecording, BulkWriter
from devices.values import Block, ChannelSpec, LineSettings, Quality, StreamSpec

STEP_ROWS = 50_000
FIRST_ROWS = 5
GATHERED_SHARE = 0.5
"""Share of the progress that reading the file takes; the rest is writing the recording."""
READERS: dict[str, Callable[[Gathered, Path], None]] = {
    ".csv": gather_csv, ".tsv": gather_csv, ".txt": gather_csv, ".log": gather_csv, ".dat": gather_csv,
    ".parquet": gather_parquet, ".pq": gather_parquet, ".mcap": gather_mcap,
}  # fmt: skip
FILE_UNREADABLE = declare(
    "import.unreadable", "The file {file} cannot be read ({detail}).", "Check the path and that you may read the file."
)
FILE_EMPTY = declare("import.empty", "The file {file} is empty.", "Choose a file with rows.")


@dataclass(frozen=True)
class ImportWish:
    """Say what to take in: `zone` holds for times that name none; an empty `name` takes the file's."""

    path: Path
    name: str = ""
    zone: str = "UTC"
    machine_id: int | None = None
    time: tuple[str, ...] = ()
    """Columns to take the time from; empty to find it."""


@dataclass(frozen=True)
class _Stream:
    """Hold one table that will become a stream."""

    table: GatheredTable
    time: TimeFound
    columns: tuple[ColumnFound, ...]
    skipped: tuple[str, ...]


def look(path: Path, zone: str = "UTC", time: tuple[str, ...] = ()) -> ForeignFile:
    """Say what a file holds: tables, time, columns with units, first rows; the time is found, or read from `time`.

    Raises PersonError when it holds nothing, or no time where it is asked to be.
    """
    _check(path)
    with tempfile.TemporaryDirectory(prefix="import-") as scratch, Gathered(Path(scratch)) as gathered:
        streams = _read(gathered, path, zone, time)
        shown = tuple(_shown(gathered, stream) for stream in streams)
        return ForeignFile(str(path), path.suffix.lower(), path.stat().st_size, shown, gathered.rejected_lines)


def take_in(
    database: Database, folder: Path, clock: Clock, actor: Actor, wish: ImportWish, progress: Progress = go_on
) -> ImportResult:
    """Make a cell and write the file's rows into a recording of it; cancelled or failed, nothing stays behind.

    Raises PersonError for a file that cannot be understood, SurroundingsError when file or disk refuse.
    """
    _check(wish.path)
    with tempfile.TemporaryDirectory(prefix="import-", dir=folder) as scratch, Gathered(Path(scratch)) as gathered:
        streams = _read(gathered, wish.path, wish.zone, wish.time)
        if not progress(GATHERED_SHARE):
            return ImportResult(0, 0, 0, 0, is_cancelled=True)
        facts = _facts(wish.path)
        cell = database.write(actor, cells.add_imported_cell, wish.name or wish.path.stem, facts, wish.machine_id)
        try:
            with BulkWriter(folder, cell.collector, clock) as writer:
                result = _Writing(gathered, writer, cell.id, facts).write(streams, progress)
        except BaseException:
            _undo(database, folder, actor, cell)
            raise
        if result.is_cancelled:
            _undo(database, folder, actor, cell)
        return replace(result, rejected_lines=gathered.rejected_lines)


def _undo(database: Database, folder: Path, actor: Actor, cell: cells.CellView) -> None:
    database.write(actor, service.remove_cell, cell.id)
    shutil.rmtree(collector_folder(folder, cell.collector), ignore_errors=True)


def _check(path: Path) -> None:
    try:
        with path.open("rb") as file:
            if not file.read(1):
                raise PersonError(FILE_EMPTY, file=path.name)
    except OSError as error:
        raise SurroundingsError(FILE_UNREADABLE, file=str(path), detail=error.strerror or str(error)) from error


def _facts(path: Path) -> dict[str, object]:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return {"file": path.name, "sha256": digest.hexdigest(), "size_bytes": path.stat().st_size}


def _read(gathered: Gathered, path: Path, zone: str, time: tuple[str, ...]) -> list[_Stream]:
    """Gather the file and find time and columns of every table in it."""
    READERS.get(path.suffix.lower(), gather_csv)(gathered, path)
    streams = [found for table in gathered.tables if (found := _stream(gathered, table, path, zone, time)) is not None]
    if not streams:
        raise PersonError(NO_NUMBERS, file=path.name)
    return streams


def _stream(gathered: Gathered, table: GatheredTable, path: Path, zone: str, chosen: tuple[str, ...]) -> _Stream | None:
    if not table.rows:
        return None
    mark = decimal_mark(gathered, table)
    time = chosen_time(gathered, table, zone, path.stat().st_mtime_ns, mark, chosen)
    columns, skipped = find_columns(gathered, table, (*time.time.columns, table.known_time), mark)
    has_numbers = any(each.column.states is None for each in columns)
    if not has_numbers and (time.time.kind == "rows" or not columns):
        return None
    return _Stream(table, time, tuple(columns), skipped)


def _shown(gathered: Gathered, stream: _Stream) -> ForeignStream:
    columns = ", ".join(f"{each.sql} AS {name_of(each.column.name)}" for each in stream.columns)
    table = stream.table
    rows = gathered.ask(f"SELECT {stream.time.sql}, {columns} FROM {table.sql_name} LIMIT {FIRST_ROWS}")
    names = ["t_ns", *(each.column.name for each in stream.columns)]
    first = tuple(dict(zip(names, row, strict=True)) for row in rows)
    kept = tuple(each.column for each in stream.columns)
    return ForeignStream(table.key, kept, stream.time.time, table.rows, first, stream.skipped)


class _Writing:
    """Write gathered tables into one recording."""

    def __init__(self, gathered: Gathered, writer: BulkWriter, cell_id: int, facts: dict[str, object]) -> None:
        self._gathered, self._writer, self._cell_id, self._facts = gathered, writer, cell_id, facts
        self._rows = self._unordered = 0

    def write(self, streams: list[_Stream], progress: Progress) -> ImportResult:
        """Order each table by time and write it."""
        specs = [_spec(stream, number) for number, stream in enumerate(streams)]
        spans = [self._order(stream, number) for number, stream in enumerate(streams)]
        known = [span for span in spans if span is not None]
        if not known:
            raise PersonError(NO_NUMBERS, file=self._facts["file"])
        recording = self._writer.begin_recording(
            self._cell_id, IMPORTED, 1, self._facts, LineSettings(0), f"file:{self._facts['file']}",
            streams=specs, t_ns=min(known)[0],
        )  # fmt: skip
        total = sum(stream.table.rows for stream in streams)
        for number, (stream, spec) in enumerate(zip(streams, specs, strict=True)):
            if not self._fill(recording, stream, spec, number, total, progress):
                recording.end()
                return ImportResult(self._cell_id, recording.id, self._rows, len(streams), is_cancelled=True)
        recording.end()
        last_ns = max(last for _first, last in known)
        return ImportResult(
            self._cell_id, recording.id, self._rows, len(streams), self._unordered, 0, min(known)[0], last_ns
        )

    def _order(self, stream: _Stream, number: int) -> tuple[int, int] | None:
        """Make a table in the order of time, rows without a time left out; return its first and last time."""
        columns = ", ".join(f"{each.sql} AS c{n}" for n, each in enumerate(stream.columns))
        source = f"SELECT {stream.time.sql} AS t_ns, {columns} FROM {stream.table.sql_name}"
        link, timed = self._gathered.link, f"timed_{number}"
        link.execute(f"CREATE TABLE {timed} AS SELECT * FROM ({source}) WHERE t_ns IS NOT NULL")
        steps = f"SELECT t_ns < lag(t_ns) OVER (ORDER BY rowid) AS is_back FROM {timed}"
        back = int(self._gathered.ask(f"SELECT count(*) FILTER (WHERE is_back) FROM ({steps})")[0][0])
        if back:
            link.execute(f"CREATE TABLE sorted AS SELECT * FROM {timed} ORDER BY t_ns")
            link.execute(f"DROP TABLE {timed}")
            link.execute(f"ALTER TABLE sorted RENAME TO {timed}")
        self._unordered += back
        first, last = self._gathered.ask(f"SELECT min(t_ns), max(t_ns) FROM {timed}")[0]
        return None if first is None else (int(first), int(last))

    def _fill(
        self, recording: BulkRecording, stream: _Stream, spec: StreamSpec, number: int, total: int, progress: Progress
    ) -> bool:
        """Write one ordered table; False when cancelled."""
        names = ", ".join(["t_ns", *(f"c{n}" for n in range(len(stream.columns)))])
        for frame in self._gathered.slices(f"timed_{number}", names, stream.table.rows, STEP_ROWS):
            if not progress(GATHERED_SHARE + (1 - GATHERED_SHARE) * self._rows / max(1, total)):
                return False
            t_ns = np.asarray(frame["t_ns"], dtype=np.int64)
            if len(t_ns):
                columns = [frame[f"c{n}"] for n in range(len(stream.columns))]
                values = np.stack([np.ma.filled(np.ma.asarray(each, dtype=np.float64), np.nan) for each in columns])
                values[~np.isfinite(values)] = np.nan
                quality = np.where(np.isnan(values), Quality.NOT_MEASURED, Quality.GOOD).astype(np.uint8)
                recording.append_block(Block(spec.key, values, quality, np.zeros(len(t_ns), np.int64)), t_ns)
                self._rows += len(t_ns)
        return True


def _spec(stream: _Stream, number: int) -> StreamSpec:
    """Describe a table as a stream; equal names get numbers."""
    used: dict[str, int] = {}
    channels = []
    for each in stream.columns:
        used[each.column.name] = used.get(each.column.name, 0) + 1
        name = each.column.name if used[each.column.name] == 1 else f"{each.column.name} {used[each.column.name]}"
        label = each.column.label or {"en": name}
        channels.append(ChannelSpec(name, label, each.column.unit, "f8", states=each.column.states))
    return StreamSpec(stream.table.key or f"table {number + 1}", tuple(channels))
