"""Read what the calendar shows in one go, on the read lane."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from center_app.booking import queries as bookings
from center_app.booking.values import BookingDraft, BookingView, Verdict
from center_app.core.access import Actor
from center_app.core.db import Read
from center_app.core.periods import Period, intersect, total_s, union
from center_app.equipment import queries as equipment
from center_app.registry import queries as registry
from ui.kit.words import _
from ui.pages.calendar.adapt import Loaded
from ui.pages.calendar.form import Choices
from ui.pages.calendar.measured import measured_in, measurements_in


@dataclass(frozen=True)
class People:
    """Hold who may be booked for and the projects of each, as (id, name) and (id, code and name)."""

    people: Choices = ()
    projects: dict[int, Choices] | None = None

    def projects_of(self, person_id: int) -> Choices:
        """Give the projects of a person."""
        return (self.projects or {}).get(person_id, ())


@dataclass(frozen=True)
class Detail:
    """Hold what the side panel says of a booking; ``verdict`` judges it as it stands or as wished."""

    view: BookingView
    verdict: Verdict | None = None
    wished: BookingDraft | None = None
    measured_s: float | None = None


def load(read: Read, period: Period, person_id: int, zone: str, folder: Path) -> Loaded:
    """Return everything the timeline paints for a period; recordings lie in the store folder."""
    shown = bookings.timeline(read, period)
    measurements = measurements_in(read, folder, period)
    return Loaded(
        shown,
        {view.id: view for view in equipment.machines(read)},
        bookings.machine_states(read),
        measured_in(read, period, measurements),
        _held_kinds(read, person_id),
        person_id,
        int(read.now.timestamp()),
        zone,
    )


def _held_kinds(read: Read, person_id: int) -> frozenset[int]:
    today = read.now.date()
    held = registry.people(read, only=[person_id]) if person_id else []
    return frozenset(
        one.kind_id
        for person in held
        for one in person.qualifications
        if not one.is_archived and one.valid_from <= today and (one.valid_until is None or one.valid_until >= today)
    )


def load_people(read: Read) -> People:
    """Return the people and their open projects for the form."""
    projects: dict[int, list[tuple[int, str]]] = {}
    for project in registry.projects(read):
        for member in project.members:
            said = f"{project.code} {project.names.say(_.language)}"
            projects.setdefault(member.person_id, []).append((project.id, said))
    people = [(person.id, person.name) for person in registry.people(read)]
    return People(tuple(people), {key: tuple(value) for key, value in projects.items()})


def load_detail(read: Read, booking_id: int, actor: Actor, folder: Path, wished: BookingDraft | None = None) -> Detail:
    """Return a booking with the verdict of the rules on it, or on what is wished for it."""
    view = bookings.booking(read, booking_id)
    draft = wished or draft_of(view)
    verdict = bookings.check(read, actor, draft, booking_id) if view.is_live and view.end_at > read.now else None
    return Detail(view, verdict, wished, _measured_s(read, view, folder))


def _measured_s(read: Read, view: BookingView, folder: Path) -> float | None:
    """Return the measured run inside the use of a booking in seconds, None where nothing was measured."""
    if view.usage is None or (view.usage.ended_at or read.now) <= view.usage.started_at:
        return None
    period = Period(view.usage.started_at, view.usage.ended_at or read.now)
    mine = [one for one in measurements_in(read, folder, period) if one.machine_id == view.machine_id]
    if not mine or not intersect([period], mine[0].coverage()):
        return None
    return total_s(intersect([period], union([one.period for one in mine[0].intervals])))


def draft_of(view: BookingView, start_at: datetime | None = None, end_at: datetime | None = None) -> BookingDraft:
    """Return the draft of a booking, with other times when given."""
    return BookingDraft(
        machine_id=view.machine_id,
        start_at=start_at or view.start_at,
        end_at=end_at or view.end_at,
        person_id=view.person_id,
        project_id=view.project_id,
        title=view.title,
        note=view.note,
        setup_s=view.setup_s,
    )
