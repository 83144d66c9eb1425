"""No overlap after any sequence of book, move, cancel, restore, outage, breakdown and undo."""

from __future__ import annotations

import shutil
import tempfile
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from center_app.booking import service
from center_app.booking.values import OCCUPYING, BookingState
from center_app.core.errors import PersonError
from center_app.core.periods import Period
from center_app.equipment import queries as equipment_queries
from center_app.equipment import service as equipment
from center_app.equipment.occupancy import occupied, overlaps
from center_app.equipment.values import OutageDraft
from center_app.flows import breakdown
from center_app.wiring import open_center
from tests.booking.world import ADMIN, make_world, span
from tests.fakes import FakeClock

STARTS = st.integers(0, 47)
LENGTHS = st.integers(1, 8)
DAY = span("Tue 00:00-Wed 12:00")


def _span(start: int, length: int) -> Period:
    """Return a stretch of half hours."""
    begin = DAY.start + timedelta(minutes=30 * start)
    return Period(begin, begin + timedelta(minutes=30 * length))


class Calendar(RuleBasedStateMachine):
    """Drive two machines by every verb; refusals are fine, overlaps never."""

    @initialize(buffer_s=st.sampled_from([0, 900, 3600]))
    def open(self, buffer_s: int) -> None:
        self.folder = tempfile.mkdtemp()
        self.clock = FakeClock()
        self.center = open_center(self.folder, self.clock, create=True)
        self.world = make_world(self.center)
        self.world.policy(buffer_after_s=buffer_s)
        self.machines = [self.world.machine.id, self.world.add_machine().id]
        self.known: list[int] = []
        self.broken: list[Any] = []

    def attempt(self, verb: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return self.center.write(ADMIN, verb, *args, **kwargs)
        except PersonError:
            return None

    def pick(self, index: int) -> Any:
        return self.world.view(self.known[index % len(self.known)]) if self.known else None

    @rule(machine=st.integers(0, 1), start=STARTS, length=LENGTHS, waives=st.booleans())
    def book(self, machine: int, start: int, length: int, waives: bool) -> None:
        waive = {"waive": frozenset({"booking.buffer"}), "waive_reason": "test"} if waives else {}
        draft = self.world.draft(_span(start, length), machine_id=self.machines[machine], **waive)
        view = self.attempt(service.book, draft)
        self.known += [view.id] if view else []

    @rule(index=st.integers(0, 30), machine=st.integers(0, 1), start=STARTS, length=LENGTHS)
    def move(self, index: int, machine: int, start: int, length: int) -> None:
        if view := self.pick(index):
            period = _span(start, length)
            moved = self.attempt(
                service.move, view.id, view.version, machine_id=self.machines[machine],
                start_at=period.start, end_at=period.end,
            )  # fmt: skip
            self.known += [moved.id] if moved else []

    @rule(index=st.integers(0, 30))
    def cancel(self, index: int) -> None:
        if view := self.pick(index):
            self.attempt(service.cancel, view.id, view.version)

    @rule(index=st.integers(0, 30))
    def restore(self, index: int) -> None:
        if view := self.pick(index):
            self.attempt(service.restore, view.id, view.version)

    @rule(index=st.integers(0, 30))
    def revert(self, index: int) -> None:
        if view := self.pick(index):
            back = self.attempt(service.revert, view.id, view.version)
            self.known += [back.id] if back else []

    @rule(machine=st.integers(0, 1), start=STARTS, length=LENGTHS)
    def outage(self, machine: int, start: int, length: int) -> None:
        period = _span(start, length)
        draft = OutageDraft(
            machine_id=self.machines[machine], start_at=period.start, end_at=period.end, title="Service"
        )
        self.attempt(equipment.plan_outage, draft)

    @rule(machine=st.integers(0, 1), length=LENGTHS, is_open=st.booleans())
    def break_down(self, machine: int, length: int, is_open: bool) -> None:
        until = None if is_open else self.clock.now() + timedelta(minutes=30 * length)
        done = self.center.write(ADMIN, breakdown.out_of_order, self.machines[machine], "Broken", until)
        self.broken.append(done)

    @rule()
    def undo_break_down(self) -> None:
        if self.broken:
            self.attempt(breakdown.undo_out_of_order, self.broken.pop())

    @rule()
    def mend(self) -> None:
        for outage in self.center.read(equipment_queries.outages_now):
            self.attempt(equipment.close_outage, outage.id, outage.version)

    @rule(index=st.integers(0, 30))
    def check_in_or_out(self, index: int) -> None:
        if view := self.pick(index):
            verb = service.check_out if view.state is BookingState.IN_USE else service.check_in
            self.attempt(verb, view.id, view.version)

    @rule(minutes=st.integers(1, 600))
    def wait(self, minutes: int) -> None:
        self.clock.advance(minutes * 60)
        self.center.write(ADMIN, service.release_missed)

    @invariant()
    def nothing_overlaps(self) -> None:
        if not hasattr(self, "center"):
            return
        assert self.center.read(overlaps) == 0
        held = self.center.read(occupied, None, Period(DAY.start.replace(year=2025), DAY.end.replace(year=2031)))
        owners = {one.owner_id for one in held if one.kind.value == "booking"}
        for number in self.known:
            view = self.world.view(number)
            if view.state not in OCCUPYING:
                assert number not in owners
            elif view.state is not BookingState.DONE:
                assert number in owners

    def teardown(self) -> None:
        if hasattr(self, "center"):
            self.center.close()
            shutil.rmtree(self.folder)


Calendar.TestCase.settings = settings(
    max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
TestCalendar = Calendar.TestCase
