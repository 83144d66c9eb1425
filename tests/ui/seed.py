"""A small believable centre for the window's tests, made through the services."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from center_app.booking import service as booking
from center_app.booking.values import BookingDraft, BookingView
from center_app.core.access import SYSTEM, Actor, Role
from center_app.core.centre import CentreDraft, establish
from center_app.core.labels import Label
from center_app.core.money import Money
from center_app.equipment import service as equipment
from center_app.equipment.values import (
    BookingPolicy,
    CategoryDraft,
    FundingShare,
    MachineDraft,
    MachineView,
    Origin,
    OutageDraft,
    PlaceDraft,
)
from center_app.flows import breakdown
from center_app.registry import service as registry
from center_app.registry.values import (
    OrganisationDraft,
    OrganisationKind,
    PersonDraft,
    PersonView,
    ProjectDraft,
    QualificationDraft,
    QualificationKindDraft,
)
from tests.fakes import FakeClock

CATEGORIES = (
    ("machining", "Machining", "Zerspanung", "机械加工", "drill"),
    ("additive", "Additive", "Additiv", "增材制造", "layers"),
    ("metrology", "Metrology", "Messtechnik", "计量检测", "ruler"),
    ("cells", "Robot cells", "Roboterzellen", "机器人工作站", "bot"),
    ("testing", "Testing", "Prüfung", "试验", "radio-tower"),
)
PLACES = (
    ("H1", "Hall A, bay 3", "Halle A, Platz 3", "A 厅 3 位"),
    ("H2", "Hall B, room 2", "Halle B, Raum 2", "B 厅 2 室"),
)
MACHINES = (
    ("EQ-0101", 0, "5-axis mill DMU 50", "5-Achs-Fräse DMU 50", "五轴铣床 DMU 50"),
    ("EQ-0102", 0, "Turn-mill NTX 1000", "Dreh-Fräszentrum NTX 1000", "车铣中心 NTX 1000"),
    ("EQ-0107", 0, "Wire EDM CUT P 350", "Drahterodierer CUT P 350", "线切割 CUT P 350"),
    ("EQ-0109", 0, "Surface grinder J600", "Flachschleifer J600", "平面磨床 J600"),
    ("EQ-0112", 0, "Water-jet cutter 3015", "Wasserstrahlschneider 3015", "水刀 3015"),
    ("EQ-0201", 1, "Metal printer M 290", "Metalldrucker M 290", "金属打印机 M 290"),
    ("EQ-0203", 1, "Polymer printer 5200", "Kunststoffdrucker 5200", "高分子打印机 5200"),
    ("EQ-0204", 1, "Resin printer 4K", "Harzdrucker 4K", "树脂打印机 4K"),
    ("EQ-0301", 2, "CMM Contura 10/12/6", "KMG Contura 10/12/6", "三坐标 Contura 10/12/6"),
    ("EQ-0302", 2, "Laser tracker AT960", "Laser-Tracker AT960", "激光跟踪仪 AT960"),
    ("EQ-0305", 2, "Industrial CT XT H 225", "Industrie-CT XT H 225", "工业 CT XT H 225"),
    ("EQ-0311", 2, "Torque bench 200 Nm", "Drehmomentprüfstand 200 Nm", "扭矩台 200 Nm"),
    ("EQ-0401", 3, "Welding cell 1", "Schweißzelle 1", "焊接工作站 1"),
    ("EQ-0402", 3, "Grinding cell 2", "Schleifzelle 2", "打磨工作站 2"),
    ("EQ-0403", 3, "Assembly cell 3", "Montagezelle 3", "装配工作站 3"),
    ("EQ-0501", 4, "EMC chamber 3 m", "EMV-Kammer 3 m", "3 m EMC 暗室"),
    ("EQ-0502", 4, "Climate chamber 340", "Klimakammer 340", "气候箱 340"),
    ("EQ-0507", 4, "Shaker table LDS 20", "Schwingtisch LDS 20", "振动台 LDS 20"),
)  # fmt: skip
PEOPLE = (
    ("Lin Wei", Role.STAFF), ("Chen Yu", Role.ENGINEER), ("Zhao Min", Role.ENGINEER), ("Li Na", Role.ENGINEER),
    ("Tobias Brandt", Role.ENGINEER), ("Marcus Reid", Role.MANAGER), ("Sofia Keller", Role.ENGINEER),
    ("Helen Ward", Role.ADMINISTRATOR),
)  # fmt: skip


@dataclass(frozen=True)
class Seeded:
    """Name what the seed made."""

    people: tuple[PersonView, ...]
    machines: tuple[MachineView, ...]
    bookings: tuple[BookingView, ...]

    def actor(self, index: int = 0) -> Actor:
        """Act as one of the people."""
        person = self.people[index]
        return Actor(person.id, person.name, person.role, "desk")


def seed(center: Any, clock: FakeClock) -> Seeded:
    """Found a centre with machines, people, bookings of the day, an outage; ends at 10:42 of the site."""
    center.write(SYSTEM, establish, CentreDraft(Label.of("Lingwan", zh="岭湾"), is_demo=True))
    center.__dict__.pop("profile", None)
    people, project = _people(center, clock)
    machines = _machines(center, clock, people)
    start = clock.now().replace(minute=0, second=0, microsecond=0)
    views = _bookings(center, start, machines, people, project)
    clock.advance(10)
    for view in [held for held in views if held.start_at <= clock.now()][:4]:
        center.write(SYSTEM, booking.check_in, view.id, view.version)
    clock.advance(2 * 3600 + 42 * 60 - 10)
    center.write(SYSTEM, breakdown.out_of_order, machines[4].id, "Pump pressure too low")
    plan = OutageDraft(
        machine_id=machines[13].id, start_at=clock.now(), end_at=clock.now() + timedelta(hours=5), title="Grinding belt"
    )
    center.write(SYSTEM, equipment.plan_outage, plan)
    return Seeded(tuple(people), tuple(machines), tuple(views))


def _people(center: Any, clock: FakeClock) -> tuple[list[PersonView], Any]:
    host = center.write(
        SYSTEM, registry.add_organisation,
        OrganisationDraft(names=Label.of("Lingwan Robotics", zh="岭湾机器人"), kind=OrganisationKind.HOST),
    )  # fmt: skip
    center.write(
        SYSTEM, registry.add_organisation,
        OrganisationDraft(
            names=Label.of("Huarui Precision", zh="华锐精密"), kind=OrganisationKind.CLIENT, city="Foshan"
        ),
    )  # fmt: skip
    kind = center.write(
        SYSTEM, registry.add_kind,
        QualificationKindDraft(code="5AX", names=Label.of("5-axis milling", de="5-Achs-Fräsen", zh="五轴铣削"),
              valid_days=365),
    )  # fmt: skip
    people = []
    for name, role in PEOPLE:
        draft = PersonDraft(
            name=name, login=name.lower().replace(" ", "."), role=role, organisation_id=host.id,
            email=f"{name.split()[0].lower()}@example.org", inducted_on=date(2025, 1, 7),
        )  # fmt: skip
        people.append(center.write(SYSTEM, registry.add_person, draft))
    project = center.write(
        SYSTEM, registry.add_project,
        ProjectDraft(code="P-2031", names=Label.of("Hip implant", de="Hüftimplantat", zh="髋关节植入体"),
              leader_id=people[1].id,
                     organisation_id=host.id, starts_on=date(2025, 1, 1), ends_on=date(2027, 1, 1)),
    )  # fmt: skip
    for n, person in enumerate(people):
        center.write(SYSTEM, registry.add_member, project.id, person.id)
        until = clock.now().date() + timedelta(days=20 + 60 * n)
        grant = QualificationDraft(person_id=person.id, kind_id=kind.id, valid_from=date(2025, 6, 1), valid_until=until)
        center.write(SYSTEM, registry.grant, grant)
    return people, project


def _machines(center: Any, clock: FakeClock, people: list[PersonView]) -> list[MachineView]:
    groups = [
        center.write(
            SYSTEM, equipment.add_category,
            CategoryDraft(code=code.upper(), names=Label.of(en, de=de, zh=zh), icon=icon, position=n),
        )
        for n, (code, en, de, zh, icon) in enumerate(CATEGORIES)
    ]  # fmt: skip
    places = [
        center.write(SYSTEM, equipment.add_place, PlaceDraft(code=code, names=Label.of(en, de=de, zh=zh), short=code))
        for code, en, de, zh in PLACES
    ]
    policy = BookingPolicy(needs_induction=False, needs_project=False, buffer_after_s=1800)
    made = []
    for n, (code, group, en, de, zh) in enumerate(MACHINES):
        draft = MachineDraft(
            code=code, names=Label.of(en, de=de, zh=zh), category_id=groups[group].id, place_id=places[n % 2].id,
            maker="DMG MORI" if n < 3 else "Acme", model=en, serial=f"117560{n:04d}", asset_number=f"GDC-A-{n:04d}",
            custodian_id=people[n % len(people)].id, in_service_on=date(2025, 6, 2),
                  cost=Money(486_000_000 - n * 7_000_000, "CNY"),
            origin=Origin.IMPORTED if n % 3 == 0 else Origin.DOMESTIC, is_shareable=n % 2 == 0, funding=_shares(),
            next_service_on=clock.now().date() + timedelta(days=17 * n - 4),
            calibrated_until=_calibrated(clock.now(), n),
                  measured_by="Controller, spindle run" if n < 6 else "", policy=policy,
        )  # fmt: skip
        made.append(center.write(SYSTEM, equipment.add_machine, draft))
    return made


def _calibrated(now: datetime, n: int) -> datetime | None:
    return None if n % 4 == 3 else now + timedelta(days=142 if n == 0 else 31 * n - 65)


def _shares() -> tuple[FundingShare, ...]:
    return (
        FundingShare(Label.of("Centre grant", de="Zuwendung", zh="中心专项"), Fraction(2, 5), "GDC-2025-007"),
        FundingShare(Label.of("City co-funding", de="Stadt", zh="市级配套"), Fraction(3, 20)),
        FundingShare(Label.of("Own funds", de="Eigenmittel", zh="自筹资金"), Fraction(9, 20)),
    )


def _bookings(
    center: Any, start: datetime, machines: list[MachineView], people: list[PersonView], project: Any
) -> list[BookingView]:
    views = []
    for n, machine in enumerate(machines[:10]):
        for lap in range(2):
            begin = start + timedelta(hours=5 * lap, minutes=15 * (n % 3) if lap or n > 3 else 0)
            draft = BookingDraft(
                start_at=begin, end_at=begin + timedelta(hours=4), person_id=people[(n + lap) % 7].id,
                machine_id=machine.id, project_id=project.id, title=f"Part {n}", setup_s=1800 if n == 2 else 0,
            )  # fmt: skip
            if machine.calibrated_until is None or machine.calibrated_until > draft.end_at:
                views.append(center.write(SYSTEM, booking.book, draft))
    return views
