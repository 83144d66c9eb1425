"""Rows of the equipment page: a machine with what it does now, and how it is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from center_app.booking import queries as booking
from center_app.booking.values import BookingView, MachineNow, MachineState
from center_app.core.access import Actor
from center_app.core.periods import Period
from center_app.equipment import queries as equipment
from center_app.equipment.values import CategoryView, MachineView, OutageView, PlaceView
from center_app.registry import queries as registry
from ui.kit.words import _, full_day, today_or_day, weekday_day_month

SOON_DAYS = 30
SERVICE_SOON_DAYS = 14


@dataclass(frozen=True)
class MachineRow:
    """Join a machine and what it does now."""

    machine: MachineView
    now: MachineNow
    at: datetime
    may_use: bool

    @property
    def id(self) -> int:
        """Return the machine's number."""
        return self.machine.id


@dataclass(frozen=True)
class Equipment:
    """Hold what the list needs."""

    rows: tuple[MachineRow, ...]
    categories: tuple[CategoryView, ...]
    places: tuple[PlaceView, ...]
    read_at: datetime


def load(read: Any, actor: Actor) -> Equipment:
    """Read machines, their states, categories, places and the actor's qualifications."""
    states = booking.machine_states(read)
    held = _held(read, actor)
    rows = [
        MachineRow(
            machine,
            states.get(machine.id) or MachineNow(machine.id, MachineState.FREE),
            read.now,
            machine.qualification_kind_id is None or machine.qualification_kind_id in held,
        )
        for machine in equipment.machines(read)
    ]
    return Equipment(tuple(rows), tuple(equipment.categories(read)), tuple(equipment.places(read)), read.now)


def _held(read: Any, actor: Actor) -> set[int]:
    today = read.now.date()
    views = registry.qualifications(read, person_ids=[actor.person_id])
    return {view.kind_id for view in views if view.valid_until is None or view.valid_until >= today}


def state_key(row: MachineRow) -> str:
    """Return the key of the state's look."""
    return row.now.state.value


def free_text(row: MachineRow) -> str:
    """Say until when a machine is free, or from when."""
    now = row.now
    if now.state is MachineState.FREE:
        return today_or_day(now.free_until, row.at) if now.free_until else _("no booking")
    moment = now.free_from or (now.until if now.state is not MachineState.OUT_OF_ORDER else None)
    return _("from {moment}", moment=today_or_day(moment, row.at)) if moment else "–"


def free_value(row: MachineRow) -> float:
    """Return what sorts the column: free ones by how long, then the others by when."""
    far = 4e9
    if row.now.state is MachineState.FREE:
        return -(row.now.free_until.timestamp() if row.now.free_until else far)
    moment = row.now.free_from or row.now.until
    return moment.timestamp() if moment else far


def local_today(row: MachineRow) -> date:
    """Return the site's date at the time of reading."""
    return _.local(row.at).date()


def service_days(row: MachineRow) -> int | None:
    """Return the days to the next service, negative when overdue."""
    due = row.machine.next_service_on
    return None if due is None else (due - local_today(row)).days


def service_text(row: MachineRow) -> str:
    """Say when the next service is due."""
    days = service_days(row)
    if days is None:
        return "–"
    assert row.machine.next_service_on is not None
    return _("today") if days == 0 else day_short(row.machine.next_service_on)


def service_token(row: MachineRow) -> str:
    """Colour the next service: overdue, soon, or plain."""
    days = service_days(row)
    if days is None:
        return "text3"
    return "crit" if days < 0 else "warn" if days <= SERVICE_SOON_DAYS else ""


def calibration_days(row: MachineRow) -> int | None:
    """Return the days for which the calibration still holds."""
    until = row.machine.calibrated_until
    return None if until is None else (_.local(until).date() - local_today(row)).days


def calibration_text(row: MachineRow) -> str:
    """Say the days of calibration left."""
    days = calibration_days(row)
    return _("none") if days is None else _("{n} d", n=_.number(days))


def calibration_token(row: MachineRow) -> str:
    """Colour the calibration: over, soon, or plain."""
    days = calibration_days(row)
    if days is None:
        return "text3"
    return "crit" if days < 0 else "warn" if days <= SOON_DAYS else ""


def warning_icon(token: str, soon: str) -> str:
    """Return the icon that goes with a warning colour."""
    return {"crit": "triangle-alert", "warn": soon}.get(token, "")


def day_short(day: date) -> str:
    """Say day and month; the year too when it is not this one."""
    from ui.kit.words import day_month

    return day_month(day) if day.year == _.now().year else full_day(day)


def until_text(row: MachineRow) -> str:
    """Say until when the present state lasts, "" when that is open."""
    moment = row.now.until if row.now.state is not MachineState.FREE else row.now.free_until
    return _("until {moment}", moment=today_or_day(moment, row.at)) if moment else ""


@dataclass(frozen=True)
class Detail:
    """Hold what the sheet shows of one machine."""

    row: MachineRow
    today: Period
    bookings: tuple[BookingView, ...]
    outages: tuple[OutageView, ...]
    qualified: int
    months: tuple[tuple[date, float, float, float | None], ...] = ()
    coverage: Mapping[date, float] = field(default_factory=dict)


def load_detail(read: Any, folder: Path, machine_id: int) -> Detail:
    """Read one machine's sheet: bookings around now, outages, hours of six months."""
    from ui.pages.equipment.hours import month_hours

    machine = equipment.machine(read, machine_id)
    now = booking.machine_states(read, [machine_id]).get(machine_id) or MachineNow(machine_id, MachineState.FREE)
    local = _.local(read.now)
    first = min(12, max(0, 8 if 8 <= local.hour < 20 else local.hour - 2))
    start = local.replace(hour=first, minute=0, second=0, microsecond=0)
    around = Period(read.now - timedelta(days=60), read.now + timedelta(days=60))
    return Detail(
        MachineRow(machine, now, read.now, True),
        Period(start, start + timedelta(hours=12)),
        tuple(booking.bookings_in(read, around, machine_ids=[machine_id])),
        tuple(equipment.outages_in(read, around, machine_ids=[machine_id])),
        _qualified(read, machine),
        month_hours(read, folder, machine_id, local.date()),
    )


def _qualified(read: Any, machine: MachineView) -> int:
    if machine.qualification_kind_id is None:
        return len(registry.people(read))
    today = read.now.date()
    views = registry.qualifications(read, kind_id=machine.qualification_kind_id)
    return len({view.person_id for view in views if view.valid_until is None or view.valid_until >= today})


def booking_line(view: BookingView) -> str:
    """Say a booking's time briefly."""
    start, end = _.local(view.start_at), _.local(view.end_at)
    return f"{weekday_day_month(start.date())} {start:%H:%M}–{end:%H:%M}"
