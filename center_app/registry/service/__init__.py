"""Write the registry, one intent each."""

from center_app.registry.service.organisations import (
    add_organisation,
    archive_organisation,
    edit_organisation,
    restore_organisation,
)
from center_app.registry.service.people import add_person, archive_person, edit_person, restore_person
from center_app.registry.service.projects import (
    add_member,
    add_project,
    archive_project,
    edit_project,
    remove_member,
    restore_project,
)
from center_app.registry.service.qualifications import (
    add_kind,
    archive_kind,
    edit_kind,
    grant,
    grant_many,
    restore_kind,
    restore_qualification,
    revoke,
)

__all__ = [
    "add_kind", "add_member", "add_organisation", "add_person", "add_project",
    "archive_kind", "archive_organisation", "archive_person", "archive_project",
    "edit_kind", "edit_organisation", "edit_person", "edit_project",
    "grant", "grant_many", "remove_member",
    "restore_kind", "restore_organisation", "restore_person", "restore_project", "restore_qualification",
    "revoke",
]  # fmt: skip
