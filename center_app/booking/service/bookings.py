"""Book machines; where a machine needs it, the booking waits for approval and holds its time."""

from __future__ import annotations

from center_app.booking.models import Booking
from center_app.booking.queries import booking as booking_view
from center_app.booking.rules import Case
from center_app.booking.service._common import FLAG, free, require_open, require_owner, seen, store
from center_app.booking.values import BookingDraft, BookingState, BookingView
from center_app.booking.verdicts import choose
from center_app.core.access import Right, require
from center_app.core.db import Work
from center_app.core.versions import load
from center_app.equipment.models import Machine


def book(work: Work, draft: BookingDraft) -> BookingView:
    """Book a machine, or any machine of a pool; raises RefusedError with every problem and slots.

    Undone by `cancel`.
    """
    require_owner(work, draft.person_id)
    choice = choose(work, work.actor, draft)
    row = store(work, draft, choice.case, _first_state(work, choice.case))
    view = booking_view(work, row.id or 0)
    work.record("booking.book", f"booking:{row.id}", after=view, reason=draft.waive_reason, changed=FLAG)
    return view


def _first_state(work: Work, case: Case) -> BookingState:
    needs = case.machine.policy.needs_approval and not _may_approve(work, case.machine.custodian_id)
    return BookingState.PENDING if needs else BookingState.BOOKED


def _may_approve(work: Work, custodian_id: int | None) -> bool:
    return work.actor.may(Right.BOOK_FOR_OTHERS) or work.actor.person_id == custodian_id


def approve(work: Work, booking_id: int, version: int) -> BookingView:
    """Approve a pending booking; its time is held since it was asked for."""
    row = _pending(work, booking_id, version)
    row.state = BookingState.BOOKED.value
    row.version += 1
    work.record("booking.approve", f"booking:{booking_id}", changed=FLAG)
    return booking_view(work, booking_id)


def decline(work: Work, booking_id: int, version: int, reason: str) -> BookingView:
    """Decline a pending booking and give its time back."""
    row = _pending(work, booking_id, version)
    free(work, row, BookingState.CANCELLED)
    work.record("booking.decline", f"booking:{booking_id}", reason=reason, changed=FLAG)
    return booking_view(work, booking_id)


def _pending(work: Work, booking_id: int, version: int) -> Booking:
    row = seen(work, booking_id, version)
    if not _may_approve(work, load(work, Machine, row.machine_id).custodian_id):
        require(work.actor, Right.BOOK_FOR_OTHERS)
    require_open(row)
    return row
