"""Buttons: one filled main act, plain others, icon buttons that always have a name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QMenu, QPushButton

from ui.kit.icons import icon as make_icon
from ui.kit.theme import font

_INK = {"primary": "accent_on", "accent": "accent", "danger": "crit", "on": "accent", "link": "accent"}


def button(
    text: str,
    clicked: Callable[[], Any] | None = None,
    *,
    icon: str = "",
    kind: str = "plain",
    small: bool = False,
    tip: str = "",
) -> QPushButton:
    """Make a button; kind is plain, primary, accent, danger, quiet, link or toggle."""
    made = QPushButton((" " if icon else "") + text.replace("&", "&&"))
    made.setProperty("kind", kind)
    made.setProperty("small", "true" if small else "false")
    made.setFont(font(12 if small else 13, bold=kind == "primary"))
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    made.setAccessibleName(text)
    if icon:
        made.setIcon(make_icon(icon, _INK.get(kind, "text2")))
        made.setIconSize(QSize(14, 14) if small else QSize(16, 16))
    if tip:
        made.setToolTip(tip)
    if clicked is not None:
        made.clicked.connect(lambda _checked=False: clicked())
    if kind == "toggle":
        made.setCheckable(True)
    return made


def icon_button(
    name: str, icon: str, clicked: Callable[[], Any] | None = None, *, quiet: bool = False, token: str = "text2"
) -> QPushButton:
    """Make a square icon button; `name` is its accessible name and tooltip."""
    made = QPushButton()
    made.setProperty("kind", "icon_quiet" if quiet else "icon")
    made.setIcon(make_icon(icon, token))
    made.setIconSize(QSize(16, 16))
    made.setAccessibleName(name)
    made.setToolTip(name)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    if clicked is not None:
        made.clicked.connect(lambda _checked=False: clicked())
    return made


def menu_button(text: str, menu: QMenu, *, icon: str = "", kind: str = "plain") -> QPushButton:
    """Make a button that opens a menu, with a small arrow after its text."""
    made = button(text, icon=icon, kind=kind)
    if not icon:
        made.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        made.setIcon(make_icon("chevron-down", "text2"))
    made.setProperty("menu", "true")
    menu.setParent(made, menu.windowFlags())
    made.setMenu(menu)
    return made


def restyle(made: QPushButton, kind: str) -> None:
    """Give a button another kind."""
    made.setProperty("kind", kind)
    made.style().unpolish(made)
    made.style().polish(made)
