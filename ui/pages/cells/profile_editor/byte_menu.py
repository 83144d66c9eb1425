"""Choose the bytes of the preview: pasted hex, a file, the profile's own sample, or what a cell received last."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from center_app.core.errors import PersonError
from center_app.core.labels import Label
from ui.kit.dialog import FormDialog
from ui.kit.form import Field, Form
from ui.kit.icons import icon
from ui.kit.page import Context
from ui.kit.words import _
from ui.pages.cells.profile_editor import sources


class ByteMenu(QObject):
    """Offer the sources; `picked` carries the bytes, none for the profile's own sample."""

    picked = Signal(bytes)
    failed = Signal(object)

    def __init__(self, context: Context, window: QWidget) -> None:
        """Build the menu; the cells come later."""
        super().__init__(window)
        self._context, self._window = context, window
        self.menu = QMenu(window)

    def fill(self, cells: tuple[tuple[int, Label], ...]) -> None:
        """Offer every source."""
        self.menu.addAction(icon("clipboard-check", "text2"), _("Paste hex…")).triggered.connect(self.paste_hex)
        self.menu.addAction(icon("folder-open", "text2"), _("From a file…")).triggered.connect(self.choose_file)
        self.menu.addAction(_("The profile's own sample")).triggered.connect(lambda: self.picked.emit(b""))
        recorded = QMenu(_("Last minute of a cell"), self.menu)
        self.menu.addMenu(recorded)
        recorded.setEnabled(bool(cells))
        for cell_id, name in cells:
            recorded.addAction(name.say(_.language)).triggered.connect(partial(self.use_cell, cell_id))

    def use_cell(self, cell_id: int, _checked: bool = False) -> None:
        """Fetch what a cell received last."""
        self._fetch(sources.from_cell, self._context.center, cell_id)

    def choose_file(self) -> None:
        """Ask for a capture and fetch its bytes."""
        path, _kind = QFileDialog.getOpenFileName(self._window, _("Captured bytes"))
        if path:
            self._fetch(sources.from_file, Path(path))

    def _fetch(self, work: Any, *given: Any) -> None:
        self._context.tasks.work(work, *given, done=self.picked.emit, failed=self.failed.emit, owner=self)

    def paste_hex(self) -> None:
        """Ask for hex."""
        form = Form([Field("hex", _("Bytes in hex"), "lines", required=True, hint="AA 55 01 02 …")])
        FormDialog(self._window, _("Paste hex"), form, _("Preview"), self._take_hex).open()

    def _take_hex(self, values: dict[str, Any], done: Any, failed: Any) -> None:
        try:
            data = sources.from_hex(values["hex"])
        except PersonError as error:
            failed(error)
            return
        self.picked.emit(data)
        done(None)
