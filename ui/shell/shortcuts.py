"""The sheet of shortcuts, made from the registry of actions."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QWidget

from ui.kit.actions import Action, Actions
from ui.kit.buttons import button
from ui.kit.layout import column, holder, row, scrolling
from ui.kit.text import key_cap, key_words, label
from ui.kit.words import _
from ui.shell.pages import PAGES


class ShortcutSheet(QDialog):
    """Show every action that has a shortcut, by page."""

    def __init__(self, parent: QWidget, actions: Actions) -> None:
        """Take the registry."""
        super().__init__(parent)
        self.setWindowTitle(_("Keyboard shortcuts"))
        self.resize(560, 560)
        titles = {"": _("Everywhere"), **{item.id: _(item.title) for item in PAGES}}
        held = [action for action in actions.all() if action.shortcut]
        parts: list[QWidget] = []
        for page, title in titles.items():
            own = [action for action in held if action.page == page]
            if own:
                parts += [label(title, "heading"), holder(_grid(own))]
        body = holder(column(*parts, None, gap=8, margins=(0, 0, 8, 0)))
        close = button(_("Close"), self.accept, kind="primary")
        self.setLayout(column(scrolling(body), row(None, close), gap=12, margins=(20, 16, 20, 16)))


def _grid(actions: list[Action]) -> QGridLayout:
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 8)
    grid.setVerticalSpacing(6)
    grid.setColumnStretch(0, 1)
    for n, action in enumerate(actions):
        grid.addWidget(label(_(action.text)), n, 0)
        grid.addWidget(key_cap(key_words(action.shortcut)), n, 1, Qt.AlignmentFlag.AlignRight)
    return grid
