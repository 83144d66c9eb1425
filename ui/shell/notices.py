"""How the window speaks: passing messages, the status line, the calm error dialog."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import shiboken6
from PySide6.QtWidgets import QWidget

from center_app.core.errors import PersonError, describe
from ui.kit.toast import Toast
from ui.kit.words import _
from ui.shell.trouble import TroubleDialog

log = logging.getLogger("ui")


class WindowNotices:
    """Show messages over one window."""

    def __init__(self, host: QWidget, status: Callable[[str, str], None]) -> None:
        """Take the window and what shows a line in the status bar."""
        self._host, self._status_line = host, status
        self._toast: Toast | None = None
        self._dialog: TroubleDialog | None = None

    def tell(self, text: str, undo: Callable[[], Any] | None = None, token: str = "ok") -> None:
        """Show a passing message in place of the last one."""
        if self._toast is not None and shiboken6.isValid(self._toast):
            self._toast.close()
        self._toast = Toast(self._host, text, undo, token)

    def status(self, text: str, token: str = "") -> None:
        """Show a line in the status bar."""
        self._status_line(text, token)

    def error(self, error: Exception) -> None:
        """Say a failure: what a person can mend as a message, the rest as a dialog, one at a time."""
        if isinstance(error, PersonError):
            self.tell(" ".join(describe(error, _.words)), token="warn")
            return
        log.error("shown to the person", exc_info=error)
        if self._dialog is not None and shiboken6.isValid(self._dialog) and self._dialog.isVisible():
            return
        self._dialog = TroubleDialog(self._host, error)
        self._dialog.open()

    @property
    def toast(self) -> Toast | None:
        """Return the message on show, for tests and undo by keyboard."""
        return self._toast if self._toast is not None and shiboken6.isValid(self._toast) else None
