"""Write a device profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from center_app.core.access import Right
from center_app.core.text import N_

if TYPE_CHECKING:
    from ui.pages.cells.page import CellsPage


def register(page: CellsPage) -> None:
    """Offer the act."""
    page.offer(
        "overview", "cells.profile_editor", N_("Write a device profile…"), lambda: open_editor(page),
        icon="file-text", shortcut="Ctrl+Shift+P", right=Right.RECORD,
    )  # fmt: skip


def open_editor(page: CellsPage, profile_id: str = "") -> None:
    """Open the editor beside the page, with a profile in it when one is named."""
    from ui.pages.cells.profile_editor.dialog import ProfileEditor

    ProfileEditor(page.context, page, profile_id).show()
