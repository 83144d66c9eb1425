"""Put the demo centre's telemetry in place: meters with months of history, then the live cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from center_app.core.access import Actor
from center_app.core.db import Database
from center_app.telemetry import service
from center_app.telemetry.collector.plan import plans
from center_app.telemetry.demo.backfill import backfill
from center_app.telemetry.demo.cells import CELL_CODES, CELLS, METER_LINK, METER_NAME, DemoCells, add_cells
from center_app.telemetry.demo.history import (
    PROFILE,
    LoggedMachine,
    Use,
    channel_of,
    params_for,
    synthesise_history,
    uses_by_machine,
)
from center_app.telemetry.values import DEFAULT_COLLECTOR, CellDraft, CellView, RunRuleDraft, RunRuleView

_POWER_W = {
    "EQ-01": (180.0, 2600.0), "EQ-02": (420.0, 6800.0), "EQ-03": (650.0, 9200.0), "EQ-05": (300.0, 3400.0),
    "EQ-06": (140.0, 720.0), "EQ-07": (320.0, 1180.0),
}  # fmt: skip
"""Power at rest and at work, W, by the first part of the machine's code."""
LIVE_CODES = ("EQ-0101", "EQ-0109", "EQ-0201", "EQ-0204", "EQ-0301", "EQ-0501")
"""Machines that the energy meters on the bus measure today, units 1 to 6."""
METERED_CODES = (
    *LIVE_CODES, "EQ-0102", "EQ-0104", "EQ-0105", "EQ-0108", "EQ-0110", "EQ-0202", "EQ-0205", "EQ-0207", "EQ-0208",
    "EQ-0303", "EQ-0304", "EQ-0504", *CELL_CODES,
)  # fmt: skip
"""Machines whose power the logger wrote in the months before."""


def seed(
    database: Database, folder: Path, actor: Actor, machines: Mapping[str, int], uses: Mapping[str, Sequence[Use]],
    days: tuple[date, date], zone: str, told: Callable[[str, float], None] = lambda _what, _share: None,
) -> DemoCells:  # fmt: skip
    """Make cells, rules, alarms and measured history from the first to the last day (both included, up to now).

    `machines`: number by code; `uses`: what people did, by code. Takes some seconds; `told` follows it.
    """
    ports = folder / "ports"
    logged = [_logged(code, machines[code], uses) for code in METERED_CODES if code in machines]
    meters = _history(database, folder, actor, logged, days, zone, told) if logged else None
    if meters is not None:
        meters = _go_live(database, actor, meters, logged)
    told("cells", 0.95)
    made = add_cells(database, actor, machines, ports)
    _let_work(database, folder, made)
    told("cells", 1.0)
    return DemoCells(made, meters)


def _let_work(database: Database, folder: Path, made: Mapping[str, CellView]) -> None:
    """Give each live cell the minutes before the demo begins; its simulator goes on from there."""
    known = {one.cell.id: one for one in database.read(plans, DEFAULT_COLLECTOR)}
    now_ns = database.clock.wall_ns()
    for before_s in {cell.before_s for cell in CELLS}:
        mine = [cell for cell in CELLS if cell.before_s == before_s and cell.code in made]
        chosen = [known[made[cell.code].id] for cell in mine]
        simulate = {made[cell.code].id: cell.simulate for cell in mine}
        backfill(folder, database.clock, DEFAULT_COLLECTOR, chosen, before_s, now_ns, simulate)


def _logged(code: str, machine_id: int, uses: Mapping[str, Sequence[Use]]) -> LoggedMachine:
    idle_w, run_w = _POWER_W.get(code[:5], (200.0, 2000.0))
    return LoggedMachine(machine_id, code, idle_w, run_w, uses_by_machine(uses, code))


def _history(
    database: Database, folder: Path, actor: Actor, logged: Sequence[LoggedMachine], days: tuple[date, date], zone: str,
    told: Callable[[str, float], None],
) -> CellView:  # fmt: skip
    draft = CellDraft(None, METER_NAME, str(folder / "ports" / METER_LINK), PROFILE, params_for(logged))
    cell = database.write(actor, service.add_cell, draft)
    rules = [_rule(database, actor, cell, machine) for machine in logged]
    until: datetime = database.clock.now()
    synthesise_history(
        folder,
        database.clock,
        cell,
        rules,
        logged,
        _span(days),
        zone,
        until,
        lambda share: told("history", share * 0.9),
    )
    return cell


def _rule(database: Database, actor: Actor, cell: CellView, machine: LoggedMachine) -> RunRuleView:
    threshold = round((machine.idle_w + machine.run_w) / 2, -1)
    draft = RunRuleDraft(cell.id, channel_of(machine), threshold, 60.0, 180.0, machine.machine_id)
    return database.write(actor, service.set_run_rule, draft)


def _go_live(database: Database, actor: Actor, meters: CellView, logged: Sequence[LoggedMachine]) -> CellView:
    """Replace the logger by the meters on the bus; cells with an own device are measured by it from now on."""
    live = [machine for machine in logged if machine.code in LIVE_CODES]
    params = {"units": ",".join(str(unit) for unit in range(1, len(live) + 1)), "interval_ms": 2000}
    draft = CellDraft(None, METER_NAME, meters.port, "energy_meter", params, headline="unit_1.power")
    changed = database.write(actor, service.edit_cell, meters.id, draft)
    units = {machine.code: unit for unit, machine in enumerate(live, start=1)}
    for machine in logged:
        _retire_or_move(database, actor, changed, machine, units.get(machine.code))
    return changed


def _retire_or_move(
    database: Database, actor: Actor, meters: CellView, machine: LoggedMachine, unit: int | None
) -> None:
    if unit is not None:
        draft = RunRuleDraft(meters.id, f"unit_{unit}.power", 700.0, 5.0, 30.0, machine.machine_id)
        database.write(actor, service.set_run_rule, draft)
        return
    database.write(actor, service.end_run_rule, meters.id, machine.machine_id)


def _span(days: tuple[date, date]) -> list[date]:
    return [days[0] + timedelta(days=offset) for offset in range((days[1] - days[0]).days + 1)]
