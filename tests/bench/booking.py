"""Measure booking: contention of eight processes, and the timeline over 270,000 bookings.

Prints one JSON object a line. Run: `python -m tests.bench.booking [timeline|contention]`.
"""

from __future__ import annotations

import json
import multiprocessing
import random
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from sqlalchemy import event, insert

from center_app.booking import queries, service
from center_app.booking.models import Booking
from center_app.booking.values import BookingDraft, RefusedError
from center_app.core.periods import Period
from center_app.equipment.occupancy import Occupancy, overlaps
from center_app.wiring import Center, open_center
from tests.booking.world import ADMIN, make_world

MACHINES, PER_DAY, DAYS = 300, 15, 60
START = datetime(2027, 1, 4, tzinfo=UTC)


def say(**told: Any) -> None:
    print(json.dumps(told), flush=True)


def fill(center: Center) -> int:
    """Store 300 machines × 15 bookings a day × 60 days, straight into the tables with their triggers."""
    world = make_world(center)
    people = [world.trained(f"Person {chr(65 + index % 26)}{index}") for index in range(40)]
    machines = [world.machine, *(world.add_machine() for _ in range(MACHINES - 1))]
    bookings, occupied = [], []
    for day in range(DAYS):
        for machine in machines:
            for slot in range(PER_DAY):
                start = START + timedelta(days=day, minutes=slot * 90)
                end, number = start + timedelta(minutes=75), len(bookings) + 1
                bookings.append(
                    {
                        "id": number, "version": 1, "year": 2027, "number": number, "revision": 1,
                        "machine_id": machine.id, "person_id": people[number % 40].id,
                        "project_id": world.project_id, "start_at": start, "end_at": end,
                        "occupied_start_at": start, "occupied_end_at": end + timedelta(minutes=15),
                        "is_long": False, "state": "booked", "title": f"Part {number % 97}", "note": "",
                        "setup_s": 900, "waived": "", "created_by": "bench", "created_at": START,
                    }
                )  # fmt: skip
                occupied.append(
                    {
                        "machine_id": machine.id, "kind": "booking", "owner_id": number, "start_at": start,
                        "end_at": end + timedelta(minutes=15), "is_live": True,
                    }
                )  # fmt: skip
    with center.database.engine.begin() as link:
        for first in range(0, len(bookings), 10_000):
            link.execute(insert(Booking), bookings[first : first + 10_000])
            link.execute(insert(Occupancy), occupied[first : first + 10_000])
    return len(bookings)


def timed(act: Callable[[], object], times: int) -> list[float]:
    """Return the milliseconds of each call, sorted."""
    found = []
    for _ in range(times):
        begun = time.perf_counter()
        act()
        found.append((time.perf_counter() - begun) * 1000)
    return sorted(found)


def timeline_bench(center: Center) -> None:
    begun = time.perf_counter()
    count = fill(center)
    say(bench="booking.fill", bookings=count, seconds=round(time.perf_counter() - begun, 1))
    statements: list[str] = []
    event.listen(center.database._reader, "before_cursor_execute", lambda *told: statements.append(told[2]))
    monday = START + timedelta(days=28)
    week = Period(monday, monday + timedelta(days=7))
    timeline = center.read(queries.timeline, week)
    count = sum(not statement.startswith("BEGIN") for statement in statements)
    say(bench="booking.timeline.week", queries=count, bars=len(timeline.bars), machines=len(timeline.machines))
    for name, period in (("day", Period(monday, monday + timedelta(days=1))), ("week", week)):
        spent = timed(lambda period=period: center.read(queries.timeline, period), 20)  # type: ignore[misc]
        say(bench=f"booking.timeline.{name}", median_ms=round(spent[10], 1), worst_ms=round(spent[-1], 1), target_ms=50)
    visible = [machine.id for machine in timeline.machines[:30]]
    spent = timed(lambda: center.read(queries.timeline, week, visible), 20)
    say(bench="booking.timeline.week.30_rows", median_ms=round(spent[10], 1), worst_ms=round(spent[-1], 1))
    spent = timed(lambda: center.read(queries.machine_states), 10)
    say(bench="booking.machine_states", machines=MACHINES, median_ms=round(spent[5], 1), worst_ms=round(spent[-1], 1))


def contend(store: str, seed: int, seconds: float, gate: Barrier, told: Any) -> None:
    """Book random quarter hours of five machines for a while; report times and outcomes."""
    center, dice = open_center(store), random.Random(seed)
    base = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
    gate.wait()
    spent, won, lost = [], 0, 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        start = base + timedelta(minutes=15 * dice.randrange(2000))
        draft = BookingDraft(
            start_at=start, end_at=start + timedelta(minutes=30), person_id=1, machine_id=dice.randrange(1, 6)
        )
        begun = time.perf_counter()
        try:
            center.write(ADMIN, service.book, draft)
            won += 1
        except RefusedError:
            lost += 1
        spent.append(time.perf_counter() - begun)
    center.close()
    told.put((won, lost, spent))


def contention_bench(store: str, center: Center, processes: int = 8, seconds: float = 10) -> None:
    world = make_world(center)
    for _ in range(4):
        world.add_machine()
    context = multiprocessing.get_context("spawn")
    gate, told = context.Barrier(processes), context.Queue()
    crowd = [context.Process(target=contend, args=(store, seed, seconds, gate, told)) for seed in range(processes)]
    for one in crowd:
        one.start()
    results = [told.get() for _ in crowd]
    for one in crowd:
        one.join()
    spent = sorted(value for _, _, values in results for value in values)
    say(
        bench="booking.contention",
        processes=processes,
        attempts=len(spent),
        booked=sum(won for won, _, _ in results),
        refused=sum(lost for _, lost, _ in results),
        overlaps=center.read(overlaps),
        p50_ms=round(spent[len(spent) // 2] * 1000, 1),
        p99_ms=round(spent[int(len(spent) * 0.99)] * 1000, 1),
        worst_ms=round(spent[-1] * 1000, 1),
        target_p99_ms=100,
        target_worst_ms=2000,
    )


def main(what: str = "all") -> None:
    for name in ("timeline", "contention"):
        if what not in ("all", name):
            continue
        with tempfile.TemporaryDirectory() as folder:
            store = str(Path(folder) / "store")
            center = open_center(store, create=True)
            if name == "timeline":
                timeline_bench(center)
            else:
                contention_bench(store, center)
            center.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
