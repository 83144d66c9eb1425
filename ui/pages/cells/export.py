"""Export what the plots show: chosen channels, visible time, as CSV with units, gaps and quality."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from center_app.telemetry.store.export import export_csv
from PySide6.QtWidgets import QFileDialog

from ui.kit.page import Context
from ui.kit.words import _
from ui.pages.cells.data import CellCard, Doors, to_datetime
from ui.pages.cells.plot.stack import PlotChannel


def export_window(
    context: Context, doors: Doors, card: CellCard, channels: Sequence[PlotChannel], window: tuple[int, int]
) -> None:
    """Ask for a file and write it with progress; it can be cancelled and leaves no half file."""
    start = to_datetime(window[0]).astimezone(_.zone)
    name = f"{card.machine.say('en').replace(' ', '-')}-{start:%Y%m%dT%H%M%S}.csv"
    chosen, _filter = QFileDialog.getSaveFileName(None, _("Export what is visible"), name, "CSV (*.csv)")
    if not chosen:
        return
    target, keys = Path(chosen), [(channel.key.stream, channel.key.channel) for channel in channels]

    def done(_result: Any) -> None:
        context.notices.tell(_("Exported to {file}", file=target.name))

    context.tasks.work(_write, doors.folder, card.cell.id, keys, window, target, done=done)


def _write(
    report: Any, folder: Path, cell_id: int, keys: Sequence[tuple[str, str]], window: tuple[int, int], target: Path
) -> None:
    """Write the file on the work lane with a reader of its own."""
    from center_app.telemetry.store.reader import StoreReader

    reader = StoreReader(folder)
    try:
        export_csv(reader, cell_id, keys, window, target, report)
    finally:
        reader.close()
