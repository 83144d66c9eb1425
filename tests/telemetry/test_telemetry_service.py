"""Cells, rules and requests in the centre's database, on both databases."""

from __future__ import annotations

import pytest
from sqlmodel import func, select

from center_app.core.access import Actor, Role
from center_app.core.audit import AuditEntry
from center_app.core.errors import PersonError, ProblemsError
from center_app.core.labels import Label
from center_app.telemetry import errors, queries, service
from center_app.telemetry.values import (
    AlarmRuleDraft,
    CellDraft,
    Direction,
    RequestKind,
    RequestState,
    RunRuleDraft,
)

STAFF = Actor(5, "Lin Wei", Role.STAFF, "desk 1")


def cell_draft(**changes) -> CellDraft:
    given = {"machine_id": 11, "label": Label.of("Cell 2", de="Zelle 2", zh="工作站 2"), "port": "/dev/ttyUSB0",
             "profile_id": "robot_cell"}  # fmt: skip
    return CellDraft(**{**given, **changes})


def alarm_draft(cell_id: int, **changes) -> AlarmRuleDraft:
    given = {"cell_id": cell_id, "channel": "motion.current_j3", "label": Label.of("Drive J3: current high"),
             "limit": 16.0, "deadband": 0.5, "on_delay_s": 2.0}  # fmt: skip
    return AlarmRuleDraft(**{**given, **changes})


def audit_count(center) -> int:
    return center.read(lambda read: read.session.exec(select(func.count()).select_from(AuditEntry)).one())


def test_each_verb_writes_one_audit_row_and_its_reverse_undoes_it(center, admin):
    start = audit_count(center)
    cell = center.write(admin, service.add_cell, cell_draft())
    edited = center.write(admin, service.edit_cell, cell.id, cell_draft(port="usb:0403:6001:A5"), cell.version)
    center.write(admin, service.remove_cell, cell.id)
    assert center.read(queries.cells) == []
    center.write(admin, service.restore_cell, cell.id)
    assert [(c.port, c.label.say("de")) for c in center.read(queries.cells)] == [(edited.port, "Zelle 2")]
    assert audit_count(center) == start + 4


def test_a_stale_edit_is_refused(center, admin):
    cell = center.write(admin, service.add_cell, cell_draft())
    center.write(admin, service.edit_cell, cell.id, cell_draft(port="/dev/ttyUSB1"), cell.version)
    with pytest.raises(PersonError) as refused:
        center.write(admin, service.edit_cell, cell.id, cell_draft(port="/dev/ttyUSB2"), cell.version)
    assert refused.value.code is errors.CELL_CHANGED


def test_a_port_belongs_to_one_cell(center, admin):
    center.write(admin, service.add_cell, cell_draft())
    with pytest.raises(PersonError) as refused:
        center.write(admin, service.add_cell, cell_draft(label=Label.of("Cell 3")))
    assert refused.value.code is errors.PORT_TAKEN


def test_all_problems_of_a_draft_are_named_at_once(center, admin):
    with pytest.raises(ProblemsError) as refused:
        center.write(admin, service.add_cell, cell_draft(label=Label.of(""), port=" ", profile_id="toaster"))
    codes = [problem.code for problem in refused.value.problems]
    assert codes == [errors.LABEL_MISSING, errors.PORT_EMPTY, errors.PROFILE_UNKNOWN]


def test_an_alarm_limit_is_edited_in_place_with_old_and_new_in_the_audit_trail(center, admin):
    cell = center.write(admin, service.add_cell, cell_draft())
    rule = center.write(admin, service.set_alarm_rule, alarm_draft(cell.id))
    center.write(admin, service.set_alarm_rule, alarm_draft(cell.id, limit=17.5), rule.id)
    (known,) = center.read(queries.alarm_rules)
    assert (known.limit, known.version, known.direction) == (17.5, 2, Direction.HIGH)
    entry = center.read(lambda read: read.session.exec(select(AuditEntry).order_by(AuditEntry.seq.desc())).first())
    assert (entry.before["limit"], entry.after["limit"]) == (16.0, 17.5)


@pytest.mark.parametrize(("changes", "code"), [
    ({"channel": "motion.current_j9"}, errors.CHANNEL_UNKNOWN),
    ({"limit": float("nan")}, errors.NOT_A_NUMBER),
    ({"on_delay_s": -1.0}, errors.NOT_POSITIVE),
])  # fmt: skip
def test_an_impossible_alarm_rule_is_refused(center, admin, changes, code):
    cell = center.write(admin, service.add_cell, cell_draft())
    with pytest.raises(PersonError) as refused:
        center.write(admin, service.set_alarm_rule, alarm_draft(cell.id, **changes))
    assert refused.value.code is code


def test_a_changed_run_rule_is_a_new_version_and_the_old_one_stays(center, admin):
    cell = center.write(admin, service.add_cell, cell_draft())
    first = center.write(admin, service.set_run_rule, RunRuleDraft(cell.id, "motion.current_j3", 4.0))
    second = center.write(admin, service.set_run_rule, RunRuleDraft(cell.id, "motion.current_j3", 5.0))
    assert (first.id, first.version, first.machine_id) == (second.id, 1, 11)
    assert [rule.threshold for rule in center.read(queries.run_rules)] == [5.0]
    old = center.read(queries.run_rules, None, True)
    assert [(rule.version, rule.is_current) for rule in old] == [(1, False), (2, True)]


def test_a_request_is_answered_once(center, admin):
    cell = center.write(admin, service.add_cell, cell_draft())
    asked = center.write(STAFF, service.ask, RequestKind.ACKNOWLEDGE, cell.id, {"rule_id": 1, "occurrence": 3})
    assert [request.id for request in center.read(queries.waiting_requests, "local")] == [asked.id]
    done = center.write(admin, service.answer, asked.id, RequestState.DONE, {"state": "acknowledged"})
    assert (done.asked_by, done.outcome) == ("Lin Wei", {"state": "acknowledged"})
    assert center.read(queries.waiting_requests, "local") == []
    with pytest.raises(PersonError) as refused:
        center.write(admin, service.answer, asked.id, RequestState.DONE, {})
    assert refused.value.code is errors.REQUEST_ANSWERED


@pytest.mark.parametrize(("kind", "payload", "code"), [
    (RequestKind.ACKNOWLEDGE, {"rule_id": 1}, errors.PAYLOAD_WRONG),
    (RequestKind.SHELVE, {"rule_id": 1, "seconds": 60, "reason": " "}, errors.REASON_MISSING),
    (RequestKind.SHELVE, {"rule_id": 1, "seconds": 9 * 3600, "reason": "test"}, errors.SHELF_TOO_LONG),
])  # fmt: skip
def test_a_request_that_lacks_something_is_refused(center, kind, payload, code):
    with pytest.raises(PersonError) as refused:
        center.write(STAFF, service.ask, kind, None, payload)
    assert refused.value.code is code


def test_staff_may_acknowledge_but_not_command(center):
    with pytest.raises(PersonError, match="not_allowed"):
        center.write(STAFF, service.ask, RequestKind.COMMAND, None, {"bytes": "00"})
