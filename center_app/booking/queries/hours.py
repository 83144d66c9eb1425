"""Read booked and checked-in time and match it with what was measured."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from center_app.booking.hours import BookedTime, CheckedIn, MachineHours, Measurement, machine_hours
from center_app.booking.queries.lists import bookings_by_id, bookings_in, usage_in
from center_app.booking.values import BookingState, BookingView, UsageView
from center_app.core.db import Read
from center_app.core.periods import Period

_COUNTED = (BookingState.BOOKED, BookingState.IN_USE, BookingState.DONE, BookingState.MISSED)


def hours_in(
    read: Read, period: Period, measurements: Mapping[int, Measurement], machine_ids: Iterable[int] | None = None
) -> list[MachineHours]:
    """Return the hours of machines in a period, by machine number; up to three statements.

    Covers the chosen machines, or every machine that was booked, used or measured in the period.
    """
    ids = None if machine_ids is None else list(machine_ids)
    views = bookings_in(read, period, machine_ids=ids, states=_COUNTED)
    uses = usage_in(read, period, machine_ids=ids)
    known = {view.id for view in views}
    views += bookings_by_id(read, sorted({use.booking_id for use in uses} - known))
    by_machine: dict[int, list[BookingView]] = defaultdict(list)
    for view in views:
        by_machine[view.machine_id].append(view)
    used: dict[int, list[UsageView]] = defaultdict(list)
    for use in uses:
        used[use.machine_id].append(use)
    wanted = ids if ids is not None else sorted({*by_machine, *used, *measurements})
    return [
        machine_hours(
            number,
            period,
            [booked_time(view, read.now) for view in by_machine[number]],
            [one for use in used[number] for one in checked_in(use, read.now)],
            measurements.get(number),
        )
        for number in wanted
    ]


def booked_time(view: BookingView, now: datetime) -> BookedTime:
    """Return a booking as the hours see it: missed when its time passed without check-in."""
    is_over = view.state is BookingState.BOOKED and view.end_at <= now
    return BookedTime(
        booking_id=view.id,
        reference=view.reference,
        period=view.period,
        person=view.person,
        project_code=view.project_code,
        is_missed=view.state is BookingState.MISSED or is_over,
        is_external=view.is_external,
    )


def checked_in(use: UsageView, now: datetime) -> list[CheckedIn]:
    """Return a use as the hours see it, an open one up to now; nothing for a use without length."""
    end = use.ended_at or now
    if end <= use.started_at:
        return []
    return [CheckedIn(use.id, use.booking_id, Period(use.started_at, end), use.setup_s, use.postprocess_s)]
