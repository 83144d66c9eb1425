"""Make the demo centre in an empty store."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from center_app.booking import service as booking
from center_app.booking.service import PastBooking
from center_app.booking.values import BookingDraft, BookingState, RefusedError
from center_app.core import centre
from center_app.core.access import Actor, Role
from center_app.core.db import Database, Work
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
    database.write(FOUNDER, booking.take_over, _begun(register, planned, now))
    told("future", 0.6)
    made = _book_ahead(database, register, planned, now)
    _break_down(database, register, now)
    told("done", 1.0)
    uses = {code: tuple(use for use in found_uses if use.period.start <= now) for code, found_uses in planned.items()}
    return Demo(register, first, today, uses, made + sum(len(entries) for entries in uses.values()))


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


def _begun(register: Register, planned: dict[str, list[PlannedUse]], now: datetime) -> list[PastBooking]:
    return [
        _past(register, code, use, now) for code, uses in planned.items() for use in uses if use.period.start <= now
    ]


def _past(register: Register, code: str, use: PlannedUse, now: datetime) -> PastBooking:
    view = register.machines[code]
    person, project = _who(register, code, use.period.start)
    occupied = use.period.padded(0, view.policy.buffer_after_s)
    common = {
        "machine_id": view.id, "person_id": person, "project_id": project, "period": use.period,
        "occupied": occupied, "planned_setup_s": use.setup_s // 900 * 900,
    }  # fmt: skip
    if use.period.end > now:
        state, start = _running_state(code, use, now)
        return PastBooking(**common, state=state, checked_in_at=start)  # type: ignore[arg-type]
    if use.used is None:
        return PastBooking(**common, state=BookingState.MISSED)  # type: ignore[arg-type]
    return PastBooking(
        **common, checked_in_at=use.used.start, checked_out_at=use.used.end,  # type: ignore[arg-type]
        setup_s=use.setup_s, postprocess_s=use.postprocess_s,
    )  # fmt: skip


def _running_state(code: str, use: PlannedUse, now: datetime) -> tuple[BookingState, datetime | None]:
    """Check in what runs now, but leave two bookings late."""
    started = use.used.start if use.used else use.period.start
    if code in LATE_NOW or started > now or use.used is None:
        return BookingState.BOOKED, None
    return BookingState.IN_USE, started


def _book_ahead(database: Database, register: Register, planned: dict[str, list[PlannedUse]], now: datetime) -> int:
    """Book the days to come through the usual verb; what a rule refuses stays away."""
    made = 0
    with database.unit_of_work(FOUNDER) as work:
        for code, uses in planned.items():
            for use in uses:
                if use.period.start > now:
                    made += _try_to_book(work, register, code, use)
    return made


def _try_to_book(work: Work, register: Register, code: str, use: PlannedUse) -> int:
    person, project = _who(register, code, use.period.start)
    draft = BookingDraft(
        machine_id=register.machines[code].id, start_at=use.period.start, end_at=use.period.end,
        person_id=person, project_id=project, setup_s=use.setup_s // 900 * 900,
    )  # fmt: skip
    try:
        booking.book(work, draft)
    except RefusedError:
        return 0
    return 1


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
