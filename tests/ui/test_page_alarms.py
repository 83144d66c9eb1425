"""Alarms: active ones first by priority; one key asks the collector to acknowledge."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from center_app.core.access import Actor, Role
from center_app.core.labels import Label
from center_app.telemetry import queries, service
from center_app.telemetry.collector import ledger
from center_app.telemetry.store import BulkWriter
from center_app.telemetry.values import (
    AlarmRuleDraft,
    AlarmView,
    CellDraft,
    PortHealth,
    PortState,
    Priority,
    RequestKind,
)
from tests.ui.desk import Desk
from ui.kit.recorded import to_ns
from ui.pages.alarms.columns import ago_text

RAISED = (
    ("Low one", Priority.LOW, "acknowledged"),
    ("Critical one", Priority.CRITICAL, "unacknowledged"),
)
ACTOR = Actor(0, "E", Role.ADMINISTRATOR, "test")


@pytest.fixture
def rule_ids(desk: Desk) -> list[int]:
    """Put a critical alarm and a low one into a collector's ledger, the low one acknowledged."""
    cell = desk.center.write(ACTOR, service.add_cell, CellDraft(1, Label.of("Cell 2"), "/dev/ttyX0", "robot_cell"))
    now = to_ns(desk.clock.now())
    ids: list[int] = []
    with BulkWriter(desk.center.folder, "local", desk.clock) as writer:
        writer.engine.shelf.in_ledger([ledger.create])
        for name, priority, state in RAISED:
            draft = AlarmRuleDraft(
                cell.id, "motion.force", Label.of(name), 40.0, priority=priority, steps=(Label.of("Look"),)
            )
            ids.append(desk.center.write(ACTOR, service.set_alarm_rule, draft).id)
            writer.engine.shelf.in_ledger([partial(_raise, ids[-1], cell.id, state, priority.value, now)])
    return ids


def _raise(rule_id: int, cell_id: int, state: str, priority: str, now: int, link: ledger.Connection) -> None:
    alarm = AlarmView("local", rule_id, cell_id, state, 1, 1, True, now - 10**9, now, 42.0, 44.0)
    ledger.put_alarm_state(link, alarm)
    change = {"rule_id": rule_id, "before": "normal", "after": state, "outcome": "changed", "priority": priority}
    ledger.put_event(link, now, "alarm", f"alarm {rule_id}", change)


def test_the_most_urgent_unacknowledged_stands_first(desk: Desk, rule_ids: list[int]) -> None:
    page = desk.go("alarms")
    assert [row.rule.id for row in page._model.shown_rows()] == rule_ids[::-1]
    assert [row.group for row in page._model.shown_rows()] == ["waiting", "active"]


def test_a_key_asks_the_collector_to_acknowledge_this_occurrence(desk: Desk, rule_ids: list[int]) -> None:
    page = desk.go("alarms")
    page.table.setFocus()
    page.table.pick(lambda row: row.rule.id == rule_ids[1])
    QTest.keyClick(page.table, Qt.Key.Key_A)
    page.context.actions.run("alarms.acknowledge")
    desk.until(lambda: desk.center.read(queries.requests))
    asked = desk.center.read(queries.requests)[0]
    assert asked.kind is RequestKind.ACKNOWLEDGE
    assert asked.payload["rule_id"] == rule_ids[1]
    assert asked.payload["occurrence"] == 1
    assert asked.asked_by == desk.window.session.actor.name


def test_the_history_tells_every_change(desk: Desk, rule_ids: list[int]) -> None:
    page = desk.go("alarms")
    page._tabs.pick("log")
    desk.settle()
    texts = [[column.text(row) for column in page._log_model.columns] for row in page._log_model.shown_rows()]
    assert any("normal → unacknowledged" in line for line in texts)


def test_without_alarms_the_page_says_so(desk: Desk) -> None:
    page = desk.go("alarms")
    assert page._stack.currentIndex() == 2
    assert page.sheet.isHidden()


def test_the_curve_opens_the_cell_at_the_raise(desk: Desk, rule_ids: list[int]) -> None:
    page = desk.go("alarms")
    page.table.pick(lambda row: row.rule.id == rule_ids[1])
    page.context.actions.run("alarms.curve")
    desk.settle()
    cells = desk.window.pages["cells"]
    assert cells.monitor.cell_id == 1
    assert not cells.monitor.base.is_live


@pytest.mark.parametrize("step_s", [-7200, 86_400])
def test_how_long_ago_is_told_by_the_recording_clock(desk: Desk, rule_ids: list[int], step_s: int) -> None:
    t_ns = to_ns(desk.clock.now())
    desk.clock.step_wall(step_s)
    told = PortHealth(1, PortState.RECORDING, "/dev/ttyX0", t_ns, t_ns, wall_ns=desk.clock.wall_ns())
    with BulkWriter(desk.center.folder, "local", desk.clock) as writer:
        writer.engine.shelf.in_ledger([partial(ledger.put_health, health=told)])
    page = desk.go("alarms")
    row = page._model.shown_rows()[0]
    assert page._loaded.now_ns == t_ns
    assert ago_text(row, page._loaded.now_ns) == "1 s ago"
