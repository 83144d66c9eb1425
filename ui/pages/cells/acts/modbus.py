"""The registers of a Modbus cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from center_app.core.text import N_
from center_app.telemetry import registers
from ui.kit.recorded import Doors
from ui.pages.cells import registers_dialog

if TYPE_CHECKING:
    from ui.pages.cells.page import CellsPage


def register(page: CellsPage) -> None:
    """Offer the act in cells that have registers."""
    doors = Doors(page.context.center.folder, database=page.context.center.database)

    def has_registers() -> bool:
        card = page.monitor.card
        return card is not None and registers.has_registers(card.cell.profile_id)

    page.offer(
        "monitor", "cells.registers", N_("Registers…"), lambda: show(page, doors), icon="columns-3",
        enabled=has_registers,
    )  # fmt: skip


def show(page: CellsPage, doors: Doors) -> None:
    """Show the registers of the open cell."""
    card = page.monitor.card
    if card is not None:
        registers_dialog.ask(page.context, page, doors, card.cell)
