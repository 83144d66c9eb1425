"""Change bookings: a move cancels the old one and makes a linked successor in one unit of work."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import col

from center_app.booking import problems as p
from center_app.booking.models import Booking, UsageSession
from center_app.booking.queries import booking as booking_view
from center_app.booking.service._common import FLAG, draft_of, free, require_open, require_owner, seen, store
from center_app.booking.values import BookingDraft, BookingState, BookingView, reference_of
from center_app.booking.verdicts import choose
from center_app.core.changes import Changed
from center_app.core.db import Work
from center_app.core.errors import PersonError


def move(
    work: Work,
    booking_id: int,
    version: int,
    *,
    machine_id: int | None = None,
    start_at: datetime | None = None,
    end_at: datetime | None = None,
    waive: frozenset[str] = frozenset(),
    waive_reason: str = "",
) -> BookingView:
    """Give a booking another time or machine; what is not named stays. Undone by `revert`.

    The old booking stays, cancelled and linked; the successor keeps the reference. Rules, rights
    and refusals are those of `book`; a booking changed meanwhile raises StaleError.
    """
    old = draft_of(booking_view(work, booking_id))
    wanted = {"machine_id": machine_id, "start_at": start_at, "end_at": end_at}
    named: dict[str, Any] = {name: value for name, value in wanted.items() if value is not None}
    draft = replace(old, **named, waive=waive, waive_reason=waive_reason)
    return _replace(work, booking_id, version, draft, "booking.move")


def resize(
    work: Work,
    booking_id: int,
    version: int,
    start_at: datetime,
    end_at: datetime,
    waive: frozenset[str] = frozenset(),
    waive_reason: str = "",
) -> BookingView:
    """Give a booking another start or end on its machine; a running one may be extended."""
    return move(work, booking_id, version, start_at=start_at, end_at=end_at, waive=waive, waive_reason=waive_reason)


def revert(work: Work, booking_id: int, version: int) -> BookingView:
    """Undo a move: book the former time again, as one more revision."""
    row = seen(work, booking_id, version)
    if row.predecessor_id is None:
        raise PersonError(p.NO_PREDECESSOR, reference=reference_of(row.year, row.number))
    draft = draft_of(booking_view(work, row.predecessor_id))
    return _replace(work, booking_id, version, draft, "booking.revert")


def edit_details(
    work: Work, booking_id: int, version: int, *, title: str, note: str, project_id: int | None, setup_s: int
) -> BookingView:
    """Change what a booking is for, with the same rules; its time stays."""
    old = draft_of(booking_view(work, booking_id))
    draft = replace(old, title=title, note=note, project_id=project_id, setup_s=setup_s)
    return _replace(work, booking_id, version, draft, "booking.edit")


def take_up(
    work: Work, booking_id: int, version: int, *, machine_id: int, start_at: datetime, end_at: datetime
) -> BookingView:
    """Give a displaced booking a new time or machine; it keeps its reference and links back."""
    old = draft_of(booking_view(work, booking_id))
    draft = replace(old, machine_id=machine_id, start_at=start_at, end_at=end_at)
    row = seen(work, booking_id, version, draft)
    require_owner(work, row.person_id)
    if row.state != BookingState.DISPLACED.value:
        raise PersonError(p.NOT_OPEN, reference=reference_of(row.year, row.number))
    choice = choose(work, work.actor, draft)
    new = store(work, draft, choice.case, BookingState.BOOKED, row)
    row.successor_id, row.version = new.id, row.version + 1
    row.state = BookingState.CANCELLED.value
    view = booking_view(work, new.id or 0)
    work.record("booking.take_up", f"booking:{new.id}", after=view, changed=FLAG)
    return view


def _replace(work: Work, booking_id: int, version: int, draft: BookingDraft, action: str) -> BookingView:
    row = seen(work, booking_id, version, draft)
    require_owner(work, row.person_id)
    require_open(row)
    _require_same_begin(row, draft)
    before = booking_view(work, booking_id)
    choice = choose(work, work.actor, draft, row)
    state = BookingState(row.state)
    free(work, row, BookingState.CANCELLED)
    new = store(work, draft, choice.case, state, row)
    row.successor_id = new.id
    _hand_over(work, booking_id, new)
    view = booking_view(work, new.id or 0)
    work.record(action, f"booking:{new.id}", before, view, draft.waive_reason, FLAG | Changed.USAGE)
    return view


def _require_same_begin(row: Booking, draft: BookingDraft) -> None:
    """Let a use that has begun change its end only."""
    is_running = row.state == BookingState.IN_USE.value
    if is_running and (draft.machine_id, draft.start_at) != (row.machine_id, row.start_at):
        raise PersonError(p.RUNNING, reference=reference_of(row.year, row.number))


def _hand_over(work: Work, old_id: int, new: Booking) -> None:
    """Let the use of the machine that has begun go on under the successor."""
    work.session.execute(update(UsageSession).where(col(UsageSession.booking_id) == old_id).values(booking_id=new.id))
