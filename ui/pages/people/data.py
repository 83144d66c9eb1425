"""What the people page reads, and how dates of qualifications are said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from center_app.booking import queries as booking
from center_app.booking.values import BookingView
from center_app.core.text import N_
from center_app.registry import queries as registry
from center_app.registry.values import (
    OrganisationView,
    PersonView,
    ProjectView,
    QualificationKindView,
    QualificationView,
)
from ui.kit.words import _, day_month, full_day

SOON_DAYS = 30
ROLE_WORDS = {
    "staff": N_("Staff"),
    "engineer": N_("Engineer"),
    "manager": N_("Manager"),
    "administrator": N_("Administrator"),
    "auditor": N_("Auditor"),
}
KIND_WORDS = {
    "host": N_("Host"),
    "member": N_("Member"),
    "client": N_("Client"),
    "supplier": N_("Supplier"),
    "partner": N_("Partner"),
}


@dataclass(frozen=True)
class People:
    """Hold people, organisations, projects and kinds of qualification."""

    people: tuple[PersonView, ...]
    organisations: tuple[OrganisationView, ...]
    projects: tuple[ProjectView, ...]
    kinds: tuple[QualificationKindView, ...]
    at: datetime


def load(read: Any) -> People:
    """Read the registry; people whose qualifications expire first come first."""
    found = sorted(registry.people(read), key=lambda person: (first_expiry(person), person.name.casefold()))
    return People(
        tuple(found),
        tuple(registry.organisations(read)),
        tuple(registry.projects(read)),
        tuple(registry.qualification_kinds(read)),
        read.now,
    )


def load_bookings(read: Any, person_id: int) -> tuple[BookingView, ...]:
    """Read a person's bookings, the coming ones first."""
    return tuple(booking.bookings_of_person(read, person_id, limit=100))


def first_expiry(person: PersonView) -> date:
    """Return when the first qualification of a person expires."""
    return min((held.valid_until for held in person.qualifications if held.valid_until), default=date.max)


def days_left(held: QualificationView) -> int | None:
    """Return the days a qualification still holds, None for ever."""
    return None if held.valid_until is None else (held.valid_until - _.now().date()).days


def token_of(held: QualificationView) -> str:
    """Colour a qualification: over, soon, or plain."""
    days = days_left(held)
    if days is None:
        return "ok"
    return "crit" if days < 0 else "warn" if days <= SOON_DAYS else "ok"


def icon_of(held: QualificationView) -> str:
    """Return the icon that goes with the colour."""
    return {"crit": "circle-x", "warn": "hourglass"}.get(token_of(held), "badge-check")


def chip_text(held: QualificationView) -> str:
    """Say a qualification with its last day."""
    kind = held.kind.say(_.language) or held.kind_code
    return _("{kind} to {day}", kind=kind, day=_day(held.valid_until)) if held.valid_until else kind


def _day(day: date) -> str:
    return day_month(day) if day.year == _.now().year else full_day(day)


def project_term(view: ProjectView) -> str:
    """Say from when to when a project runs."""
    start = full_day(view.starts_on) if view.starts_on else "…"
    end = full_day(view.ends_on) if view.ends_on else "…"
    return f"{start} – {end}" if view.starts_on or view.ends_on else "–"
