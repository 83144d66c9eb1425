"""A small centre for booking tests: machine T, person U with project P, an administrator."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from center_app.booking import queries
from center_app.booking import service as booking
from center_app.booking.values import BookingDraft, BookingView
from center_app.core.access import Actor, Role
from center_app.core.labels import Label
from center_app.core.periods import Period
from center_app.equipment import service as equipment
from center_app.equipment.values import BookingPolicy, CategoryDraft, MachineDraft, MachineView, OutageDraft, PoolDraft
from center_app.registry import service as registry
from center_app.registry.values import PersonDraft, PersonView, ProjectDraft, QualificationDraft, QualificationKindDraft
from center_app.wiring import Center

SITE = ZoneInfo("Asia/Shanghai")
ADMIN = Actor(person_id=0, name="Administrator", role=Role.ADMINISTRATOR, desk="test")
MONDAY = date(2026, 6, 1)
DAYS = {"Mon": 0, "Tue": 1, "Wed": 2, "Thu": 3, "Fri": 4, "Sat": 5, "Sun": 6}


def at(text: str) -> datetime:
    """Read “Tue 02:00” as local time of the week of Monday 2026-06-01."""
    day, clock = text.split()
    hour, minute = clock.split(":")
    local = datetime(2026, 6, 1, tzinfo=SITE) + timedelta(days=DAYS[day], hours=int(hour), minutes=int(minute))
    return local.astimezone(UTC)


def span(text: str) -> Period:
    """Read “Tue 02:00-03:00”, or “Mon 22:00-Tue 04:00”."""
    first, last = text.split("-")
    return Period(at(first), at(last if " " in last else first.split()[0] + " " + last))


@dataclass
class World:
    """Hold what a test needs."""

    center: Center
    kind_id: int
    category_id: int
    machine: MachineView
    user: PersonView
    project_id: int
    counter: int = 1

    def actor(self, person: PersonView | None = None) -> Actor:
        who = person or self.user
        return Actor(who.id, who.name, who.role, "test")

    def person(self, name: str, **fields: Any) -> PersonView:
        draft = PersonDraft(name=name, login=name.lower().replace(" ", "."), **{"inducted_on": MONDAY, **fields})
        return self.center.write(ADMIN, registry.add_person, draft)

    def trained(self, name: str, **fields: Any) -> PersonView:
        """Add a person who is qualified and belongs to the project."""
        person = self.person(name, **fields)
        self.qualify(person)
        self.center.write(ADMIN, registry.add_member, self.project_id, person.id)
        return person

    def qualify(self, person: PersonView) -> None:
        draft = QualificationDraft(person_id=person.id, kind_id=self.kind_id, valid_from=date(2026, 1, 1))
        self.center.write(ADMIN, registry.grant, draft)

    def project(self, code: str, *members: PersonView, **fields: Any) -> int:
        draft = ProjectDraft(code=code, names=Label.of(code), **fields)
        project_id = self.center.write(ADMIN, registry.add_project, draft).id
        for member in members:
            self.center.write(ADMIN, registry.add_member, project_id, member.id)
        return project_id

    def add_machine(self, **fields: Any) -> MachineView:
        self.counter += 1
        code = f"EQ-{self.counter:04d}"
        draft = MachineDraft(
            code=code, names=Label.of(code), category_id=self.category_id, qualification_kind_id=self.kind_id, **fields
        )
        return self.center.write(ADMIN, equipment.add_machine, draft)

    def pool(self, code: str, size: int) -> tuple[int, list[MachineView]]:
        pool_id = self.center.write(ADMIN, equipment.add_pool, PoolDraft(code=code, names=Label.of(code))).id
        return pool_id, [self.add_machine(pool_id=pool_id) for _ in range(size)]

    def policy(self, **limits: Any) -> None:
        """Set the booking limits of machine T."""
        draft = replace(self.machine.draft(), policy=BookingPolicy(**limits))
        self.machine = self.center.write(ADMIN, equipment.edit_machine, self.machine.id, self.machine.version, draft)

    def amend_machine(self, **fields: Any) -> None:
        draft = replace(self.machine.draft(), **fields)
        self.machine = self.center.write(ADMIN, equipment.edit_machine, self.machine.id, self.machine.version, draft)

    def draft(self, when: str | Period, **fields: Any) -> BookingDraft:
        period = span(when) if isinstance(when, str) else when
        base = BookingDraft(
            start_at=period.start, end_at=period.end, person_id=self.user.id, machine_id=self.machine.id
        )
        return replace(base, **fields)

    def book(self, when: str | Period, actor: Actor | None = None, **fields: Any) -> BookingView:
        return self.center.write(actor or self.actor(), booking.book, self.draft(when, **fields))

    def outage(self, when: str, **fields: Any) -> Any:
        period = span(when)
        draft = OutageDraft(
            machine_id=self.machine.id, start_at=period.start, end_at=period.end, title=fields.pop("title", "Chiller")
        )
        return self.center.write(ADMIN, equipment.plan_outage, replace(draft, **fields))

    def view(self, booking_id: int) -> BookingView:
        return self.center.read(queries.booking, booking_id)


def make_world(center: Center) -> World:
    """Build the centre."""
    kind = center.write(ADMIN, registry.add_kind, QualificationKindDraft(code="AXIS-5", names=Label.of("5-axis")))
    group = center.write(ADMIN, equipment.add_category, CategoryDraft(code="CNC", names=Label.of("CNC machining")))
    draft = MachineDraft(
        code="EQ-0001", names=Label.of("5-axis mill 01"), category_id=group.id, qualification_kind_id=kind.id
    )
    machine = center.write(ADMIN, equipment.add_machine, draft)
    user = center.write(ADMIN, registry.add_person, PersonDraft(name="Chen Yu", login="chen.yu", inducted_on=MONDAY))
    world = World(center, kind.id, group.id, machine, user, 0)
    world.qualify(user)
    world.project_id = world.project("P-2031", user)
    return world
