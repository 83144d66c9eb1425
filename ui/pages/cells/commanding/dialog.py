"""The commands of a device: choose one, fill in its values, send; below, who told it what, and what came of it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QDialog, QListWidget, QListWidgetItem, QScrollArea, QVBoxLayout, QWidget

from center_app.core.access import Right
from center_app.core.db import Read
from center_app.core.errors import ProblemsError, describe
from center_app.flows import commanding
from center_app.telemetry import channels, commands
from center_app.telemetry.command_values import CommandDraft
from center_app.telemetry.values import RequestView
from devices.values import CommandSpec
from ui.kit.buttons import button
from ui.kit.form import Form
from ui.kit.icons import icon
from ui.kit.layout import clear, column, row
from ui.kit.page import Context
from ui.kit.panels import icon_label
from ui.kit.table_model import RowTableModel
from ui.kit.table_view import TableView
from ui.kit.text import label, rule
from ui.kit.words import _
from ui.pages.cells.commanding.fields import fields_of
from ui.pages.cells.commanding.follow import Follow
from ui.pages.cells.commanding.past import columns
from ui.pages.cells.commanding.told import ICONS, outcome_text

CONFIRM = "confirm"
RIGHT = Right.COMMAND_DEVICE
STANDING_MS = 3000
Loaded = tuple[commanding.Standing, list[RequestView]]


class CommandsDialog(QDialog):
    """Stay open beside the plots while commands are sent."""

    def __init__(self, context: Context, parent: QWidget, cell_id: int) -> None:
        """Load what the cell's device understands."""
        super().__init__(parent)
        self._context, self._cell_id = context, cell_id
        self._standing: commanding.Standing | None = None
        self._specs: tuple[CommandSpec, ...] = ()
        self.form: Form | None = None
        self.setWindowTitle(_("Commands"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(760, 620)
        self.title, self.reason = label(_("Commands"), "title"), label("", "secondary", "warn", wrap=True)
        self.list = QListWidget()
        self.list.setAccessibleName(_("Commands of the device"))
        self.list.setFixedWidth(220)
        self.list.setSpacing(3)
        self.list.currentRowChanged.connect(self._on_picked)
        self.send = button(_("Send"), self.submit, kind="primary")
        self.send.setDefault(True)
        self.said, self._mark = label("", "secondary", wrap=True), row(gap=6)
        self._model = RowTableModel(columns(self._name))
        self.past = TableView(self._model, _("Last commands"), row_height=28)
        self.none = label(_("No command has been sent to this cell yet."), "secondary")
        self._follow = Follow(context, self, self._on_answered)
        self._place = QVBoxLayout()
        self._lay_out()
        self._timer = QTimer(self)
        self._timer.setInterval(STANDING_MS)
        self._timer.timeout.connect(self.refresh)
        self._timer.start()
        self.refresh()

    def _lay_out(self) -> None:
        area = QScrollArea()
        inside = QWidget()
        inside.setLayout(self._place)
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.shut = close = button(_("Close"), self.close)
        right = column(area, row(self._mark, self.said, gap=6), row(None, close, self.send), gap=10)
        middle = row(self.list, right, gap=16)
        middle.setStretch(1, 1)
        past = column(label(_("Last commands"), "strong"), self.none, self.past, gap=6)
        head = column(self.title, self.reason, gap=2)
        whole = column(head, middle, rule(), past, gap=12, margins=(22, 20, 22, 18))
        whole.setStretch(1, 3)
        whole.setStretch(3, 2)
        self.setLayout(whole)

    def _name(self, key: str) -> str:
        """Say a command's name; its key when the device knows it no more."""
        found = next((spec.label for spec in self._specs if spec.key == key), {})
        return found.get(_.language) or found.get("en") or key

    def refresh(self) -> None:
        """Load standing and past commands."""
        context = self._context
        context.tasks.read(_load, context.actor, self._cell_id, done=self._on_loaded, owner=self, key="commands")

    def _on_loaded(self, found: Loaded) -> None:
        standing, past = found
        first = self._standing is None
        self._standing = standing
        self._model.set_rows(past)
        self.none.setVisible(not past)
        if first:
            self._show_specs(standing)
        problem = standing.command_problem
        self.reason.setText(" ".join(describe(problem, _.words)) if problem else "")
        self.reason.setVisible(problem is not None)
        self._enable()

    def _show_specs(self, standing: commanding.Standing) -> None:
        self.title.setText(_("Commands of {machine}", machine=standing.machine))
        profile = channels.profile(standing.cell.profile_id)
        self._specs = profile.commands if profile else ()
        for spec in self._specs:
            entry = QListWidgetItem(spec.label.get(_.language) or spec.label["en"])
            if spec.is_hazardous:
                entry.setIcon(icon("triangle-alert", "warn"))
                entry.setToolTip(_("Can move or harm: asks for a second step."))
            self.list.addItem(entry)
        if self._specs:
            self.list.setCurrentRow(0)
        else:
            self._place.addWidget(label(_("This device takes no commands."), "secondary"))

    @property
    def spec(self) -> CommandSpec | None:
        """Return the chosen command."""
        at = self.list.currentRow()
        return self._specs[at] if 0 <= at < len(self._specs) else None

    def _on_picked(self, _row: int) -> None:
        clear(self._place)
        spec, standing = self.spec, self._standing
        if spec is None or standing is None:
            return
        self.form = Form(fields_of(spec, standing.phrase, CONFIRM))
        self._place.addWidget(self.form)
        if not spec.fields and not spec.is_hazardous:
            self._place.addWidget(label(_("This command takes no values."), "secondary"))
        self._place.addStretch(1)
        stops = [self.list, *self.form.editors(), self.shut]
        for before, after in pairwise(stops):
            self.setTabOrder(before, after)
        self._tell("", "")
        self._enable()

    def _enable(self) -> None:
        allowed = self._standing is not None and self._standing.command_problem is None
        self.send.setEnabled(allowed and self.spec is not None and not self._follow.is_waiting)

    def submit(self) -> None:
        """Send the command, or show every problem at its field."""
        spec, form = self.spec, self.form
        if spec is None or form is None or not self.send.isEnabled() or not form.check_all():
            return
        values: dict[str, Any] = form.values()
        phrase = str(values.pop(CONFIRM, ""))
        self.send.setEnabled(False)
        self._tell(_("On its way…"), "info")
        draft = CommandDraft(self._cell_id, spec.key, values, phrase)
        self._context.tasks.write(commanding.send, draft, done=self._follow.begin, failed=self._on_failed, owner=self)

    def _on_answered(self, request: RequestView) -> None:
        self._tell(*outcome_text(request))
        self.refresh()

    def _on_failed(self, error: Exception) -> None:
        rest = []
        for problem in error.problems if isinstance(error, ProblemsError) else (error,):
            said = " ".join(describe(problem, _.words))
            place = str(getattr(problem, "params", {}).get("field", ""))
            if self.form is not None and self.form.has(place):
                self.form.show_problem(place, said)
            else:
                rest.append(said)
        self._tell("\n".join(rest), "crit")
        self._enable()

    def _tell(self, text: str, tone: str) -> None:
        """Say what came of the command: icon, words and colour."""
        clear(self._mark)
        if tone:
            self._mark.addWidget(icon_label(ICONS[tone], tone, 16))
        self.said.setText(text)
        self.said.set_tone(tone or "text2")


def _load(read: Read, actor: Any, cell_id: int) -> Loaded:
    return commanding.standing(read, actor, cell_id), commands.latest(read, cell_id, 30)
