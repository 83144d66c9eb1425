"""Acts of the page Cells, one topic a file; a new file in this folder is found by itself."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ui.pages.cells.page import CellsPage


def register_all(page: CellsPage) -> None:
    """Let every topic register its acts with the page."""
    for info in iter_modules(__path__):
        import_module(f"{__name__}.{info.name}").register(page)
