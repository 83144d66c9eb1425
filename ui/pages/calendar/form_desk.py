"""Open, judge and submit the booking form of a calendar page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from center_app.booking import queries
from center_app.booking.values import BookingDraft, BookingView
from center_app.core.access import Right
from center_app.core.errors import ProblemsError
from ui.kit.words import _
from ui.pages.calendar.acts import at
from ui.pages.calendar.form import BookingForm, FormTask, FormWorld
from ui.pages.calendar.geometry import HOUR_S
from ui.pages.calendar.loader import People, draft_of, load_people

if TYPE_CHECKING:
    from ui.pages.calendar.conduct import Conduct


class FormDesk:
    """Hold the open form, if any; belongs to the GUI thread."""

    def __init__(self, conduct: Conduct) -> None:
        """Attach to the page's conduct."""
        self._conduct = conduct
        self.page = conduct.page
        self.people = People()
        self.form: BookingForm | None = None
        self._waiting: tuple[BookingDraft, BookingView | None] | None = None

    def show_waiting(self) -> None:
        """Show the form that was asked for, once the machines are loaded."""
        if self._waiting is not None and self.page.loaded is not None:
            waiting, self._waiting = self._waiting, None
            self._show_form(*waiting)

    def open_here(self, machine_id: int | None = None) -> None:
        """Open the form for a machine, or the selected one, and the time the keyboard stands at."""
        keys, timeline = self.page.timeline.keys, self.page.timeline
        if machine_id is None and timeline.row >= 0:
            machine_id = timeline.data.rows[timeline.row].machine_id
        start = keys.place()
        actor = self.page.context.actor
        draft = BookingDraft(
            machine_id=machine_id, start_at=at(start), end_at=at(start + HOUR_S), person_id=actor.person_id
        )
        self.open(draft)

    def edit(self, view: BookingView, draft: BookingDraft | None = None) -> None:
        """Open the form for a booking that exists."""
        self.open(draft or draft_of(view), view)

    def open(self, draft: BookingDraft, view: BookingView | None = None) -> None:
        """Open the form on a draft, for a new booking or for one that exists."""

        def on_people(people: People) -> None:
            self.people = people
            self._waiting = (draft, view)
            self.show_waiting()

        self.page.context.tasks.read(
            load_people, done=on_people, failed=self._conduct.on_failed, owner=self.page, key="people"
        )

    def _show_form(self, draft: BookingDraft, view: BookingView | None) -> None:
        self.close()
        if view is None:
            task = FormTask(_("New booking"), _("Book"), _("Waive and book"))
        else:
            heading = _("Change {reference}", reference=view.reference)
            task = FormTask(heading, _("Save"), _("Waive and save"), view.id)
        form = BookingForm(self._world(), self._with_project(draft), task)
        form.closed.connect(self.close)
        form.edited.connect(lambda wanted: self._judge(form, wanted, task.booking_id))
        form.submitted.connect(lambda wanted: self._submit(form, wanted, view))
        self.form = form
        self._conduct.panel.hide()
        self.page.side.addWidget(form)
        form.show()
        form.start()

    def _with_project(self, draft: BookingDraft) -> BookingDraft:
        """Fill in the only project of a person who has just one."""
        mine = self.people.projects_of(draft.person_id)
        if draft.project_id is None and len(mine) == 1:
            return replace(draft, project_id=mine[0][0])
        return draft

    def _world(self) -> FormWorld:
        loaded = self.page.loaded
        rows = self.page.timeline.data.rows
        custodians = {key: view.custodian_id for key, view in loaded.machines.items()} if loaded else {}
        machines = [(row.machine_id, row.name) for row in rows]
        context = self.page.context
        return FormWorld(
            machines, self.people.people, self.people.projects or {}, custodians, self.page.zone, context.actor,
            context.may(Right.BOOK_FOR_OTHERS),
        )  # fmt: skip

    def _judge(self, form: BookingForm, draft: BookingDraft, booking_id: int | None) -> None:
        if draft.machine_id is None or draft.end_at <= draft.start_at:
            return
        self.page.context.tasks.read(
            queries.check, self.page.context.actor, draft, booking_id,
            done=form.show_verdict, failed=lambda _error: None, owner=form, key="judge",
        )  # fmt: skip

    def _submit(self, form: BookingForm, draft: BookingDraft, view: BookingView | None) -> None:
        def on_failed(error: Exception) -> None:
            if isinstance(error, ProblemsError):
                form.show_problems(error.problems, getattr(error, "slots", ()))
            else:
                self._conduct.on_failed(error)

        if view is None:
            self._conduct.acts.book(draft, on_failed)
        elif (view.machine_id, view.start_at, view.end_at) != (draft.machine_id, draft.start_at, draft.end_at):
            self._conduct.acts.move(view, draft, on_failed)
        else:
            self._conduct.acts.edit(view, draft, on_failed)

    def close(self) -> None:
        """Take the form away."""
        if self.form is not None:
            form, self.form = self.form, None
            self.page.timeline.propose(None)
            form.hide()
            form.deleteLater()
            self.page.timeline.setFocus()
