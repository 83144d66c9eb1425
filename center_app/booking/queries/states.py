"""What every machine does now and next, from four statements."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlmodel import col, select

from center_app.booking.facts import busy_in
from center_app.booking.models import Booking, UsageSession
from center_app.booking.states import Use, state_of
from center_app.booking.values import MachineNow
from center_app.core.db import Read
from center_app.core.periods import Period
from center_app.equipment.models import Machine
from center_app.equipment.queries import outages_now
from center_app.equipment.values import Condition, OutageKind
from center_app.registry.models import Person

_AHEAD = timedelta(days=30)


def machine_states(read: Read, machine_ids: Iterable[int] | None = None) -> dict[int, MachineNow]:
    """Say of every machine in the register, or of the chosen ones, what it does now and next."""
    statement = select(Machine.id, Machine.condition, Machine.condition_note, Machine.calibrated_until)
    if machine_ids is not None:
        statement = statement.where(col(Machine.id).in_(list(machine_ids)))
    else:
        statement = statement.where(col(Machine.is_archived).is_(False))
    machines = read.session.exec(statement).all()
    ids = [machine_id or 0 for machine_id, *_ in machines]
    busy = busy_in(read, ids, Period(read.now, read.now + _AHEAD))
    uses = _uses(read)
    breakdowns = frozenset(one.id for one in outages_now(read) if one.kind is OutageKind.BREAKDOWN)
    found = {}
    for machine_id, condition, note, calibrated_until in machines:
        is_expired = calibrated_until is not None and calibrated_until <= read.now
        locked = condition != Condition.IN_SERVICE.value or is_expired
        number = machine_id or 0
        found[number] = state_of(number, read.now, busy[number], uses.get(number), breakdowns, note if locked else None)
    return found


def _uses(read: Read) -> dict[int, Use]:
    statement = (
        select(UsageSession, Booking, Person.name)
        .join(Booking, col(Booking.id) == UsageSession.booking_id)
        .join(Person, col(Person.id) == UsageSession.person_id)
        .where(col(UsageSession.ended_at).is_(None), col(UsageSession.is_void).is_(False))
    )
    return {
        session.machine_id: Use(row.id or 0, session.started_at, row.setup_s, row.end_at, name, row.title)
        for session, row, name in read.session.exec(statement)
    }
