"""Turn rows of the telemetry wing into frozen views; private to its service and queries."""

from __future__ import annotations

from center_app.core.labels import Label
from center_app.telemetry.models import AlarmRule, Cell, CollectorLease, Request, RunRule
from center_app.telemetry.values import (
    DEFAULT_COLLECTOR,
    AlarmRuleView,
    CellView,
    Direction,
    LeaseView,
    Priority,
    RequestKind,
    RequestState,
    RequestView,
    RunRuleView,
)
from devices.values import LineSettings

__all__ = ["DEFAULT_COLLECTOR", "alarm_rule", "cell", "lease", "request", "run_rule"]


def cell(row: Cell) -> CellView:
    """Show a cell."""
    return CellView(
        id=int(row.id or 0), machine_id=row.machine_id, label=row.names, port=row.port, profile_id=row.profile_id,
        params=dict(row.params), enabled=row.enabled and not row.removed, collector=row.collector,
        headline=row.headline, version=row.version, line=LineSettings(**row.line) if row.line else None,
    )  # fmt: skip


def alarm_rule(row: AlarmRule) -> AlarmRuleView:
    """Show an alarm rule."""
    return AlarmRuleView(
        id=int(row.id or 0), version=row.version, cell_id=row.cell_id, channel=row.channel, label=row.names,
        limit=row.limit_value, direction=Direction(row.direction), deadband=row.deadband, on_delay_s=row.on_delay_s,
        off_delay_s=row.off_delay_s, priority=Priority(row.priority),
        steps=tuple(Label(texts) for texts in row.steps), act_within_s=row.act_within_s,
        is_latching=row.is_latching, enabled=row.enabled and not row.removed,
    )  # fmt: skip


def run_rule(row: RunRule) -> RunRuleView:
    """Show one version of a run rule; `id` names the series of versions."""
    return RunRuleView(
        id=row.series, version=row.version, cell_id=row.cell_id, machine_id=row.machine_id, channel=row.channel,
        threshold=row.threshold, hold_on_s=row.hold_on_s, hold_off_s=row.hold_off_s, is_current=row.is_current,
    )  # fmt: skip


def request(row: Request) -> RequestView:
    """Show a request."""
    return RequestView(
        id=int(row.id or 0), collector=row.collector, cell_id=row.cell_id, kind=RequestKind(row.kind),
        payload=dict(row.payload), state=RequestState(row.state), outcome=dict(row.outcome), asked_at=row.asked_at,
        answered_at=row.answered_at, asked_by=row.asked_by, person_id=row.person_id,
    )  # fmt: skip


def lease(row: CollectorLease) -> LeaseView:
    """Show a collector's lease."""
    return LeaseView(row.name, row.host, row.pid, row.started_at, row.heartbeat_at, row.lease_until, row.version)
