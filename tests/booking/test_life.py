"""The life of a booking: stale edits, undo of every act, waivers, approval, check-in, no-show, states."""

from __future__ import annotations

from datetime import timedelta

import pytest

from center_app.booking import queries, service
from center_app.booking.queries import SlotQuery
from center_app.booking.values import BookingState, MachineState, RefusedError
from center_app.core.access import Role
from center_app.core.errors import PersonError, describe
from center_app.core.text import catalogue
from center_app.core.versions import StaleError
from center_app.equipment.occupancy import overlaps
from center_app.equipment.values import Condition, OutageKind
from tests.booking.world import ADMIN, World, at, span


def advance_to(world: World, text: str) -> None:
    world.center.clock.set_wall(at(text))  # type: ignore[attr-defined]


def test_f6_a_stale_edit_is_refused_with_what_differs(world: World) -> None:
    seen = world.book("Tue 09:00-10:00")
    world.center.write(
        world.actor(), service.move, seen.id, seen.version, start_at=at("Tue 11:00"), end_at=at("Tue 12:00")
    )
    with pytest.raises(StaleError) as caught:
        world.center.write(world.actor(), service.move, seen.id, seen.version, end_at=at("Tue 10:30"))
    told = {one.field: (one.present, one.proposed) for one in caught.value.differences}
    assert told["start_at"] == (at("Tue 11:00"), at("Tue 09:00"))
    assert told["end_at"] == (at("Tue 12:00"), at("Tue 10:30"))
    assert len(world.center.read(queries.bookings_in, span("Tue 00:00-23:00"))) == 1


def test_cancel_and_restore(world: World) -> None:
    view = world.book("Tue 09:00-10:00")
    gone = world.center.write(world.actor(), service.cancel, view.id, view.version, "ill")
    rival = world.book("Tue 09:30-10:30")
    with pytest.raises(RefusedError) as caught:
        world.center.write(world.actor(), service.restore, gone.id, gone.version)
    assert caught.value.problems[0].params["holder"] == "Chen Yu"
    world.center.write(world.actor(), service.cancel, rival.id, rival.version)
    back = world.center.write(world.actor(), service.restore, gone.id, gone.version)
    assert (back.state, back.reference) == (BookingState.BOOKED, view.reference)


def test_a_move_is_reverted_under_the_same_reference(world: World) -> None:
    other = world.add_machine()
    view = world.book("Tue 09:00-10:00", title="Hip implant")
    moved = world.center.write(world.actor(), service.move, view.id, view.version, machine_id=other.id)
    assert (moved.machine_id, moved.title, moved.reference) == (other.id, "Hip implant", view.reference)
    back = world.center.write(world.actor(), service.revert, moved.id, moved.version)
    assert (back.machine_id, back.revision, back.start_at) == (world.machine.id, 3, view.start_at)
    states = [one.state for one in world.center.read(queries.history, back.id)]
    assert states == [BookingState.CANCELLED, BookingState.CANCELLED, BookingState.BOOKED]


def test_a_move_may_overlap_its_own_former_time(world: World) -> None:
    view = world.book("Tue 09:00-11:00")
    moved = world.center.write(
        world.actor(), service.move, view.id, view.version, start_at=at("Tue 10:00"), end_at=at("Tue 12:00")
    )
    assert moved.start_at == at("Tue 10:00")


def test_a_refusal_names_the_winner_and_the_nearest_slots(world: World) -> None:
    world.policy(buffer_after_s=1800)
    rival = world.trained("Arjun Menon")
    world.book("Tue 09:00-11:00", actor=world.actor(rival), person_id=rival.id)
    with pytest.raises(RefusedError) as caught:
        world.book("Tue 10:00-11:00")
    sentence, step = describe(caught.value.problems[0], catalogue("en"))
    assert "Arjun Menon" in sentence
    assert "09:00" in sentence
    assert step
    found = [slot.period for slot in caught.value.slots]
    assert span("Tue 07:30-08:30") in found
    assert span("Tue 11:30-12:30") in found
    for period in found:
        assert world.center.read(queries.check, world.actor(), world.draft(period)).is_legal


def test_a_buffer_is_waived_by_who_may_with_a_reason(world: World) -> None:
    world.policy(buffer_after_s=1800)
    world.book("Tue 09:00-10:00")
    waiver = {"waive": frozenset({"booking.buffer"}), "waive_reason": "same material"}
    with pytest.raises(RefusedError):
        world.book("Tue 10:15-11:00", **waiver)
    staff = world.actor(world.person("Lin Wei", role=Role.STAFF))
    with pytest.raises(RefusedError) as caught:
        world.book("Tue 10:15-11:00", actor=staff, waive=frozenset({"booking.buffer"}))
    assert [problem.code.id for problem in caught.value.problems] == ["booking.waive_reason"]
    view = world.book("Tue 10:15-11:00", actor=staff, **waiver)
    assert view.occupied_start_at == at("Tue 10:15")
    world.book("Tue 11:30-12:00")
    assert world.center.read(overlaps) == 0


