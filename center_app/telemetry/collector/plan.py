"""What the collector should do for one cell, gathered from the centre's rows; frozen, so that a change is seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from center_app.core.db import Read
from center_app.telemetry import channels, queries, user_profiles
from center_app.telemetry.values import AlarmRuleView, CellView, RunRuleView
from devices.values import LineSettings, Profile, StreamSpec

T = TypeVar("T", AlarmRuleView, RunRuleView)


@dataclass(frozen=True)
class CellPlan:
    """Say how one cell is recorded and by which rules its samples are judged."""

    cell: CellView
    alarm_rules: tuple[AlarmRuleView, ...] = ()
    run_rules: tuple[RunRuleView, ...] = ()
    profile_version: int | None = None

    @property
    def profile(self) -> Profile:
        """Return the device profile in the plan's version; the plan is only made where it exists."""
        found = channels.profile(self.cell.profile_id, self.profile_version)
        if found is None:
            raise KeyError(self.cell.profile_id)
        return found

    @property
    def streams(self) -> tuple[StreamSpec, ...]:
        """Return the streams the device declares with its settings."""
        return self.profile.streams_for(self.cell.params)

    @property
    def line(self) -> LineSettings:
        """Return the settings to open the port with: the cell's own, else the profile's."""
        return self.cell.line or self.profile.line

    def decodes_like(self, other: CellPlan) -> bool:
        """Tell whether the same recording can go on under the other plan."""
        mine, theirs = self.cell, other.cell
        return (mine.profile_id, self.profile_version, dict(mine.params), mine.port, self.line) == (
            theirs.profile_id, other.profile_version, dict(theirs.params), theirs.port, other.line,
        )  # fmt: skip


def plans(read: Read, collector: str) -> tuple[CellPlan, ...]:
    """Return the plans of a collector's enabled cells, in three statements."""
    user_profiles.refresh(read)
    cells = [cell for cell in queries.cells(read, collector) if cell.enabled and channels.profile(cell.profile_id)]
    ids = [cell.id for cell in cells]
    alarms = queries.alarm_rules(read, ids)
    runs = queries.run_rules(read, ids)
    return tuple(
        CellPlan(cell, _of(alarms, cell.id), _of(runs, cell.id), _version(cell)) for cell in cells
    )  # fmt: skip


def _version(cell: CellView) -> int | None:
    found = channels.profile(cell.profile_id)
    return found.version if found else None


def _of(rules: Sequence[T], cell_id: int) -> tuple[T, ...]:
    return tuple(rule for rule in rules if rule.cell_id == cell_id)
