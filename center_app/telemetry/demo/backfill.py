"""Let the simulated cells have worked for some minutes already: their bytes through the collector's own pipeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from center_app.core.clock import Clock
from center_app.telemetry.alarms.desk import AlarmDesk
from center_app.telemetry.collector import ledger
from center_app.telemetry.collector.counters import Counters
from center_app.telemetry.collector.pipeline import Judges, Pipeline
from center_app.telemetry.collector.plan import CellPlan
from center_app.telemetry.store.synthetic import BulkWriter
from center_app.telemetry.values import AlarmView, PortState, RunInterval

READ_S = 0.5


class LedgerSink:
    """Gather the ledger's rows of a bulk write and put them in one transaction."""

    def __init__(self) -> None:
        """Nothing is gathered yet."""
        self._rows: list[partial[Any]] = []

    def put_alarm_state(self, alarm: AlarmView) -> None:
        """Keep an alarm's state."""
        self._rows.append(partial(ledger.put_alarm_state, alarm=alarm))

    def put_event(self, t_ns: int, kind: str, subject: str, details: dict[str, Any]) -> None:
        """Keep a log entry."""
        self._rows.append(partial(ledger.put_event, t_ns=t_ns, kind=kind, subject=subject, details=details))

    def put_interval(self, interval: RunInterval) -> None:
        """Keep an interval; one in progress is not needed here."""
        if not interval.is_open:
            self._rows.append(partial(ledger.put_interval, interval=interval))

    def put_health(self, counters: Counters, t_ns: int) -> None:
        """Keep a port's last figures."""
        self._rows.append(partial(ledger.put_health, health=counters.health(t_ns)))

    def write(self, connection: ledger.Connection) -> None:
        """Write everything, in order."""
        ledger.create(connection)
        for row in self._rows:
            row(connection)


def backfill(
    folder: Path, clock: Clock, collector: str, plans: Sequence[CellPlan], seconds: float, end_ns: int,
    simulate: Mapping[int, Mapping[str, Any]],
) -> None:  # fmt: skip
    """Record the last `seconds` before `end_ns` of each cell's simulator, alarms and run rules included.

    `simulate`: the simulator's settings by cell number; virtual time 0 is `end_ns - seconds`.
    """
    sink = LedgerSink()
    desk = AlarmDesk(collector, sink)
    start_ns = end_ns - round(seconds * 1e9)
    desk.configure([rule for plan in plans for rule in plan.alarm_rules], (), start_ns)
    judges = Judges(collector, desk, sink.put_interval)
    with BulkWriter(folder, collector, clock) as writer:
        for plan in plans:
            counters = _record(writer, plan, judges, simulate.get(plan.cell.id, {}), seconds, start_ns)
            sink.put_health(counters, end_ns)
        writer.engine.shelf.in_ledger([sink.write])


def _record(
    writer: BulkWriter, plan: CellPlan, judges: Judges, simulate: Mapping[str, Any], seconds: float, start_ns: int
) -> Counters:
    cell, profile = plan.cell, plan.profile
    handle = writer.begin_recording(
        cell.id, profile.id, profile.version, profile.settled(cell.params), profile.line, cell.port,
        streams=plan.streams, t_ns=start_ns,
    )  # fmt: skip
    handle.add_anchor(start_ns, start_ns, "start")
    counters = Counters(cell.id, cell.port, PortState.STOPPED, start_ns)
    pipeline = Pipeline(plan, handle, judges, counters)
    simulator = profile.simulator(1, {**cell.params, **simulate})
    for number in range(round(seconds / READ_S)):
        data = simulator.bytes_between(number * READ_S, (number + 1) * READ_S)
        t_ns = start_ns + round((number + 1) * READ_S * 1e9)
        if data:
            pipeline.received(data, t_ns, t_ns, t_ns)
        pipeline.tell(t_ns)
    pipeline.end(start_ns + round(seconds * 1e9))
    return counters
