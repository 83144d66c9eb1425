"""Write people."""

from __future__ import annotations

from functools import partial
from typing import cast

from center_app.core.changes import Changed
from center_app.core.db import Work
from center_app.registry import queries, rules
from center_app.registry.models import Person
from center_app.registry.service import _acts
from center_app.registry.values import PersonDraft, PersonView


def add_person(work: Work, draft: PersonDraft) -> PersonView:
    """Add a person."""
    _acts.refuse(rules.person_problems(draft))
    return _acts.add(work, Person, draft, partial(queries.person, work), Changed.PEOPLE, "login")


def edit_person(work: Work, person_id: int, version: int, draft: PersonDraft) -> PersonView:
    """Change a person; raises StaleError when somebody was faster."""
    _acts.refuse(rules.person_problems(draft))
    view = partial(queries.person, work)
    return cast(PersonView, _acts.edit(work, Person, person_id, version, draft, view, Changed.PEOPLE, "login"))


def archive_person(work: Work, person_id: int, version: int) -> PersonView:
    """Take a person out of the lists; undone by restore_person."""
    view = partial(queries.person, work)
    return _acts.set_archived(work, Person, person_id, version, True, view, Changed.PEOPLE)


def restore_person(work: Work, person_id: int, version: int) -> PersonView:
    """Bring an archived person back."""
    view = partial(queries.person, work)
    return _acts.set_archived(work, Person, person_id, version, False, view, Changed.PEOPLE)
