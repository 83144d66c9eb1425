"""Write the telemetry wing: cells, alarm rules, run rules, requests; one audited intent each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlmodel import col, select

from center_app.core.access import Right, require
from center_app.core.changes import Changed
from center_app.core.db import Work
from center_app.core.errors import PersonError
from center_app.core.labels import Label
from center_app.telemetry import channels, errors, rules, user_profiles, views
from center_app.telemetry.models import AlarmRule, Cell, Request, RunRule
from center_app.telemetry.values import (
    AlarmRuleDraft,
    AlarmRuleView,
    CellDraft,
    CellView,
    RequestKind,
    RequestState,
    RequestView,
    RunRuleDraft,
    RunRuleView,
)

_RIGHT_OF = {
    RequestKind.ACKNOWLEDGE: Right.ACKNOWLEDGE_ALARM,
    RequestKind.RESET: Right.ACKNOWLEDGE_ALARM,
    RequestKind.SHELVE: Right.ACKNOWLEDGE_ALARM,
    RequestKind.UNSHELVE: Right.ACKNOWLEDGE_ALARM,
    RequestKind.SUPPRESS: Right.EDIT_ALARMS,
    RequestKind.OUT_OF_SERVICE: Right.EDIT_ALARMS,
    RequestKind.COMMAND: Right.COMMAND_DEVICE,
    RequestKind.PIN: Right.BUILD_REPORT,
}


def add_cell(work: Work, draft: CellDraft) -> CellView:
    """Add a robot cell; raises PersonError for an unknown profile or a port that another cell has."""
    require(work.actor, Right.RECORD)
    _check_cell(work, draft, None)
    row = work.add(Cell(collector=draft.collector, names=draft.label, port=draft.port, profile_id=draft.profile_id))
    _fill_cell(row, draft)
    view = views.cell(row)
    work.record("telemetry.add_cell", f"cell {row.id}", after=asdict(view), changed=Changed.CELLS)
    return view


def edit_cell(work: Work, cell_id: int, draft: CellDraft, version: int | None = None) -> CellView:
    """Change a robot cell; `version` refuses to overwrite what somebody else changed meanwhile."""
    require(work.actor, Right.RECORD)
    row = _cell(work, cell_id)
    if version is not None and version != row.version:
        raise PersonError(errors.CELL_CHANGED)
    _check_cell(work, draft, cell_id)
    before = asdict(views.cell(row))
    _fill_cell(row, draft)
    row.version += 1
    view = views.cell(row)
    work.record("telemetry.edit_cell", f"cell {cell_id}", before, asdict(view), changed=Changed.CELLS)
    return view


def remove_cell(work: Work, cell_id: int) -> CellView:
    """Stop recording a cell and take it off the pages; what it recorded stays."""
    return _mark_cell(work, cell_id, removed=True)


def restore_cell(work: Work, cell_id: int) -> CellView:
    """Bring a removed cell back."""
    return _mark_cell(work, cell_id, removed=False)


def _mark_cell(work: Work, cell_id: int, *, removed: bool) -> CellView:
    require(work.actor, Right.RECORD)
    row = _cell(work, cell_id)
    row.removed = removed
    row.version += 1
    act = "remove" if removed else "restore"
    work.record(f"telemetry.{act}_cell", f"cell {cell_id}", changed=Changed.CELLS)
    return views.cell(row)


def set_alarm_rule(work: Work, draft: AlarmRuleDraft, rule_id: int | None = None) -> AlarmRuleView:
    """Add an alarm rule, or change one; the audit trail keeps old and new limits."""
    require(work.actor, Right.EDIT_ALARMS)
    streams = _streams(work, draft.cell_id)
    rules.refuse(rules.check_alarm_rule(draft, channels.names(streams)))
    row = _alarm_rule(work, rule_id) if rule_id is not None else None
    before = asdict(views.alarm_rule(row)) if row else None
    if row is None:
        row = AlarmRule(cell_id=draft.cell_id, channel="", names=draft.label, limit_value=0, direction="", priority="")
    else:
        row.version += 1
    _fill_alarm_rule(row, draft)
    view = views.alarm_rule(work.add(row))
    work.record("telemetry.set_alarm_rule", f"alarm {row.id}", before, asdict(view), changed=Changed.ALARMS)
    return view


def remove_alarm_rule(work: Work, rule_id: int) -> AlarmRuleView:
    """Take an alarm rule away; its history stays."""
    return _mark_alarm_rule(work, rule_id, removed=True)


def restore_alarm_rule(work: Work, rule_id: int) -> AlarmRuleView:
    """Bring a removed alarm rule back."""
    return _mark_alarm_rule(work, rule_id, removed=False)


def _mark_alarm_rule(work: Work, rule_id: int, *, removed: bool) -> AlarmRuleView:
    require(work.actor, Right.EDIT_ALARMS)
    row = _alarm_rule(work, rule_id)
    row.removed = removed
    row.version += 1
    act = "remove" if removed else "restore"
    work.record(f"telemetry.{act}_alarm_rule", f"alarm {rule_id}", changed=Changed.ALARMS)
    return views.alarm_rule(row)


def set_run_rule(work: Work, draft: RunRuleDraft) -> RunRuleView:
    """Set the run rule of a cell and channel's machine; a change makes a new version, old intervals keep theirs."""
    require(work.actor, Right.RECORD)
    streams = _streams(work, draft.cell_id)
    rules.refuse(rules.check_run_rule(draft, channels.names(streams)))
    machine_id = draft.machine_id if draft.machine_id is not None else _cell(work, draft.cell_id).machine_id
    known = _current_run_rule(work, draft.cell_id, machine_id)
    if known is not None:
        known.is_current = False
    row = work.add(_new_run_rule(work, draft, machine_id, known))
    row.series = known.series if known is not None else int(row.id or 0)
    view = views.run_rule(row)
    before = asdict(views.run_rule(known)) if known is not None else None
    work.record("telemetry.set_run_rule", f"run rule {row.series}", before, asdict(view), changed=Changed.CELLS)
    return view


