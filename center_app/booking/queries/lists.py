"""Lists of bookings and uses; each takes one statement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import and_, func
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from center_app.booking.models import Booking, UsageSession
from center_app.booking.values import OCCUPYING, BookingState, BookingView, UsageView, reference_of
from center_app.core.db import Read
from center_app.core.labels import Label
from center_app.core.periods import Period
from center_app.core.picking import pick
from center_app.core.versions import gone, load
from center_app.equipment.models import Machine
from center_app.registry.models import Organisation, Person, Project

_NONE = Label()
_OUTSIDE = ("client", "partner", "supplier")
_SHOWN = [state.value for state in (*OCCUPYING, BookingState.MISSED, BookingState.DISPLACED)]


@cache
def _select() -> Any:
    owner = aliased(Organisation)
    return (
        pick(Booking, Machine, Person.name, Organisation.names, Project, owner.kind, Organisation.kind, UsageSession)
        .join(Machine, col(Machine.id) == Booking.machine_id)
        .join(Person, col(Person.id) == Booking.person_id)
        .join(Organisation, col(Organisation.id) == Person.organisation_id, isouter=True)
        .join(Project, col(Project.id) == Booking.project_id, isouter=True)
        .join(owner, col(owner.id) == Project.organisation_id, isouter=True)
        .join(
            UsageSession,
            and_(col(UsageSession.booking_id) == Booking.id, col(UsageSession.is_void).is_(False)),
            isouter=True,
        )
    )


def _views(read: Read, statement: Any) -> list[BookingView]:
    return [_view(*parts) for parts in read.session.exec(statement)]


def _view(
    row: Booking,
    machine: Machine,
    person: str,
    organisation: Label | None,
    project: Project | None,
    owner_kind: str | None,
    person_kind: str | None,
    session: UsageSession | None,
) -> BookingView:
    return BookingView(
        id=row.id or 0,
        version=row.version,
        reference=reference_of(row.year, row.number),
        revision=row.revision,
        machine_id=row.machine_id,
        machine_code=machine.code,
        machine=machine.names,
        person_id=row.person_id,
        person=person,
        organisation=organisation or _NONE,
        project_id=row.project_id,
        project_code=project.code if project else "",
        project=project.names if project else _NONE,
        is_external=(owner_kind or person_kind or "") in _OUTSIDE,
        start_at=row.start_at,
        end_at=row.end_at,
        occupied_start_at=row.occupied_start_at,
        occupied_end_at=row.occupied_end_at,
        state=BookingState(row.state),
        title=row.title,
        note=row.note,
        setup_s=row.setup_s,
        created_by=row.created_by,
        created_at=row.created_at,
        predecessor_id=row.predecessor_id,
        successor_id=row.successor_id,
        usage=usage_view(session) if session else None,
    )


def usage_view(row: UsageSession) -> UsageView:
    """Return the view of a use."""
    return UsageView(
        id=row.id or 0,
        booking_id=row.booking_id,
        machine_id=row.machine_id,
        person_id=row.person_id,
        started_at=row.started_at,
        ended_at=row.ended_at,
        setup_s=row.setup_s,
        postprocess_s=row.postprocess_s,
        note=row.note,
    )


def booking(read: Read, booking_id: int) -> BookingView:
    """Return one booking; raises PersonError GONE."""
    found = _views(read, _select().where(Booking.id == booking_id))
    return found[0] if found else gone(Booking, booking_id)


def bookings_by_id(read: Read, ids: Sequence[int]) -> list[BookingView]:
    """Return bookings by number, by start."""
    if not ids:
        return []
    return _views(read, _select().where(col(Booking.id).in_(ids)).order_by(col(Booking.start_at)))


def bookings_in(
    read: Read,
    period: Period,
    *,
    machine_ids: Iterable[int] | None = None,
    person_id: int | None = None,
    project_id: int | None = None,
    states: Iterable[BookingState] | None = None,
) -> list[BookingView]:
    """List the bookings that touch a period, by start; cancelled ones only when asked for by state."""
    wanted = _SHOWN if states is None else [state.value for state in states]
    statement = _select().where(
        Booking.start_at < period.end, Booking.end_at > period.start, col(Booking.state).in_(wanted)
    )
    if machine_ids is not None:
        statement = statement.where(col(Booking.machine_id).in_(list(machine_ids)))
    if person_id is not None:
        statement = statement.where(Booking.person_id == person_id)
    if project_id is not None:
        statement = statement.where(Booking.project_id == project_id)
    return _views(read, statement.order_by(col(Booking.start_at), Booking.machine_id))


def bookings_of_person(read: Read, person_id: int, *, limit: int = 200) -> list[BookingView]:
    """List a person's bookings, the coming and latest first; cancelled ones included."""
    statement = _select().where(Booking.person_id == person_id).order_by(col(Booking.start_at).desc())
    return _views(read, statement.limit(limit))


def history(read: Read, booking_id: int) -> list[BookingView]:
    """List every revision of a booking, first one first."""
    row = load(read, Booking, booking_id)
    statement = _select().where(Booking.year == row.year, Booking.number == row.number)
    return _views(read, statement.order_by(col(Booking.revision)))


def late_check_ins(read: Read) -> list[BookingView]:
    """List bookings that have begun without check-in, the latest comer first."""
    statement = _select().where(
        Booking.state == BookingState.BOOKED.value, Booking.start_at < read.now, Booking.end_at > read.now
    )
    return _views(read, statement.order_by(col(Booking.start_at)))


def pending_approvals(read: Read) -> list[BookingView]:
    """List bookings that wait for approval, by start."""
    statement = _select().where(Booking.state == BookingState.PENDING.value)
    return _views(read, statement.order_by(col(Booking.start_at)))


def displaced_to_move(read: Read, person_id: int | None = None) -> list[BookingView]:
    """List displaced bookings whose time has not passed, of one person or of all."""
    statement = _select().where(Booking.state == BookingState.DISPLACED.value, Booking.end_at > read.now)
    if person_id is not None:
        statement = statement.where(Booking.person_id == person_id)
    return _views(read, statement.order_by(col(Booking.start_at)))


def usage_in(read: Read, period: Period, *, machine_ids: Iterable[int] | None = None) -> list[UsageView]:
    """List uses that touch a period, open ones included, by start."""
    ended = func.coalesce(UsageSession.ended_at, read.now, type_=UsageSession.__table__.c.ended_at.type)  # type: ignore[attr-defined]
    statement = select(UsageSession).where(
        col(UsageSession.is_void).is_(False), UsageSession.started_at < period.end, ended > period.start
    )
    if machine_ids is not None:
        statement = statement.where(col(UsageSession.machine_id).in_(list(machine_ids)))
    return [usage_view(row) for row in read.session.exec(statement.order_by(col(UsageSession.started_at)))]
