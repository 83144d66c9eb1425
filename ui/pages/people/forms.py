"""Forms of the people page: person, organisation, project, training for many."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from center_app.core.access import Role
from center_app.core.labels import Label
from center_app.registry.values import (
    OrganisationDraft,
    OrganisationKind,
    OrganisationView,
    PersonDraft,
    PersonView,
    ProjectDraft,
    ProjectView,
)
from ui.kit.form import Field, Form
from ui.kit.words import LANGUAGES, _
from ui.pages.people.data import KIND_WORDS, ROLE_WORDS, People


def check_date(value: str) -> str:
    """Say what is wrong with an ISO date; empty is fine."""
    try:
        date.fromisoformat(value or "2026-01-01")
    except ValueError:
        return _("Write the date like 2026-06-01.")
    return ""


def check_email(value: str) -> str:
    """Say what is wrong with an e-mail address; empty is fine."""
    return "" if not value or ("@" in value and " " not in value) else _("This is not an e-mail address.")


def _date(value: str) -> date | None:
    return date.fromisoformat(value) if value else None


def _said(value: object) -> str:
    return "" if value is None else str(value)


def _organisations(data: People) -> list[tuple[Any, str]]:
    return [(None, "–"), *((view.id, view.names.say(_.language)) for view in data.organisations)]


def _names(names: Label | None) -> list[Field]:
    texts = names.texts if names else {}
    return [
        Field(f"name_{key}", f"{_('Name')} ({word})", value=texts.get(key, ""), required=key == _.language)
        for key, word in LANGUAGES.items()
    ]


def label_from(values: dict[str, Any]) -> Label:
    """Return the name that a form holds in its languages."""
    return Label({key: values[f"name_{key}"] for key in LANGUAGES if values[f"name_{key}"]})


def person_form(data: People, view: PersonView | None) -> Form:
    """Make the form of a person; empty for a new one."""
    held = view.draft() if view else PersonDraft(name="", login="")
    return Form(
        [
            Field("name", _("Name"), value=held.name, required=True),
            (Field("login", _("Login name"), value=held.login, required=True),
             Field("role", _("Role"), "choice", held.role.value, choices=[(k, _(w)) for k, w in ROLE_WORDS.items()])),
            Field("organisation_id", _("Organisation"), "choice", held.organisation_id, choices=_organisations(data)),
            (Field("email", _("E-mail"), value=held.email, check=check_email),
             Field("phone", _("Phone"), value=held.phone)),
            (Field("inducted_on", _("Safety induction on"), value=_said(held.inducted_on),
                   hint="2026-06-01", check=check_date),
             Field("access_until", _("Access until"), value=_said(held.access_until),
                   hint="2026-12-31", check=check_date)),
        ]
    )  # fmt: skip


def person_draft(values: dict[str, Any], view: PersonView | None) -> PersonDraft:
    """Return the draft that a form's values describe."""
    base = view.draft() if view else PersonDraft(name="", login="")
    return replace(
        base,
        name=values["name"],
        login=values["login"],
        role=Role(values["role"]),
        organisation_id=values["organisation_id"],
        email=values["email"],
        phone=values["phone"],
        inducted_on=_date(values["inducted_on"]),
        access_until=_date(values["access_until"]),
    )


def organisation_form(view: OrganisationView | None) -> Form:
    """Make the form of an organisation."""
    kinds = [(key, _(word)) for key, word in KIND_WORDS.items()]
    return Form(
        [
            *_names(view.names if view else None),
            (Field("kind", _("Kind"), "choice", view.kind.value if view else "member", choices=kinds),
             Field("tax_number", _("Tax number"), value=view.tax_number if view else "")),
            (Field("city", _("City"), value=view.city if view else ""),
             Field("country", _("Country"), value=view.country if view else "CN")),
            Field("is_small", _("Small or medium-sized firm"), "check", view.is_small if view else False),
            Field("note", _("Note"), "lines", view.note if view else ""),
        ]
    )  # fmt: skip


def organisation_draft(values: dict[str, Any]) -> OrganisationDraft:
    """Return the draft that a form's values describe."""
    return OrganisationDraft(
        names=label_from(values),
        kind=OrganisationKind(values["kind"]),
        tax_number=values["tax_number"],
        country=values["country"],
        city=values["city"],
        is_small=values["is_small"],
        note=values["note"],
    )


def project_form(data: People, view: ProjectView | None) -> Form:
    """Make the form of a project."""
    leaders: list[tuple[Any, str]] = [(None, "–"), *((held.id, held.name) for held in data.people)]
    return Form(
        [
            Field("code", _.context("code", "Number"), value=view.code if view else "", required=True, hint="P-2031"),
            *_names(view.names if view else None),
            (Field("organisation_id", _("Organisation"), "choice", view.organisation_id if view else None,
                   choices=_organisations(data)),
             Field("leader_id", _("Leader"), "choice", view.leader_id if view else None, choices=leaders)),
            (Field("starts_on", _("Starts on"), value=_said(view and view.starts_on),
                   hint="2026-06-01", check=check_date),
             Field("ends_on", _("Ends on"), value=_said(view and view.ends_on), hint="2027-05-31", check=check_date)),
            Field("note", _("Note"), "lines", view.note if view else ""),
        ]
    )  # fmt: skip


def project_draft(values: dict[str, Any]) -> ProjectDraft:
    """Return the draft that a form's values describe."""
    return ProjectDraft(
        code=values["code"],
        names=label_from(values),
        organisation_id=values["organisation_id"],
        leader_id=values["leader_id"],
        starts_on=_date(values["starts_on"]),
        ends_on=_date(values["ends_on"]),
        note=values["note"],
    )


def training_form(data: People) -> Form:
    """Make the form that grants one qualification to many people."""
    kinds = [(view.id, view.names.say(_.language)) for view in data.kinds]
    return Form(
        [
            Field("kind_id", _("Qualification"), "choice", kinds[0][0] if kinds else None,
                  choices=kinds, required=True),
            (Field("valid_from", _("Valid from"), value=str(_.now().date()), required=True, check=check_date),
             Field("valid_until", _("Valid until"), hint="2027-06-01", check=check_date,
                   note=_("Empty: as long as this kind lasts"))),
        ]
    )  # fmt: skip
