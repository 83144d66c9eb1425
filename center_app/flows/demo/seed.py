"""Make the demo centre in an empty store."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from center_app.booking import service as booking
from center_app.booking.service import KeptBooking
from center_app.booking.values import BookingState
from center_app.core import centre
from center_app.core.access import Actor, Role
from center_app.core.db import Database
from center_app.core.errors import PersonError
from center_app.core.labels import Label
from center_app.core.log import topic
from center_app.equipment import service as equipment
from center_app.equipment.values import MachineView, OutageDraft
from center_app.flows.breakdown import out_of_order
from center_app.flows.demo.plan import PlannedUse, merged, plan_days, plan_night
from center_app.flows.demo.register import Register, seed_register

log = topic("demo")
FOUNDER = Actor(person_id=0, name="Demo", role=Role.ADMINISTRATOR, desk="demo")
NAME = Label.of("Lingwan Robotics Centre", de="Lingwan-Robotikzentrum", zh="岭湾机器人制造业创新中心")
ZONE = "Asia/Shanghai"
CLOSED_MONTHS = 3
DAYS_AHEAD = 8
LATE_NOW = ("EQ-0501", "EQ-0108")


@dataclass(frozen=True)
class Demo:
    """Say what stands in the demo centre; `uses` are the planned uses that have begun, by machine code."""

    register: Register
    first_day: date
    today: date
    uses: dict[str, tuple[PlannedUse, ...]]
    bookings: int


def first_day_of_history(today: date) -> date:
    """Return the first day of the third closed month before today."""
    month = today.year * 12 + today.month - 1 - CLOSED_MONTHS
    return date(month // 12, month % 12 + 1, 1)


def found(database: Database, told: Callable[[str, float], None] = lambda _what, _share: None) -> Demo:
    """Fill an empty store; takes some seconds, `told(what, share)` follows it."""
    now = database.clock.now()
    today = now.astimezone(ZoneInfo(ZONE)).date()
    told("register", 0.0)
    with database.unit_of_work(FOUNDER) as work:
        centre.establish(work, centre.CentreDraft(NAME, ZONE, "CNY", "en", None, is_demo=True))
        register = seed_register(work, now)
    told("bookings", 0.3)
    first = first_day_of_history(today)
    planned = {
        code: _plan(code, register.categories[code], first, now, _buffer(view))
        for code, view in register.machines.items()
        if register.categories[code] != "cards"
    }
    kept = [_kept(register, code, use, now) for code, uses in planned.items() for use in uses]
    database.write(FOUNDER, booking.take_over, kept)
    _break_down(database, register, now)
    told("done", 1.0)
    uses = {code: tuple(use for use in found_uses if use.period.start <= now) for code, found_uses in planned.items()}
    return Demo(register, first, today, uses, len(kept))


def _plan(code: str, category: str, first: date, now: datetime, buffer_s: int) -> list[PlannedUse]:
    last = now.astimezone(ZoneInfo(ZONE)).date() + timedelta(days=DAYS_AHEAD)
    days = list(plan_days(code, category, first, last, ZONE, buffer_s))
    return merged(days, list(plan_night(code, category, now, ZONE, buffer_s)), buffer_s)


def _buffer(view: MachineView) -> int:
    return view.policy.buffer_after_s


def _who(register: Register, code: str, start: datetime) -> tuple[int, int]:
    """Return a person and one of their projects for a booking."""
    dice = random.Random(f"{code} {start:%Y-%m-%dT%H:%M}")
    project = dice.choice(sorted(register.projects))
    person = dice.choice(register.members[project])
    return register.people[person], register.projects[project]


def _kept(register: Register, code: str, use: PlannedUse, now: datetime) -> KeptBooking:
    view = register.machines[code]
    person, project = _who(register, code, use.period.start)
    occupied = use.period.padded(0, view.policy.buffer_after_s)
    common = {
        "machine_id": view.id, "person_id": person, "project_id": project, "period": use.period,
        "occupied": occupied, "planned_setup_s": use.setup_s // 900 * 900,
    }  # fmt: skip
    if use.period.start > now:
        return KeptBooking(**common, state=BookingState.BOOKED)  # type: ignore[arg-type]
    if use.period.end > now:
        state, start = _running_state(code, use, now)
        return KeptBooking(**common, state=state, checked_in_at=start)  # type: ignore[arg-type]
    if use.used is None:
        return KeptBooking(**common, state=BookingState.MISSED)  # type: ignore[arg-type]
    return KeptBooking(
        **common, checked_in_at=use.used.start, checked_out_at=use.used.end,  # type: ignore[arg-type]
        setup_s=use.setup_s, postprocess_s=use.postprocess_s,
    )  # fmt: skip


def _running_state(code: str, use: PlannedUse, now: datetime) -> tuple[BookingState, datetime | None]:
    """Check in what runs now, but leave two bookings late."""
    started = use.used.start if use.used else use.period.start
    if code in LATE_NOW or started > now or use.used is None:
        return BookingState.BOOKED, None
    return BookingState.IN_USE, started


def _break_down(database: Database, register: Register, now: datetime) -> None:
    """Put one machine out of order and plan one service."""
    at = (now + timedelta(days=2)).replace(minute=0, second=0, microsecond=0)
    mill, laser = register.machines["EQ-0203"].id, register.machines["EQ-0302"].id
    service = OutageDraft(machine_id=mill, title="Spindle service", start_at=at, end_at=at + timedelta(hours=3))
    try:
        database.write(FOUNDER, equipment.plan_outage, service)
    except PersonError:
        log.info("the service of EQ-0203 found no free time")
    database.write(FOUNDER, out_of_order, laser, "Chiller flow too low", now + timedelta(days=2))
