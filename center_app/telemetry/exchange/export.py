"""Write a recording, or a range of it, in the format that the file's name asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path

from center_app.core.errors import PersonError, declare
from center_app.core.text import N_
from center_app.telemetry.exchange.table import Table
from center_app.telemetry.exchange.values import ExportOptions, ExportResult, Progress, go_on
from center_app.telemetry.exchange.whole_file import write_whole
from center_app.telemetry.store.reader import StoreReader

Write = Callable[[Table, Path, Progress], int | None]

FORMAT_UNKNOWN = declare(
    "export.format_unknown",
    "Recordings cannot be written as {suffix}.",
    "Choose a file name that ends in {known}.",
)
NOTHING_RECORDED = declare(
    "export.nothing_recorded",
    "Recording {recording} has no rows in the chosen time.",
    "Choose a wider time, or another recording.",
)


@dataclass(frozen=True)
class Format:
    """Describe a format: file ending, what it is for (a message id), and where its writer lies."""

    suffix: str
    name: str
    purpose: str
    writer: str

    def write(self) -> Write:
        """Load the writer; heavy libraries load only when they are used."""
        module, function = self.writer.split(":")
        found: Write = getattr(import_module(f"center_app.telemetry.exchange.{module}"), function)
        return found


FORMATS = (
    Format(".csv", "CSV", N_("every spreadsheet; text"), "csv_file:write_csv"),
    Format(".parquet", "Parquet", N_("data analysis; small and fast"), "parquet_file:write_parquet"),
    Format(".mcap", "MCAP", N_("robotics tools such as Foxglove and PlotJuggler"), "mcap_file:write_mcap"),
    Format(".h5", "HDF5", N_("laboratory software, MATLAB, Python"), "hdf5_file:write_hdf5"),
)
_ALIASES = {".hdf5": ".h5", ".txt": ".csv"}


def format_of(path: Path | str) -> Format:
    """Return the format of a file name; PersonError when there is none."""
    suffix = Path(path).suffix.lower()
    suffix = _ALIASES.get(suffix, suffix)
    found = next((each for each in FORMATS if each.suffix == suffix), None)
    if found is None:
        raise PersonError(FORMAT_UNKNOWN, suffix=suffix or "?", known=", ".join(each.suffix for each in FORMATS))
    return found


def export(
    reader: StoreReader, recording_id: int, path: Path | str, options: ExportOptions | None = None,
    progress: Progress = go_on,
) -> ExportResult:  # fmt: skip
    """Write one recording, or a range of it, to `path`; `progress(share)` returns False to cancel.

    Raises PersonError for an unknown format or an empty range, SurroundingsError when the disk refuses; nothing
    half-written is left.
    """
    write = format_of(path).write()
    table = Table(reader, recording_id, options or ExportOptions())
    if table.t1_ns <= table.t0_ns or not table.channels:
        raise PersonError(NOTHING_RECORDED, recording=recording_id)
    return write_whole(path, partial(_write, write, table, progress=progress))


def _write(write: Write, table: Table, part: Path, progress: Progress) -> int | None:
    return write(table, part, progress)
