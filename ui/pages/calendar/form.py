"""The booking form: every act of the mouse by keyboard, with all problems listed while one types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout

from center_app.booking.values import BookingDraft, Slot, Verdict
from center_app.core.access import Actor
from center_app.core.errors import Problem
from ui.kit.buttons import button, icon_button
from ui.kit.form import Field, FieldWidget, Form
from ui.kit.layout import clear, column, holder, row, scrolling
from ui.kit.text import Elided, label, rule
from ui.kit.theme import theme
from ui.kit.words import _
from ui.pages.calendar.panel import WIDTH, broken_card
from ui.pages.calendar.rules_text import may_waive, rule_of_problem, slot_text

_CHECK_MS = 150
Choices = Sequence[tuple[Any, str]]


@dataclass(frozen=True)
class FormWorld:
    """Hold what the form offers: machines, people, projects of each person, custodians, zone."""

    machines: Choices
    people: Choices
    projects: Mapping[int, Choices]
    custodians: Mapping[int, int | None]
    zone: str
    actor: Actor
    may_book_for_others: bool = True


@dataclass(frozen=True)
class FormTask:
    """Say what the form is for: a heading, what its main button says (and says when it waives)."""

    heading: str
    button: str
    waive_button: str
    booking_id: int | None = None


class BookingForm(QFrame):
    """Edit one draft. Signals: ``edited`` and ``submitted`` carry a BookingDraft, ``closed`` nothing."""

    edited = Signal(object)
    submitted = Signal(object)
    closed = Signal()

    def __init__(self, world: FormWorld, draft: BookingDraft, task: FormTask) -> None:
        """Show a draft to fill in."""
        super().__init__()
        self.setObjectName("calendar_form")
        self.setStyleSheet(f"#calendar_form {{ background: {theme.tokens.hex('surface')}; }}")
        self.setFixedWidth(WIDTH + 20)
        self.setAccessibleName(task.heading)
        self._world, self._draft, self._task = world, draft, task
        self._problems: tuple[Problem, ...] = ()
        self._time, self._rest = Form(_time_fields(world, draft)), Form(_other_fields(world, draft))
        self._reason = Form([Field("waive_reason", _("Why may the rule be waived?"), "text", draft.waive_reason)])
        for form in (self._time, self._rest, self._reason):
            form.edited.connect(self._on_edited)
        self._found = QVBoxLayout()
        self._found.setSpacing(8)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(_CHECK_MS)
        self._wait.timeout.connect(self._on_waited)
        self._main = button(task.button, self.submit, kind="primary")
        self._lay_out()
        self._reason.hide()
        for key in ("machine", "start", "end", "title", "project"):
            self.field(key).editor.installEventFilter(self)

    def field(self, key: str) -> FieldWidget:
        """Give one field by its id."""
        if key in ("machine", "start", "end"):
            return self._time.field(key)
        return (self._reason if key == "waive_reason" else self._rest).field(key)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Give the broken rules on show."""
        return self._problems

    def _lay_out(self) -> None:
        close = icon_button(_("Close the form"), "x", self.closed.emit, quiet=True)
        head = row(Elided(self._task.heading, "heading"), close, margins=(16, 9, 10, 9))
        body = column(self._time, self._found, self._reason, self._rest, None, gap=12, margins=(16, 12, 16, 12))
        cancel = button(_("Cancel"), self.closed.emit)
        foot = row(cancel, gap=8, margins=(16, 12, 16, 12))
        foot.addWidget(self._main, 1)
        inner = column(head, rule(), scrolling(holder(body)), rule(), foot, gap=0)
        self.setLayout(row(rule(vertical=True), inner, gap=0))

    def start(self) -> None:
        """Put the keyboard into the first field and judge the draft."""
        editor = self.field("start" if self._draft.machine_id else "machine").editor
        editor.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if hasattr(editor, "selectAll"):
            editor.selectAll()
        self._on_waited()

    # --- values --------------------------------------------------------------------------

    def draft(self) -> BookingDraft | None:
        """Give the draft as it stands, None while a field cannot be understood."""
        values = {**self._time.values(), **self._rest.values(), **self._reason.values()}
        if values["start"] is None or values["end"] is None or _minutes_problem(values["setup"]):
            return None
        return BookingDraft(
            machine_id=values["machine"],
            start_at=values["start"],
            end_at=values["end"],
            person_id=values["person"] or self._draft.person_id,
            project_id=values["project"],
            title=values["title"],
            note=values["note"],
            setup_s=int(values["setup"] or 0) * 60,
            waive=frozenset(problem.code.id for problem in self._waivable()) if values["waive_reason"] else frozenset(),
            waive_reason=values["waive_reason"],
        )

    def _waivable(self) -> list[Problem]:
        custodian = self._world.custodians.get(self.field("machine").value() or 0)
        return [problem for problem in self._problems if may_waive(self._world.actor, problem, custodian)]

    def _on_edited(self) -> None:
        person = self.field("person").value()
        if person is not None and person != self._draft.person_id:
            self._offer_projects(person)
        self._keep_end_after_start()
        self._wait.start()

    def _offer_projects(self, person_id: int) -> None:
        """Offer the projects of the person that was chosen; a single one is taken."""
        combo: Any = self.field("project").editor
        combo.blockSignals(True)
        combo.clear()
        choices = self._world.projects.get(person_id, ())
        for key, text in [(None, _("Choose")), *choices]:
            combo.addItem(text, key)
        combo.setCurrentIndex(1 if len(choices) == 1 else 0)
        combo.blockSignals(False)
        self._draft = replace(self._draft, person_id=person_id)

    def _keep_end_after_start(self) -> None:
        """Shift the end with a start that was moved past it, keeping the length."""
        start, end = self.field("start").value(), self.field("end").value()
        if start is not None and end is not None and end <= start and not self.field("end").editor.hasFocus():
            self.field("end").set_value(start + max(self._length(), timedelta(minutes=15)))

    def _length(self) -> timedelta:
        return self._draft.end_at - self._draft.start_at

    def _on_waited(self) -> None:
        draft = self.draft()
        if draft is not None:
            self.edited.emit(draft)

    # --- problems ------------------------------------------------------------------------

    def show_verdict(self, verdict: Verdict) -> None:
        """List every broken rule and the nearest legal slots."""
        self.show_problems(verdict.problems, verdict.slots)

    def show_problems(self, problems: Sequence[Problem], slots: Sequence[Slot] = ()) -> None:
        """List problems, who may waive them, and slots to take instead."""
        self._problems = tuple(problem for problem in problems if problem.code.id != "booking.waive_reason")
        clear(self._found)
        custodian = self._world.custodians.get(self.field("machine").value() or 0)
        for problem in self._problems:
            self._found.addWidget(broken_card(rule_of_problem(problem, self._world.actor, custodian)))
        if slots:
            self._found.addWidget(label(_("Free instead"), "strong", "text2"))
        for slot in slots[:3]:
            self._found.addWidget(self._slot_button(slot))
        self._offer_waiving()

    def _slot_button(self, slot: Slot) -> Any:
        wanted = int(self._draft.start_at.timestamp())

        def take() -> None:
            self.field("machine").set_value(slot.machine_id)
            self.field("start").set_value(slot.period.start)
            self.field("end").set_value(slot.period.end)
            self._on_waited()

        return button(slot_text(slot, self._world.zone, wanted), take, kind="accent", small=True)

    def _offer_waiving(self) -> None:
        can = bool(self._problems) and len(self._waivable()) == len(self._problems)
        self._reason.setVisible(can)
        text = self._task.waive_button if can else self._task.button
        self._main.setText(text)
        self._main.setAccessibleName(text)

    def submit(self) -> None:
        """Send the draft; what is missing is shown first."""
        if not all([self._time.check_all(), self._rest.check_all()]):
            return
        draft = self.draft()
        reason = self.field("waive_reason")
        if self._reason.isVisibleTo(self) and not reason.value():
            reason.show_problem(_("Say in a few words why."))
            reason.editor.setFocus()
        elif draft is not None:
            self.submitted.emit(draft)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Submit on Enter, close on Escape."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.submit()
        elif event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let Enter in any one-line field submit."""
        is_key = event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent)
        if is_key and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):  # type: ignore[attr-defined]
            self.submit()
            return True
        return super().eventFilter(watched, event)


def _minutes_problem(text: Any) -> str:
    """Say what is wrong with a number of minutes."""
    plain = str(text or "0").strip()
    return "" if plain.isdigit() and int(plain) < 10_000 else _("Write a whole number of minutes.")


def _time_fields(world: FormWorld, draft: BookingDraft) -> list[Any]:
    return [
        Field("machine", _("Machine"), "choice", draft.machine_id, choices=world.machines),
        [
            Field("start", _("From"), "date_time", draft.start_at, required=True),
            Field("end", _("To"), "date_time", draft.end_at, required=True),
        ],
    ]


def _other_fields(world: FormWorld, draft: BookingDraft) -> list[Any]:
    people = world.people if world.may_book_for_others else [p for p in world.people if p[0] == draft.person_id]
    projects = world.projects.get(draft.person_id, ())
    return [
        Field("person", _("Person"), "choice", draft.person_id, choices=people),
        Field("project", _("Project"), "choice", draft.project_id, choices=[(None, _("Choose")), *projects]),
        Field("title", _("What for"), "text", draft.title),
        Field("setup", _("Set-up, minutes"), "text", str(draft.setup_s // 60 or ""), check=_minutes_problem),
        Field("note", _("Note"), "lines", draft.note),
    ]
