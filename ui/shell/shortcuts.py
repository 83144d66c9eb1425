"""The sheet of shortcuts, made from the registry of actions."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QWidget

from center_app.core.access import Actor
from ui.kit.actions import Action, Actions
from ui.kit.buttons import button
from ui.kit.layout import column, holder, row, scrolling
from ui.kit.text import key_cap, key_words, label
from ui.kit.words import _
from ui.shell.pages import PAGES


class ShortcutSheet(QDialog):
    """Show every act by page, with its keys; acts without keys are found in the command box."""

    def __init__(self, parent: QWidget, actions: Actions, actor: Actor, page: str = "") -> None:
        """Take the registry, who acts, and the page in view, whose acts come first."""
        super().__init__(parent)
        self._actions, self._actor, self._page = actions, actor, page
        self.setWindowTitle(_("Keyboard shortcuts"))
        self.resize(560, 640)
        self._area = scrolling(QWidget())
        close = button(_("Close"), self.accept, kind="primary")
        hint = label(_("Acts without keys: press {keys} and type.", keys=key_words("Ctrl+K")), "secondary")
        self.setLayout(column(self._area, row(hint, None, close), gap=12, margins=(20, 16, 20, 16)))
        self.show_acts()
        close.setFocus()

    def show_acts(self) -> None:
        """Show what the registry holds now."""
        told = {"": _("Everywhere"), **{item.id: _(item.title) for item in PAGES}}
        held = [act for act in self._actions.all() if act.right is None or self._actor.may(act.right)]
        parts: list[QWidget] = []
        for page in sorted(told, key=lambda key: (key != self._page, key != "")):
            own = [action for action in held if action.page == page]
            if own:
                parts += [label(told[page], "heading"), holder(_grid(own))]
        at = self._area.verticalScrollBar().value()
        self._area.setWidget(holder(column(*parts, None, gap=8, margins=(0, 0, 8, 0))))
        self._area.verticalScrollBar().setValue(at)


def _grid(actions: list[Action]) -> QGridLayout:
    """Lay acts with their keys, those that have keys first."""
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 8)
    grid.setVerticalSpacing(6)
    grid.setColumnStretch(0, 1)
    for n, action in enumerate(sorted(actions, key=lambda action: not action.shortcut)):
        grid.addWidget(label(_(action.text)), n, 0)
        if action.shortcut:
            grid.addWidget(key_cap(key_words(action.shortcut)), n, 1, Qt.AlignmentFlag.AlignRight)
    return grid
