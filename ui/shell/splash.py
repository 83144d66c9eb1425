"""What is seen while the demo centre is being made."""

from __future__ import annotations

import sys

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QProgressBar, QWidget

from center_app.core.text import N_
from ui.kit.layout import column
from ui.kit.text import label
from ui.kit.theme import apply_fonts, load_fonts, theme
from ui.kit.words import _

WORDS = {
    "register": N_("Machines, people and projects"),
    "bookings": N_("Three months of bookings"),
    "history": N_("Recordings of the machines' power"),
    "cells": N_("Robot cells"),
    "grants": N_("Grant, costs and evidence"),
    "done": N_("Ready"),
}


class Splash(QWidget):
    """A small window with a bar; it paints itself whenever it is told something."""

    def __init__(self) -> None:
        self._app = QApplication.instance() or QApplication(sys.argv[:1])
        super().__init__(None, Qt.WindowType.FramelessWindowHint | Qt.WindowType.Window)
        load_fonts()
        apply_fonts(_.language)
        theme.choose("system")
        self.setWindowTitle("Center Desk")
        self.setFixedSize(420, 132)
        self._what = label("", "secondary")
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(_("Making the demo centre"))
        title = label(_("Making the demo centre"), "title")
        self.setLayout(column(title, self._what, self._bar, gap=10, margins=(24, 22, 24, 22)))

    def told(self, what: str, share: float) -> None:
        """Show what is being made and how far it is (0 to 1)."""
        if not self.isVisible():
            self.show()
        self._what.setText(_(WORDS.get(what, what)))
        self._bar.setValue(round(share * 1000))
        QApplication.processEvents()
