"""Take over the bookings and uses of an older system: one act, one audit row, no rule but the database's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert
from sqlmodel import col, select

from center_app.booking.facts import site_zone
from center_app.booking.models import Booking, BookingCounter, UsageSession
from center_app.booking.service._common import FLAG
from center_app.booking.values import OCCUPYING, BookingState
from center_app.core.access import Right, require
from center_app.core.audit import canonical
from center_app.core.changes import Changed
from center_app.core.db import Work
from center_app.core.periods import Period
from center_app.equipment.occupancy import Occupancy
from center_app.equipment.values import OccupancyKind


@dataclass(frozen=True, kw_only=True)
class KeptBooking:
    """Describe a booking as it was kept elsewhere: check-in and check-out None where there was none yet."""

    machine_id: int
    person_id: int
    project_id: int | None
    period: Period
    occupied: Period
    state: BookingState = BookingState.DONE
    checked_in_at: datetime | None = None
    checked_out_at: datetime | None = None
    planned_setup_s: int = 0
    setup_s: int = 0
    postprocess_s: int = 0
    title: str = ""


def take_over(work: Work, kept: Sequence[KeptBooking]) -> int:
    """Store bookings with their uses; overlaps are refused by the database as ever; returns how many."""
    require(work.actor, Right.ADMINISTER)
    ordered = sorted(kept, key=lambda entry: entry.period.start)
    ids = _insert_bookings(work, ordered)
    _insert_occupancy(work, ordered, ids)
    _insert_uses(work, ordered, ids)
    told = {"bookings": len(ordered), "sha256": _digest(ordered)}
    work.record("booking.take_over", "booking:history", after=told, changed=FLAG | Changed.USAGE)
    return len(ordered)


def _digest(kept: Sequence[KeptBooking]) -> str:
    from hashlib import sha256

    return sha256(canonical(kept)).hexdigest()


def _insert_bookings(work: Work, kept: Sequence[KeptBooking]) -> list[int]:
    zone = site_zone(work)
    numbers = _numbers(work, [entry.period.start.astimezone(zone).year for entry in kept])
    rows = [_row(work, entry, *number) for entry, number in zip(kept, numbers, strict=True)]
    if not rows:
        return []
    made = work.session.scalars(insert(Booking).returning(Booking.id, sort_by_parameter_order=True), rows)  # type: ignore[call-overload]
    return list(made)


def _row(work: Work, entry: KeptBooking, year: int, number: int) -> dict[str, object]:
    return {
        "year": year, "number": number, "revision": 1, "version": 1,
        "machine_id": entry.machine_id, "person_id": entry.person_id, "project_id": entry.project_id,
        "start_at": entry.period.start, "end_at": entry.period.end,
        "occupied_start_at": entry.occupied.start, "occupied_end_at": entry.occupied.end,
        "is_long": entry.occupied.duration_s > timedelta(days=1).total_seconds(),
        "state": entry.state.value, "title": entry.title, "note": "", "setup_s": entry.planned_setup_s,
        "waived": "", "created_by": work.actor.name, "created_at": work.now,
    }  # fmt: skip


def _numbers(work: Work, years: Sequence[int]) -> list[tuple[int, int]]:
    """Give each booking the next number of its year."""
    wanted = Counter(years)
    known = work.session.exec(select(BookingCounter).where(col(BookingCounter.year).in_(wanted))).all()
    last = {counter.year: counter.last for counter in known}
    given: list[tuple[int, int]] = []
    for year in years:
        last[year] = last.get(year, 0) + 1
        given.append((year, last[year]))
    for year, newest in last.items():
        work.session.merge(BookingCounter(year=year, last=newest))
    work.session.flush()
    return given


def _insert_occupancy(work: Work, kept: Sequence[KeptBooking], ids: Sequence[int]) -> None:
    rows = [
        {
            "machine_id": entry.machine_id, "kind": OccupancyKind.BOOKING.value, "owner_id": owner,
            "start_at": entry.occupied.start, "end_at": entry.occupied.end, "is_live": entry.state in OCCUPYING,
        }
        for entry, owner in zip(kept, ids, strict=True)
    ]  # fmt: skip
    if rows:
        work.session.execute(insert(Occupancy), rows)


def _insert_uses(work: Work, kept: Sequence[KeptBooking], ids: Sequence[int]) -> None:
    rows = [
        {
            "version": 1, "booking_id": owner, "machine_id": entry.machine_id, "person_id": entry.person_id,
            "started_at": entry.checked_in_at, "ended_at": entry.checked_out_at, "setup_s": entry.setup_s,
            "postprocess_s": entry.postprocess_s, "note": "", "is_void": False,
        }
        for entry, owner in zip(kept, ids, strict=True)
        if entry.checked_in_at is not None
    ]  # fmt: skip
    if rows:
        work.session.execute(insert(UsageSession), rows)
