"""The editor of device profiles: text on the left, live preview on the right, problems below the text."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QListWidget, QListWidgetItem, QMenu, QSplitter, QWidget

from center_app.core.access import Right
from center_app.core.errors import describe
from center_app.telemetry import user_profiles
from center_app.telemetry.profile_preview import Preview, preview
from ui.kit.buttons import button, menu_button
from ui.kit.controls import SearchField
from ui.kit.icons import icon
from ui.kit.layout import column, holder, row
from ui.kit.page import Context
from ui.kit.tasks import Task
from ui.kit.text import label
from ui.kit.words import _
from ui.pages.cells.profile_editor import sources
from ui.pages.cells.profile_editor.byte_menu import ByteMenu
from ui.pages.cells.profile_editor.leave import Foot
from ui.pages.cells.profile_editor.preview_panel import PreviewPanel
from ui.pages.cells.profile_editor.sources import TEMPLATES, Choices, Start
from ui.pages.cells.profile_editor.text_edit import CodeEdit

WAIT_MS = 250


class ProfileEditor(QDialog):
    """Write a profile; every pause in typing makes a new preview on the work lane. `saved` tells a profile's id."""

    saved = Signal(str)

    def __init__(self, context: Context, parent: QWidget, wanted: str = "") -> None:
        """Build the editor with the first template in it, or the profile with the id `wanted`."""
        super().__init__(parent)
        self.context = context
        self.data = b""
        self.based_on: int | None = None
        self._saving = ""
        self.result_of: Preview | None = None
        self._task: Task | None = None
        self.setWindowTitle(_("Device profile"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(QSize(1320, 820).boundedTo(parent.window().size()))
        self.text = CodeEdit(_("Text of the profile"))
        self.find_field = SearchField(_("Find in the text"))
        self.find_field.returnPressed.connect(self.find_next)
        self.problems = QListWidget()
        self.problems.setAccessibleName(_("Problems"))
        self.problems.setWordWrap(True)
        self.problems.itemClicked.connect(self._on_problem)
        self.problems.itemActivated.connect(self._on_problem)
        self.panel = PreviewPanel()
        self.state = label("", "secondary")
        self.save_button = button(_("Save"), self.save, kind="primary", icon="save")
        self.save_button.setEnabled(False)
        self._starts, self.byte_menu = QMenu(self), ByteMenu(context, self)
        self.byte_menu.picked.connect(self.use_bytes)
        self.byte_menu.failed.connect(self._on_failed)
        self._lay_out()
        self._timer = QTimer(self, singleShot=True, interval=WAIT_MS)
        self._timer.timeout.connect(self.look)
        self.text.textChanged.connect(self._timer.start)
        for keys, run in (("Ctrl+S", self.save), ("Ctrl+F", self.find_field.setFocus), ("F3", self.find_next)):
            QShortcut(QKeySequence(keys), self).activated.connect(run)
        self._wanted = wanted
        self.text.setPlainText(sources.template(TEMPLATES[0][0]))
        self._kept = self.text.toPlainText()
        self.text.setFocus()
        self.look()
        context.tasks.read(sources.load_choices, done=self._fill_menus, owner=self)

    def _lay_out(self) -> None:
        start = menu_button(_("Start from"), self._starts, icon="file-text")
        bytes_button = menu_button(_("Bytes"), self.byte_menu.menu, icon="database")
        self.find_field.setMaximumWidth(260)
        lower = column(label(_("Problems"), "heading"), self.problems, gap=6, margins=(0, 4, 0, 0))
        left = QSplitter(Qt.Orientation.Vertical)
        left.addWidget(self.text)
        left.addWidget(holder(lower))
        left.setSizes([560, 170])
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(left)
        split.addWidget(self.panel)
        split.setSizes([620, 660])
        bar = row(start, self.find_field, None, bytes_button, gap=8)
        self.foot = Foot(self.state, self.save_button, self.close, self.discard)
        box = column(bar, split, self.foot, gap=12, margins=(16, 14, 16, 14))
        box.setStretch(1, 1)
        self.setLayout(box)

    # -- what to start from -------------------------------------------------------------------------------

    def _fill_menus(self, choices: Choices) -> None:
        for template, words in TEMPLATES:
            self._starts.addAction(_(words)).triggered.connect(partial(self._begin_template, template))
        for heading, entries in ((_("Written profiles"), choices.written), (_("Shipped profiles"), choices.shipped)):
            if entries:
                menu = QMenu(heading, self._starts)
                self._starts.addMenu(menu)
                for entry in entries:
                    menu.addAction(entry.title).triggered.connect(partial(self.begin, entry))
        self.byte_menu.fill(choices.cells)
        self._begin_wanted((*choices.written, *choices.shipped))

    def _begin_wanted(self, entries: tuple[Start, ...]) -> None:
        """Take the profile that was asked for; one written in code has no text to begin with."""
        wanted, self._wanted = self._wanted, ""
        found = next((entry for entry in entries if entry.title == wanted), None)
        if found is not None and not self.is_unsaved:
            self.begin(found)
        elif wanted:
            self.problems.insertItem(0, _("{profile} is part of the program and has no text. Here is a template.",
                                          profile=wanted))  # fmt: skip

    def _begin_template(self, name: str, _checked: bool = False) -> None:
        self.begin(Start("", sources.template(name)))

    def begin(self, start: Start, _checked: bool = False) -> None:
        """Put another text in place; Undo brings the old one back."""
        self.based_on = start.version
        self.text.replace_all(start.text)
        self._kept = self.text.toPlainText()
        self.text.setFocus()

    def use_bytes(self, data: bytes) -> None:
        """Preview on these bytes; none means the profile's own sample."""
        self.data = data
        self.look()

    # -- the preview ---------------------------------------------------------------------------------------

    def look(self) -> None:
        """Make the preview of the text as it is now; an older one under way is dropped."""
        self._timer.stop()
        if self._task is not None:
            self._task.cancel()
        data = self.data
        self._task = self.context.tasks.work(
            preview, self.text.toPlainText(), data, done=lambda found: self._show(found, data), owner=self
        )

    def _show(self, found: Preview, data: bytes) -> None:
        self.result_of = found
        self.text.mark(frozenset(line for line, _problem in found.problems))
        list_problems(self.problems, found)
        self.panel.show_preview(found, data)
        self.save_button.setEnabled(found.profile is not None and self.context.may(Right.RECORD))
        self._say_state(found)

    def _say_state(self, found: Preview) -> None:
        if found.profile is None:
            self.state.set_tone("crit")
            self.state.setText(_.plural("{n} problem", "{n} problems", len(found.problems)))
            return
        may = self.context.may(Right.RECORD)
        self.state.set_tone("ok" if may else "text2")
        sound = _("{profile} is sound.", profile=found.profile.id)
        self.state.setText(sound if may else sound + " " + _("Your role does not allow this change."))

    def _on_problem(self, item: QListWidgetItem) -> None:
        if line := item.data(Qt.ItemDataRole.UserRole):
            self.text.go_to(int(line))

    def find_next(self) -> None:
        """Go to the next place of the wanted text."""
        self.text.find_around(self.find_field.text())

    # -- saving --------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Save the text as a new version; the collector takes it over by itself."""
        if not self.save_button.isEnabled():
            return
        self.save_button.setEnabled(False)
        self._saving = self.text.toPlainText()
        self.context.tasks.write(
            user_profiles.save_profile, self._saving, self.based_on,
            done=self._on_saved, failed=self._on_failed, owner=self,
        )  # fmt: skip

    def _on_saved(self, saved: user_profiles.WrittenProfile) -> None:
        self.based_on, self._kept = saved.version, self._saving
        self.text.document().setModified(False)
        self.save_button.setEnabled(True)
        self.state.set_tone("ok")
        self.state.setText(_("Saved {profile}, version {n}.", profile=saved.profile_id, n=saved.version))
        self.context.tasks.read(user_profiles.refresh, done=lambda _: self.saved.emit(saved.profile_id), owner=self)

    def _on_failed(self, error: Exception) -> None:
        self.state.set_tone("crit")
        self.state.setText(" ".join(describe(error, _.words)))
        self.save_button.setEnabled(self.result_of is not None and self.result_of.profile is not None)

    # -- leaving -------------------------------------------------------------------------------------------

    @property
    def is_unsaved(self) -> bool:
        """Tell whether there is text that was written here and not saved."""
        return self.text.toPlainText() != self._kept

    def discard(self) -> None:
        """Close without the text."""
        self._kept = self.text.toPlainText()
        self.close()

    def reject(self) -> None:
        """Close with Escape; ask first when text would be lost, and take a second Escape as no."""
        if self.foot.is_asking:
            self.foot.end()
        elif self.is_unsaved:
            self.foot.ask()
        else:
            super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask before text is lost, then drop what is under way."""
        if self.is_unsaved:
            self.foot.ask()
            event.ignore()
            return
        self.foot.end()
        self._timer.stop()
        if self._task is not None:
            self._task.cancel()
        super().closeEvent(event)


def list_problems(target: QListWidget, found: Preview) -> None:
    """List every problem with its line behind it, or that there is none."""
    target.clear()
    for line, problem in found.problems:
        item = QListWidgetItem(icon("circle-alert", "crit"), "\n".join(describe(problem, _.words)))
        item.setData(Qt.ItemDataRole.UserRole, line)
        target.addItem(item)
    if found.profile is not None:
        target.addItem(QListWidgetItem(icon("circle-check", "ok"), _("No problems")))
