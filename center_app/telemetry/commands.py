"""Ask a device to do something, and say what came of it: verbs and queries of command requests.

Who may ask is decided by `flows.commanding`, which knows the bookings; it hands over the warrant (under which booking)
that stands in the audit trail. A request is asked, then sending, then done, refused or expired; nothing that was once
sending is ever sent again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select

from center_app.core.access import Right, require
from center_app.core.changes import Changed
from center_app.core.db import Read, Work
from center_app.core.errors import PersonError
from center_app.telemetry import channels, command_rules, rules, views
from center_app.telemetry import command_errors as errors
from center_app.telemetry import errors as wing_errors
from center_app.telemetry.command_values import CONSOLE, CommandDraft, LineDraft
from center_app.telemetry.models import Cell, Request
from center_app.telemetry.values import RequestKind, RequestState, RequestView
from devices.values import CommandSpec

_LOOK_BACK = timedelta(seconds=5)
_WAITING = (RequestState.ASKED.value, RequestState.SENDING.value)


def ask(work: Work, draft: CommandDraft, warrant: str) -> RequestView:
    """Ask for a declared command; raises every problem of its values at once, or PersonError TOO_FAST."""
    require(work.actor, Right.COMMAND_DEVICE)
    cell = _cell(work, draft.cell_id)
    spec = spec_of(cell.profile_id, draft.command)
    encoded, problems = command_rules.check(spec, cell.params, draft.values)
    rules.refuse(problems + command_rules.check_expiry(draft.expires_s))
    _pace(work, cell, spec.key, spec.min_interval_s)
    values = dict(encoded.values) if encoded else {}
    payload = {"command": spec.key, "values": values, "expires_s": draft.expires_s, "warrant": warrant}
    return _put(work, cell, payload)


def ask_line(work: Work, draft: LineDraft, warrant: str, until: datetime | None = None) -> RequestView:
    """Ask for a free console line; the collector does not send it from `until` on, the end of the booking."""
    require(work.actor, Right.COMMAND_DEVICE)
    cell = _cell(work, draft.cell_id)
    rules.refuse(command_rules.check_line(draft.data) + command_rules.check_expiry(draft.expires_s))
    _pace(work, cell, CONSOLE, 0.0)
    wait_s = min(5.0, max(0.0, draft.wait_s))
    left_s = draft.expires_s if until is None else max(0.0, (until - work.now).total_seconds())
    expires_s = min(draft.expires_s, left_s)
    payload = {"bytes": draft.data.hex(), "wait_s": wait_s, "expires_s": expires_s, "warrant": warrant}
    return _put(work, cell, payload)


def begin(work: Work, request_id: int) -> RequestView:
    """Take a request for sending: from now on it is never sent again, whatever happens."""
    require(work.actor, Right.RECORD)
    row = _request(work, request_id)
    if row.state != RequestState.ASKED.value:
        raise PersonError(wing_errors.REQUEST_ANSWERED)
    row.state = RequestState.SENDING.value
    work.record("telemetry.send.command", f"request {request_id}", changed=Changed.NOTHING)
    return views.request(row)


def finish(work: Work, request_id: int, state: RequestState, outcome: Mapping[str, Any]) -> RequestView:
    """Write what came of a command; only once."""
    require(work.actor, Right.RECORD)
    row = _request(work, request_id)
    if row.state not in _WAITING:
        raise PersonError(wing_errors.REQUEST_ANSWERED)
    row.state, row.outcome, row.answered_at = state.value, dict(outcome), work.now
    work.record("telemetry.answer.command", f"request {request_id}", after=dict(outcome), changed=Changed.REQUESTS)
    return views.request(row)


def expire(work: Work, request_id: int) -> RequestView:
    """Give up a request that nobody took in time; one that was taken or answered meanwhile is returned as it is."""
    require(work.actor, Right.COMMAND_DEVICE)
    row = _request(work, request_id)
    limit_s = float(row.payload.get("expires_s", 0.0))
    if row.state != RequestState.ASKED.value or command_rules.is_in_time(row.asked_at, limit_s, work.now):
        return views.request(row)
    row.state, row.answered_at = RequestState.EXPIRED.value, work.now
    row.outcome = {"result": "not_sent", "code": errors.EXPIRED.id}
    work.record("telemetry.expire.command", f"request {request_id}", after=row.outcome, changed=Changed.REQUESTS)
    return views.request(row)


def sending(read: Read, collector: str) -> list[RequestView]:
    """Return the commands that a collector took for sending and did not answer."""
    wanted = select(Request).where(
        col(Request.collector) == collector, col(Request.state) == RequestState.SENDING.value
    )
    return [views.request(row) for row in read.session.exec(wanted.order_by(col(Request.id)))]


def latest(read: Read, cell_id: int, limit: int = 50) -> list[RequestView]:
    """Return a cell's commands and console lines, newest first."""
    wanted = (
        select(Request)
        .where(col(Request.cell_id) == cell_id, col(Request.kind) == RequestKind.COMMAND.value)
        .order_by(col(Request.id).desc())
        .limit(limit)
    )
    return [views.request(row) for row in read.session.exec(wanted)]


def spec_of(profile_id: str, key: str) -> CommandSpec:
    """Return a profile's command; raises PersonError naming those there are."""
    profile = channels.profile(profile_id)
    commands = profile.commands if profile else ()
    spec = command_rules.find(commands, key)
    if spec is None:
        known = ", ".join(one.key for one in commands) or "–"
        raise PersonError(errors.COMMAND_UNKNOWN, command=key, known=known)
    return spec


def _put(work: Work, cell: Cell, payload: dict[str, Any]) -> RequestView:
    row = work.add(Request(
        collector=cell.collector, cell_id=cell.id, kind=RequestKind.COMMAND.value, payload=payload,
        state=RequestState.ASKED.value, asked_at=work.now, asked_by=work.actor.name, person_id=work.actor.person_id,
    ))  # fmt: skip
    view = views.request(row)
    work.record("telemetry.ask.command", f"request {row.id}", after=asdict(view), changed=Changed.REQUESTS)
    return view


def _pace(work: Work, cell: Cell, key: str, min_interval_s: float) -> None:
    """Refuse a command that follows too fast on the cell's earlier ones."""
    since = work.now - max(_LOOK_BACK, timedelta(seconds=min_interval_s))
    statement = select(Request.payload, Request.asked_at).where(
        col(Request.cell_id) == cell.id, col(Request.kind) == RequestKind.COMMAND.value, Request.asked_at > since
    )
    earlier = [
        (str(payload.get("command", CONSOLE)), (asked_at - work.now).total_seconds())
        for payload, asked_at in work.session.exec(statement)
    ]
    wait_s = command_rules.wait_s(earlier, key, min_interval_s, 0.0)
    if wait_s > 0:
        raise PersonError(errors.TOO_FAST, seconds=f"{wait_s:.2f}")


def _cell(work: Work, cell_id: int) -> Cell:
    row = work.session.get(Cell, cell_id)
    if row is None:
        raise PersonError(wing_errors.CELL_UNKNOWN, cell_id=cell_id)
    if row.removed or not row.enabled:
        raise PersonError(errors.CELL_OFF)
    return row


def _request(work: Work, request_id: int) -> Request:
    row = work.session.get(Request, request_id)
    if row is None or row.kind != RequestKind.COMMAND.value:
        raise PersonError(wing_errors.REQUEST_UNKNOWN, request_id=request_id)
    return row
