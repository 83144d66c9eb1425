"""Read the telemetry wing's rows in the centre's database."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import col, select

from center_app.core.audit import AuditEntry
from center_app.core.db import Read
from center_app.telemetry import user_profiles, views
from center_app.telemetry.models import AlarmRule, Cell, CollectorLease, Request, RunRule
from center_app.telemetry.values import (
    AlarmRuleView,
    CellView,
    LeaseView,
    RequestState,
    RequestView,
    RunRuleView,
)


def cells(read: Read, collector: str | None = None, include_removed: bool = False) -> list[CellView]:
    """Return the robot cells in order of their number, of one collector when named."""
    user_profiles.refresh(read)
    wanted = select(Cell).order_by(col(Cell.id))
    if collector is not None:
        wanted = wanted.where(col(Cell.collector) == collector)
    if not include_removed:
        wanted = wanted.where(col(Cell.removed).is_(False))
    return [views.cell(row) for row in read.session.exec(wanted)]


def cell(read: Read, cell_id: int) -> CellView | None:
    """Return one cell, None when there is none of that number."""
    row = read.session.get(Cell, cell_id)
    return views.cell(row) if row else None


def alarm_rules(
    read: Read, cell_ids: Sequence[int] | None = None, include_removed: bool = False
) -> list[AlarmRuleView]:
    """Return the alarm rules, of some cells when named."""
    wanted = select(AlarmRule).order_by(col(AlarmRule.id))
    if cell_ids is not None:
        wanted = wanted.where(col(AlarmRule.cell_id).in_(list(cell_ids)))
    if not include_removed:
        wanted = wanted.where(col(AlarmRule.removed).is_(False))
    return [views.alarm_rule(row) for row in read.session.exec(wanted)]


def run_rules(read: Read, cell_ids: Sequence[int] | None = None, include_old: bool = False) -> list[RunRuleView]:
    """Return the run rules in force (and old versions on request), of some cells when named."""
    wanted = select(RunRule).order_by(col(RunRule.series), col(RunRule.version))
    if cell_ids is not None:
        wanted = wanted.where(col(RunRule.cell_id).in_(list(cell_ids)))
    if not include_old:
        wanted = wanted.where(col(RunRule.is_current).is_(True))
    return [views.run_rule(row) for row in read.session.exec(wanted)]


def waiting_requests(read: Read, collector: str) -> list[RequestView]:
    """Return the requests that a collector has not answered, oldest first."""
    wanted = (
        select(Request)
        .where(col(Request.collector) == collector, col(Request.state) == RequestState.ASKED.value)
        .order_by(col(Request.id))
    )
    return [views.request(row) for row in read.session.exec(wanted)]


def request(read: Read, request_id: int) -> RequestView | None:
    """Return one request with its outcome."""
    row = read.session.get(Request, request_id)
    return views.request(row) if row else None


def requests(read: Read, cell_id: int | None = None, limit: int = 100) -> list[RequestView]:
    """Return the newest requests, of one cell when named."""
    wanted = select(Request).order_by(col(Request.id).desc()).limit(limit)
    if cell_id is not None:
        wanted = wanted.where(col(Request.cell_id) == cell_id)
    return [views.request(row) for row in read.session.exec(wanted)]


def log_anchors(read: Read, collector: str) -> dict[int, str]:
    """Return the anchored heads of a collector's log: digest by entry number."""
    wanted = select(AuditEntry).where(
        col(AuditEntry.action) == "telemetry.anchor_log", col(AuditEntry.subject) == f"collector {collector}"
    )
    return {int(entry.after["number"]): str(entry.after["digest"]) for entry in read.session.exec(wanted)}


def leases(read: Read) -> list[LeaseView]:
    """Return the leases of all collectors."""
    return [views.lease(row) for row in read.session.exec(select(CollectorLease).order_by(col(CollectorLease.name)))]
