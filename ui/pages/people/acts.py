"""What the people page does; every act tells what was done and can be undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from PySide6.QtWidgets import QWidget

from center_app.registry import service as registry
from center_app.registry.values import (
    OrganisationView,
    PersonView,
    ProjectView,
    QualificationDraft,
    QualificationView,
)
from ui.kit.dialog import FormDialog
from ui.kit.form import Form
from ui.kit.page import Context
from ui.kit.words import _
from ui.pages.people import forms
from ui.pages.people.data import People

Verb = Callable[..., Any]


class PeopleActs:
    """The acts of the page on one context."""

    def __init__(self, context: Context, host: QWidget) -> None:
        """Take the context and the widget over which dialogs open."""
        self._context, self._host = context, host

    def edit_person(self, data: People, view: PersonView | None) -> None:
        """Open the form of a person."""
        title = _("Edit person") if view else _("Add person")
        self._form(
            title, forms.person_form(data, view), lambda values: forms.person_draft(values, view), view,
            (registry.add_person, registry.edit_person, registry.archive_person),
        )  # fmt: skip

    def edit_organisation(self, view: OrganisationView | None) -> None:
        """Open the form of an organisation."""
        title = _("Edit organisation") if view else _("Add organisation")
        verbs = (registry.add_organisation, registry.edit_organisation, registry.archive_organisation)
        self._form(title, forms.organisation_form(view), forms.organisation_draft, view, verbs)

    def edit_project(self, data: People, view: ProjectView | None) -> None:
        """Open the form of a project."""
        title = _("Edit project") if view else _("Add project")
        verbs = (registry.add_project, registry.edit_project, registry.archive_project)
        self._form(title, forms.project_form(data, view), forms.project_draft, view, verbs)

    def _form(
        self,
        title: str,
        form: Form,
        draft_of: Callable[[dict[str, Any]], Any],
        view: Any,
        verbs: tuple[Verb, Verb, Verb],
    ) -> None:
        add, edit, archive = verbs
        tasks = self._context.tasks

        def save(values: dict[str, Any], done: Any, failed: Any) -> None:
            def told(saved: Any) -> None:
                done(saved)
                undo = (
                    (lambda: tasks.write(archive, saved.id, saved.version))
                    if view is None
                    else (lambda: tasks.write(edit, saved.id, saved.version, view.draft()))
                )
                self._context.notices.tell(_("Saved: {what}", what=name_of(saved)), undo)

            if view is None:
                tasks.write(add, draft_of(values), done=told, failed=failed)
            else:
                tasks.write(edit, view.id, view.version, draft_of(values), done=told, failed=failed)

        FormDialog(self._host, title, form, _("Save"), save).open()

    def archive(self, view: Any) -> None:
        """Take a person, organisation or project out of the lists."""
        verbs: dict[type, tuple[Verb, Verb]] = {
            PersonView: (registry.archive_person, registry.restore_person),
            OrganisationView: (registry.archive_organisation, registry.restore_organisation),
            ProjectView: (registry.archive_project, registry.restore_project),
        }
        archive, restore = verbs[type(view)]
        tasks = self._context.tasks

        def told(saved: Any) -> None:
            self._context.notices.tell(
                _("Archived: {what}", what=name_of(saved)), lambda: tasks.write(restore, saved.id, saved.version)
            )

        tasks.write(archive, view.id, view.version, done=told)

    def grant(self, data: People, people: Sequence[PersonView]) -> None:
        """Grant one qualification to all chosen people at once."""
        names = _(", ").join(person.name for person in people[:4]) + (" …" if len(people) > 4 else "")
        note = _.plural("For {n} person: {names}", "For {n} people: {names}", len(people), names=names)

        def save(values: dict[str, Any], done: Any, failed: Any) -> None:
            drafts = [_grant(person, values) for person in people]

            def told(granted: Sequence[QualificationView]) -> None:
                done(granted)
                text = _.plural(
                    "Qualification granted to {n} person", "Qualification granted to {n} people", len(granted)
                )
                self._context.notices.tell(text, lambda: self._revoke(granted))

            self._context.tasks.write(registry.grant_many, drafts, done=told, failed=failed)

        FormDialog(
            self._host, _("Grant a qualification"), forms.training_form(data), _("Grant"), save, note=note
        ).open()

    def _revoke(self, granted: Sequence[QualificationView]) -> None:
        for held in granted:
            self._context.tasks.write(registry.revoke, held.id, held.version)

    def revoke(self, held: QualificationView) -> None:
        """Take one qualification back; undo gives it again."""

        def told(view: QualificationView) -> None:
            self._context.notices.tell(
                _("Revoked: {kind}, {person}", kind=view.kind, person=view.person),
                lambda: self._context.tasks.write(registry.restore_qualification, view.id, view.version),
            )

        self._context.tasks.write(registry.revoke, held.id, held.version, done=told)

    def add_member(self, project: ProjectView, person_id: int) -> None:
        """Take a person into a project; undo takes the person out."""
        tasks = self._context.tasks
        tasks.write(
            registry.add_member, project.id, person_id,
            done=lambda saved: self._context.notices.tell(
                _("Added to {project}", project=saved.code),
                lambda: tasks.write(registry.remove_member, project.id, person_id),
            ),
        )  # fmt: skip

    def remove_member(self, project: ProjectView, person_id: int) -> None:
        """Take a person out of a project; undo takes the person in again."""
        tasks = self._context.tasks
        tasks.write(
            registry.remove_member, project.id, person_id,
            done=lambda saved: self._context.notices.tell(
                _("Removed from {project}", project=saved.code),
                lambda: tasks.write(registry.add_member, project.id, person_id),
            ),
        )  # fmt: skip


def _grant(person: PersonView, values: dict[str, Any]) -> QualificationDraft:
    until = values["valid_until"]
    return QualificationDraft(
        person_id=person.id,
        kind_id=values["kind_id"],
        valid_from=date.fromisoformat(values["valid_from"]),
        valid_until=date.fromisoformat(until) if until else None,
    )


def name_of(view: Any) -> Any:
    """Return how a person, organisation or project is named."""
    return view.name if isinstance(view, PersonView) else view.names
