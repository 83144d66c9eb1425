"""Double booking is impossible: races of real processes, kills, and any sequence of acts.

Scenarios F of the booking study. The same tests run on SQLite with processes that share a file and
on PostgreSQL with processes that each hold a connection.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Barrier
from typing import Any

import pytest

from center_app.booking import queries, service
from center_app.booking.service import _common
from center_app.booking.values import BookingDraft, BookingState, RefusedError
from center_app.core.db import Work
from center_app.core.errors import PersonError
from center_app.core.periods import Period
from center_app.equipment import occupancy
from center_app.equipment import service as equipment
from center_app.equipment.occupancy import TakenError, overlaps
from center_app.equipment.values import OccupancyKind, OutageDraft
from center_app.wiring import Center, open_center
from tests.booking.world import ADMIN, World, span
from tests.fakes import FakeClock

SPAWN = multiprocessing.get_context("spawn")
SLOTS = 60
FIRST = span("Tue 00:00-00:30")


def slot(number: int) -> Period:
    """Return the half hour of a slot; neighbours touch."""
    return FIRST.moved(1800 * number)


def url_of(center: Center) -> str:
    """Return what another process opens; PostgreSQL without the driver's name."""
    return center.store.replace("postgresql+psycopg://", "postgresql://")


def in_process(target: Callable[..., None], *args: Any) -> BaseProcess:
    one = SPAWN.Process(target=target, args=args)
    one.start()
    return one


def book_all(
    store: str, folder: str, person_id: int, machine: dict[str, int], slots: int, gate: Barrier, told: Any
) -> None:
    """Try to book every slot; report who got which."""
    center = open_racer(store, folder)
    won, refused, strange = [], 0, []
    for number in range(slots):
        period = slot(number)
        draft = BookingDraft(start_at=period.start, end_at=period.end, person_id=person_id, **machine)  # type: ignore[arg-type]
        gate.wait(30)
        try:
            won.append((number, center.write(ADMIN, service.book, draft).id))
        except RefusedError as error:
            refused += 1
            if error.problems[0].code.id != "booking.overlap" or not error.problems[0].params["holder"]:
                strange.append(str(error))
        except PersonError as error:
            strange.append(str(error))
    center.close()
    told.put((won, refused, strange))


def open_racer(store: str, folder: str) -> Center:
    from pathlib import Path

    return open_center(store, FakeClock(), folder=Path(folder))


def race(
    world: World, people: list[int], machine: dict[str, int], slots: int = SLOTS
) -> list[tuple[list[tuple[int, int]], int, list[str]]]:
    gate, told = SPAWN.Barrier(len(people)), SPAWN.Queue()
    store, folder = url_of(world.center), str(world.center.folder)
    crowd = [in_process(book_all, store, folder, person, machine, slots, gate, told) for person in people]
    results = [told.get(timeout=120) for _ in crowd]
    for one in crowd:
        one.join(30)
        assert one.exitcode == 0
    return results


def test_f1_sixty_slots_two_people_sixty_bookings(world: World) -> None:
    rival = world.trained("Arjun Menon")
    results = race(world, [world.user.id, rival.id], {"machine_id": world.machine.id})
    assert [strange for _, _, strange in results] == [[], []]
    assert sum(len(won) for won, _, _ in results) == SLOTS
    assert sum(refused for _, refused, _ in results) == SLOTS
    assert sorted(number for won, _, _ in results for number, _ in won) == list(range(SLOTS))
    assert world.center.read(overlaps) == 0
    stored = world.center.read(queries.bookings_in, Period(FIRST.start, slot(SLOTS).start))
    assert len(stored) == SLOTS
    assert len({view.reference for view in stored}) == SLOTS


def test_f2_a_pool_of_three_gives_three(world: World) -> None:
    pool_id, machines = world.pool("PRINTERS", 3)
    people = [world.trained(f"Racer {name}").id for name in ("One", "Two", "Three", "Four")]
    results = race(world, people, {"pool_id": pool_id}, 15)
    won = Counter(number for numbers, _, _ in results for number, _ in numbers)
    assert set(won.values()) == {3}
    assert sum(refused for _, refused, _ in results) == 15
    assert world.center.read(overlaps) == 0
    assert len(machines) == 3


def plan_outages(store: str, folder: str, machine_id: int, gate: Barrier, told: Any) -> None:
    center = open_racer(store, folder)
    won = 0
    for number in range(SLOTS):
        period = slot(number)
        draft = OutageDraft(machine_id=machine_id, start_at=period.start, end_at=period.end, title="Service")
        gate.wait(30)
        try:
            center.write(ADMIN, equipment.plan_outage, draft)
            won += 1
        except PersonError:
            pass
    center.close()
    told.put(won)


def test_f3_a_booking_or_an_outage_never_both(world: World) -> None:
    gate, bookings, outages = SPAWN.Barrier(2), SPAWN.Queue(), SPAWN.Queue()
    store, folder = url_of(world.center), str(world.center.folder)
    machine = {"machine_id": world.machine.id}
    booker = in_process(book_first, store, folder, world.user.id, machine, gate, bookings)
    planner = in_process(plan_outages, store, folder, world.machine.id, gate, outages)
    booked, planned = bookings.get(timeout=120), outages.get(timeout=120)
    for one in (booker, planner):
        one.join(30)
    assert booked + planned == SLOTS
    assert world.center.read(overlaps) == 0


