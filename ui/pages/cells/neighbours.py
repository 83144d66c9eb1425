"""What cells need from other wings: the machines' names and today's bookings; read on the window lane."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from center_app.booking import queries as booking
from center_app.booking.values import BookingState
from center_app.core.labels import Label
from center_app.core.periods import local_day
from center_app.equipment import queries as equipment
from ui.kit.words import _
from ui.pages.cells.data import CellBooking

_GONE = (BookingState.CANCELLED, BookingState.DISPLACED, BookingState.MISSED)


def load_machines(center: Any) -> dict[int, Label]:
    """Return every machine's name by its number."""
    return {machine.id: machine.names for machine in center.read(equipment.machines)}


def load_bookings(center: Any) -> dict[int, list[CellBooking]]:
    """Return today's bookings by machine, in the order of time."""
    day = local_day(center.clock.now().astimezone(ZoneInfo(center.zone)).date(), center.zone)
    found: dict[int, list[CellBooking]] = {}
    for view in center.read(booking.bookings_in, day):
        if view.state not in _GONE:
            project = f"{view.project_code} {view.project.say(_.language)}".strip()
            found.setdefault(view.machine_id, []).append(CellBooking(view.reference, view.person, project, view.period))
    return found
