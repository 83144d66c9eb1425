"""Dialogs with a form: one main button that works once all is well, problems said inline."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QWidget

from center_app.core.errors import ProblemsError, describe
from ui.kit.buttons import button
from ui.kit.form import Form
from ui.kit.layout import column, holder, row, scrolling
from ui.kit.text import label
from ui.kit.words import _

Save = Callable[[dict[str, Any], Callable[[Any], None], Callable[[Exception], None]], Any]


TALLEST_FORM = 520
"""Least height in px that a form may claim; a longer one is scrolled where the screen is low."""
ROOM_FOR_PROBLEMS = 24
"""Height in px that a form may grow by beyond its fields: room for the sentence under a wrong one."""


class FormDialog(QDialog):
    """Ask for values and save them; `save(values, done, failed)` starts the write."""

    def __init__(
        self, parent: QWidget, title: str, form: Form, act: str, save: Save, *, width: int = 520, note: str = ""
    ) -> None:
        """Take translated texts and the form; the dialog closes when the write is done."""
        super().__init__(parent)
        self.form, self._save = form, save
        self.setWindowTitle(title)
        self.setMinimumWidth(width)
        self.problem = label("", "secondary", "crit", wrap=True)
        self.problem.hide()
        self.main = button(act, self.submit, kind="primary")
        self.main.setDefault(True)
        self.cancel = button(_("Cancel"), self.reject)
        head = column(label(title, "title"), gap=2)
        if note:
            head.addWidget(label(note, "secondary", wrap=True))
        body = holder(column(form, None, margins=(0, 0, 8, 0)))
        self._area = scrolling(body)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._room = 0
        self._make_room()
        form.edited.connect(self._make_room)
        self.setLayout(
            column(head, self._area, self.problem, row(None, self.cancel, self.main), gap=14, margins=(22, 20, 22, 18))
        )

    def _make_room(self) -> None:
        """Grow with the sentences under wrong fields; never shrink, so that nothing jumps while a person types."""
        hints = self.form.sizeHint(), self.form.minimumSizeHint()
        self._room = max(self._room, *(hint.height() + 12 for hint in hints))
        self._area.setMinimumHeight(min(TALLEST_FORM, self._room))
        self._area.setMaximumHeight(self._room + ROOM_FOR_PROBLEMS)

    def submit(self) -> None:
        """Show every problem, or start the write."""
        if not self.form.check_all():
            self._make_room()
            return
        self.main.setEnabled(False)
        self._save(self.form.values(), self._on_done, self._on_failed)

    def _on_done(self, _result: Any) -> None:
        self.accept()

    def _on_failed(self, error: Exception) -> None:
        self.main.setEnabled(True)
        problems = error.problems if isinstance(error, ProblemsError) else (error,)
        rest = []
        for problem in problems:
            said = " ".join(describe(problem, _.words))
            field = str(getattr(problem, "params", {}).get("field", ""))
            if self.form.has(field):
                self.form.show_problem(field, said)
            else:
                rest.append(said)
        self._make_room()
        self.problem.setText("\n".join(rest))
        self.problem.setVisible(bool(rest))
