"""The window's own actions: go to a page, find, help, refresh, switch the palette."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from center_app.core.text import N_
from ui.kit.actions import Action
from ui.shell.pages import PAGES

if TYPE_CHECKING:
    from ui.shell.window import Window


def register_commands(window: Window) -> None:
    """Put the window's actions into its registry; their shortcuts hold on every page."""
    for n, item in enumerate(PAGES, 1):
        go = partial(window.navigate, item.id)
        window.acts.register(Action(f"go.{item.id}", item.title, go, item.icon, f"Alt+{n}"), window)
    for action in (
        Action("shell.find", N_("Search or run a command"), lambda: window.command_box.start(), "search", "Ctrl+K"),
        Action("shell.find_too", N_("Search"), lambda: window.command_box.start(), "search", "Ctrl+Alt+I"),
        Action("shell.keys", N_("Keyboard shortcuts"), window.show_shortcuts, "keyboard", "Ctrl+?"),
        Action("shell.help", N_("Help"), window.show_shortcuts, "circle-help", "F1"),
        Action("shell.undo", N_("Undo the last act"), window.undo_last, "undo-2", "Ctrl+Alt+Z"),
        Action("shell.refresh", N_("Refresh"), window.refresh_page, "refresh-cw", "F5"),
        Action("shell.theme", N_("Switch between light and dark"), window.flip_theme, "moon", "Ctrl+Alt+D"),
        Action("shell.reset", N_("Reset window layout"), window.reset_layout, "layout-list"),
    ):
        window.acts.register(action, window)
