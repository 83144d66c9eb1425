"""Overlap, outage and limits: scenarios A of the booking study, on both databases.

Scenarios adapted from NEMO's test_tool_reservation and test_outage; now is Monday 2026-06-01 08:00.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from center_app.booking import queries, service
from center_app.booking.values import BookingState, RefusedError
from center_app.core.access import Role
from center_app.core.errors import PersonError, ProblemsError
from center_app.equipment.occupancy import overlaps
from center_app.registry import queries as registry_queries
from center_app.registry import service as registry
from tests.booking.world import ADMIN, World, at, span


def refused(world: World, when: str, **fields: object) -> tuple[str, ...]:
    """Book and return the ids of the problems; nothing may have been stored."""
    before = world.center.read(queries.bookings_of_person, world.user.id)
    with pytest.raises(RefusedError) as caught:
        world.book(when, **fields)
    assert world.center.read(queries.bookings_of_person, world.user.id) == before
    return tuple(problem.code.id for problem in caught.value.problems)


def test_a1_an_empty_time_is_refused(world: World) -> None:
    for start, end in (("Tue 02:00", "Tue 01:00"), ("Tue 02:00", "Tue 02:00")):
        draft = replace(world.draft("Tue 02:00-03:00"), start_at=at(start), end_at=at(end))
        with pytest.raises(RefusedError) as caught:
            world.center.write(world.actor(), service.book, draft)
        assert [problem.code.id for problem in caught.value.problems] == ["booking.empty"]
    assert world.center.read(queries.bookings_of_person, world.user.id) == []


def test_a2_a3_outages_refuse_by_name_and_touching_times_fit(world: World) -> None:
    world.outage("Tue 02:00-03:00", title="Spindle bearings")
    for when in ("Tue 02:00-03:00", "Tue 01:00-02:01", "Tue 02:59-04:00"):
        with pytest.raises(RefusedError) as caught:
            world.book(when)
        assert [problem.code.id for problem in caught.value.problems] == ["booking.outage"]
        assert caught.value.problems[0].params["title"] == "Spindle bearings"
    world.book("Tue 01:00-02:00")
    world.book("Tue 03:00-04:00")


def test_a4_the_past_is_refused(world: World) -> None:
    assert refused(world, "Mon 00:00-03:00") == ("booking.past",)


def test_a5_the_horizon_counts_to_the_minute(world: World) -> None:
    world.policy(horizon_days=2)
    assert refused(world, "Fri 02:00-03:00") == ("booking.horizon",)
    assert refused(world, "Wed 08:01-09:00") == ("booking.horizon",)
    assert world.book("Wed 08:00-09:00").state is BookingState.BOOKED


def test_a6_all_problems_in_one_reply(world: World) -> None:
    world.policy(min_length_s=90 * 60, max_length_s=30 * 60)
    assert set(refused(world, "Tue 03:00-04:00")) == {"booking.short", "booking.long"}


def test_a7_the_number_of_coming_bookings(world: World) -> None:
    world.policy(max_future=1)
    world.book("Tue 03:00-04:00")
    assert refused(world, "Tue 05:00-06:00") == ("booking.too_many",)


def test_a9_the_gap_between_own_bookings(world: World) -> None:
    world.policy(min_gap_s=120 * 60)
    world.book("Tue 03:00-04:00")
    assert refused(world, "Tue 04:30-05:30") == ("booking.too_close",)
    world.book("Tue 06:00-07:00")


def test_a11_four_problems_then_two_then_one(world: World) -> None:
    visitor = world.person("Visitor", inducted_on=None, access_until=at("Mon 08:00").date() - timedelta(days=10))
    assert set(refused(world, "Tue 03:00-04:00", actor=world.actor(visitor), person_id=visitor.id)) == {
        "booking.no_project", "booking.not_inducted", "booking.not_qualified", "booking.access_expired",
    }  # fmt: skip
    draft = replace(visitor.draft(), inducted_on=at("Mon 08:00").date(), access_until=None)
    visitor = world.center.write(ADMIN, registry.edit_person, visitor.id, visitor.version, draft)
    left = refused(world, "Tue 03:00-04:00", actor=world.actor(visitor), person_id=visitor.id)
    assert set(left) == {"booking.no_project", "booking.not_qualified"}
    world.qualify(visitor)
    assert refused(world, "Tue 03:00-04:00", actor=world.actor(visitor), person_id=visitor.id) == (
        "booking.no_project",
    )


def test_a12_staff_book_for_others(world: World) -> None:
    staff = world.person("Lin Wei", role=Role.STAFF)
    view = world.book("Tue 03:00-04:00", actor=world.actor(staff))
    assert (view.person, view.created_by) == ("Chen Yu", "Lin Wei")
    other = world.person("Engineer Two", role=Role.ENGINEER)
    with pytest.raises(PersonError) as caught:
        world.book("Tue 05:00-06:00", actor=world.actor(other))
    assert caught.value.code.id == "booking.not_yours"


def test_a13_one_project_is_taken_several_are_asked_for(world: World) -> None:
    assert world.book("Tue 01:00-02:00").project_id == world.project_id
    second, foreign = world.project("P-2032", world.user), world.project("P-2033")
    assert refused(world, "Tue 03:00-04:00") == ("booking.which_project",)
    assert refused(world, "Tue 03:00-04:00", project_id=foreign) == ("booking.not_member",)
    assert world.book("Tue 03:00-04:00", project_id=second).project_code == "P-2032"


def test_a14_a_resize_keeps_the_old_one_cancelled_and_linked(world: World) -> None:
    world.outage("Tue 11:00-12:00")
    old = world.book("Tue 09:00-10:00")
    with pytest.raises(RefusedError):
        world.center.write(world.actor(), service.resize, old.id, old.version, old.start_at, at("Tue 11:01"))
    new = world.center.write(world.actor(), service.resize, old.id, old.version, old.start_at, at("Tue 09:50"))
    former = world.view(old.id)
    assert (former.state, former.successor_id, new.predecessor_id) == (BookingState.CANCELLED, new.id, old.id)
    assert (new.reference, new.revision, new.end_at) == (old.reference, 2, at("Tue 09:50"))
    live = world.center.read(queries.bookings_in, span("Tue 00:00-23:00"))
    assert [view.id for view in live] == [new.id]
    with pytest.raises(RefusedError) as caught:
        world.center.write(world.actor(), service.resize, new.id, new.version, new.start_at, at("Tue 08:50"))
    assert caught.value.problems[0].code.id == "booking.empty"


def test_a16_a_running_booking_is_extended(world: World) -> None:
    world.center.clock.step_wall(-3600)  # type: ignore[attr-defined]
    running = world.book("Mon 07:00-09:00")
    world.center.clock.step_wall(3600)  # type: ignore[attr-defined]
    longer = world.center.write(
        world.actor(), service.resize, running.id, running.version, running.start_at, at("Mon 09:10")
    )
    assert (longer.start_at, longer.end_at) == (at("Mon 07:00"), at("Mon 09:10"))
    with pytest.raises(RefusedError) as caught:
        world.center.write(world.actor(), service.move, longer.id, longer.version, start_at=at("Mon 07:30"))
    assert caught.value.problems[0].code.id == "booking.past"


def test_a20_an_outage_never_lands_on_a_booking(world: World) -> None:
    view = world.book("Tue 09:00-10:00")
    for when in ("Tue 09:00-10:00", "Tue 08:00-09:01", "Tue 09:59-11:00"):
        with pytest.raises(PersonError) as caught:
            world.outage(when)
        assert caught.value.code.id == "outage.time_taken"
    with pytest.raises(ProblemsError) as untitled:
        world.outage("Tue 12:00-13:00", title=" ")
    assert untitled.value.problems[0].code.id == "outage.untitled"
    assert world.view(view.id).state is BookingState.BOOKED
    assert world.center.read(overlaps) == 0


def test_d1_the_buffer_lies_between_bookings(world: World) -> None:
    world.policy(buffer_after_s=3600)
    world.book("Tue 02:30-05:00")
    world.book("Tue 08:00-09:00")
    assert world.book("Tue 06:00-07:00").state is BookingState.BOOKED
    for busy in ("Wed 04:00-06:00", "Wed 07:00-08:00"):
        kept = world.book(busy)
        assert refused(world, "Wed 06:00-07:00") == ("booking.buffer",)
        world.center.write(world.actor(), service.cancel, kept.id, kept.version)


def test_d2_check_in_opens_and_closes(world: World) -> None:
    def may_check_in(minute: int, **limits: object) -> bool:
        world.policy(check_in_opens_s=300, **limits)
        view = world.book("Tue 09:00-10:00")
        now = world.center.clock.now()
        world.center.clock.step_wall((at("Tue 09:00") - now).total_seconds() + minute * 60)  # type: ignore[attr-defined]
        try:
            view = world.center.write(world.actor(), service.check_in, view.id, view.version)
        except PersonError:
            return False
        else:
            view = world.center.write(world.actor(), service.undo_check_in, view.id, view.version)
            return True
        finally:
            world.center.clock.step_wall((now - world.center.clock.now()).total_seconds())  # type: ignore[attr-defined]
            world.center.write(world.actor(), service.cancel, view.id, view.version)

    assert [may_check_in(minute) for minute in (-6, 59, 60)] == [False, True, False]
    assert [may_check_in(minute, release_after_s=600) for minute in (9, 11)] == [True, False]


def test_d4_whole_days_ahead_count_in_local_days(world: World) -> None:
    world.center.clock.step_wall(-(8 * 3600 - 60))  # type: ignore[attr-defined]
    world.policy(horizon_days=3, horizon_whole_days=True)
    world.book("Thu 23:30-Fri 00:30")
    assert refused(world, "Fri 00:35-01:00") == ("booking.horizon",)


def test_d9_a_pool_gives_three_machines_and_no_fourth(world: World) -> None:
    pool_id, machines = world.pool("PRINTERS", 3)
    views = [world.book("Tue 09:00-10:00", machine_id=None, pool_id=pool_id) for _ in machines]
    assert sorted(view.machine_id for view in views) == [machine.id for machine in machines]
    with pytest.raises(RefusedError) as caught:
        world.book("Tue 09:30-10:30", machine_id=None, pool_id=pool_id)
    assert caught.value.problems[0].code.id == "booking.overlap"
    assert {slot.machine_id for slot in caught.value.slots} <= {machine.id for machine in machines}
    assert caught.value.slots


def test_h5_calibration_ends_inside_the_booking(world: World) -> None:
    world.amend_machine(calibrated_until=at("Tue 12:00"))
    assert refused(world, "Tue 11:00-13:00") == ("booking.calibration",)
    world.book("Tue 10:00-11:00")


def test_registry_stays_readable(world: World) -> None:
    view = world.center.read(registry_queries.person, world.user.id)
    assert (view.initials, view.project_codes, [one.kind_code for one in view.qualifications]) == (
        "CY", ("P-2031",), ["AXIS-5"],
    )  # fmt: skip
