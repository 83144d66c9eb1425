"""The main job without a display: record, book, check in, raise an alarm, close the month, take pictures."""

from __future__ import annotations

import multiprocessing
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from center_app.core import log
from center_app.core.access import Actor, Role
from center_app.core.errors import BugError, CenterError, declare, describe
from center_app.core.text import catalogue

if TYPE_CHECKING:
    from center_app.demo import DemoCells
    from center_app.wiring import Center

LANGUAGES = ("en", "de", "zh")
PALETTES = ("light", "dark")
SIZE = (1440, 900)
PAGES = ("today", "calendar", "equipment", "cells", "alarms", "grants", "reports", "people", "settings")
ALARM_WAIT_S = 75.0
NOT_SEEN = declare(
    "tour.not_seen",
    "The tour waited {seconds} s for {what} and it did not come.",
    "Look into the logs in the folder of the tour, then run it again.",
)


@dataclass
class Tour:
    """Hold what the steps share."""

    folder: Path
    center: Any = None
    cells: Any = None
    facts: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.words = catalogue("en")

    @property
    def actor(self) -> Actor:
        """Return who acts: the demo's member of staff."""
        return self.facts.get("actor") or Actor(0, "Tour", Role.ADMINISTRATOR, "tour")


def say(line: str) -> None:
    """Print one line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    """Run every step within two minutes; print figures and paths; return 0, or 1 and say which step failed."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    folder = Path(arguments[1] if len(arguments) > 1 else "out/tour").absolute()
    folder.mkdir(parents=True, exist_ok=True)
    log.start(folder / "logs", "tour")
    tour = Tour(folder)
    started = time.monotonic()
    try:
        for step in STEPS:
            with _told(step):
                began = time.monotonic()
                told = step(tour)
                say(f"   {told} ({time.monotonic() - began:.0f} s)")
    except StepFailedError as failed:
        sys.stderr.write(f"The tour failed at: {failed.step}\n")
        return 1
    finally:
        _end(tour)
    say(f"Done in {time.monotonic() - started:.0f} s. Screenshots and report: {folder}")
    return 0


class StepFailedError(Exception):
    """Say which step of the tour failed."""

    def __init__(self, step: str) -> None:
        super().__init__(step)
        self.step = step


@contextmanager
def _told(step: Callable[[Tour], str]) -> Iterator[None]:
    """Print a step's name, and what went wrong in it."""
    name = (step.__doc__ or step.__name__).strip().rstrip(".")
    say(f"• {name}")
    try:
        yield
    except CenterError as error:
        sys.stderr.write("   " + "\n   ".join(describe(error, catalogue("en"))) + "\n")
        raise StepFailedError(name) from error
    except Exception as error:
        log.topic("tour").exception("step failed: %s", name)
        sys.stderr.write(f"   {type(error).__name__}: {error}\n")
        raise StepFailedError(name) from error


def _end(tour: Tour) -> None:
    if tour.cells is not None:
        tour.cells.stop()
    if tour.center is not None:
        tour.center.close()


def _until(is_so: Callable[[], Any], what: str, seconds: float) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := is_so()):
        if time.monotonic() > deadline:
            raise BugError(NOT_SEEN, what=what, seconds=round(seconds))
        time.sleep(0.2)
    return found


def make_centre(tour: Tour) -> str:
    """Make the demo centre."""
    from center_app.demo import open_demo_center, set_aside
    from center_app.equipment.queries import machines
    from center_app.registry.queries import people

    place = tour.folder / "centre"
    set_aside(place)
    tour.center = open_demo_center(place)
    found = {person.login: person for person in tour.center.read(people)}
    chosen = found["lin.wei"]
    tour.facts["actor"] = Actor(chosen.id, chosen.name, chosen.role, "tour")
    tour.facts["manager"] = Actor(found["chen.jie"].id, found["chen.jie"].name, found["chen.jie"].role, "tour")
    count = len(tour.center.read(machines))
    return f"{count} machines, {len(found)} people, store {place}"


