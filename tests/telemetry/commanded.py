"""A centre in real time with a machine that an engineer has booked, a device at a pseudo-terminal and its collector."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from center_app.booking import service as booking
from center_app.booking.values import BookingDraft
from center_app.core.access import Actor, Role
from center_app.core.centre import CentreDraft, establish
from center_app.core.errors import PersonError
from center_app.core.labels import Label
from center_app.equipment import service as equipment
from center_app.equipment.values import BookingPolicy, CategoryDraft, MachineDraft
from center_app.flows import commanding
from center_app.registry import service as registry
from center_app.registry.values import PersonDraft
from center_app.telemetry import command_errors, queries
from center_app.telemetry.command_values import CommandDraft, LineDraft
from center_app.telemetry.store.reader import StoreReader
from center_app.telemetry.values import CellView, RequestState, RequestView
from center_app.wiring import Center
from tests.support import wait_until
from tests.telemetry import cells

ADMIN = cells.ENGINEER
CODE = "EQ-0401"


@dataclass(frozen=True)
class Bench:
    """Hold the centre, the cell, and the engineer who has its machine booked now."""

    center: Center
    cell: CellView
    engineer: Actor
    machine_id: int
    device: subprocess.Popen[bytes] | None = None

    def send(self, command: str, confirmation: str = "", **values: Any) -> RequestView:
        """Ask for a command, as soon as the pace allows it."""
        draft = CommandDraft(self.cell.id, command, values, confirmation)
        asked: list[RequestView] = []

        def is_asked() -> bool:
            try:
                asked.append(self.center.write(self.engineer, commanding.send, draft))
            except PersonError as error:
                if error.code is not command_errors.TOO_FAST:
                    raise
            return bool(asked)

        wait_until(is_asked, poll_s=0.01)
        return asked[0]

    def sent(self, command: str, confirmation: str = "", **values: Any) -> RequestView:
        """Ask for a command and wait for what came of it."""
        return self.answered(self.send(command, confirmation, **values))

    def line(self, data: bytes) -> RequestView:
        """Send a console line and wait for what came of it."""
        return self.answered(self.center.write(self.engineer, commanding.send_line, LineDraft(self.cell.id, data)))

    def answered(self, request: RequestView) -> RequestView:
        """Wait for what came of a request."""
        waiting = (RequestState.ASKED, RequestState.SENDING)
        wait_until(lambda: self.center.read(queries.request, request.id).state not in waiting, poll_s=0.002)
        return self.center.read(queries.request, request.id)

    def newest(self, stream: str, channel: str) -> float:
        """Return the last stored value of a channel, NaN when there is none."""
        with StoreReader(self.center.folder) as reader:
            window = reader.window(self.cell.id, stream, channel, 0, 1 << 62, 10)
            return float(window.last)

    def raw(self, direction: int) -> bytes:
        """Return the raw log of one direction, of every recording of the cell."""
        with StoreReader(self.center.folder) as reader:
            return b"".join(
                record.data
                for recording in reader.recordings(self.cell.id)
                for record in reader.raw(recording.id)
                if record.direction == direction
            )


def booked_bench(folder: Path, port: Path, profile: str, **changes: Any) -> Bench:
    """Found a centre in real time; Chen Yu has the machine of the cell booked from now on for an hour."""
    center = cells.new_center(folder)
    center.write(ADMIN, establish, CentreDraft(Label.of("Bench")))
    group = center.write(ADMIN, equipment.add_category, CategoryDraft(code="CELLS", names=Label.of("Cells")))
    policy = BookingPolicy(needs_induction=False, needs_project=False)
    draft = MachineDraft(code=CODE, names=Label.of("Welding cell 1"), category_id=group.id, policy=policy)
    machine = center.write(ADMIN, equipment.add_machine, draft)
    person = PersonDraft(name="Chen Yu", login="chen.yu", role=Role.ENGINEER, inducted_on=date(2025, 1, 7))
    holder = center.write(ADMIN, registry.add_person, person)
    start = center.clock.now() + timedelta(seconds=0.3)
    wish = BookingDraft(
        start_at=start, end_at=start + timedelta(hours=1), person_id=holder.id, machine_id=machine.id, title="Gripping"
    )
    center.write(ADMIN, booking.book, wish)
    wait_until(lambda: center.clock.now() > start)
    cell = cells.add_cell(center, port, profile, machine_id=machine.id, **changes)
    return Bench(center, cell, Actor(holder.id, holder.name, Role.ENGINEER, "desk 2"), machine.id)


@contextmanager
def running(folder: Path, profile: str, *more: str, **changes: Any) -> Iterator[Bench]:
    """Run simulator and collector of a bench until it records."""
    folder.mkdir(exist_ok=True)
    port = folder / "ttyDEVICE"
    with cells.simulator(profile, port, *more) as device:
        bench = replace(booked_bench(folder / "store", port, profile, **changes), device=device)
        with cells.collector(bench.center.folder):
            cells.wait_for_bytes(bench.center.folder, bench.cell.id, 1)
            yield bench
        bench.center.close()
