"""Let only those command a machine who may: rights, booking, outages and confirmation, then the request.

See docs/decisions/0008-commands.md for who may do what.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from center_app.booking import queries as bookings
from center_app.booking.values import BookingState, BookingView
from center_app.core.access import NOT_ALLOWED, Actor, Right
from center_app.core.db import Read, Work
from center_app.core.errors import PersonError, Problem
from center_app.core.labels import Label
from center_app.core.periods import Period
from center_app.equipment import queries as equipment
from center_app.equipment.values import Condition, MachineView
from center_app.telemetry import command_errors as errors
from center_app.telemetry import commands
from center_app.telemetry import errors as wing_errors
from center_app.telemetry import queries as cells
from center_app.telemetry.command_values import CommandDraft, LineDraft
from center_app.telemetry.values import CellView, RequestView

_HOLDING = (BookingState.BOOKED, BookingState.IN_USE)
_MOMENT = timedelta(microseconds=1)
FREE = "not booked"
LOOSE = "no machine"


@dataclass(frozen=True)
class Standing:
    """Say what a person may send to a cell now, under which booking, and the phrase that confirms a hazard.

    `command_problem` and `console_problem` are None where the person may.
    """

    cell: CellView
    machine: Label
    phrase: str
    warrant: str
    command_problem: Problem | None
    console_problem: Problem | None
    until: datetime | None = None
    """When the booking ends that runs now."""


def standing(read: Read, actor: Actor, cell_id: int) -> Standing:
    """Return what a person may send to a cell now; raises PersonError for a cell that is not there."""
    cell = cells.cell(read, cell_id)
    if cell is None:
        raise PersonError(wing_errors.CELL_UNKNOWN, cell_id=cell_id)
    if cell.machine_id is None:
        basic = _basic(actor, cell)
        console = basic or Problem(errors.NO_MACHINE)
        return Standing(cell, cell.label, f"cell {cell.id}", LOOSE, basic, console)
    machine = equipment.machine(read, cell.machine_id, with_funding=False)
    booking = _booking_now(read, machine.id)
    own = booking is not None and 0 < booking.person_id == actor.person_id
    barrier = _basic(actor, cell) or _out_of_order(read, machine) or _taken(booking, machine, own)
    alone = None if own or actor.may(Right.EDIT_EQUIPMENT) else _not_booked(machine)
    warrant = booking.reference if booking is not None else FREE
    return Standing(
        cell, machine.names, machine.code, warrant, barrier or alone,
        barrier or (None if own else _not_booked(machine)), booking.end_at if booking is not None else None,
    )  # fmt: skip


def send(work: Work, draft: CommandDraft) -> RequestView:
    """Ask for a declared command; a hazardous one needs the phrase of `standing` as its confirmation."""
    found = standing(work, work.actor, draft.cell_id)
    _refuse(found.command_problem)
    spec = commands.spec_of(found.cell.profile_id, draft.command)
    if spec.is_hazardous and draft.confirmation.strip().casefold() != found.phrase.casefold():
        raise PersonError(errors.CONFIRM, command=Label(dict(spec.label)), phrase=found.phrase)
    return commands.ask(work, draft, found.warrant)


def send_line(work: Work, draft: LineDraft) -> RequestView:
    """Ask for a free console line: only under an own booking that runs now."""
    found = standing(work, work.actor, draft.cell_id)
    _refuse(found.console_problem)
    return commands.ask_line(work, draft, found.warrant, found.until)


def _refuse(problem: Problem | None) -> None:
    if problem is not None:
        raise PersonError(problem.code, **problem.params)


def _basic(actor: Actor, cell: CellView) -> Problem | None:
    if not actor.may(Right.COMMAND_DEVICE):
        return Problem(NOT_ALLOWED, {"right": Right.COMMAND_DEVICE.value, "role": actor.role.value})
    return None if cell.enabled else Problem(errors.CELL_OFF)


def _booking_now(read: Read, machine_id: int) -> BookingView | None:
    now = Period(read.now, read.now + _MOMENT)
    found = bookings.bookings_in(read, now, machine_ids=[machine_id], states=_HOLDING)
    return found[0] if found else None


def _out_of_order(read: Read, machine: MachineView) -> Problem | None:
    is_out = any(outage.machine_id == machine.id for outage in equipment.outages_now(read))
    if is_out or machine.condition is not Condition.IN_SERVICE:
        return Problem(errors.OUT_OF_ORDER, {"machine": machine.names})
    return None


def _taken(booking: BookingView | None, machine: MachineView, own: bool) -> Problem | None:
    if booking is None or own:
        return None
    told = {"machine": machine.names, "holder": booking.person, "until": booking.end_at}
    return Problem(errors.BOOKED_BY_OTHER, told)


def _not_booked(machine: MachineView) -> Problem:
    return Problem(errors.NOT_BOOKED, {"machine": machine.names})
