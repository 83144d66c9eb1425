"""Catch what nobody caught: exceptions in slots and threads, Qt's own messages, crashes."""

from __future__ import annotations

import faulthandler
import logging
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any

from PySide6.QtCore import QMessageLogContext, QObject, QtMsgType, Signal, qInstallMessageHandler

log = logging.getLogger("ui")
_QUIET = (
    "propagateSizeHints", "QFont::setPointSize", "Could not connect to", "XDG_RUNTIME_DIR",
    "This plugin does not support", "qt.qpa.",
)  # fmt: skip


class Guard(QObject):
    """Log every stray failure whole and hand it to the window, on the GUI thread."""

    caught = Signal(object)

    def install(self, crash_file: Path | None = None) -> None:
        """Take over the hooks of Python and Qt."""
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception
        qInstallMessageHandler(self._on_message)
        if crash_file is not None:
            crash_file.parent.mkdir(parents=True, exist_ok=True)
            self._file = crash_file.open("a", encoding="utf-8")
            faulthandler.enable(self._file)

    def uninstall(self) -> None:
        """Give the hooks back."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__
        qInstallMessageHandler(None)

    def _on_exception(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        log.error("stray failure", exc_info=(kind, error, trace))
        self.caught.emit(error)

    def _on_thread_exception(self, arguments: Any) -> None:
        if arguments.exc_value is not None:
            self._on_exception(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)

    @staticmethod
    def _on_message(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        if any(part in text for part in _QUIET):
            return
        serious = kind in (QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg)
        log.log(logging.ERROR if serious else logging.WARNING, "Qt: %s (%s)", text, context.file or "")
