"""Who may command a machine: rights, bookings, outages, confirmation, pace."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from center_app.core.access import NOT_ALLOWED, Actor, Role
from center_app.core.errors import PersonError
from center_app.core.labels import Label
from center_app.flows import breakdown, commanding
from center_app.telemetry import command_errors as errors
from center_app.telemetry import commands, queries, service
from center_app.telemetry.command_values import CommandDraft, LineDraft
from center_app.telemetry.values import CellDraft, CellView, RequestKind, RequestState
from center_app.wiring import Center
from tests.booking.world import ADMIN, World, at, make_world


@pytest.fixture
def world(center: Center) -> World:
    made = make_world(center)
    center.clock.set_wall(at("Mon 09:30"))  # type: ignore[attr-defined]
    return made


@pytest.fixture
def cell(world: World) -> CellView:
    draft = CellDraft(world.machine.id, Label.of("Gripper"), "/dev/ttyX0", "robotiq_2f")
    return world.center.write(ADMIN, service.add_cell, draft)


def engineer(world: World) -> Actor:
    return replace(world.actor(), role=Role.ENGINEER)


def other(role: Role) -> Actor:
    return Actor(999, "Somebody else", role, "test")


def code_of(world: World, actor: Actor, verb, draft) -> str:  # type: ignore[no-untyped-def]
    """Return "" when the act is allowed, else the code of its refusal."""
    try:
        world.center.write(actor, verb, draft)
    except PersonError as error:
        return error.code.id
    return ""


def outcomes(world: World, cell: CellView, actor: Actor) -> tuple[str, str]:
    """Try a declared command and a console line."""
    world.center.clock.advance(1.0)  # type: ignore[attr-defined]
    command = code_of(world, actor, commanding.send, CommandDraft(cell.id, "move", {"position": 10}))
    return command, code_of(world, actor, commanding.send_line, LineDraft(cell.id, b"x"))


FREE, TAKEN, OUT, NO = (
    errors.NOT_BOOKED.id, errors.BOOKED_BY_OTHER.id, errors.OUT_OF_ORDER.id, NOT_ALLOWED.id,
)  # fmt: skip


def test_while_the_machine_is_free(world: World, cell: CellView) -> None:
    assert outcomes(world, cell, engineer(world)) == (FREE, FREE)
    assert outcomes(world, cell, other(Role.ADMINISTRATOR)) == ("", FREE)
    for role in (Role.STAFF, Role.MANAGER, Role.AUDITOR):
        assert outcomes(world, cell, other(role)) == (NO, NO)


def test_a_line_asked_at_the_last_moment_may_not_be_sent_after_the_booking(world: World, cell: CellView) -> None:
    world.book("Mon 09:35-11:00")
    world.center.clock.set_wall(at("Mon 11:00") - timedelta(seconds=1))  # type: ignore[attr-defined]
    asked = world.center.write(engineer(world), commanding.send_line, LineDraft(cell.id, b"x"))
    assert asked.payload["expires_s"] == 1.0
    assert LineDraft(cell.id, b"x").expires_s > 1.0


def test_while_the_machine_is_booked(world: World, cell: CellView) -> None:
    world.book("Mon 09:35-11:00")
    assert outcomes(world, cell, engineer(world)) == (FREE, FREE)
    world.center.clock.set_wall(at("Mon 09:40"))  # type: ignore[attr-defined]
    assert outcomes(world, cell, engineer(world)) == ("", "")
    assert outcomes(world, cell, replace(world.actor(), role=Role.STAFF)) == (NO, NO)
    assert outcomes(world, cell, other(Role.ENGINEER)) == (TAKEN, TAKEN)
    assert outcomes(world, cell, other(Role.ADMINISTRATOR)) == (TAKEN, TAKEN)
    world.center.clock.set_wall(at("Mon 11:00"))  # type: ignore[attr-defined]
    assert outcomes(world, cell, engineer(world)) == (FREE, FREE)


def test_while_the_machine_is_out_of_order(world: World, cell: CellView) -> None:
    world.book("Mon 09:35-11:00")
    world.center.clock.set_wall(at("Mon 09:40"))  # type: ignore[attr-defined]
    world.center.write(ADMIN, breakdown.out_of_order, world.machine.id, "Sensor")
    assert outcomes(world, cell, engineer(world)) == (OUT, OUT)
    assert outcomes(world, cell, ADMIN) == (OUT, OUT)


def test_a_cell_without_a_machine(world: World) -> None:
    loose = world.center.write(ADMIN, service.add_cell, CellDraft(None, Label.of("L"), "/dev/ttyX1", "robotiq_2f"))
    assert outcomes(world, loose, other(Role.ENGINEER)) == ("", errors.NO_MACHINE.id)
    assert outcomes(world, loose, other(Role.STAFF)) == (NO, NO)
    world.center.write(ADMIN, service.remove_cell, loose.id)
    assert outcomes(world, loose, other(Role.ENGINEER))[0] == errors.CELL_OFF.id


def test_a_hazard_needs_its_phrase(world: World, cell: CellView) -> None:
    draft = CommandDraft(cell.id, "activate")
    for phrase, told in (("", errors.CONFIRM.id), ("yes", errors.CONFIRM.id), (" eq-0001 ", "")):
        assert code_of(world, ADMIN, commanding.send, replace(draft, confirmation=phrase)) == told


def test_every_problem_of_the_values_is_said_at_once(world: World, cell: CellView) -> None:
    wrong = {"position": 300, "speed": "fast", "force": 1.5, "colour": "red"}
    with pytest.raises(PersonError) as refused:
        world.center.write(ADMIN, commanding.send, CommandDraft(cell.id, "move", wrong))
    found = [problem.code.id for problem in refused.value.problems]  # type: ignore[attr-defined]
    assert found == ["command.field_unknown", "command.field_out_of_range", "command.field_not_a_number",
                     "command.field_not_whole"]  # fmt: skip
    assert world.center.read(commands.latest, cell.id) == []


def test_commands_follow_each_other_no_faster_than_allowed(world: World, cell: CellView) -> None:
    draft = CommandDraft(cell.id, "move", {"position": 10})
    assert code_of(world, ADMIN, commanding.send, draft) == ""
    assert code_of(world, ADMIN, commanding.send, draft) == errors.TOO_FAST.id
    told = []
    for _ in range(12):
        world.center.clock.advance(0.06)  # type: ignore[attr-defined]
        told.append(code_of(world, ADMIN, commanding.send, draft))
    assert told == [""] * 9 + [errors.TOO_FAST.id] * 3


def test_the_general_door_takes_no_command(world: World, cell: CellView) -> None:
    with pytest.raises(PersonError):
        world.center.write(ADMIN, service.ask, RequestKind.COMMAND, cell.id, {"bytes": "00"})


def test_a_request_is_answered_once_and_sent_once(world: World, cell: CellView) -> None:
    request = world.center.write(ADMIN, commanding.send, CommandDraft(cell.id, "move", {"position": 10}))
    world.center.write(ADMIN, commands.begin, request.id)
    assert world.center.read(queries.waiting_requests, "local") == []
    assert [one.id for one in world.center.read(commands.sending, "local")] == [request.id]
    with pytest.raises(PersonError):
        world.center.write(ADMIN, commands.begin, request.id)
    done = world.center.write(ADMIN, commands.finish, request.id, RequestState.DONE, {"result": "answered"})
    assert done.state is RequestState.DONE
    with pytest.raises(PersonError):
        world.center.write(ADMIN, commands.finish, request.id, RequestState.DONE, {})


def test_only_what_nobody_took_in_time_is_given_up(world: World, cell: CellView) -> None:
    request = world.center.write(ADMIN, commanding.send, CommandDraft(cell.id, "move", {"position": 10}))
    assert world.center.write(ADMIN, commands.expire, request.id).state is RequestState.ASKED
    world.center.clock.advance(timedelta(seconds=6).total_seconds())  # type: ignore[attr-defined]
    assert world.center.write(ADMIN, commands.expire, request.id).state is RequestState.EXPIRED
