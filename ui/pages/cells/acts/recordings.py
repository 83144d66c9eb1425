"""The sheet of a cell's recordings, and how long recordings are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from center_app.core.access import Right
from center_app.core.text import N_
from ui.kit.words import _

if TYPE_CHECKING:
    from center_app.telemetry.store.values import RecordingView
    from ui.pages.cells.page import CellsPage
    from ui.pages.cells.recordings.sheet import RecordingsSheet


def register(page: CellsPage) -> None:
    """Offer the acts."""
    page.offer("monitor", "cells.recordings", N_("Recordings…"), lambda: show(page), icon="database", shortcut="R")
    page.offer(
        "overview", "cells.retention", N_("Keep recordings…"), lambda: keep(page), icon="archive",
        right=Right.ADMINISTER,
    )  # fmt: skip


def show(page: CellsPage) -> RecordingsSheet | None:
    """Open the sheet of the open cell's recordings."""
    from ui.pages.cells.recordings.sheet import RecordingsSheet, Subject

    monitor = page.monitor
    if monitor.card is None:
        return None
    name = monitor.card.machine.say(_.language)
    subject = Subject(
        monitor.cell_id, name, lambda view: export(page, name, view), lambda view: open_in_plot(page, view)
    )
    sheet = RecordingsSheet(page.context, page, subject)
    sheet.show()
    return sheet


def export(page: CellsPage, name: str, view: RecordingView) -> None:
    """Ask what of a recording to write, and as what."""
    from ui.pages.cells.exchange import export_dialog

    window = page.monitor.base.window()
    export_dialog.ask(page.context, page, export_dialog.ExportSubject(name, view.cell_id, window, view))


def open_in_plot(page: CellsPage, view: RecordingView) -> None:
    """Show a whole recording in the plots."""
    first = view.first_ns if view.first_ns is not None else view.started_ns
    last = view.last_ns or view.ended_ns or first
    page.monitor.base.set_span(max(1_000_000_000, round((last - first) * 1.04)))
    page.open(cell_id=view.cell_id, at_ns=(first + last) // 2)


def keep(page: CellsPage) -> None:
    """Ask how long the centre's recordings are kept."""
    from ui.pages.cells.recordings import keep as dialog

    dialog.ask(page.context, page)
