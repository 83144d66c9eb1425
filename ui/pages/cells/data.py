"""What the pages of cells show, loaded on the window lane as frozen values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from center_app.core.labels import Label
from center_app.core.periods import Period, local_day
from center_app.telemetry import queries
from center_app.telemetry.exchange.values import IMPORTED
from center_app.telemetry.store.reader import StoreReader
from center_app.telemetry.store.values import AccountView, ChannelView, GapView, RecordingView
from center_app.telemetry.values import AlarmRuleView, AlarmView, CellView, PortHealth, PortState, RunInterval
from devices import profiles
from ui.kit.recorded import Doors, to_ns


@dataclass(frozen=True)
class CellBooking:
    """Say who has the cell's machine: person, project, until when, booking code."""

    code: str
    person: str
    project: str
    period: Period


@dataclass(frozen=True)
class CellCard:
    """Everything a tile shows of one cell."""

    cell: CellView
    machine: Label
    health: PortHealth | None
    alarms: tuple[tuple[AlarmView, AlarmRuleView], ...]
    bookings: tuple[CellBooking, ...]
    runs: tuple[RunInterval, ...]
    headline: ChannelView | None
    limits: tuple[AlarmRuleView, ...]
    has_profile: bool = True

    @property
    def is_imported(self) -> bool:
        """Tell whether this is a file that was taken in: it has no port and nothing more will come."""
        return self.cell.profile_id == IMPORTED

    @property
    def state(self) -> PortState:
        """Return what the port does; nothing when the device's profile was removed."""
        return self.health.state if self.health and self.has_profile else PortState.STOPPED

    def booking_at(self, now: datetime) -> CellBooking | None:
        """Return the booking that runs now."""
        return next((booking for booking in self.bookings if booking.period.contains(now)), None)

    @property
    def raised(self) -> tuple[tuple[AlarmView, AlarmRuleView], ...]:
        """Return the alarms that are not normal."""
        return tuple(pair for pair in self.alarms if pair[0].state != "normal")


@dataclass(frozen=True)
class Facts:
    """What stands at the right of the plots."""

    recording: RecordingView | None = None
    account: AccountView | None = None
    gaps: tuple[GapView, ...] = ()
    health: PortHealth | None = None


def load_cards(
    center: Any, doors: Doors, machines: Mapping[int, Label], bookings: Mapping[int, Sequence[CellBooking]]
) -> list[CellCard]:
    """Load the tiles of every cell; runs on the window lane."""
    cells = center.read(queries.cells)
    rules = {rule.id: rule for rule in center.read(queries.alarm_rules)}
    records, reader = doors.open_records(), doors.open_reader()
    health = {port.cell_id: port for port in records.health()}
    alarms = records.alarms()
    start, end = _today_ns(center)
    runs = records.runs(start, end)
    ordered = sorted(cells, key=lambda cell: cell.machine_id is None)
    return [
        _card(cell, machines, health.get(cell.id), alarms, rules, bookings, runs, reader)
        for cell in ordered
        if cell.enabled
    ]


def name_of(channel: ChannelView) -> str:
    """Return a channel's whole name, as rules and headlines write it."""
    return f"{channel.stream}.{channel.channel}"


def _card(
    cell: CellView,
    machines: Mapping[int, Label],
    health: PortHealth | None,
    alarms: Sequence[AlarmView],
    rules: Mapping[int, AlarmRuleView],
    bookings: Mapping[int, Sequence[CellBooking]],
    runs: Sequence[RunInterval],
    reader: StoreReader,
) -> CellCard:
    own = tuple(
        (alarm, rules[alarm.rule_id]) for alarm in alarms if alarm.cell_id == cell.id and alarm.rule_id in rules
    )
    channels = reader.channels(cell.id)
    headline = next((c for c in channels if name_of(c) == cell.headline), channels[0] if channels else None)
    limits = tuple(rule for rule in rules.values() if rule.cell_id == cell.id and rule.enabled)
    machine = machines.get(cell.machine_id or 0, cell.label)
    mine = tuple(run for run in runs if run.cell_id == cell.id)
    return CellCard(cell, machine, health, own, tuple(bookings.get(cell.machine_id or 0, ())), mine, headline, limits,
                    profiles.current(cell.profile_id))  # fmt: skip


def _today_ns(center: Any) -> tuple[int, int]:
    from zoneinfo import ZoneInfo

    day = local_day(center.clock.now().astimezone(ZoneInfo(center.zone)).date(), center.zone)
    return to_ns(day.start), to_ns(day.end)


def load_facts(doors: Doors, cell_id: int, since_ns: int, now_ns: int) -> Facts:
    """Load the byte account, gaps and health of a cell's newest recording; runs on the window lane."""
    reader, records = doors.open_reader(), doors.open_records()
    recordings = sorted(reader.recordings(cell_id), key=lambda recording: recording.started_ns)
    newest = recordings[-1] if recordings else None
    health = next((port for port in records.health() if port.cell_id == cell_id), None)
    if newest is None:
        return Facts(health=health)
    return Facts(newest, reader.account(newest.id), tuple(reader.gaps(cell_id, since_ns, now_ns)), health)


def load_channels(doors: Doors, cell_id: int) -> list[ChannelView]:
    """Load the channels that a cell has recorded; runs on the window lane."""
    return list(doors.open_reader().channels(cell_id))