def start_cells(tour: Tour) -> str:
    """Start the simulated cells and the collector."""
    from center_app.demo import DemoCells
    from center_app.telemetry.opening import open_records
    from center_app.telemetry.values import PortState

    cells: DemoCells = DemoCells(tour.center)
    cells.start()
    tour.cells = cells
    records = open_records(tour.center)

    def recording() -> list[Any]:
        ports = [port for port in records.health() if port.state is PortState.RECORDING and port.frames > 0]
        return ports if len(ports) >= 6 else []

    ports = _until(recording, "six ports that record", 30)
    records.close()
    return f"{len(ports)} ports record, {sum(port.bytes_in for port in ports)} bytes so far"


def book(tour: Tour) -> str:
    """Book a machine that is free now, and check in."""
    from center_app.booking import service
    from center_app.booking.queries import SlotQuery, find_slots
    from center_app.booking.values import BookingDraft
    from center_app.core.periods import Period

    center, actor = tour.center, tour.actor
    person, project = _person_with_project(center)
    now = center.clock.now()
    asked = SlotQuery(
        person_id=person, project_id=project, duration_s=3600, period=Period(now, now + timedelta(hours=8))
    )
    slots = center.read(find_slots, asked)
    slot = slots[0]
    draft = BookingDraft(
        machine_id=slot.machine_id,
        start_at=slot.period.start,
        end_at=slot.period.end,
        person_id=person,
        project_id=project,
    )
    made = center.write(actor, service.book, draft)
    checked = center.write(actor, service.check_in, made.id, made.version)
    tour.facts["booking"] = checked
    return f"{checked.reference}: {checked.machine.say('en')} for {checked.person}, checked in"


def _person_with_project(center: Center) -> tuple[int, int]:
    from center_app.registry.queries import projects

    project = center.read(projects)[0]
    return project.members[0].person_id, project.id


def double_book(tour: Tour) -> str:
    """Try to book the same hour again: the database refuses."""
    from center_app.booking import service
    from center_app.booking.values import BookingDraft

    held = tour.facts["booking"]
    draft = BookingDraft(
        machine_id=held.machine_id, start_at=held.start_at + timedelta(minutes=15), end_at=held.end_at,
        person_id=held.person_id, project_id=held.project_id,
    )  # fmt: skip
    try:
        tour.center.write(tour.actor, service.book, draft)
    except CenterError as error:
        return describe(error, tour.words)[0]
    raise BugError(NOT_SEEN, what="a refusal", seconds=0)


def alarm(tour: Tour) -> str:
    """Wait for an alarm of a cell and acknowledge it."""
    from center_app.telemetry import service
    from center_app.telemetry.opening import open_records
    from center_app.telemetry.values import RequestKind

    records = open_records(tour.center)

    def waiting() -> Any:
        return next((alarm for alarm in records.alarms() if alarm.state == "unacknowledged"), None)

    raised = _until(waiting, "an alarm", ALARM_WAIT_S)
    payload = {"rule_id": raised.rule_id, "occurrence": raised.occurrence}
    tour.center.write(tour.actor, service.ask, RequestKind.ACKNOWLEDGE, raised.cell_id, payload, raised.collector)

    def acknowledged() -> bool:
        now = next(alarm for alarm in records.alarms() if alarm.rule_id == raised.rule_id)
        return bool(now.acknowledged_by) and now.state != "unacknowledged"

    _until(acknowledged, "the acknowledgement", 10)
    records.close()
    return f"alarm {raised.rule_id} at {raised.value:.1f}, acknowledged by {tour.actor.name}"


def byte_account(tour: Tour) -> str:
    """Hold the byte account of every recording against its raw log."""
    from center_app.telemetry.opening import open_reader

    with open_reader(tour.center) as reader:
        live = [view for view in reader.recordings() if view.ended_ns is None]
        accounts = [reader.account(view.id) for view in live]
    if not all(account.is_balanced for account in accounts):
        raise BugError(NOT_SEEN, what="a balanced byte account", seconds=0)
    return f"{len(accounts)} live recordings, {sum(account.bytes_in for account in accounts)} bytes, all balanced"


