"""Each minute: bookings nobody came for are released, and the night's backup is made."""

from __future__ import annotations

from datetime import timedelta

from center_app.booking import service
from center_app.booking.queries import booking
from center_app.booking.values import BookingState
from center_app.cli.housekeeping import once
from center_app.core.access import Actor
from center_app.core.centre import CentreDraft, establish
from center_app.core.labels import Label
from center_app.core.periods import Period
from center_app.equipment.service import add_category, add_machine
from center_app.equipment.values import BookingPolicy, CategoryDraft, MachineDraft
from center_app.registry.service import add_person
from center_app.registry.values import PersonDraft
from center_app.wiring import Center
from tests.fakes import FakeClock


def test_a_missed_booking_is_released_and_the_night_is_backed_up(
    sqlite_center: Center, admin: Actor, clock: FakeClock
) -> None:
    write = sqlite_center.write
    write(admin, establish, CentreDraft(Label.of("Lingwan"), "Asia/Shanghai", backup_hour=2))
    category = write(admin, add_category, CategoryDraft(code="MILLS", names=Label.of("Mills")))
    policy = BookingPolicy(release_after_s=900)
    machine = write(
        admin, add_machine, MachineDraft(code="EQ-1", names=Label.of("Mill"), category_id=category.id, policy=policy)
    )
    person = write(admin, add_person, PersonDraft(name="Lin Wei", login="lin.wei"))
    period = Period(clock.now() - timedelta(hours=1), clock.now() + timedelta(hours=1))
    kept = service.KeptBooking(
        machine_id=machine.id, person_id=person.id, project_id=None, period=period, occupied=period,
        state=BookingState.BOOKED,
    )  # fmt: skip
    write(admin, service.take_over, [kept])
    clock.advance(20 * 3600)
    once(sqlite_center)
    assert sqlite_center.read(booking, 1).state is BookingState.MISSED
    assert list((sqlite_center.folder / "backups").glob("centre-*"))
