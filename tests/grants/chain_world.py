"""A small real centre with the whole chain: two machines, bookings, check-ins, recorded bytes, ledger, evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

from center_app.booking import service as booking
from center_app.booking.service import KeptBooking
from center_app.core import centre
from center_app.core.access import Actor, Role
from center_app.core.labels import Label
from center_app.core.money import Money
from center_app.core.periods import Period
from center_app.equipment import service as equipment
from center_app.equipment.values import CategoryDraft, FundingShare, MachineDraft, Origin
from center_app.flows.report import keep_report
from center_app.grants import service
from center_app.grants.reports.snapshot import ReportRequest, build_snapshot
from center_app.grants.reports.values import Snapshot
from center_app.registry import service as registry
from center_app.registry.values import OrganisationDraft, OrganisationKind, PersonDraft
from center_app.telemetry.demo import Use, seed
from center_app.wiring import Center, open_center
from tests.fakes import FakeClock
from tests.grants.samples import MANAGER, OTHER, award_draft, book_proved, cost_draft

ADMIN = Actor(0, "Admin", Role.ADMINISTRATOR, "test")
ZONE = "Asia/Shanghai"
AWARD = "GDC-TEST-1"
MEASURED, UNMEASURED = "EQ-0201", "EQ-0401"
ASK = ReportRequest(
    award=AWARD,
    slug="M1",
    names=Label({"en": "May 2026", "de": "Mai 2026", "zh": "2026年5月"}),
    first_day=date(2026, 5, 1),
    last_day=date(2026, 5, 31),
    reviewer=OTHER.name,
)


def period(day: int, start: float, end: float) -> Period:
    """Make a period in May 2026, hours of Shanghai time."""
    midnight = datetime(2026, 5, day, tzinfo=UTC) - timedelta(hours=8)
    return Period(midnight + timedelta(hours=start), midnight + timedelta(hours=end))


@dataclass
class ChainWorld:
    """Hold the centre, the snapshot of its report and the machines' numbers."""

    center: Center
    snapshot: Snapshot
    machines: dict[str, int]


def make(folder: Path, center: Center | None = None) -> ChainWorld:
    """Make the centre (or fill an empty one whose store folder is `folder`), and keep version 1 of its report."""
    center = center or open_center(str(folder), FakeClock(), create=True)
    center.write(ADMIN, centre.establish, centre.CentreDraft(Label.of("Centre"), ZONE))
    people = {name: _person(center, name, kind) for name, kind in (("Chen Jie", "host"), ("Sun Hao", "client"))}
    machines = {code: add_machine(center, code) for code in (MEASURED, UNMEASURED)}
    center.write(MANAGER, service.add_award, award_draft())
    book_proved(center, cost_draft("100.00", "A-1", paid_on=date(2026, 5, 4)))
    book_proved(center, cost_draft("200.00", "A-2", paid_on=date(2026, 5, 20)))
    _bookings(center, machines, people)
    uses = {
        MEASURED: [Use(period(4, 9, 12), (period(4, 9.5, 11.5),)), Use(period(5, 13, 17), (period(5, 13.5, 16.5),))]
    }
    seed(
        center.database, folder, ADMIN, {MEASURED: machines[MEASURED]}, uses, (date(2026, 5, 4), date(2026, 5, 6)), ZONE
    )
    snapshot = center.read(build_snapshot, center.folder, center.profile, MANAGER.name, ASK)
    center.write(MANAGER, keep_report, center.folder, snapshot)
    return ChainWorld(center, snapshot, machines)


def _person(center: Center, name: str, kind: str) -> int:
    draft = OrganisationDraft(names=Label.of(kind), kind=OrganisationKind(kind))
    home = center.write(ADMIN, registry.add_organisation, draft)
    login = name.lower().replace(" ", ".")
    return center.write(ADMIN, registry.add_person, PersonDraft(name=name, login=login, organisation_id=home.id)).id


def add_machine(center: Center, code: str) -> int:
    category = center.write(ADMIN, equipment.add_category, CategoryDraft(code="C" + code, names=Label.of("Mills")))
    draft = MachineDraft(
        code=code,
        names=Label.of("5-axis mill"),
        category_id=category.id,
        cost=Money.of("1000.00"),
        origin=Origin.DOMESTIC,
        is_shareable=True,
        funding=(FundingShare(Label.of("Grant"), Fraction(2, 5), AWARD), FundingShare(Label.of("Own"), Fraction(3, 5))),
    )
    return center.write(ADMIN, equipment.add_machine, draft).id


def _bookings(center: Center, machines: dict[str, int], people: dict[str, int]) -> None:
    kept = [
        _kept(machines[MEASURED], people["Chen Jie"], period(4, 9, 12)),
        _kept(machines[MEASURED], people["Sun Hao"], period(5, 13, 17)),
        _kept(machines[UNMEASURED], people["Chen Jie"], period(4, 9, 12)),
    ]
    center.write(ADMIN, booking.take_over, kept)


def _kept(machine_id: int, person_id: int, booked: Period) -> KeptBooking:
    return KeptBooking(
        machine_id=machine_id,
        person_id=person_id,
        project_id=None,
        period=booked,
        occupied=booked,
        checked_in_at=booked.start + timedelta(minutes=5),
        checked_out_at=booked.end,
        setup_s=600,
        postprocess_s=300,
    )
