"""The calm error dialog: what happened, what to do next, details to copy."""

from __future__ import annotations

import platform
import traceback

from PySide6 import __version__ as qt_version
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QWidget

from center_app.core.errors import PersonError, SurroundingsError, describe
from ui.kit.buttons import button
from ui.kit.layout import column, row
from ui.kit.panels import icon_label
from ui.kit.text import label
from ui.kit.words import _


def details(error: Exception) -> str:
    """Return what helps an administrator: versions and the whole trace, no data of the centre."""
    trace = "".join(traceback.format_exception(error))
    return f"Python {platform.python_version()}, PySide6 {qt_version}, {platform.platform()}\n\n{trace}"


class TroubleDialog(QDialog):
    """Say a failure calmly."""

    def __init__(self, parent: QWidget | None, error: Exception) -> None:
        """Take the failure; declared ones say their own sentence and step."""
        super().__init__(parent)
        sentence, step = describe(error, _.words)
        mild = isinstance(error, PersonError | SurroundingsError)
        self.setWindowTitle(_("Not done") if mild else _("Something went wrong"))
        self.setMinimumWidth(480)
        self._details = details(error)
        said = label(sentence, "heading", wrap=True)
        what_next = label(step, "body", "text2", wrap=True)
        picture = icon_label("triangle-alert" if mild else "circle-alert", "warn" if mild else "crit", 24)
        texts = column(said, what_next, gap=6)
        self._box = QPlainTextEdit(self._details)
        self._box.setReadOnly(True)
        self._box.setMinimumHeight(160)
        self._box.setAccessibleName(_("Details"))
        self._box.hide()
        copy = button(_("Copy details"), self.copy, icon="copy")
        self.close_button = button(_("Close"), self.accept, kind="primary")
        top = row(column(picture, None), texts, gap=14)
        top.setStretch(1, 1)
        buttons = row(copy, button(_("Show details"), self._on_shown, kind="quiet"), None, self.close_button)
        self.setLayout(column(top, self._box, 8, buttons, gap=10, margins=(20, 18, 20, 16)))
        self.close_button.setDefault(True)
        self.close_button.setFocus()

    def copy(self) -> None:
        """Put the details on the clipboard."""
        QGuiApplication.clipboard().setText(self._details)

    def _on_shown(self) -> None:
        self._box.setVisible(not self._box.isVisible())
        self.adjustSize()