def test_an_overlap_can_never_be_waived(world: World) -> None:
    world.book("Tue 09:00-10:00")
    with pytest.raises(RefusedError):
        world.book("Tue 09:30-10:30", actor=ADMIN, waive=frozenset({"booking.overlap"}), waive_reason="now")


def test_a_custodian_waives_on_the_own_machine(world: World) -> None:
    world.policy(max_length_s=3600)
    world.amend_machine(custodian_id=world.user.id)
    view = world.book("Tue 09:00-11:00", waive=frozenset({"booking.long"}), waive_reason="long print")
    assert view.state is BookingState.BOOKED


def test_approval_holds_the_time(world: World) -> None:
    world.policy(needs_approval=True)
    view = world.book("Tue 09:00-10:00")
    assert view.state is BookingState.PENDING
    with pytest.raises(RefusedError):
        world.book("Tue 09:30-10:30")
    assert [one.id for one in world.center.read(queries.pending_approvals)] == [view.id]
    with pytest.raises(PersonError):
        world.center.write(world.actor(), service.approve, view.id, view.version)
    assert world.center.write(ADMIN, service.approve, view.id, view.version).state is BookingState.BOOKED


def test_check_in_makes_a_session_and_check_out_gives_time_back(world: World) -> None:
    view = world.book("Mon 09:00-12:00", setup_s=1800)
    advance_to(world, "Mon 08:50")
    view = world.center.write(world.actor(), service.check_in, view.id, view.version)
    now = world.center.read(queries.machine_states)[world.machine.id]
    assert (now.state, now.holder) == (MachineState.SETUP, "Chen Yu")
    advance_to(world, "Mon 10:00")
    assert world.center.read(queries.machine_states)[world.machine.id].state is MachineState.IN_USE
    with pytest.raises(PersonError):
        world.center.write(world.actor(), service.cancel, view.id, view.version)
    done = world.center.write(world.actor(), service.check_out, view.id, view.version)
    assert (done.state, done.end_at, done.occupied_end_at) == (BookingState.DONE, at("Mon 12:00"), at("Mon 10:00"))
    rival = world.book("Mon 10:30-11:00")
    with pytest.raises(RefusedError):
        world.center.write(world.actor(), service.undo_check_out, done.id, done.version)
    world.center.write(world.actor(), service.cancel, rival.id, rival.version)
    again = world.center.write(world.actor(), service.undo_check_out, done.id, done.version)
    assert (again.state, again.usage and again.usage.ended_at) == (BookingState.IN_USE, None)


def test_a_running_use_goes_on_when_its_booking_is_extended(world: World) -> None:
    view = world.book("Mon 09:00-10:00")
    advance_to(world, "Mon 09:00")
    view = world.center.write(world.actor(), service.check_in, view.id, view.version)
    advance_to(world, "Mon 09:50")
    with pytest.raises(PersonError) as caught:
        world.center.write(world.actor(), service.resize, view.id, view.version, at("Mon 09:30"), at("Mon 10:30"))
    assert caught.value.code.id == "booking.running"
    longer = world.center.write(world.actor(), service.resize, view.id, view.version, view.start_at, at("Mon 10:30"))
    assert (longer.state, longer.usage and longer.usage.started_at) == (BookingState.IN_USE, at("Mon 09:00"))
    advance_to(world, "Mon 10:20")
    assert world.center.write(world.actor(), service.check_out, longer.id, longer.version).state is BookingState.DONE


def test_one_open_use_per_machine(world: World) -> None:
    world.policy(check_in_opens_s=3600)
    first, second = world.book("Mon 09:00-10:00"), world.book("Mon 10:00-11:00")
    advance_to(world, "Mon 09:30")
    world.center.write(world.actor(), service.check_in, first.id, first.version)
    with pytest.raises(PersonError) as caught:
        world.center.write(world.actor(), service.check_in, second.id, second.version)
    assert caught.value.code.id == "booking.machine_busy"


def test_no_shows_are_released_however_late_the_tick_comes(world: World) -> None:
    world.policy(release_after_s=900)
    early, later = world.book("Mon 09:00-12:00"), world.book("Mon 13:00-14:00")
    advance_to(world, "Mon 09:14")
    assert world.center.write(ADMIN, service.release_missed) == []
    assert [one.id for one in world.center.read(queries.late_check_ins)] == [early.id]
    assert world.center.read(queries.machine_states)[world.machine.id].state is MachineState.LATE
    world.center.clock.advance(63.5)  # type: ignore[attr-defined]
    (missed,) = world.center.write(ADMIN, service.release_missed)
    assert (missed.id, missed.state) == (early.id, BookingState.MISSED)
    assert world.book("Mon 10:00-11:00").state is BookingState.BOOKED
    advance_to(world, "Tue 09:00")
    released = world.center.write(ADMIN, service.release_missed)
    assert later.id in {one.id for one in released}


