"""Take a machine out of order now: always succeeds, displaces bookings, and is undone as one act."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from center_app.booking import queries as bookings
from center_app.booking import service as booking_service
from center_app.booking.service.endings import name_outage
from center_app.booking.values import BookingView, Displaced, Slot
from center_app.core.access import Right, require
from center_app.core.db import Work
from center_app.core.periods import Period
from center_app.equipment import queries as equipment
from center_app.equipment import service as equipment_service
from center_app.equipment.occupancy import FAR
from center_app.equipment.values import OutageDraft, OutageKind, OutageView


@dataclass(frozen=True)
class Absorbed:
    """Name an earlier outage that the breakdown cut short or cancelled, and the end that it had."""

    outage_id: int
    end_at: datetime | None


@dataclass(frozen=True)
class Move:
    """Show a displaced booking with the slots proposed for it, nearest first."""

    booking: BookingView
    slots: tuple[Slot, ...]


@dataclass(frozen=True)
class Breakdown:
    """Hold the outcome: the outage, what it displaced with proposed moves, and what undoes it."""

    outage: OutageView
    moves: tuple[Move, ...]
    displaced: Displaced
    absorbed: tuple[Absorbed, ...] = field(default=())


def out_of_order(work: Work, machine_id: int, title: str, until: datetime | None = None, note: str = "") -> Breakdown:
    """Take a machine out of order from now until a time (None: until somebody says otherwise).

    Displaces the bookings in the way, ends a running use, takes over other outages, proposes moves.
    Undone by `undo_out_of_order`.
    """
    require(work.actor, Right.OUT_OF_ORDER)
    end = until if until is not None and until > work.now else None
    period = Period(work.now, end or FAR)
    absorbed = _absorb(work, machine_id, period)
    displaced = booking_service.displace(work, machine_id, period, title.strip())
    draft = OutageDraft(
        machine_id=machine_id, start_at=work.now, end_at=end, title=title, kind=OutageKind.BREAKDOWN, note=note
    )
    outage = equipment_service.begin_outage(work, draft)
    name_outage(work, displaced.displaced, outage.id)
    return Breakdown(outage, _moves(work, displaced), displaced, absorbed)


def undo_out_of_order(work: Work, done: Breakdown) -> list[BookingView]:
    """Undo a breakdown: cancel the outage, bring the earlier outages and bookings back as they were."""
    require(work.actor, Right.OUT_OF_ORDER)
    outage = equipment.outage(work, done.outage.id)
    equipment_service.cancel_outage(work, outage.id, outage.version)
    for one in done.absorbed:
        earlier = equipment.outage(work, one.outage_id)
        equipment_service.reopen_outage(work, one.outage_id, earlier.version, one.end_at)
    return booking_service.reinstate(work, done.displaced, "undo")


def back_in_order(work: Work, outage_id: int, version: int, end_at: datetime | None = None) -> OutageView:
    """End a breakdown now (or at a time); displaced bookings wait for `take_up` or a restore."""
    return equipment_service.close_outage(work, outage_id, version, end_at)


def take_up(work: Work, booking_id: int, version: int, slot: Slot) -> BookingView:
    """Take a proposed slot for a displaced booking; the rules are those of a move."""
    return booking_service.take_up(
        work, booking_id, version, machine_id=slot.machine_id, start_at=slot.period.start, end_at=slot.period.end
    )


def _absorb(work: Work, machine_id: int, period: Period) -> tuple[Absorbed, ...]:
    """End the outages that lie in the period: those under way now, those to come before they begin."""
    absorbed = []
    for earlier in equipment.outages_in(work, period, machine_ids=[machine_id]):
        equipment_service.close_outage(work, earlier.id, earlier.version, period.start)
        absorbed.append(Absorbed(earlier.id, earlier.end_at))
    return tuple(absorbed)


def _moves(work: Work, displaced: Displaced) -> tuple[Move, ...]:
    views = bookings.bookings_by_id(work, displaced.displaced)
    slots = bookings.alternatives(work, views)
    return tuple(Move(view, slots[view.id]) for view in views)
