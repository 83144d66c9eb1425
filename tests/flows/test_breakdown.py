"""Out of order now: always succeeds, displaces, proposes, and is undone as one act."""

from __future__ import annotations

import pytest

from center_app.booking import queries, service
from center_app.booking.values import BookingState, MachineState, RefusedError
from center_app.core.errors import PersonError
from center_app.equipment import queries as equipment
from center_app.equipment.occupancy import overlaps
from center_app.flows import breakdown
from center_app.wiring import Center
from tests.booking.world import ADMIN, World, at, make_world, span


@pytest.fixture
def world(center: Center) -> World:
    return make_world(center)


def busy_morning(world: World) -> list[int]:
    """Make a running use, two bookings to come and a planned service; now is Monday 09:30."""
    running, soon = world.book("Mon 09:00-10:00"), world.book("Mon 11:00-12:00")
    later = world.book("Tue 09:00-10:00")
    world.outage("Mon 14:00-15:00", title="Filter")
    world.center.clock.set_wall(at("Mon 09:30"))  # type: ignore[attr-defined]
    world.center.write(world.actor(), service.check_in, running.id, running.version)
    return [running.id, soon.id, later.id]


def states(world: World, ids: list[int]) -> list[BookingState]:
    return [world.view(number).state for number in ids]


def test_a_breakdown_displaces_lists_and_proposes(world: World) -> None:
    twin = world.add_machine()
    ids = busy_morning(world)
    done = world.center.write(world.actor(), breakdown.out_of_order, world.machine.id, "Oxygen sensor", at("Tue 08:00"))
    assert states(world, ids) == [BookingState.DONE, BookingState.DISPLACED, BookingState.BOOKED]
    assert [move.booking.id for move in done.moves] == [ids[1]]
    assert done.moves[0].slots[0].machine_id == twin.id
    assert done.moves[0].slots[0].period == span("Mon 11:00-12:00")
    broken = world.view(ids[0])
    assert broken.usage is not None
    assert broken.usage.ended_at == at("Mon 09:30")
    now = world.center.read(queries.machine_states)[world.machine.id]
    assert (now.state, now.title, now.until) == (MachineState.OUT_OF_ORDER, "Oxygen sensor", at("Tue 08:00"))
    assert world.center.read(overlaps) == 0


def test_the_proposed_move_can_be_taken(world: World) -> None:
    world.add_machine()
    ids = busy_morning(world)
    done = world.center.write(world.actor(), breakdown.out_of_order, world.machine.id, "Sensor", at("Tue 08:00"))
    slot = done.moves[0].slots[0]
    assert [view.id for view in world.center.read(queries.displaced_to_move, world.user.id)] == [ids[1]]
    moved = world.center.write(world.actor(), breakdown.take_up, ids[1], world.view(ids[1]).version, slot)
    assert (moved.state, moved.machine_id, moved.predecessor_id) == (BookingState.BOOKED, slot.machine_id, ids[1])
    assert world.center.read(queries.displaced_to_move, world.user.id) == []


def test_one_undo_brings_everything_back(world: World) -> None:
    ids = busy_morning(world)
    before = states(world, ids)
    done = world.center.write(world.actor(), breakdown.out_of_order, world.machine.id, "Oxygen sensor")
    assert states(world, ids) == [BookingState.DONE, BookingState.DISPLACED, BookingState.DISPLACED]
    world.center.write(world.actor(), breakdown.undo_out_of_order, done)
    assert states(world, ids) == before
    running = world.view(ids[0])
    assert running.usage is not None
    assert running.usage.ended_at is None
    (service_outage,) = world.center.read(equipment.outages_in, span("Mon 00:00-Tue 23:00"))
    assert (service_outage.title, service_outage.end_at) == ("Filter", at("Mon 15:00"))
    with pytest.raises(RefusedError):
        world.book("Mon 11:30-12:30")


def test_undo_leaves_what_is_over_or_taken_up(world: World) -> None:
    twin = world.add_machine()
    ids = busy_morning(world)
    done = world.center.write(world.actor(), breakdown.out_of_order, world.machine.id, "Sensor")
    later = world.view(ids[2])
    slot = next(
        slot for move in done.moves if move.booking.id == ids[2] for slot in move.slots if slot.machine_id == twin.id
    )
    world.center.write(world.actor(), breakdown.take_up, later.id, later.version, slot)
    world.center.clock.set_wall(at("Mon 13:00"))  # type: ignore[attr-defined]
    assert world.center.write(world.actor(), breakdown.undo_out_of_order, done) == []
    assert states(world, ids) == [BookingState.DONE, BookingState.DISPLACED, BookingState.CANCELLED]
    assert world.center.read(overlaps) == 0


def test_undo_is_whole_or_not_at_all(world: World) -> None:
    ids = busy_morning(world)
    done = world.center.write(world.actor(), breakdown.out_of_order, world.machine.id, "Sensor", at("Mon 13:00"))
    outage = done.outage
    world.center.write(world.actor(), breakdown.back_in_order, outage.id, outage.version, at("Mon 10:00"))
    world.book("Mon 11:30-12:30")
    with pytest.raises(PersonError):
        world.center.write(world.actor(), breakdown.undo_out_of_order, done)
    assert world.view(ids[1]).state is BookingState.DISPLACED
    assert world.center.read(overlaps) == 0


def test_a_second_breakdown_takes_over_the_first(world: World) -> None:
    busy_morning(world)
    first = world.center.write(world.actor(), breakdown.out_of_order, world.machine.id, "Sensor")
    second = world.center.write(ADMIN, breakdown.out_of_order, world.machine.id, "Sensor and door", at("Tue 08:00"))
    assert second.absorbed[0].outage_id == first.outage.id
    world.center.clock.advance(60)  # type: ignore[attr-defined]
    third = world.center.write(ADMIN, breakdown.out_of_order, world.machine.id, "All of it")
    ended = world.center.write(ADMIN, breakdown.back_in_order, third.outage.id, third.outage.version)
    assert ended.is_cancelled or ended.end_at == world.center.clock.now()
    assert world.center.read(queries.machine_states)[world.machine.id].state is not MachineState.OUT_OF_ORDER


def test_without_a_title_it_still_succeeds(world: World) -> None:
    done = world.center.write(world.actor(), breakdown.out_of_order, world.machine.id, "  ")
    assert done.outage.title == ""
    with pytest.raises(RefusedError) as caught:
        world.book("Tue 09:00-10:00")
    assert [problem.code.id for problem in caught.value.problems] == ["booking.out_of_order"]
