"""The register of machines, funding shares and outages on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from center_app.core.access import Actor
from center_app.core.db import Work
from center_app.core.errors import PersonError, ProblemsError
from center_app.core.labels import Label
from center_app.core.money import Money, allocate
from center_app.core.periods import Period
from center_app.core.versions import StaleError
from center_app.equipment import occupancy, queries, rules, service
from center_app.equipment.occupancy import TakenError
from center_app.equipment.values import (
    BookingPolicy,
    CategoryDraft,
    Condition,
    FundingShare,
    MachineDraft,
    MachineView,
    OccupancyKind,
    Origin,
    OutageDraft,
    OutageKind,
    PlaceDraft,
)
from center_app.wiring import Center

NOON = datetime(2026, 6, 2, 4, tzinfo=UTC)
SHARES = (
    FundingShare(Label.of("Centre grant GDC-2025-007"), Fraction(2, 5), "GDC-2025-007"),
    FundingShare(Label.of("City co-funding"), Fraction(3, 20)),
    FundingShare(Label.of("Own funds"), Fraction(9, 20)),
)


@pytest.fixture
def machine(center: Center, admin: Actor) -> MachineView:
    group = center.write(
        admin, service.add_category, CategoryDraft(code="CNC", names=Label.of("Machining"), icon="drill")
    )
    place = center.write(admin, service.add_place, PlaceDraft(code="A-3", names=Label.of("Hall A, bay 3"), short="H1"))
    draft = MachineDraft(
        code="EQ-0101",
        names=Label.of("5-axis mill DMU 50", zh="五轴铣床"),
        category_id=group.id,
        place_id=place.id,
        maker="DMG MORI",
        model="DMU 50",
        serial="11756004318",
        asset_number="GDC-A-0007",
        acquired_on=date(2025, 6, 2),
        cost=Money(486_000_000, "CNY"),
        origin=Origin.IMPORTED,
        is_shareable=True,
        funding=SHARES,
        calibrated_until=NOON,
        policy=BookingPolicy(buffer_after_s=1800, max_length_s=36_000),
    )
    return center.write(admin, service.add_machine, draft)


def outage(machine: MachineView, hours: float, length: float, **fields: object) -> OutageDraft:
    start = NOON + timedelta(hours=hours)
    draft = OutageDraft(machine_id=machine.id, start_at=start, end_at=start + timedelta(hours=length), title="Spindle")
    return replace(draft, **fields)  # type: ignore[arg-type]


def test_a_machine_comes_back_as_it_was_entered(center: Center, machine: MachineView) -> None:
    (listed,) = center.read(queries.machines)
    assert listed == machine
    assert (listed.category.say("en"), listed.place_short, listed.category_icon) == ("Machining", "H1", "drill")
    assert listed.cost is not None
    parts = allocate(listed.cost, [share.share for share in listed.funding])
    assert [part.minor for part in parts] == [194_400_000, 72_900_000, 218_700_000]
    assert center.read(queries.machine_by_code, "EQ-0101") == machine


def test_an_edit_is_undone_by_the_former_draft(center: Center, admin: Actor, machine: MachineView) -> None:
    before = machine.draft()
    locked = replace(before, condition=Condition.LOCKED, condition_note="guard missing", funding=())
    edited = center.write(admin, service.edit_machine, machine.id, machine.version, locked)
    assert (edited.condition, edited.funding) == (Condition.LOCKED, ())
    undone = center.write(admin, service.edit_machine, machine.id, edited.version, before)
    assert undone.draft() == before
    with pytest.raises(StaleError):
        center.write(admin, service.edit_machine, machine.id, machine.version, locked)


def test_shares_must_be_the_whole() -> None:
    short = (replace(SHARES[0], share=Fraction(1, 3)), replace(SHARES[1], share=Fraction(1, 3)))
    draft = MachineDraft(code="EQ-1", names=Label.of("x"), category_id=1, funding=short)
    (problem,) = rules.machine_problems(draft)
    assert (problem.code.id, problem.params["total"]) == ("equipment.shares_sum", "2/3")


def test_bad_machines_list_every_problem() -> None:
    policy = BookingPolicy(buffer_after_s=-1, opens_minute=1500)
    draft = MachineDraft(
        code="eq 1", names=Label(), category_id=1, cost=Money(-1), condition=Condition.LOCKED, policy=policy
    )
    assert [problem.params["field"] for problem in rules.machine_problems(draft)] == [
        "code", "names", "cost", "condition_note", "buffer_after_s", "opens_minute",
    ]  # fmt: skip


def test_a_code_is_taken_once(center: Center, admin: Actor, machine: MachineView) -> None:
    with pytest.raises(ProblemsError) as caught:
        center.write(admin, service.add_machine, machine.draft())
    assert caught.value.problems[0].code.id == "equipment.code_taken"


def test_archive_and_restore(center: Center, admin: Actor, machine: MachineView) -> None:
    gone = center.write(admin, service.archive_machine, machine.id, machine.version)
    assert center.read(queries.machines) == []
    back = center.write(admin, service.restore_machine, gone.id, gone.version)
    assert center.read(queries.machines) == [back]


def test_a_machine_that_is_counted_on_is_not_archived(center: Center, admin: Actor, machine: MachineView) -> None:
    planned = center.write(admin, service.plan_outage, outage(machine, 0, 2))
    with pytest.raises(PersonError) as caught:
        center.write(admin, service.archive_machine, machine.id, machine.version)
    assert (caught.value.code.id, caught.value.params["count"]) == ("equipment.still_booked", 1)
    center.write(admin, service.cancel_outage, planned.id, planned.version)
    assert center.write(admin, service.archive_machine, machine.id, machine.version).is_archived


def test_outages_exclude_each_other_and_come_back(center: Center, admin: Actor, machine: MachineView) -> None:
    first = center.write(admin, service.plan_outage, outage(machine, 0, 2))
    with pytest.raises(PersonError) as caught:
        center.write(admin, service.plan_outage, outage(machine, 1, 2))
    assert (caught.value.code.id, caught.value.params["start"]) == ("outage.time_taken", NOON)
    gone = center.write(admin, service.cancel_outage, first.id, first.version)
    second = center.write(admin, service.plan_outage, outage(machine, 1, 2))
    with pytest.raises(PersonError):
        center.write(admin, service.restore_outage, gone.id, gone.version)
    center.write(admin, service.cancel_outage, second.id, second.version)
    assert not center.write(admin, service.restore_outage, gone.id, gone.version).is_cancelled


def test_an_open_outage_lasts_until_it_is_closed(center: Center, admin: Actor, machine: MachineView) -> None:
    now = center.clock.now()
    draft = outage(machine, 0, 1, start_at=now, end_at=None, kind=OutageKind.BREAKDOWN)
    begun = center.write(admin, service.begin_outage, draft)
    assert [one.id for one in center.read(queries.outages_now)] == [begun.id]
    far = Period(now + timedelta(days=900), now + timedelta(days=901))
    assert len(center.read(occupancy.occupied, [machine.id], far)) == 1
    center.clock.advance(3600)  # type: ignore[attr-defined]
    closed = center.write(admin, service.close_outage, begun.id, begun.version)
    assert closed.end_at == now + timedelta(hours=1)
    assert center.read(occupancy.occupied, [machine.id], far) == []
    again = center.write(admin, service.reopen_outage, closed.id, closed.version, None)
    assert again.end_at is None
    assert len(center.read(occupancy.occupied, [machine.id], far)) == 1


def test_the_door_keeps_the_unit_of_work_usable_after_a_refusal(
    center: Center, admin: Actor, machine: MachineView
) -> None:
    period = Period(NOON, NOON + timedelta(hours=1))

    def verb(work: Work) -> list[str]:
        told = []
        occupancy.occupy(work, machine.id, OccupancyKind.BOOKING, 1, period)
        try:
            occupancy.occupy(work, machine.id, OccupancyKind.BOOKING, 2, period.moved(1800))
        except TakenError as error:
            told.append(str(error.winner and error.winner.owner_id))
        occupancy.occupy(work, machine.id, OccupancyKind.BOOKING, 3, period.moved(3600))
        try:
            occupancy.reshape(work, OccupancyKind.BOOKING, 1, period.padded(0, 60))
        except TakenError as error:
            told.append(str(error.winner and error.winner.owner_id))
        occupancy.release(work, OccupancyKind.BOOKING, 1)
        work.record("test", "occupancy")
        return told

    assert center.write(admin, verb) == ["1", "3"]
    assert [one.owner_id for one in center.read(occupancy.occupied, None, period.padded(0, 7200))] == [3]
    assert center.read(occupancy.overlaps) == 0
