"""Files made for paper: where they go and how they are opened."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from ui.kit.scratch import scratch_folder


def scratch_pdf(name: str) -> Path:
    """Return a place for a PDF that is made to be looked at or printed."""
    return scratch_folder() / name


def open_file(path: Path) -> bool:
    """Hand a file to the system's viewer; False when there is none."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