def end_run_rule(work: Work, cell_id: int, machine_id: int | None) -> RunRuleView:
    """End the run rule of a cell for a machine: no new intervals; those it yielded keep citing it."""
    require(work.actor, Right.RECORD)
    row = _current_run_rule(work, cell_id, machine_id)
    if row is None:
        raise PersonError(errors.RULE_UNKNOWN)
    row.is_current = False
    view = views.run_rule(row)
    work.record("telemetry.end_run_rule", f"run rule {row.series}", before=asdict(view), changed=Changed.CELLS)
    return view


def _new_run_rule(work: Work, draft: RunRuleDraft, machine_id: int | None, known: RunRule | None) -> RunRule:
    return RunRule(
        series=known.series if known else 0, version=known.version + 1 if known else 1, cell_id=draft.cell_id,
        machine_id=machine_id, channel=draft.channel, threshold=draft.threshold, hold_on_s=draft.hold_on_s,
        hold_off_s=draft.hold_off_s, set_at=work.now,
    )  # fmt: skip


def ask(
    work: Work, kind: RequestKind, cell_id: int | None = None, payload: Mapping[str, Any] | None = None,
    collector: str | None = None,
) -> RequestView:  # fmt: skip
    """Ask something of the collector of a cell (or of one by name); it answers within 50 ms or so.

    Commands to devices are asked through `commands`.
    """
    require(work.actor, _RIGHT_OF.get(kind, Right.RECORD))
    if kind is RequestKind.COMMAND:
        raise PersonError(errors.PAYLOAD_WRONG, field="command")
    rules.refuse(rules.check_payload(kind, payload or {}))
    name = collector or (_cell(work, cell_id).collector if cell_id is not None else views.DEFAULT_COLLECTOR)
    row = work.add(Request(
        collector=name, cell_id=cell_id, kind=kind.value, payload=dict(payload or {}),
        state=RequestState.ASKED.value, asked_at=work.now, asked_by=work.actor.name, person_id=work.actor.person_id,
    ))  # fmt: skip
    view = views.request(row)
    work.record(f"telemetry.ask.{kind.value}", f"request {row.id}", after=asdict(view), changed=Changed.REQUESTS)
    return view


