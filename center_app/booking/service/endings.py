"""End bookings: cancel, displace, release; each has its way back."""

from __future__ import annotations

from sqlmodel import col, select

from center_app.booking import problems as p
from center_app.booking.models import Booking, UsageSession
from center_app.booking.queries import booking as booking_view
from center_app.booking.queries import bookings_by_id
from center_app.booking.service._common import FLAG, free, lost, require_open, require_owner, seen
from center_app.booking.service.usage import resume
from center_app.booking.values import OCCUPYING, BookingState, BookingView, Displaced, reference_of
from center_app.core.access import Right, require
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


def cancel(work: Work, booking_id: int, version: int, reason: str = "") -> BookingView:
    """Cancel a booking that nobody is checked in for; undone by `restore`."""
    row = seen(work, booking_id, version)
    require_owner(work, row.person_id)
    require_open(row)
    if row.state == BookingState.IN_USE.value:
        raise PersonError(p.NOT_OPEN, reference=reference_of(row.year, row.number))
    before = booking_view(work, booking_id)
    free(work, row, BookingState.CANCELLED)
    view = booking_view(work, booking_id)
    work.record("booking.cancel", f"booking:{booking_id}", before, view, reason, FLAG)
    return view


def restore(work: Work, booking_id: int, version: int) -> BookingView:
    """Undo a cancellation, a displacement or a release where the time is still free."""
    row = seen(work, booking_id, version)
    require_owner(work, row.person_id)
    _bring_back(work, row)
    view = booking_view(work, booking_id)
    work.record("booking.restore", f"booking:{booking_id}", after=view, changed=FLAG)
    return view


def _bring_back(work: Work, row: Booking) -> None:
    ended = (BookingState.CANCELLED, BookingState.DISPLACED, BookingState.MISSED)
    if BookingState(row.state) not in ended or row.end_at <= work.now:
        raise PersonError(p.NOT_OPEN, reference=reference_of(row.year, row.number))
    row.state, row.outage_id = BookingState.BOOKED.value, None
    row.version += 1
    try:
        occupancy.reclaim(work, OccupancyKind.BOOKING, row.id or 0)
    except TakenError as error:
        raise lost(work, row.machine_id, Period(row.occupied_start_at, row.occupied_end_at), row.id) from error


def displace(work: Work, machine_id: int, period: Period, reason: str) -> Displaced:
    """Take bookings off a machine for a period; undone by `reinstate`. Called by breakdown.

    Bookings to come are displaced, a running use is ended now (broken off), tails of buffers are cut.
    """
    require(work.actor, Right.OUT_OF_ORDER)
    displaced, broken_off = [], []
    for row in _touching(work, machine_id, period):
        if row.state == BookingState.IN_USE.value:
            _break_off(work, row, period)
            broken_off.append(row.id or 0)
        elif row.end_at <= period.start or row.state == BookingState.DONE.value:
            _cut_off(work, row, period)
        else:
            free(work, row, BookingState.DISPLACED)
            displaced.append(row.id or 0)
    result = Displaced(tuple(displaced), tuple(broken_off))
    work.record("booking.displace", f"machine:{machine_id}", after=result, reason=reason, changed=FLAG | Changed.USAGE)
    return result


def name_outage(work: Work, booking_ids: tuple[int, ...], outage_id: int | None) -> None:
    """Note with displaced bookings which outage did it; part of the act that displaced them."""
    for booking_id in booking_ids:
        load(work, Booking, booking_id).outage_id = outage_id
    work.session.flush()


def _touching(work: Work, machine_id: int, period: Period) -> list[Booking]:
    statement = select(Booking).where(
        Booking.machine_id == machine_id,
        col(Booking.state).in_([state.value for state in OCCUPYING]),
        Booking.occupied_start_at < period.end,
        Booking.occupied_end_at > period.start,
    )
    return list(work.session.exec(statement.order_by(col(Booking.start_at))))


def _break_off(work: Work, row: Booking, period: Period) -> None:
    """End a running use at the start of a period."""
    for session in _open_sessions(work, row):
        session.ended_at = max(period.start, session.started_at)
    row.state, row.version = BookingState.DONE.value, row.version + 1
    if not _cut_off(work, row, period):
        occupancy.release(work, OccupancyKind.BOOKING, row.id or 0)


def _open_sessions(work: Work, row: Booking) -> list[UsageSession]:
    statement = select(UsageSession).where(
        UsageSession.booking_id == row.id, col(UsageSession.is_void).is_(False), col(UsageSession.ended_at).is_(None)
    )
    return list(work.session.exec(statement))


def _cut_off(work: Work, row: Booking, period: Period) -> bool:
    """Shorten what a booking occupies to the start of a period; False when nothing would be left."""
    if row.occupied_start_at >= period.start:
        return False
    row.occupied_end_at = period.start
    rest = Period(row.occupied_start_at, row.occupied_end_at)
    occupancy.reshape(work, OccupancyKind.BOOKING, row.id or 0, rest)
    return True


def reinstate(work: Work, what: Displaced, reason: str = "") -> list[BookingView]:
    """Give displaced bookings their time back and let a broken-off use go on.

    What is over by now stays as it is, as does what was taken up elsewhere; raises RefusedError when
    the time was taken meanwhile.
    """
    require(work.actor, Right.OUT_OF_ORDER)
    displaced = [load(work, Booking, number) for number in what.displaced]
    broken_off = [load(work, Booking, number) for number in what.broken_off]
    back = [row for row in displaced if row.end_at > work.now and row.state == BookingState.DISPLACED.value]
    on = [row for row in broken_off if row.end_at > work.now]
    for row in back:
        _bring_back(work, row)
    for row in on:
        resume(work, row)
    ids = [row.id or 0 for row in (*back, *on)]
    work.record("booking.reinstate", _subject(ids), reason=reason, changed=FLAG | Changed.USAGE)
    return bookings_by_id(work, ids)


def release_missed(work: Work) -> list[BookingView]:
    """Mark as missed every booking without check-in whose time to check in is over; frees the time."""
    found = work.session.exec(
        select(Booking, Machine)
        .join(Machine, col(Machine.id) == Booking.machine_id)
        .where(Booking.state == BookingState.BOOKED.value, Booking.start_at < work.now)
    ).all()
    ids = []
    for row, machine in found:
        if _is_missed(work, row, policy_of(machine).release_after_s):
            free(work, row, BookingState.MISSED)
            ids.append(row.id or 0)
    if ids:
        work.record("booking.release_missed", _subject(ids), after=ids, changed=FLAG)
    return bookings_by_id(work, ids)


def _is_missed(work: Work, row: Booking, release_after_s: int | None) -> bool:
    if row.end_at <= work.now:
        return True
    return release_after_s is not None and (work.now - row.start_at).total_seconds() >= release_after_s


def _subject(ids: list[int]) -> str:
    return "booking:" + ",".join(str(number) for number in ids)
