"""Export, import, and the window as Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from center_app.core.access import Right
from center_app.core.text import N_
from center_app.telemetry.exchange.python_text import PythonWindow, python_text
from ui.kit.words import _
from ui.pages.cells.exchange import export_dialog, import_dialog

if TYPE_CHECKING:
    from center_app.telemetry.exchange.values import ImportResult
    from center_app.telemetry.store.values import ChannelView
    from ui.pages.cells.page import CellsPage


def register(page: CellsPage) -> None:
    """Offer the acts."""
    page.monitor.export_wanted.connect(lambda: export(page))
    page.offer("monitor", "cells.export", N_("Export…"), lambda: export(page), icon="download", shortcut="E")
    page.offer("monitor", "cells.copy_python", N_("Copy as Python"), lambda: copy_python(page), icon="copy")
    page.overview.file_wanted.connect(lambda path: take_in(page, path))
    page.act(
        "cells.import", N_("Open file…"), lambda: take_in(page), icon="folder-open", shortcut="Ctrl+O",
        right=Right.RECORD,
    )  # fmt: skip


def export(page: CellsPage) -> None:
    """Ask what of the open cell to write, and as what."""
    monitor = page.monitor
    if monitor.card is not None:
        name = monitor.card.machine.say(_.language)
        subject = export_dialog.ExportSubject(name, monitor.cell_id, monitor.base.window())
        export_dialog.ask(page.context, page, subject)


def copy_python(page: CellsPage) -> None:
    """Copy a program that loads exactly what is drawn."""
    monitor = page.monitor
    if monitor.card is None:
        return
    t0, t1 = monitor.base.window()
    drawn = {channel.key for channel in monitor.list.drawn()}
    center, title = page.context.center, monitor.card.machine.say("en")
    url = "" if center.database.is_sqlite else center.database.url

    def copy(views: list[ChannelView]) -> None:
        shown = [view for view in views if (view.stream, view.channel) in {(key.stream, key.channel) for key in drawn}]
        QApplication.clipboard().setText(python_text(PythonWindow(center.folder, shown, t0, t1, title, url)))
        page.context.notices.tell(_("Copied as Python; paste it into an editor."))

    page.context.tasks.window(monitor.load_views, done=copy, owner=page)


def take_in(page: CellsPage, path: str = "") -> None:
    """Open a foreign file as a recording; without a path ask for one."""

    def imported(done: ImportResult) -> None:
        page.open(cell_id=done.cell_id)

    if path:
        import_dialog.ask(page.context, page, imported, lambda _parent: path)
    else:
        import_dialog.ask(page.context, page, imported)