def close_month(tour: Tour) -> str:
    """Close the last month: build the compliance report, verify it, trace a figure to its bytes."""
    from center_app.flows.reporting import ask_for, file_report
    from center_app.grants.queries import awards
    from center_app.grants.reports.layout import make_report
    from center_app.grants.reports.verify import verify_with_store

    center = tour.center
    award = center.read(awards)[0]
    first = _last_month(center)
    last = date.fromordinal(date(first.year + first.month // 12, first.month % 12 + 1, 1).toordinal() - 1)
    ask = center.read(ask_for, award.number, first, last)
    filed = file_report(center.database, center.folder, tour.facts["manager"], ask, "en", tour.folder / "report-en.pdf")
    with ThreadPoolExecutor(2) as presses:
        others = [
            presses.submit(make_report, filed.snapshot, language, tour.folder / f"report-{language}.pdf")
            for language in LANGUAGES[1:]
        ]
    lines = [f"{made.path.name}: {made.page_count} pages" for made in (filed.made, *(one.result() for one in others))]
    found = center.read(verify_with_store, center.folder, tour.folder / "report-en.pdf")
    if not found.is_intact:
        raise CenterError(found.problems[0].code, **found.problems[0].params)
    tour.facts["snapshot"] = filed.snapshot
    return "; ".join(lines) + f"; verified, {found.recounted} figures recounted"


def _last_month(center: Center) -> date:
    from zoneinfo import ZoneInfo

    today = center.clock.now().astimezone(ZoneInfo(center.zone)).date()
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)


def trace_figure(tour: Tour) -> str:
    """Walk the measured hours of the report back to raw bytes."""
    from center_app.grants.reports.trace import trace

    target = tour.folder / "report-en.pdf"
    figure = _largest_use(tour.facts["snapshot"])
    found = tour.center.read(trace, tour.center.folder, target, figure)
    if found.broken is not None:
        raise CenterError(found.broken.problem.code, **found.broken.problem.params)
    return f"{figure} = {found.printed} h: {len(found.uses)} uses, {found.bytes_read} stored bytes decoded again"


def _largest_use(snapshot: Any) -> str:
    """Return the figure of the machine that ran longest in the period."""
    machines = [f for f in snapshot.figures if re.fullmatch(r"use\.EQ-\d+\.measured", f.id) and f.value is not None]
    if not machines:
        raise BugError(NOT_SEEN, what="a measured machine in the report", seconds=0)
    return str(max(machines, key=lambda figure: figure.value).id)


def pictures(tour: Tour) -> str:
    """Take a picture of every page in both palettes and three languages."""
    place = tour.folder / "screens"
    cell = _first_cell(tour.center)
    with ProcessPoolExecutor(len(PALETTES), multiprocessing.get_context("spawn")) as studios:
        jobs = [studios.submit(shoot, tour.center.store, tour.actor, palette, place, cell) for palette in PALETTES]
        count = sum(job.result() for job in jobs)
    return f"{count} pictures in {place}"


def shoot(store: str, actor: Actor, palette: str, place: Path, cell: int) -> int:
    """Take the pictures of one palette in a process of its own; return how many."""
    from center_app.wiring import open_center
    from ui.shots import Studio

    center = open_center(store)
    studio = Studio(center, actor)
    try:
        for language in LANGUAGES:
            for page in PAGES:
                target = place / f"{page}_{palette}_{language}.png"
                studio.shoot(page, target, language=language, palette=palette, size=SIZE)
            target = place / f"monitor_{palette}_{language}.png"
            studio.shoot("cells", target, language=language, palette=palette, size=SIZE, cell_id=cell)
    finally:
        studio.close()
        center.close()
    return len(LANGUAGES) * (len(PAGES) + 1)


def _first_cell(center: Center) -> int:
    from center_app.telemetry.queries import cells

    return next(cell.id for cell in center.read(cells) if cell.machine_id is not None)


STEPS: tuple[Callable[[Tour], str], ...] = (
    make_centre, start_cells, book, double_book, alarm, byte_account, close_month, trace_figure, pictures,
)  # fmt: skip
