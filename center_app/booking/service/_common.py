"""What the verbs of booking share: rights, stale edits, storing a booking with its occupied time."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import text

from center_app.booking import problems as p
from center_app.booking.facts import busy_in, site_zone
from center_app.booking.models import Booking
from center_app.booking.queries import booking as booking_view
from center_app.booking.rules import Busy, Case, outage_problem, project_of
from center_app.booking.values import (
    OPEN,
    BookingDraft,
    BookingState,
    BookingView,
    RefusedError,
    reference_of,
)
from center_app.core.access import Right, require
from center_app.core.changes import Changed
from center_app.core.db import Work
from center_app.core.errors import PersonError, Problem
from center_app.core.periods import Period
from center_app.core.versions import StaleError, differences, load
from center_app.equipment import occupancy
from center_app.equipment.models import Machine
from center_app.equipment.occupancy import TakenError
from center_app.equipment.values import OccupancyKind
from center_app.registry.models import Person

FLAG = Changed.BOOKINGS | Changed.OCCUPANCY
_LONG = timedelta(days=1)
_NEXT = text(
    "INSERT INTO booking_counter (year, last) VALUES (:year, 1) "
    "ON CONFLICT (year) DO UPDATE SET last = booking_counter.last + 1 RETURNING last"
)


def require_owner(work: Work, person_id: int) -> None:
    """Let people change their own bookings, and those of others only with the right to."""
    require(work.actor, Right.BOOK)
    if person_id == work.actor.person_id or work.actor.may(Right.BOOK_FOR_OTHERS):
        return
    owner = load(work, Person, person_id)
    raise PersonError(p.NOT_YOURS, person=owner.name)


def seen(work: Work, booking_id: int, version: int, proposed: BookingDraft | None = None) -> Booking:
    """Return a booking that still has the version seen; raises StaleError with what differs."""
    row = load(work, Booking, booking_id)
    newest = row
    while newest.successor_id is not None:
        newest = load(work, Booking, newest.successor_id)
    if row.version != version or newest is not row:
        raise stale(work, booking_view(work, newest.id or 0), proposed)
    return row


def stale(work: Work, newest: BookingView, proposed: BookingDraft | None) -> StaleError:
    """Say where a booking is by now, field by field."""
    zone, present = site_zone(work), draft_of(newest)
    told = {"start": newest.start_at.astimezone(zone), "end": newest.end_at.astimezone(zone)}
    different = differences(present, proposed or present)
    return StaleError(newest.reference, different, p.STALE, machine=newest.machine, **told)


def require_open(row: Booking) -> None:
    """Refuse to change a booking that is over."""
    if BookingState(row.state) not in OPEN:
        raise PersonError(p.NOT_OPEN, reference=reference_of(row.year, row.number))


def draft_of(view: BookingView) -> BookingDraft:
    """Return the draft that would book the same again."""
    return BookingDraft(
        machine_id=view.machine_id,
        start_at=view.start_at,
        end_at=view.end_at,
        person_id=view.person_id,
        project_id=view.project_id,
        title=view.title,
        note=view.note,
        setup_s=view.setup_s,
    )


def next_number(work: Work, zone: ZoneInfo) -> tuple[int, int]:
    """Return the year at the site and the next booking number of it."""
    year = work.now.astimezone(zone).year
    return year, int(work.session.connection().execute(_NEXT, {"year": year}).scalar_one())


def store(
    work: Work, draft: BookingDraft, case: Case, state: BookingState, predecessor: Booking | None = None
) -> Booking:
    """Store a judged draft as a booking with its occupied time; a successor keeps the reference."""
    year, number = (predecessor.year, predecessor.number) if predecessor else next_number(work, case.zone)
    period = case.period
    occupied = clipped(work, case) if draft.waive else case.occupied
    row = work.add(
        Booking(
            year=year,
            number=number,
            revision=predecessor.revision + 1 if predecessor else 1,
            machine_id=case.machine.id,
            person_id=draft.person_id,
            project_id=project_of(case),
            start_at=period.start,
            end_at=period.end,
            occupied_start_at=occupied.start,
            occupied_end_at=occupied.end,
            is_long=period.end - period.start > _LONG,
            state=state.value,
            title=draft.title.strip(),
            note=draft.note,
            setup_s=draft.setup_s,
            waived=",".join(sorted(draft.waive)),
            created_by=work.actor.name,
            created_at=work.now,
            predecessor_id=predecessor.id if predecessor else None,
        )
    )
    hold(work, row)
    return row


def hold(work: Work, row: Booking) -> None:
    """Occupy a booking's time; an overlap that only the database saw names the winner."""
    period = Period(row.occupied_start_at, row.occupied_end_at)
    try:
        occupancy.occupy(work, row.machine_id, OccupancyKind.BOOKING, row.id or 0, period)
    except TakenError as error:
        raise lost(work, row.machine_id, period, row.id) from error


def lost(work: Work, machine_id: int, period: Period, own_id: int | None) -> RefusedError:
    """Say who holds the time that the database refused."""
    zone = site_zone(work)
    machine = load(work, Machine, machine_id)
    for busy in busy_in(work, [machine_id], period, own_id)[machine_id]:
        start, end = busy.own.start.astimezone(zone), busy.own.end.astimezone(zone)
        if busy.kind is OccupancyKind.OUTAGE:
            return RefusedError((outage_problem(machine.names, start, busy.title),))
        told = {"machine": machine.names, "start": start, "end": end, "holder": busy.holder}
        return RefusedError((Problem(p.OVERLAP, told),))
    told = {"machine": machine.names, "start": period.start, "end": period.end, "holder": ""}
    return RefusedError((Problem(p.OVERLAP, told),))


def clipped(work: Work, case: Case) -> Period:
    """Shorten buffers that were waived: one's own first, then those of the neighbours."""
    start, end = case.occupied.start, case.occupied.end
    for busy in case.busy:
        if busy.own.end <= case.start:
            _shorten(work, busy, Period(busy.occupied.start, min(busy.occupied.end, case.start)))
            start = max(start, min(busy.occupied.end, case.start))
        elif busy.own.start >= case.end:
            _shorten(work, busy, Period(max(busy.occupied.start, case.end), busy.occupied.end))
            end = min(end, max(busy.occupied.start, case.end))
    return Period(start, end)


def _shorten(work: Work, busy: Busy, period: Period) -> None:
    if period == busy.occupied or busy.kind is OccupancyKind.OUTAGE:
        return
    occupancy.reshape(work, busy.kind, busy.owner_id, period)
    row = load(work, Booking, busy.owner_id)
    row.occupied_start_at, row.occupied_end_at = period.start, period.end


def free(work: Work, row: Booking, state: BookingState) -> None:
    """End a booking in a state that occupies nothing and give its time back."""
    row.state = state.value
    row.version += 1
    occupancy.release(work, OccupancyKind.BOOKING, row.id or 0)


def cut(work: Work, row: Booking, end: datetime, buffer_after_s: int) -> None:
    """End the occupied time early, buffer included; never lengthens it."""
    until = min(end + timedelta(seconds=buffer_after_s), row.occupied_end_at)
    if row.occupied_start_at < until < row.occupied_end_at:
        row.occupied_end_at = until
        occupancy.reshape(work, OccupancyKind.BOOKING, row.id or 0, Period(row.occupied_start_at, until))