def test_machine_states_say_what_is_next(world: World) -> None:
    def state() -> MachineState:
        return world.center.read(queries.machine_states)[world.machine.id].state

    view = world.book("Mon 09:00-10:00")
    now = world.center.read(queries.machine_states)[world.machine.id]
    assert (now.state, now.free_until, now.next_holder) == (MachineState.FREE, at("Mon 09:00"), "Chen Yu")
    advance_to(world, "Mon 09:00")
    assert state() is MachineState.BOOKED
    world.center.write(world.actor(), service.cancel, view.id, view.version)
    world.outage("Mon 09:30-10:00", kind=OutageKind.SERVICE)
    advance_to(world, "Mon 09:40")
    assert state() is MachineState.SERVICE
    advance_to(world, "Mon 11:00")
    world.amend_machine(calibrated_until=at("Mon 10:30"))
    assert state() is MachineState.LOCKED


def test_find_slots_answers_words_and_qualification(world: World) -> None:
    other = world.add_machine(capabilities="large bed, 5-axis")
    world.book("Tue 09:00-18:00")
    query = SlotQuery(
        duration_s=7200, period=span("Tue 09:00-20:00"), person_id=world.user.id, words=("5-AXIS",), limit=5
    )
    found = world.center.read(queries.find_slots, query)
    assert (found[0].machine_id, found[0].period) == (other.id, span("Tue 09:00-11:00"))
    assert any(slot.machine_id == world.machine.id and slot.period == span("Tue 18:00-20:00") for slot in found)
    stranger = world.person("Stranger")
    unqualified = SlotQuery(duration_s=7200, period=query.period, person_id=stranger.id, words=("5-axis",))
    assert world.center.read(queries.find_slots, unqualified) == []


def test_slots_keep_the_gap_to_own_bookings_and_the_horizon(world: World) -> None:
    world.policy(min_gap_s=7200, horizon_days=2)
    world.book("Tue 09:00-10:00")
    with pytest.raises(RefusedError) as caught:
        world.book("Tue 11:00-12:00")
    found = [slot.period for slot in caught.value.slots]
    assert found[0] == span("Tue 12:00-13:00")
    for period in found:
        assert period.start <= at("Wed 08:00")
        assert world.center.read(queries.check, world.actor(), world.draft(period)).is_legal
    with pytest.raises(RefusedError) as beyond:
        world.book("Fri 09:00-10:00")
    assert beyond.value.slots[0].period == span("Wed 08:00-09:00")


def test_a_locked_machine_is_not_proposed(world: World) -> None:
    world.book("Tue 09:00-10:00")
    world.amend_machine(condition=Condition.LOCKED, condition_note="guard missing")
    with pytest.raises(RefusedError) as caught:
        world.book("Tue 09:00-10:00")
    assert {problem.code.id for problem in caught.value.problems} == {"booking.locked", "booking.overlap"}
    assert caught.value.slots == ()


def test_check_lists_passes_and_problems_without_booking(world: World) -> None:
    world.policy(max_length_s=3600, buffer_after_s=600)
    verdict = world.center.read(queries.check, world.actor(), world.draft("Tue 09:00-11:00"))
    assert [problem.code.id for problem in verdict.problems] == ["booking.long"]
    assert verdict.problems[0].waivable_by == (Role.STAFF, Role.MANAGER, Role.ADMINISTRATOR)
    assert {finding.rule for finding in verdict.findings if finding.is_pass} >= {
        "booking.not_qualified", "booking.overlap", "booking.buffer", "booking.no_project",
    }  # fmt: skip
    assert world.center.read(queries.bookings_of_person, world.user.id) == []


def test_f7_every_entry_path_hits_the_same_rules(world: World) -> None:
    world.policy(max_length_s=3600, needs_approval=True)
    view = world.center.write(ADMIN, service.book, world.draft("Tue 09:00-10:00"))
    paths = (
        lambda: world.book("Tue 11:00-13:00"),
        lambda: world.center.write(ADMIN, service.move, view.id, view.version, end_at=at("Tue 11:00")),
        lambda: world.center.write(ADMIN, service.resize, view.id, view.version, at("Tue 09:00"), at("Tue 12:00")),
    )
    for path in paths:
        with pytest.raises(RefusedError) as caught:
            path()
        assert [problem.code.id for problem in caught.value.problems] == ["booking.long"]


def test_opening_hours_and_slots_inside_them(world: World) -> None:
    world.policy(opens_minute=7 * 60, closes_minute=21 * 60)
    with pytest.raises(RefusedError) as caught:
        world.book("Tue 20:00-22:00")
    assert [problem.code.id for problem in caught.value.problems] == ["booking.closed"]
    assert span("Tue 19:00-21:00") in [slot.period for slot in caught.value.slots]
    assert world.book("Tue 19:00-21:00").end_at - at("Tue 19:00") == timedelta(hours=2)


def test_numbers_run_through_the_year(world: World) -> None:
    first, second = world.book("Tue 09:00-10:00"), world.book("Tue 10:00-11:00")
    assert (first.reference, second.reference) == ("B-26-0001", "B-26-0002")
