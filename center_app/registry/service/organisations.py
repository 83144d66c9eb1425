"""Write organisations."""

from __future__ import annotations

from functools import partial
from typing import cast

from center_app.core.changes import Changed
from center_app.core.db import Work
from center_app.registry import queries, rules
from center_app.registry.models import Organisation
from center_app.registry.service import _acts
from center_app.registry.values import OrganisationDraft, OrganisationView

_FLAG = Changed.ORGANISATIONS | Changed.PEOPLE | Changed.PROJECTS


def add_organisation(work: Work, draft: OrganisationDraft) -> OrganisationView:
    """Add an organisation."""
    _acts.refuse(rules.organisation_problems(draft))
    return _acts.add(work, Organisation, draft, partial(queries.organisation, work), _FLAG)


def edit_organisation(work: Work, organisation_id: int, version: int, draft: OrganisationDraft) -> OrganisationView:
    """Change an organisation; raises StaleError when somebody was faster."""
    _acts.refuse(rules.organisation_problems(draft))
    view = partial(queries.organisation, work)
    return cast(OrganisationView, _acts.edit(work, Organisation, organisation_id, version, draft, view, _FLAG))


def archive_organisation(work: Work, organisation_id: int, version: int) -> OrganisationView:
    """Take an organisation out of the lists; undone by restore_organisation."""
    view = partial(queries.organisation, work)
    return _acts.set_archived(work, Organisation, organisation_id, version, True, view, _FLAG)


def restore_organisation(work: Work, organisation_id: int, version: int) -> OrganisationView:
    """Bring an archived organisation back."""
    view = partial(queries.organisation, work)
    return _acts.set_archived(work, Organisation, organisation_id, version, False, view, _FLAG)
