"""The foot of the editor: state, Close and Save; before unsaved text is lost, a question in their place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QPushButton, QStackedWidget

from ui.kit.buttons import button
from ui.kit.layout import holder, row
from ui.kit.text import Label, label
from ui.kit.words import _


class Foot(QStackedWidget):
    """Show the usual foot, or ask whether the text may go."""

    def __init__(self, state: Label, save: QPushButton, close: Callable[[], Any], discard: Callable[[], Any]) -> None:
        """Take the label of the state, the main button, and what Close and "Discard the text" do."""
        super().__init__()
        self.stay = button(_("Keep writing"), self.end, kind="primary")
        self.discard = button(_("Discard the text"), discard, kind="danger")
        question = label(_("The text of this profile is not saved."), "strong")
        self.addWidget(holder(row(state, None, button(_("Close"), close), save, gap=8)))
        self.addWidget(holder(row(question, None, self.discard, self.stay, gap=8)))

    @property
    def is_asking(self) -> bool:
        """Tell whether the question stands."""
        return self.currentIndex() == 1

    def ask(self) -> None:
        """Ask; Enter keeps the text."""
        self.setCurrentIndex(1)
        self.stay.setFocus()

    def end(self) -> None:
        """Go back to the usual foot."""
        self.setCurrentIndex(0)