def book_first(store: str, folder: str, person_id: int, machine: dict[str, int], gate: Barrier, told: Any) -> None:
    center = open_racer(store, folder)
    won = 0
    for number in range(SLOTS):
        period = slot(number)
        draft = BookingDraft(start_at=period.start, end_at=period.end, person_id=person_id, **machine)  # type: ignore[arg-type]
        gate.wait(30)
        try:
            center.write(ADMIN, service.book, draft)
            won += 1
        except RefusedError:
            pass
    center.close()
    told.put(won)


def die_in_a_move(store: str, folder: str, booking_id: int, version: int, after_release: bool) -> None:
    """Kill this process between the end of the old booking and the start of the new one, or just after."""
    center = open_racer(store, folder)

    def verb(work: Work) -> None:
        row = _common.seen(work, booking_id, version)
        if after_release:
            _common.free(work, row, BookingState.CANCELLED)
            work.session.flush()
        else:
            service.move(work, booking_id, version, start_at=slot(9).start, end_at=slot(9).end)
        os.kill(os.getpid(), signal.SIGKILL)

    center.write(ADMIN, verb)


@pytest.mark.parametrize("after_release", [True, False])
def test_f5_a_kill_inside_a_move_leaves_exactly_one(world: World, after_release: bool) -> None:
    view = world.book(slot(3))
    store, folder = url_of(world.center), str(world.center.folder)
    victim = in_process(die_in_a_move, store, folder, view.id, view.version, after_release)
    victim.join(60)
    assert victim.exitcode == -signal.SIGKILL
    live = world.center.read(queries.bookings_in, Period(FIRST.start, slot(SLOTS).start))
    assert [(one.id, one.state, one.start_at) for one in live] == [(view.id, BookingState.BOOKED, view.start_at)]
    with pytest.raises(RefusedError):
        world.book(slot(3))
    moved = world.center.write(ADMIN, service.move, view.id, view.version, start_at=slot(9).start, end_at=slot(9).end)
    assert moved.start_at == slot(9).start


def test_f4_two_pending_requests_cannot_hold_one_time(world: World) -> None:
    world.policy(needs_approval=True)
    rival = world.trained("Arjun Menon")
    first = world.book(slot(1))
    with pytest.raises(RefusedError):
        world.book(slot(1), actor=world.actor(rival), person_id=rival.id)
    assert world.center.write(ADMIN, service.approve, first.id, first.version).state is BookingState.BOOKED


def test_the_database_alone_refuses_and_names_the_winner(world: World) -> None:
    view = world.book(slot(1))
    period = slot(1).moved(900)

    def past_the_rules(work: Work) -> None:
        occupancy.occupy(work, world.machine.id, OccupancyKind.BOOKING, 999, period)

    with pytest.raises(TakenError) as caught:
        world.center.write(ADMIN, past_the_rules)
    assert caught.value.winner is not None
    assert caught.value.winner.owner_id == view.id

    def blind(work: Work) -> None:
        row = _common.load(work, _common.Booking, view.id)
        work.session.expunge(row)
        raise _common.lost(work, world.machine.id, period, None)

    with pytest.raises(RefusedError) as human:
        world.center.write(ADMIN, blind)
    assert human.value.problems[0].params["holder"] == "Chen Yu"


def run_raw(world: World, statement: str) -> None:
    with world.center.database.engine.begin() as link:
        link.exec_driver_sql(statement)


RAW = (
    "UPDATE occupancy SET is_live = {true} WHERE owner_id = {cancelled}",
    "UPDATE occupancy SET start_at = {start}, end_at = {end} WHERE owner_id = {other}",
    "UPDATE occupancy SET machine_id = {machine} WHERE owner_id = {elsewhere}",
    "UPDATE occupancy SET end_at = start_at WHERE owner_id = {other}",
    "DELETE FROM occupancy WHERE owner_id = {other}",
    "INSERT INTO occupancy (machine_id, kind, owner_id, start_at, end_at, is_live)"
    " VALUES ({machine}, 'booking', 77, {start}, {end}, {true})",
    "INSERT INTO occupancy (machine_id, kind, owner_id, start_at, end_at, is_live)"
    " VALUES ({machine}, 'booking', 78, {start}, {forever}, {true})",
)


@pytest.mark.parametrize("statement", RAW)
def test_raw_sql_cannot_double_book_either(world: World, statement: str) -> None:
    gone = world.book(slot(1))
    world.center.write(world.actor(), service.cancel, gone.id, gone.version)
    held, other = world.book(slot(1)), world.book(slot(5))
    elsewhere = world.book(slot(1), machine_id=world.add_machine().id)
    is_sqlite = world.center.database.is_sqlite
    moments = [held.start_at, held.end_at]
    texts = [str(round(one.timestamp() * 1e6)) if is_sqlite else f"'{one.isoformat()}'" for one in moments]
    filled = statement.format(
        true="1" if is_sqlite else "true",
        cancelled=gone.id,
        other=other.id,
        elsewhere=elsewhere.id,
        machine=world.machine.id,
        start=texts[0],
        end=texts[1],
        forever="'infinity'",
    )
    from sqlalchemy.exc import DBAPIError

    with pytest.raises(DBAPIError):
        run_raw(world, filled)
    assert world.center.read(overlaps) == 0


def test_a_move_that_loses_leaves_the_old_booking_alone(world: World) -> None:
    held, mine = world.book(slot(1)), world.book(slot(5))
    with pytest.raises(RefusedError):
        world.center.write(
            world.actor(), service.move, mine.id, mine.version, start_at=held.start_at, end_at=held.end_at
        )
    assert world.view(mine.id) == replace(mine)
    assert mine.end_at - mine.start_at == timedelta(minutes=30)
