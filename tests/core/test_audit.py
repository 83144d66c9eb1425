"""The audit trail shows every attack, and every change has its row."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from center_app.core import audit, centre
from center_app.core.access import Actor, Role
from center_app.core.audit import AuditEntry, AuditHead, AuditView
from center_app.core.changes import Changed
from center_app.core.db import Read, Work
from center_app.core.errors import BugError, PersonError
from center_app.core.labels import Label
from center_app.core.watch import Watcher
from center_app.wiring import Center
from tests.support import wait_until


def _act(work: Work, number: int) -> int:
    return work.record("test.act", f"thing:{number}", {"n": number}, {"n": number + 1}, changed=Changed.BOOKINGS)


def _entries(read: Read) -> list[AuditView]:
    return [audit.view(row) for row in read.session.exec(select(AuditEntry).order_by(AuditEntry.seq))]  # type: ignore[arg-type]


def test_acts_form_an_unbroken_chain(center: Center, admin: Actor) -> None:
    for number in range(20):
        center.write(admin, _act, number)
    entries = center.read(_entries)
    verdict = audit.verify(entries)
    assert verdict.is_intact
    assert verdict.head == AuditHead(20, entries[-1].hash)


def _attack(entries: list[AuditView], random_: random.Random) -> list[AuditView]:
    changed = list(entries)
    at = random_.randrange(len(entries) - 1)
    kind = random_.choice(["alter", "delete", "swap", "insert", "clock", "cut", "remake"])
    if kind == "alter":
        changed[at] = replace(changed[at], after={"n": -1})
    elif kind == "delete":
        del changed[at]
    elif kind == "swap":
        changed[at], changed[at + 1] = changed[at + 1], changed[at]
    elif kind == "insert":
        changed.insert(at, replace(changed[at], action="forged"))
    elif kind == "clock":
        changed[at] = replace(changed[at], at=changed[0].at.replace(year=2020))
    elif kind == "cut":
        changed = changed[: at + 1]
    else:
        changed = _remade(changed, at)
    return changed


def _remade(entries: list[AuditView], at: int) -> list[AuditView]:
    made = entries[:at]
    previous = made[-1].hash if made else audit.GENESIS
    for entry in entries[at:]:
        forged = replace(entry, after={"n": 0, "forged": True}, previous=previous)
        made.append(replace(forged, hash=audit.row_hash(forged)))
        previous = made[-1].hash
    return made


def test_every_attack_is_seen_with_an_anchor(sqlite_center: Center, admin: Actor) -> None:
    for number in range(30):
        sqlite_center.write(admin, _act, number)
    entries = sqlite_center.read(_entries)
    anchor = AuditHead(30, entries[-1].hash)
    random_ = random.Random(7)
    for _ in range(300):
        assert not audit.verify(_attack(entries, random_), anchor).is_intact


def test_the_database_itself_refuses_changes_to_the_trail(center: Center, admin: Actor) -> None:
    center.write(admin, _act, 1)
    for statement in ("UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry"):
        with pytest.raises(DBAPIError), center.database.engine.begin() as link:
            link.exec_driver_sql(statement)


def test_a_change_without_an_audit_row_is_refused(center: Center, admin: Actor) -> None:
    def forgetful(work: Work) -> None:
        work.session.add(
            centre.Centre(name=Label.of("X"), zone="UTC", currency="CNY", language="en", created_at=work.now)
        )

    with pytest.raises(BugError):
        center.write(admin, forgetful)
    assert center.read(centre.centre) is None


def test_a_failed_act_leaves_nothing(center: Center, admin: Actor) -> None:
    def failing(work: Work) -> None:
        _act(work, 1)
        raise PersonError(centre.CENTRE_NAMELESS)

    with pytest.raises(PersonError):
        center.write(admin, failing)
    assert center.read(_entries) == []


def test_a_second_desk_sees_what_changed(center: Center, admin: Actor) -> None:
    watcher = Watcher(center.database)
    try:
        assert watcher.poll() == Changed.NOTHING
        center.write(admin, _act, 1)
        wait_until(lambda: watcher.poll() == Changed.BOOKINGS, timeout_s=1.0)
        assert watcher.poll() == Changed.NOTHING
    finally:
        watcher.close()


def test_founding_a_centre_needs_the_right_and_happens_once(center: Center, admin: Actor) -> None:
    staff = Actor(5, "S", Role.STAFF)
    draft = centre.CentreDraft(Label.of("Lingwan"), zone="Asia/Shanghai")
    with pytest.raises(PersonError):
        center.write(staff, centre.establish, draft)
    center.write(admin, centre.establish, draft)
    with pytest.raises(PersonError):
        center.write(admin, centre.establish, draft)
    found = center.read(centre.centre)
    assert found is not None
    assert found.zone == "Asia/Shanghai"
