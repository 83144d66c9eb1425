"""Check in and out: a usage session says who really used a machine, and when."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import col, select

from center_app.booking import problems as p
from center_app.booking.facts import site_zone
from center_app.booking.models import Booking, UsageSession
from center_app.booking.queries import booking as booking_view
from center_app.booking.rules import check_in_window
from center_app.booking.service._common import cut, lost, require_open, require_owner, seen
from center_app.booking.values import BookingState, BookingView, reference_of
from center_app.core.changes import Changed
from center_app.core.db import Work
from center_app.core.errors import PersonError
from center_app.core.periods import Period
from center_app.core.versions import load
from center_app.equipment import occupancy
from center_app.equipment.models import Machine
from center_app.equipment.occupancy import TakenError
from center_app.equipment.queries import policy_of
from center_app.equipment.values import OccupancyKind
from center_app.registry.models import Person

_FLAG = Changed.BOOKINGS | Changed.USAGE | Changed.OCCUPANCY


def check_in(work: Work, booking_id: int, version: int) -> BookingView:
    """Begin to use the machine; allowed from the machine's opening of check-in to its release.

    Undone by `undo_check_in`.
    """
    row = seen(work, booking_id, version)
    require_owner(work, row.person_id)
    require_open(row)
    _require_window(work, row)
    _require_idle(work, row)
    row.state, row.version = BookingState.IN_USE.value, row.version + 1
    session = UsageSession(
        booking_id=booking_id, machine_id=row.machine_id, person_id=row.person_id, started_at=work.now
    )
    work.add(session)
    work.record("booking.check_in", f"booking:{booking_id}", after={"session": session.id}, changed=_FLAG)
    return booking_view(work, booking_id)


def _require_window(work: Work, row: Booking) -> None:
    zone = site_zone(work)
    policy = policy_of(load(work, Machine, row.machine_id))
    opens, closes = check_in_window(Period(row.start_at, row.end_at), policy)
    if work.now < opens:
        raise PersonError(p.TOO_EARLY, opens=opens.astimezone(zone))
    if work.now >= closes:
        raise PersonError(p.TOO_LATE, closed=closes.astimezone(zone))


def _require_idle(work: Work, row: Booking) -> None:
    found = work.session.exec(
        select(Person.name)
        .join(UsageSession, col(UsageSession.person_id) == Person.id)
        .where(
            UsageSession.machine_id == row.machine_id,
            col(UsageSession.ended_at).is_(None),
            col(UsageSession.is_void).is_(False),
        )
    ).first()
    if found is not None:
        raise PersonError(p.MACHINE_BUSY, holder=found, machine=load(work, Machine, row.machine_id).names)


def undo_check_in(work: Work, booking_id: int, version: int) -> BookingView:
    """Take a check-in back as if it had not been."""
    row = seen(work, booking_id, version)
    require_owner(work, row.person_id)
    session = _open_session(work, row)
    session.is_void = True
    row.state, row.version = BookingState.BOOKED.value, row.version + 1
    work.record("booking.undo_check_in", f"booking:{booking_id}", changed=_FLAG)
    return booking_view(work, booking_id)


def check_out(
    work: Work, booking_id: int, version: int, *, setup_s: int = 0, postprocess_s: int = 0, note: str = ""
) -> BookingView:
    """End the use, with the set-up and post-processing that it held, capped per machine.

    Time that is left is given back, the buffer after the use excepted. Undone by `undo_check_out`.
    """
    row = seen(work, booking_id, version)
    require_owner(work, row.person_id)
    session = _open_session(work, row)
    policy = policy_of(load(work, Machine, row.machine_id))
    length_s = int((work.now - session.started_at).total_seconds())
    session.setup_s = max(0, min(setup_s, policy.setup_cap_s, length_s))
    session.postprocess_s = max(0, min(postprocess_s, policy.postprocess_cap_s, length_s - session.setup_s))
    session.ended_at, session.note = work.now, note[:4000]
    row.state, row.version = BookingState.DONE.value, row.version + 1
    cut(work, row, work.now, policy.buffer_after_s)
    view = booking_view(work, booking_id)
    work.record("booking.check_out", f"booking:{booking_id}", after=view.usage, changed=_FLAG | Changed.HOURS)
    return view


def undo_check_out(work: Work, booking_id: int, version: int) -> BookingView:
    """Go on with a use that was ended; its booked time must still be free."""
    row = seen(work, booking_id, version)
    require_owner(work, row.person_id)
    resume(work, row)
    work.record("booking.undo_check_out", f"booking:{booking_id}", changed=_FLAG | Changed.HOURS)
    return booking_view(work, booking_id)


def resume(work: Work, row: Booking) -> None:
    """Reopen the last use of a booking; part of the act that undoes its end."""
    session = _session(work, row.id or 0)
    if session is None or row.state != BookingState.DONE.value:
        raise PersonError(p.NOT_CHECKED_IN, reference=reference_of(row.year, row.number))
    _require_idle(work, row)
    session.ended_at, session.setup_s, session.postprocess_s = None, 0, 0
    row.state, row.version = BookingState.IN_USE.value, row.version + 1
    _stretch(work, row)


def _stretch(work: Work, row: Booking) -> None:
    """Occupy the whole booked time and its buffer again."""
    policy = policy_of(load(work, Machine, row.machine_id))
    end = row.end_at + timedelta(seconds=policy.buffer_after_s)
    period = Period(row.occupied_start_at, max(end, row.occupied_end_at))
    row.occupied_end_at = period.end
    try:
        occupancy.reshape(work, OccupancyKind.BOOKING, row.id or 0, period)
        occupancy.reclaim(work, OccupancyKind.BOOKING, row.id or 0)
    except TakenError as error:
        raise lost(work, row.machine_id, period, row.id) from error


def _session(work: Work, booking_id: int) -> UsageSession | None:
    return work.session.exec(
        select(UsageSession).where(UsageSession.booking_id == booking_id, col(UsageSession.is_void).is_(False))
    ).first()


def _open_session(work: Work, row: Booking) -> UsageSession:
    session = _session(work, row.id or 0)
    if session is None or session.ended_at is not None:
        raise PersonError(p.NOT_CHECKED_IN, reference=reference_of(row.year, row.number))
    return session
