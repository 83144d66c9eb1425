"""Export the visible time as CSV with units, time base, gaps and quality."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QFileDialog

from center_app.core.errors import PersonError, declare
from center_app.telemetry.store.export import CsvOptions, CsvResult, export_csv
from center_app.telemetry.store.reader import StoreReader
from ui.kit.page import Context
from ui.kit.recorded import Doors, to_datetime
from ui.kit.words import _
from ui.pages.cells.data import CellCard

NOTHING_TO_EXPORT = declare(
    "cells.nothing_to_export",
    "Nothing was recorded in the time that is shown.",
    "Move to a time with data, then export again.",
)


def export_window(context: Context, doors: Doors, card: CellCard, window: tuple[int, int]) -> None:
    """Ask for a file and write it with progress; it can be cancelled and leaves no half file."""
    start = to_datetime(window[0]).astimezone(_.zone)
    name = f"{card.machine.say('en').replace(' ', '-')}-{start:%Y%m%dT%H%M%S}.csv"
    chosen, _filter = QFileDialog.getSaveFileName(None, _("Export what is visible"), name, "CSV (*.csv)")
    if not chosen:
        return
    target = Path(chosen)

    def done(result: CsvResult) -> None:
        if not result.is_cancelled:
            rows = _.plural("{n} row", "{n} rows", result.rows)
            context.notices.tell(_("Exported {rows} to {file}", rows=rows, file=target.name))

    context.tasks.work(_write, doors.folder, card.cell.id, window, target, _.language, done=done)


def _write(report: Any, folder: Path, cell_id: int, window: tuple[int, int], target: Path, language: str) -> CsvResult:
    """Write the newest recording that the window shows, on the work lane with a reader of its own."""

    def progress(share: float) -> bool:
        report(share, "")
        return True

    with StoreReader(folder) as reader:
        shown = [r for r in reader.recordings(cell_id) if r.started_ns < window[1]]
        if not shown:
            raise PersonError(NOTHING_TO_EXPORT)
        newest = max(shown, key=lambda recording: recording.started_ns)
        options = CsvOptions(language=language, t0_ns=window[0], t1_ns=window[1])
        return export_csv(reader, newest.id, target, options, progress)
