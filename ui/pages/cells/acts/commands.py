"""Commands and console of the open cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from center_app.core.access import Right
from center_app.core.text import N_

if TYPE_CHECKING:
    from ui.pages.cells.console.panel import Console
    from ui.pages.cells.page import CellsPage


def register(page: CellsPage) -> None:
    """Offer the acts."""
    page.offer("monitor", "cells.console", N_("Console"), lambda: toggle_console(page), icon="list", shortcut="C")
    page.offer(
        "monitor", "cells.commands", N_("Commands…"), lambda: open_commands(page), icon="sliders-horizontal",
        shortcut="Shift+C", right=Right.COMMAND_DEVICE,
    )  # fmt: skip


def open_commands(page: CellsPage) -> None:
    """Show the commands of the open cell's device, beside the plots."""
    from ui.pages.cells.commanding.dialog import CommandsDialog

    if page.monitor.cell_id:
        CommandsDialog(page.context, page, page.monitor.cell_id).show()


def toggle_console(page: CellsPage) -> None:
    """Open the console under the plots, or close it."""
    if not page.monitor.cell_id:
        return
    console = _console(page)
    if console.isVisible():
        console.hide()
    else:
        console.show_cell(page.monitor.cell_id)
        page.monitor.body.suggest([0, min(300, page.monitor.body.height() * 2 // 5)])


def _console(page: CellsPage) -> Console:
    """Return the page's console, made when it is first opened."""
    from ui.kit.recorded import Doors
    from ui.pages.cells.console.panel import Console

    found = page.monitor.findChild(Console)
    if found is not None:
        return found
    doors = Doors(page.context.center.folder, database=page.context.center.database)
    made = Console(page.context, doors, page.monitor.now_ns)
    page.monitor.body.part(made, stretched=-1)
    page.drawers.append(made)
    page.monitor.loaded.connect(made.follow)
    return made
