"""Write projects and their members."""

from __future__ import annotations

from functools import partial
from typing import cast

from center_app.core.access import Right, require
from center_app.core.changes import Changed
from center_app.core.db import Work
from center_app.core.versions import load
from center_app.registry import queries, rules
from center_app.registry.models import Person, Project, ProjectMember
from center_app.registry.service import _acts
from center_app.registry.values import ProjectDraft, ProjectView

_FLAG = Changed.PROJECTS | Changed.PEOPLE


def add_project(work: Work, draft: ProjectDraft) -> ProjectView:
    """Add a project."""
    _acts.refuse(rules.project_problems(draft))
    return _acts.add(work, Project, draft, partial(queries.project, work), _FLAG, "code")


def edit_project(work: Work, project_id: int, version: int, draft: ProjectDraft) -> ProjectView:
    """Change a project; raises StaleError when somebody was faster."""
    _acts.refuse(rules.project_problems(draft))
    view = partial(queries.project, work)
    return cast(ProjectView, _acts.edit(work, Project, project_id, version, draft, view, _FLAG, "code"))


def archive_project(work: Work, project_id: int, version: int) -> ProjectView:
    """Take a project out of the lists; undone by restore_project."""
    return _acts.set_archived(work, Project, project_id, version, True, partial(queries.project, work), _FLAG)


def restore_project(work: Work, project_id: int, version: int) -> ProjectView:
    """Bring an archived project back."""
    return _acts.set_archived(work, Project, project_id, version, False, partial(queries.project, work), _FLAG)


def add_member(work: Work, project_id: int, person_id: int) -> ProjectView:
    """Take a person into a project; undone by remove_member, harmless when repeated."""
    require(work.actor, Right.EDIT_REGISTRY)
    load(work, Project, project_id)
    person = load(work, Person, person_id)
    if work.session.get(ProjectMember, (project_id, person_id)) is None:
        work.add(ProjectMember(project_id=project_id, person_id=person_id))
    work.record("project.add_member", f"project:{project_id}", after=[person_id, person.name], changed=_FLAG)
    return queries.project(work, project_id)


def remove_member(work: Work, project_id: int, person_id: int) -> ProjectView:
    """Take a person out of a project; undone by add_member."""
    require(work.actor, Right.EDIT_REGISTRY)
    load(work, Project, project_id)
    person = load(work, Person, person_id)
    found = work.session.get(ProjectMember, (project_id, person_id))
    if found is not None:
        work.session.delete(found)
        work.session.flush()
    work.record("project.remove_member", f"project:{project_id}", before=[person_id, person.name], changed=_FLAG)
    return queries.project(work, project_id)
