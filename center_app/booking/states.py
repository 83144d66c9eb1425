"""Derive what a machine does now from what occupies it; pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from center_app.booking.rules import Busy
from center_app.booking.values import MachineNow, MachineState
from center_app.equipment.occupancy import FAR
from center_app.equipment.values import OccupancyKind


@dataclass(frozen=True)
class Use:
    """Show the use that is under way on a machine."""

    booking_id: int
    started_at: datetime
    setup_s: int
    booked_until: datetime
    holder: str = ""
    title: str = ""


def state_of(
    machine_id: int,
    now: datetime,
    busy: tuple[Busy, ...],
    use: Use | None,
    breakdowns: frozenset[int],
    locked: str | None,
) -> MachineNow:
    """Return the state: out of order and locked first, then use, then what is booked.

    `busy` is the occupied time from now on, by start; `breakdowns` the outages that are breakdowns,
    `locked` the reason of a lock (None: not locked).
    """
    present = next((one for one in busy if one.own.contains(now)), None)
    coming = next((one for one in busy if one.own.start > now and one.kind is OccupancyKind.BOOKING), None)
    base = MachineNow(
        machine_id,
        MachineState.FREE,
        free_from=_free_from(now, busy),
        next_at=coming.own.start if coming else None,
        next_holder=coming.holder if coming else "",
        next_title=coming.title if coming else "",
    )
    if present is not None and present.kind is OccupancyKind.OUTAGE:
        return _outage(base, present, breakdowns)
    if locked is not None:
        return replace(base, state=MachineState.LOCKED, title=locked)
    if use is not None:
        return _use(base, now, use, busy)
    if present is not None:
        return _booked(base, now, present)
    return replace(base, free_until=next((one.own.start for one in busy if one.own.start > now), None))


def _booked(base: MachineNow, now: datetime, present: Busy) -> MachineNow:
    state = MachineState.LATE if present.own.start < now else MachineState.BOOKED
    return replace(
        base,
        state=state,
        since=present.own.start,
        until=present.own.end,
        holder=present.holder,
        title=present.title,
        booking_id=present.owner_id,
    )


def _outage(base: MachineNow, present: Busy, breakdowns: frozenset[int]) -> MachineNow:
    return replace(
        base,
        state=MachineState.OUT_OF_ORDER if present.owner_id in breakdowns else MachineState.SERVICE,
        since=present.own.start,
        until=None if present.own.end >= FAR else present.own.end,
        title=present.title,
        outage_id=present.owner_id,
    )


def _use(base: MachineNow, now: datetime, use: Use, busy: tuple[Busy, ...]) -> MachineNow:
    in_setup = now < use.started_at + timedelta(seconds=use.setup_s)
    own = next((one for one in busy if one.kind is OccupancyKind.BOOKING and one.owner_id == use.booking_id), None)
    return replace(
        base,
        state=MachineState.SETUP if in_setup else MachineState.IN_USE,
        since=use.started_at,
        until=use.booked_until,
        holder=own.holder if own else use.holder,
        title=own.title if own else use.title,
        booking_id=use.booking_id,
    )


def _free_from(now: datetime, busy: tuple[Busy, ...]) -> datetime | None:
    """Return when the occupied time that holds now ends, following on without a gap; None when free or open."""
    end = now
    for one in busy:
        if one.occupied.start <= end < one.occupied.end:
            end = one.occupied.end
    return None if end == now or end >= FAR else end
