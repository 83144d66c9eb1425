"""The pages of the window: one line each; a page's code is imported when it is first opened."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Final

from center_app.core.text import N_
from ui.kit.page import PageSpec


@dataclass(frozen=True)
class RailItem:
    """Declare a place in the rail: page id (also its folder), icon, title as a message id."""

    id: str
    icon: str
    title: str
    at_bottom: bool = False


PAGES: Final = (
    RailItem("today", "layout-dashboard", N_("Today")),
    RailItem("calendar", "calendar-days", N_("Calendar")),
    RailItem("equipment", "wrench", N_("Equipment")),
    RailItem("cells", "activity", N_("Cells")),
    RailItem("alarms", "bell", N_("Alarms")),
    RailItem("grants", "landmark", N_("Grants")),
    RailItem("reports", "file-check-2", N_("Reports")),
    RailItem("people", "users", N_("People")),
    RailItem("settings", "settings", N_("Settings"), at_bottom=True),
)


def spec(page_id: str) -> PageSpec:
    """Import a page's module and return its declaration."""
    found = importlib.import_module(f"ui.pages.{page_id}.page").PAGE
    assert isinstance(found, PageSpec)
    return found