def answer(
    work: Work, request_id: int, state: RequestState, outcome: Mapping[str, Any], changed: Changed = Changed.REQUESTS
) -> RequestView:
    """Write what came of a request; only a request that waits can be answered, and only once."""
    require(work.actor, Right.RECORD)
    row = work.session.get(Request, request_id)
    if row is None:
        raise PersonError(errors.REQUEST_UNKNOWN, request_id=request_id)
    if row.state != RequestState.ASKED.value:
        raise PersonError(errors.REQUEST_ANSWERED)
    row.state, row.outcome, row.answered_at = state.value, dict(outcome), work.now
    work.record(f"telemetry.answer.{row.kind}", f"request {request_id}", after=dict(outcome), changed=changed)
    return views.request(row)


def anchor_log(work: Work, collector: str, number: int, digest: str) -> int:
    """Keep the head of a collector's own log in the centre's audit trail; return the audit row's number."""
    require(work.actor, Right.RECORD)
    return work.record("telemetry.anchor_log", f"collector {collector}", after={"number": number, "digest": digest})


def _check_cell(work: Work, draft: CellDraft, own_id: int | None) -> None:
    user_profiles.refresh(work)
    known = channels.profile(draft.profile_id)
    problems = rules.check_cell(draft, frozenset({draft.profile_id}) if known else frozenset())
    rules.refuse(problems)
    if known is not None:
        channels.check_settings(known, draft.params)
    taken = work.session.exec(
        select(Cell).where(col(Cell.port) == draft.port, col(Cell.removed).is_(False), col(Cell.id) != (own_id or 0))
    ).first()
    if taken is not None:
        raise PersonError(errors.PORT_TAKEN, port=draft.port, cell=taken.names)


def _fill_cell(row: Cell, draft: CellDraft) -> None:
    row.machine_id, row.names, row.port = draft.machine_id, draft.label, draft.port.strip()
    row.profile_id, row.params, row.enabled = draft.profile_id, dict(draft.params), draft.enabled
    row.collector, row.headline = draft.collector, draft.headline
    row.line = asdict(draft.line) if draft.line else None


def _fill_alarm_rule(row: AlarmRule, draft: AlarmRuleDraft) -> None:
    row.cell_id, row.channel, row.names = draft.cell_id, draft.channel, draft.label
    row.limit_value, row.direction, row.deadband = draft.limit, draft.direction.value, draft.deadband
    row.on_delay_s, row.off_delay_s = draft.on_delay_s, draft.off_delay_s
    row.priority, row.act_within_s = draft.priority.value, draft.act_within_s
    row.steps = [dict(step.texts) if isinstance(step, Label) else {"en": str(step)} for step in draft.steps]
    row.is_latching, row.enabled = draft.is_latching, draft.enabled


def _cell(work: Work, cell_id: int) -> Cell:
    row = work.session.get(Cell, cell_id)
    if row is None:
        raise PersonError(errors.CELL_UNKNOWN, cell_id=cell_id)
    return row


def _streams(work: Work, cell_id: int) -> Any:
    row = _cell(work, cell_id)
    user_profiles.refresh(work)
    return channels.streams_of(row.profile_id, row.params)


def _alarm_rule(work: Work, rule_id: int) -> AlarmRule:
    row = work.session.get(AlarmRule, rule_id)
    if row is None:
        raise PersonError(errors.RULE_UNKNOWN)
    return row


def _current_run_rule(work: Work, cell_id: int, machine_id: int | None) -> RunRule | None:
    same_machine = col(RunRule.machine_id).is_(None) if machine_id is None else col(RunRule.machine_id) == machine_id
    return work.session.exec(
        select(RunRule).where(col(RunRule.cell_id) == cell_id, col(RunRule.is_current).is_(True), same_machine)
    ).first()
