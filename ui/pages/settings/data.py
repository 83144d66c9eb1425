"""What the settings page reads: the centre, its health, rules and profiles with who is affected."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from center_app.core import nightly
from center_app.core.centre import CentreView, centre
from center_app.core.labels import Label
from center_app.equipment import queries as equipment
from center_app.equipment.values import BookingPolicy, MachineView
from center_app.registry import queries as registry
from center_app.registry.values import QualificationKindView
from center_app.telemetry import queries as telemetry
from center_app.telemetry.opening import of_center
from center_app.telemetry.values import AlarmRuleView, CellView, LeaseView, PortHealth, RunRuleView
from ui.kit.ledgers import records
from ui.kit.words import _


@dataclass(frozen=True)
class RuleRow:
    """The booking limits of one machine and how many people they touch."""

    machine: MachineView
    people: int

    @property
    def policy(self) -> BookingPolicy:
        """Return the limits."""
        return self.machine.policy


@dataclass(frozen=True)
class ProfileRow:
    """One device profile and the cells that use it."""

    id: str
    version: int
    names: Label
    line: str
    channels: int
    source: str
    cells: tuple[CellView, ...]


@dataclass(frozen=True)
class AlarmRow:
    """One alarm rule, its cell and machine."""

    rule: AlarmRuleView
    cell: CellView | None
    machine: MachineView | None


@dataclass(frozen=True)
class RunRow:
    """One run rule, its cell and the machine whose hours it measures."""

    rule: RunRuleView
    cell: CellView | None
    machine: MachineView | None


@dataclass(frozen=True)
class Health:
    """How database, collectors and backup stand."""

    is_sqlite: bool
    place: str
    size_bytes: int
    free_bytes: int
    leases: tuple[LeaseView, ...]
    ports: tuple[tuple[Label, PortHealth], ...]
    last_backup_at: datetime | None
    at: datetime


@dataclass(frozen=True)
class Settings:
    """Everything the page shows."""

    centre: CentreView | None
    health: Health
    rules: tuple[RuleRow, ...]
    profiles: tuple[ProfileRow, ...]
    alarms: tuple[AlarmRow, ...]
    runs: tuple[RunRow, ...]
    kinds: tuple[QualificationKindView, ...]


def load(read: Any, center: Any) -> Settings:
    """Read the page."""
    machines = {view.id: view for view in equipment.machines(read)}
    cells = {view.id: view for view in telemetry.cells(read)}
    kinds = registry.qualification_kinds(read)
    holders = {kind.id: kind.holders for kind in kinds}
    everybody = len(registry.people(read))
    return Settings(
        centre(read),
        _health(read, center),
        tuple(RuleRow(view, holders.get(view.qualification_kind_id or 0, everybody)) for view in machines.values()),
        _profiles(list(cells.values())),
        tuple(_alarm(rule, cells.get(rule.cell_id), machines) for rule in telemetry.alarm_rules(read)),
        tuple(
            RunRow(rule, cells.get(rule.cell_id), machines.get(rule.machine_id or 0))
            for rule in telemetry.run_rules(read)
        ),
        tuple(kinds),
    )


def _alarm(rule: AlarmRuleView, cell: CellView | None, machines: dict[int, MachineView]) -> AlarmRow:
    return AlarmRow(rule, cell, machines.get(cell.machine_id or 0) if cell else None)


def _profiles(cells: list[CellView]) -> tuple[ProfileRow, ...]:
    from devices import profiles

    used = Counter(cell.profile_id for cell in cells)
    rows = [
        ProfileRow(
            profile.id,
            profile.version,
            Label(profile.label),
            f"{profile.line.baud} {profile.line.data_bits}{profile.line.parity}{profile.line.stop_bits:g}",
            sum(len(stream.channels) for stream in profile.streams),
            profile.source,
            tuple(cell for cell in cells if cell.profile_id == profile.id),
        )
        for profile in profiles.all()
    ]
    return tuple(sorted(rows, key=lambda row: (-used[row.id], row.id)))


def _health(read: Any, center: Any) -> Health:
    import shutil

    database, folder = center.database, Path(center.folder)
    usage = shutil.disk_usage(folder) if folder.exists() else None
    ledger = records(of_center(center))
    names = {cell.id: cell.label for cell in telemetry.cells(read)}
    return Health(
        database.is_sqlite,
        str(database.path) if database.is_sqlite else _without_password(database.url),
        database.path.stat().st_size if database.is_sqlite else 0,
        usage.free if usage else 0,
        tuple(telemetry.leases(read)),
        tuple((names[port.cell_id], port) for port in ledger.health() if port.cell_id in names),
        nightly.newest(folder / "backups"),
        read.now,
    )


def _without_password(url: str) -> str:
    from urllib.parse import urlsplit

    parts = urlsplit(url.replace("+psycopg", ""))
    return f"postgresql://{parts.username or ''}@{parts.hostname or ''}{parts.path}"


def seconds_text(seconds: int | None) -> str:
    """Say a length of a rule, "–" for no limit."""
    return _.span(seconds) if seconds else "–"
