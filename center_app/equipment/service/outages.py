"""Plan, begin, close and cancel outages. A breakdown that meets bookings is the flow `breakdown`."""

from __future__ import annotations

from datetime import datetime

from center_app.core.access import Right, require
from center_app.core.changes import Changed
from center_app.core.db import Work
from center_app.core.errors import PersonError, declare
from center_app.core.periods import Period
from center_app.core.versions import advance, load
from center_app.equipment import occupancy, queries, rules
from center_app.equipment.models import Machine, Outage
from center_app.equipment.occupancy import FAR, TakenError
from center_app.equipment.service._common import refuse
from center_app.equipment.values import OccupancyKind, OutageDraft, OutageView

TIME_TAKEN = declare(
    "outage.time_taken",
    "{machine} is occupied {start}–{end} in that time.",
    "Choose another time, move the booking first, or report a breakdown, which displaces bookings.",
)
OUTAGE_OVER = declare(
    "outage.over",
    "This outage is over or was cancelled.",
    "Plan a new outage instead.",
)
_FLAG = Changed.EQUIPMENT | Changed.OCCUPANCY


def plan_outage(work: Work, draft: OutageDraft) -> OutageView:
    """Plan an outage in free time; bookings in the way refuse it."""
    require(work.actor, Right.EDIT_EQUIPMENT)
    return _store(work, draft, "outage.plan")


def begin_outage(work: Work, draft: OutageDraft) -> OutageView:
    """Take a machine out of order from now, its time being free already; flows free it first."""
    require(work.actor, Right.OUT_OF_ORDER)
    return _store(work, draft, "outage.begin")


def _store(work: Work, draft: OutageDraft, action: str) -> OutageView:
    refuse(rules.outage_problems(draft))
    machine = load(work, Machine, draft.machine_id)
    row = work.add(
        Outage(
            machine_id=draft.machine_id,
            kind=draft.kind.value,
            title=draft.title.strip(),
            note=draft.note,
            start_at=draft.start_at,
            end_at=draft.end_at,
            reported_by=work.actor.name,
            reported_at=work.now,
        )
    )
    period = Period(draft.start_at, draft.end_at or FAR)
    try:
        occupancy.occupy(work, draft.machine_id, OccupancyKind.OUTAGE, row.id or 0, period)
    except TakenError as error:
        raise _taken(machine, error, period) from error
    work.record(action, f"outage:{row.id}", after=draft, changed=_FLAG)
    return queries.outage(work, row.id or 0)


def close_outage(work: Work, outage_id: int, version: int, end_at: datetime | None = None) -> OutageView:
    """End an outage now (or at a time); undone by reopen_outage. One that has not begun is cancelled."""
    require(work.actor, Right.OUT_OF_ORDER)
    row = _lasting(work, outage_id, version)
    end = end_at or work.now
    before = queries.outage(work, outage_id)
    if end <= row.start_at:
        row.is_cancelled = True
        occupancy.release(work, OccupancyKind.OUTAGE, outage_id)
    else:
        row.end_at = end
        _reshape(work, row, Period(row.start_at, end))
    work.record("outage.close", f"outage:{outage_id}", before, queries.outage(work, outage_id), changed=_FLAG)
    return queries.outage(work, outage_id)


def reopen_outage(work: Work, outage_id: int, version: int, end_at: datetime | None) -> OutageView:
    """Give a closed outage another end (None: open again); what was booked meanwhile refuses it."""
    require(work.actor, Right.OUT_OF_ORDER)
    row = load(work, Outage, outage_id)
    advance(row, version, row.title)
    before = queries.outage(work, outage_id)
    row.end_at = end_at
    if row.is_cancelled:
        row.is_cancelled = False
        _reclaim(work, row)
    _reshape(work, row, Period(row.start_at, end_at or FAR))
    work.record("outage.reopen", f"outage:{outage_id}", before, queries.outage(work, outage_id), changed=_FLAG)
    return queries.outage(work, outage_id)


def cancel_outage(work: Work, outage_id: int, version: int) -> OutageView:
    """Cancel an outage as if it had never been; undone by restore_outage."""
    require(work.actor, Right.OUT_OF_ORDER)
    row = _lasting(work, outage_id, version)
    row.is_cancelled = True
    occupancy.release(work, OccupancyKind.OUTAGE, outage_id)
    work.record("outage.cancel", f"outage:{outage_id}", changed=_FLAG)
    return queries.outage(work, outage_id)


def restore_outage(work: Work, outage_id: int, version: int) -> OutageView:
    """Bring a cancelled outage back where its time is still free."""
    require(work.actor, Right.OUT_OF_ORDER)
    row = load(work, Outage, outage_id)
    advance(row, version, row.title)
    row.is_cancelled = False
    _reclaim(work, row)
    work.record("outage.restore", f"outage:{outage_id}", changed=_FLAG)
    return queries.outage(work, outage_id)


def _lasting(work: Work, outage_id: int, version: int) -> Outage:
    row = load(work, Outage, outage_id)
    advance(row, version, row.title)
    if row.is_cancelled or (row.end_at is not None and row.end_at <= work.now):
        raise PersonError(OUTAGE_OVER)
    return row


def _reshape(work: Work, row: Outage, period: Period) -> None:
    try:
        occupancy.reshape(work, OccupancyKind.OUTAGE, row.id or 0, period)
    except TakenError as error:
        raise _taken(load(work, Machine, row.machine_id), error, period) from error


def _reclaim(work: Work, row: Outage) -> None:
    try:
        occupancy.reclaim(work, OccupancyKind.OUTAGE, row.id or 0)
    except TakenError as error:
        raise _taken(load(work, Machine, row.machine_id), error, Period(row.start_at, row.end_at or FAR)) from error


def _taken(machine: Machine, error: TakenError, wanted: Period) -> PersonError:
    """Say which occupied time stands in the way."""
    period = error.winner.period if error.winner else wanted
    return PersonError(TIME_TAKEN, machine=machine.names, start=period.start, end=period.end)
