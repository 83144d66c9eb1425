"""The person menu: role switch in the demo, language, theme, window, help."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from center_app.core.access import Actor, Role
from center_app.core.text import N_
from ui.kit.icons import icon
from ui.kit.page import Session
from ui.kit.theme import theme
from ui.kit.words import LANGUAGES, _
from ui.shell.topbar import ROLE_WORDS

THEMES = {"light": N_("Light"), "dark": N_("Dark"), "system": N_("As the system")}


class Owner(Protocol):
    """What the menu asks of the window."""

    session: Session
    is_demo: bool

    def choose_language(self, language: str) -> None:
        """Switch the language."""

    def choose_theme(self, choice: str) -> None:
        """Switch the palette."""

    def show_shortcuts(self) -> None:
        """Show the sheet of shortcuts."""

    def reset_layout(self) -> None:
        """Forget sizes and widths."""

    def sign_out(self) -> None:
        """Close and ask who comes next."""


def person_menu(parent: QWidget, owner: Owner) -> QMenu:
    """Build the menu anew, in the current language."""
    menu = QMenu(parent)
    if owner.is_demo:
        roles = menu.addMenu(icon("users"), _("Act as"))
        _choices(
            roles,
            [(role.value, _(ROLE_WORDS[role.value])) for role in Role],
            owner.session.actor.role.value,
            lambda key: owner.session.become(_as(owner.session.actor, Role(key))),
        )
    languages = menu.addMenu(icon("languages"), _("Language"))
    _choices(languages, list(LANGUAGES.items()), _.language, owner.choose_language)
    themes = menu.addMenu(icon("moon" if theme.is_dark else "sun"), _("Appearance"))
    _choices(themes, [(key, _(text)) for key, text in THEMES.items()], theme.choice, owner.choose_theme)
    menu.addSeparator()
    menu.addAction(icon("keyboard"), _("Keyboard shortcuts"), owner.show_shortcuts)
    menu.addAction(icon("layout-list"), _("Reset window layout"), owner.reset_layout)
    if not owner.is_demo:
        menu.addSeparator()
        menu.addAction(icon("log-out"), _("Sign out"), owner.sign_out)
    return menu


def _as(actor: Actor, role: Role) -> Actor:
    return replace(actor, role=role)


def _choices(menu: QMenu, pairs: list[tuple[str, str]], chosen: str, pick: Callable[[str], None]) -> None:
    group = QActionGroup(menu)
    for key, text in pairs:
        act = menu.addAction(text)
        act.setCheckable(True)
        act.setChecked(key == chosen)
        group.addAction(act)
        act.triggered.connect(lambda _on=False, key=key: pick(key))
