"""What the page Alarms shows, loaded on the window lane as frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from center_app.core.labels import Label
from center_app.equipment import queries as equipment
from center_app.telemetry import queries
from center_app.telemetry.alarms.indicators import Indicators, indicators, raises_in
from center_app.telemetry.alarms.states import State
from center_app.telemetry.channels import find, streams_of
from center_app.telemetry.store.values import ChannelView, Window
from center_app.telemetry.values import AlarmRuleView, AlarmView, CellView, LedgerEvent, Priority
from ui.kit.recorded import Doors, to_ns
from ui.kit.recorded_clock import clock_offset_ns

DAY_NS = 86_400_000_000_000
HISTORY = 400
_RANK = {Priority.CRITICAL: 0, Priority.HIGH: 1, Priority.MEDIUM: 2, Priority.LOW: 3}
GROUPS = ("waiting", "active", "returned", "shelved", "out")


@dataclass(frozen=True)
class AlarmRow:
    """One alarm with its rule, cell and channel."""

    alarm: AlarmView
    rule: AlarmRuleView
    cell: CellView
    machine: Label
    unit: str

    @property
    def key(self) -> tuple[str, int]:
        """Name the alarm."""
        return self.alarm.collector, self.alarm.rule_id

    @property
    def group(self) -> str:
        """Return where it is listed; "" when there is nothing to do about it."""
        return {
            State.UNACKNOWLEDGED: "waiting", State.ACKNOWLEDGED: "active", State.RETURNED: "returned",
            State.LATCHED_UNACKNOWLEDGED: "waiting", State.LATCHED: "returned",
            State.SHELVED: "shelved", State.SUPPRESSED: "out", State.OUT_OF_SERVICE: "out",
        }.get(State(self.alarm.state), "")  # fmt: skip

    @property
    def order(self) -> tuple[int, int, int]:
        """Sort by group, priority, newest first."""
        group = GROUPS.index(self.group) if self.group in GROUPS else 9
        return group, _RANK[self.rule.priority], -(self.alarm.raised_ns or 0)


@dataclass(frozen=True)
class Loaded:
    """Everything the page shows at once."""

    rows: tuple[AlarmRow, ...] = ()
    events: tuple[LedgerEvent, ...] = ()
    figures: Indicators | None = None
    now_ns: int = 0
    cells: dict[int, Label] = field(default_factory=dict)


def load(center: Any, doors: Doors) -> Loaded:
    """Load alarms, their log of a day and their figures, all in recording time; runs on the window lane."""
    records = doors.open_records()
    cells = {cell.id: cell for cell in center.read(queries.cells)}
    rules = {rule.id: rule for rule in center.read(queries.alarm_rules)}
    names = {machine.id: machine.names for machine in center.read(equipment.machines)}
    alarms = records.alarms()
    newest = max(records.health(), key=lambda port: port.t_ns, default=None)
    now = to_ns(center.clock.now()) - clock_offset_ns(newest)
    events = records.events("alarm", now - DAY_NS, limit=HISTORY)
    rows = [
        _row(alarm, rules[alarm.rule_id], cells[alarm.cell_id], names)
        for alarm in alarms
        if alarm.rule_id in rules and alarm.cell_id in cells
    ]
    figures = indicators(raises_in(events), alarms, (now - DAY_NS, now))
    told = {cell.id: names.get(cell.machine_id or 0, cell.label) for cell in cells.values()}
    return Loaded(tuple(sorted(rows, key=lambda row: row.order)), tuple(events), figures, now, told)


def _row(alarm: AlarmView, rule: AlarmRuleView, cell: CellView, names: dict[int, Label]) -> AlarmRow:
    place = find(streams_of(cell.profile_id, cell.params), rule.channel)
    return AlarmRow(alarm, rule, cell, names.get(cell.machine_id or 0, cell.label), place.spec.unit if place else "")


def curve_around(doors: Doors, row: AlarmRow, columns: int, now_ns: int) -> tuple[Window, ChannelView] | None:
    """Return two minutes around the raise; runs on the window lane."""
    reader = doors.open_reader()
    names = {f"{c.stream}.{c.channel}": c for c in reader.channels(row.cell.id)}
    channel = names.get(row.rule.channel)
    if channel is None or row.alarm.raised_ns is None:
        return None
    start = row.alarm.raised_ns - 60_000_000_000
    end = min(row.alarm.raised_ns + 60_000_000_000, max(now_ns, start + 1_000_000_000))
    return reader.window(row.cell.id, channel.stream, channel.channel, start, end, columns), channel
