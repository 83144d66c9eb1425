"""Gather from the database what the rules look at; the same for every entry path."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, bindparam, func, or_
from sqlmodel import col, select

from center_app.booking.models import Booking
from center_app.booking.rules import Busy, Case, days_of
from center_app.booking.values import OPEN, BookingDraft
from center_app.core.centre import Centre
from center_app.core.db import Read, UtcDateTime
from center_app.core.periods import Period
from center_app.core.picking import pick
from center_app.equipment.models import Occupancy, Outage
from center_app.equipment.queries import machine
from center_app.equipment.values import BookingPolicy, MachineView, OccupancyKind
from center_app.registry.models import Person
from center_app.registry.queries import standing

_DEFAULT_ZONE = "Asia/Shanghai"
_OPEN_STATES = [state.value for state in OPEN]


def site_zone(read: Read) -> ZoneInfo:
    """Return the time zone of the site."""
    row = read.session.get(Centre, 1)
    return ZoneInfo(row.zone if row else _DEFAULT_ZONE)


def gather(
    read: Read, draft: BookingDraft, machine_id: int, replaces: Booking | None = None, view: MachineView | None = None
) -> Case:
    """Return the case of a draft on one machine; `replaces` is the booking that is being changed."""
    zone, found = site_zone(read), view or machine(read, machine_id, with_funding=False)
    start, end = draft.start_at, draft.end_at
    is_time = start < end
    period = Period(start, end) if is_time else Period(start, start + timedelta(seconds=1))
    first, last = days_of(period, zone)
    policy, without = found.policy, replaces.id if replaces else None
    widened = period.padded(policy.buffer_before_s, policy.buffer_after_s)
    own, future = _own(read, draft.person_id, machine_id, period, policy, without)
    return Case(
        now=read.now,
        zone=zone,
        machine=found,
        start=start,
        end=end,
        standing=standing(read, draft.person_id, found.qualification_kind_id, first, last),
        project_id=draft.project_id,
        setup_s=draft.setup_s,
        title=draft.title,
        note=draft.note,
        busy=busy_in(read, [machine_id], widened, without).get(machine_id, ()),
        own_periods=own,
        own_future=future,
        replaces_start=replaces.start_at if replaces else None,
    )


def busy_in(
    read: Read, machine_ids: list[int], period: Period, without_booking: int | None = None
) -> dict[int, tuple[Busy, ...]]:
    """Return the occupied time of machines that touches a period, with holders, by start; one statement."""
    values = {"machines": machine_ids, "since": period.start, "until": period.end}
    found: dict[int, list[Busy]] = {machine_id: [] for machine_id in machine_ids}
    for parts in read.session.exec(_busy_rows(), params=values):
        row = parts[0]
        if without_booking is None or (row.kind, row.owner_id) != ("booking", without_booking):
            found[row.machine_id].append(_busy(*parts))
    return {machine_id: tuple(busy) for machine_id, busy in found.items()}


@cache
def _busy_rows() -> Any:
    """Build the statement once; it runs in every act."""
    return (
        pick(Occupancy, Booking.start_at, Booking.end_at, Booking.title, Person.name, Outage.title)
        .join(Booking, and_(col(Occupancy.kind) == "booking", col(Booking.id) == Occupancy.owner_id), isouter=True)
        .join(Person, col(Person.id) == Booking.person_id, isouter=True)
        .join(Outage, and_(col(Occupancy.kind) == "outage", col(Outage.id) == Occupancy.owner_id), isouter=True)
        .where(
            col(Occupancy.is_live).is_(True),
            col(Occupancy.machine_id).in_(bindparam("machines", expanding=True)),
            Occupancy.start_at < bindparam("until", type_=UtcDateTime),
            Occupancy.end_at > bindparam("since", type_=UtcDateTime),
        )
        .order_by(col(Occupancy.start_at))
    )


def _busy(
    row: Occupancy, start: datetime | None, end: datetime | None, title: str | None, name: str | None, told: str | None
) -> Busy:
    occupied = Period(row.start_at, row.end_at)
    own = (Period(start, end).intersection(occupied) if start and end else None) or occupied
    return Busy(OccupancyKind(row.kind), row.owner_id, own, occupied, name or "", title or told or "")


def _own(
    read: Read, person_id: int, machine_id: int, period: Period, policy: BookingPolicy, without: int | None
) -> tuple[tuple[Period, ...], int]:
    """Return the person's bookings of the machine near a period, and how many are still to come.

    Asks for each only where the machine has such a limit.
    """
    mine: list[Any] = [
        Booking.person_id == person_id, Booking.machine_id == machine_id, col(Booking.id) != (without or 0),
    ]  # fmt: skip
    near = _near(read, mine, period.padded(policy.min_gap_s, policy.min_gap_s)) if policy.min_gap_s else ()
    return near, 0 if policy.max_future is None else _coming(read, mine)


def with_own(read: Read, case: Case, window: Period, without: int | None = None) -> Case:
    """Return a case that knows the person's bookings of the machine in a whole window, for finding slots."""
    own, future = _own(read, case.standing.person_id, case.machine.id, window, case.machine.policy, without)
    return replace(case, own_periods=own, own_future=future)


def _near(read: Read, mine: list[Any], wide: Period) -> tuple[Period, ...]:
    statement = select(Booking.start_at, Booking.end_at).where(
        *mine,
        Booking.start_at < wide.end,
        Booking.end_at > wide.start,
        or_(col(Booking.state).in_(_OPEN_STATES), col(Booking.state) == "done"),
    )
    return tuple(Period(start, end) for start, end in read.session.exec(statement))


def _coming(read: Read, mine: list[Any]) -> int:
    statement = select(func.count()).where(*mine, Booking.start_at > read.now, col(Booking.state).in_(_OPEN_STATES))
    return int(read.session.exec(statement).one())
