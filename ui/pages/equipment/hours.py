"""Hours of one machine by month: booked, checked-in, measured."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from center_app.booking import queries as booking
from center_app.core.periods import Period, month
from center_app.telemetry.opening import Opening, of_read
from ui.kit.ledgers import records
from ui.kit.words import _

MonthRow = tuple[date, float, float, float | None]


def months_before(today: date, count: int) -> list[date]:
    """Return the first days of the last full months, oldest first."""
    at = today.year * 12 + today.month - 1
    return [date((at - n) // 12, (at - n) % 12 + 1, 1) for n in range(count, 0, -1)]


def month_hours(read: Any, folder: Path, machine_id: int, today: date, count: int = 6) -> tuple[MonthRow, ...]:
    """Return (first day, booked h, checked-in h, measured h or None when not measured) for each month."""
    return tuple(_month(read, folder, machine_id, day) for day in months_before(today, count))


def _month(read: Any, folder: Path, machine_id: int, day: date) -> MonthRow:
    period = month(day.year, day.month, str(_.zone))
    bookings = booking.bookings_in(read, period, machine_ids=[machine_id])
    booked = sum(_hours(view.start_at, view.end_at, period) for view in bookings if view.is_live)
    uses = booking.usage_in(read, period, machine_ids=[machine_id])
    checked = sum(_hours(use.started_at, use.ended_at or read.now, period) for use in uses)
    return day, booked, checked, _measured(of_read(read, folder), machine_id, period)


def _measured(place: Opening, machine_id: int, period: Period) -> float | None:
    """Return the measured run in h, None when nothing was measured."""
    start, end = (int(moment.timestamp() * 1e9) for moment in (period.start, period.end))
    runs = records(place).runs(start, end, machine_id)
    if not runs:
        return None
    return sum(min(run.end_ns, end) - max(run.start_ns, start) for run in runs) / 3.6e12


def _hours(start: Any, end: Any, period: Period) -> float:
    inside = (min(end, period.end) - max(start, period.start)).total_seconds()
    return max(0.0, float(inside)) / 3600
