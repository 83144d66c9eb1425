"""The menu "⋯" of the tiles and of one cell: what the topics in `acts` offer there."""

from __future__ import annotations

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu, QPushButton

from ui.kit.actions import Action
from ui.kit.buttons import icon_button
from ui.kit.icons import icon
from ui.kit.page import Context
from ui.kit.words import _


class MoreMenu:
    """Show the acts on offer that the person may do; the menu is made anew each time it opens."""

    def __init__(self, context: Context) -> None:
        """Start without acts; `button` stays hidden until there is one."""
        self._context = context
        self._actions: list[str] = []
        self.button: QPushButton = icon_button(_("More acts"), "ellipsis", self.open)
        self.button.setVisible(False)

    def add(self, action: Action) -> None:
        """Offer one more act."""
        self._actions.append(action.id)
        if action.right is None or self._context.may(action.right):
            self.button.setVisible(True)

    def menu(self) -> QMenu:
        """Return a fresh menu with the acts that are possible now and their keys."""
        menu = QMenu(self.button)
        for action_id in self._actions:
            action = self._context.actions.get(action_id)
            if action.right is not None and not self._context.may(action.right):
                continue
            if not action.enabled():
                continue
            words = _(action.text) + ("\t" + _keys(action.shortcut) if action.shortcut else "")
            entry = menu.addAction(icon(action.icon, "text2"), words) if action.icon else menu.addAction(words)
            entry.triggered.connect(lambda _checked=False, run=action.run: run())
        return menu

    def open(self) -> None:
        """Open the menu under the button."""
        menu = self.menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.button.mapToGlobal(self.button.rect().bottomLeft()))


def _keys(shortcut: str) -> str:
    """Write keys as this computer does; they are shown only, the page's own shortcut acts."""
    return QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)
