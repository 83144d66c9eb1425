"""The timeline's data: the right bars in three statements, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from center_app.booking import queries, service
from center_app.booking.values import BAR_FIELDS, RefusedError
from center_app.core.db.columns import micros
from center_app.equipment.occupancy import FAR
from center_app.flows import breakdown
from tests.booking.world import ADMIN, World, at, span


def bars(world: World, when: str, ids: list[int] | None = None) -> list[dict[str, object]]:
    found = world.center.read(queries.timeline, span(when), ids)
    return [dict(zip(BAR_FIELDS, bar, strict=True)) for bar in found.bars]


def test_bars_carry_times_buffers_states_and_names(world: World) -> None:
    world.policy(buffer_after_s=1800)
    view = world.book("Tue 09:00-10:00", title="Hip implant", setup_s=900)
    (bar,) = bars(world, "Tue 00:00-23:00")
    assert bar == {
        "id": view.id, "machine_id": world.machine.id, "start_us": micros(at("Tue 09:00")),
        "end_us": micros(at("Tue 10:00")), "occupied_start_us": micros(at("Tue 09:00")),
        "occupied_end_us": micros(at("Tue 10:30")), "state": "booked", "person_id": world.user.id,
        "project_id": world.project_id, "setup_s": 900, "title": "Hip implant",
    }  # fmt: skip
    found = world.center.read(queries.timeline, span("Tue 00:00-23:00"))
    assert found.people[world.user.id] == "Chen Yu"
    assert found.projects[world.project_id][0] == "P-2031"
    assert [machine.code for machine in found.machines] == ["EQ-0001"]


def test_long_bookings_and_edges_are_seen_once(world: World) -> None:
    long = world.book("Mon 09:00-Fri 09:00")
    touching, night = world.add_machine(), world.add_machine()
    world.book("Tue 09:00-10:00", machine_id=touching.id)
    world.book("Tue 22:00-Wed 06:00", machine_id=night.id)
    assert [bar["id"] for bar in bars(world, "Wed 12:00-13:00")] == [long.id]
    assert [bar["machine_id"] for bar in bars(world, "Tue 10:00-11:00")] == [world.machine.id]
    assert sorted(int(str(bar["machine_id"])) for bar in bars(world, "Wed 00:00-01:00")) == [world.machine.id, night.id]
    assert [bar["id"] for bar in bars(world, "Mon 09:00-10:00")] == [long.id]


def test_cancelled_bookings_are_gone_and_outages_are_there(world: World) -> None:
    view = world.book("Tue 09:00-10:00")
    world.center.write(world.actor(), service.cancel, view.id, view.version)
    world.center.write(ADMIN, breakdown.out_of_order, world.machine.id, "Chiller flow")
    (bar,) = bars(world, "Tue 09:00-10:00")
    assert (bar["state"], bar["title"], bar["end_us"]) == ("breakdown", "Chiller flow", micros(FAR))


def test_a_use_that_ended_early_shows_where_its_time_was_given_back(world: World) -> None:
    world.policy(buffer_before_s=3600)
    view = world.book("Mon 09:00-12:00")
    world.center.clock.set_wall(at("Mon 09:00"))  # type: ignore[attr-defined]
    view = world.center.write(world.actor(), service.check_in, view.id, view.version)
    world.center.clock.set_wall(at("Mon 10:00"))  # type: ignore[attr-defined]
    world.center.write(world.actor(), service.check_out, view.id, view.version)
    (bar,) = bars(world, "Mon 08:00-13:00")
    assert (bar["state"], bar["end_us"]) == ("done", micros(at("Mon 10:00")))
    with pytest.raises(RefusedError) as caught:
        world.book("Mon 10:30-11:30")
    assert [problem.code.id for problem in caught.value.problems] == ["booking.buffer"]
    world.book("Mon 11:00-11:30")


def test_three_statements_whatever_is_shown(world: World) -> None:
    for hour in range(9, 14):
        world.book(f"Tue {hour:02d}:00-{hour + 1:02d}:00", machine_id=world.add_machine().id)
    told: list[str] = []
    reader = world.center.database._reader

    def listen(link: object, cursor: object, statement: str, *rest: object) -> None:
        if statement.startswith(("SELECT", "\nSELECT")):
            told.append(statement)

    event.listen(reader, "before_cursor_execute", listen)
    found = world.center.read(queries.timeline, span("Mon 00:00-Sun 23:00"))
    event.remove(reader, "before_cursor_execute", listen)
    assert (len(found.bars), len(found.machines)) == (5, 6)
    assert len(told) == 3
    assert len(bars(world, "Mon 00:00-Sun 23:00", [found.machines[1].id])) == 1
