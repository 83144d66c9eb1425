"""What needs a person: machines down, late check-ins, alarms, approvals, duties; by urgency."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from center_app.booking import queries as booking
from center_app.booking.values import BookingView
from center_app.core.access import Actor, Right, Role
from center_app.core.text import N_
from center_app.equipment import queries as equipment
from center_app.equipment.values import MachineView, OutageKind
from center_app.telemetry import queries as telemetry
from center_app.telemetry.opening import of_center
from center_app.telemetry.values import AlarmView, Priority
from ui.kit.ledgers import records
from ui.kit.words import _, span, today_or_day

GROUPS = {
    "now": N_("Stops work now"),
    "decide": N_("Waits for your decision"),
    "week": N_("Due this week"),
}
UNACKNOWLEDGED = ("unacknowledged", "returned", "latched_unacknowledged")


@dataclass(frozen=True)
class Need:
    """One line: kind down, late, alarm, approval or duty; `act` names what the button does."""

    key: str
    kind: str
    group: str
    state: str
    title: str
    note: str
    who: str
    where: str
    at: datetime
    at_text: str
    since: str
    token: str
    act: str
    act_text: str
    subject: Any = None


def load_needs(
    read: Any, center: Any, actor: Actor, machines: dict[int, MachineView], displaced: Counter[int]
) -> tuple[Need, ...]:
    """Read everything that needs the actor, most urgent first; `displaced` counts bookings by machine."""
    parts: tuple[Callable[[], Iterable[Need]], ...] = (
        lambda: _down(read, machines, displaced),
        lambda: _late(read, machines),
        lambda: _alarms(read, center, machines),
        lambda: _approvals(read, machines),
        lambda: _machine_duties(read, machines),
        lambda: _grant_duties(read, actor),
    )
    needs = [need for part in parts for need in part() if _concerns(need, actor, machines)]
    order = list(GROUPS)
    kinds = ("down", "late", "alarm", "approval", "duty")
    return tuple(sorted(needs, key=lambda need: (order.index(need.group), kinds.index(need.kind), need.at)))


def _concerns(need: Need, actor: Actor, machines: dict[int, MachineView]) -> bool:
    """Say whether a line is the actor's business: engineers see their own, managers money and decisions."""
    if actor.role in (Role.STAFF, Role.ADMINISTRATOR):
        return True
    if actor.role is Role.ENGINEER:
        own = getattr(need.subject, "person_id", actor.person_id) == actor.person_id
        return own and need.kind != "approval"
    return need.kind in ("approval", "duty", "down")


def _ago(now: datetime, moment: datetime) -> str:
    return span(now - moment)


def _down(read: Any, machines: dict[int, MachineView], displaced: Counter[int]) -> Iterable[Need]:
    for outage in equipment.outages_now(read):
        if outage.kind is not OutageKind.BREAKDOWN:
            continue
        machine = machines.get(outage.machine_id)
        count = displaced[outage.machine_id]
        note = (
            _.plural("{n} booking displaced", "{n} bookings displaced", count)
            if count
            else _until(outage.end_at, read.now)
        )
        yield Need(
            f"down:{outage.id}", "down", "now", "down", _joined(outage.machine.say(_.language), outage.title), note,
            machine.custodian if machine else "", machine.place.say(_.language) if machine else "", outage.start_at,
            today_or_day(outage.start_at, read.now), _ago(read.now, outage.start_at), "crit",
            "moves" if count else "outage", _("Review moves") if count else _("Update outage"), outage,
        )  # fmt: skip


def _joined(head: str, tail: str) -> str:
    return _("{machine}: {what}", machine=head, what=tail)


def _until(end: datetime | None, now: datetime) -> str:
    return _("until {moment}", moment=today_or_day(end, now)) if end else _("until somebody says otherwise")


def _late(read: Any, machines: dict[int, MachineView]) -> Iterable[Need]:
    for view in booking.late_check_ins(read):
        machine = machines.get(view.machine_id)
        start = f"{_.local(view.start_at):%H:%M}"
        note = f"{view.project_code} {view.project.say(_.language)}".strip() or view.title
        release = machine.policy.release_after_s if machine else None
        if release is not None:
            at = f"{_.local(view.start_at + timedelta(seconds=release)):%H:%M}"
            note = _("{what}, auto-release at {time}", what=note, time=at)
        yield Need(
            f"late:{view.id}", "late", "now", "late",
            _joined(view.machine.say(_.language), _("{time} booking not started", time=start)), note, view.person,
            machine.place.say(_.language) if machine else "", view.start_at, today_or_day(view.start_at, read.now),
            _("{span} late", span=_ago(read.now, view.start_at)), "warn", "check_in", _("Check in"), view,
        )  # fmt: skip


def _alarms(read: Any, center: Any, machines: dict[int, MachineView]) -> Iterable[Need]:
    alarms = [alarm for alarm in records(of_center(center)).alarms() if alarm.state in UNACKNOWLEDGED]
    if not alarms:
        return
    rules = {rule.id: rule for rule in telemetry.alarm_rules(read)}
    cells = {cell.id: cell for cell in telemetry.cells(read)}
    for alarm in alarms:
        rule, cell = rules.get(alarm.rule_id), cells.get(alarm.cell_id)
        if rule is not None and cell is not None:
            yield _alarm(read, alarm, rule, cell, machines)


def _alarm(read: Any, alarm: AlarmView, rule: Any, cell: Any, machines: dict[int, MachineView]) -> Need:
    at = datetime.fromtimestamp((alarm.raised_ns or alarm.changed_ns) / 1e9, ZoneInfo("UTC"))
    severe = rule.priority in (Priority.CRITICAL, Priority.HIGH)
    value = _.number(alarm.value, 1) if alarm.value is not None else "–"
    what = _("{alarm} {value}, limit {limit}", alarm=rule.label, value=value, limit=_.number(rule.limit, 1))
    step = rule.steps[0].say(_.language) if rule.steps else ""
    machine = machines.get(cell.machine_id or 0)
    return Need(
        f"alarm:{alarm.rule_id}", "alarm", "now", "alarm" if severe else "alarm_warning",
        _joined(cell.label.say(_.language), what), step, machine.custodian if machine else "",
        machine.place.say(_.language) if machine else "", at, today_or_day(at, read.now), _ago(read.now, at),
        "crit" if severe else "warn", "acknowledge", _("Acknowledge"), alarm,
    )  # fmt: skip


def _approvals(read: Any, machines: dict[int, MachineView]) -> Iterable[Need]:
    for view in booking.pending_approvals(read):
        yield Need(
            f"approval:{view.id}", "approval", "decide", "approval",
            _joined(view.machine.say(_.language), _period(view)), view.title or view.note, view.person,
            f"{view.project_code} {view.project.say(_.language)}".strip(), view.created_at,
            today_or_day(view.created_at, read.now), _ago(read.now, view.created_at), "", "approve", _("Approve"), view,
        )  # fmt: skip


def _period(view: BookingView) -> str:
    from ui.kit.words import weekday_day_month

    start, end = _.local(view.start_at), _.local(view.end_at)
    return f"{weekday_day_month(start.date())} {start:%H:%M}–{end:%H:%M}"


def _machine_duties(read: Any, machines: dict[int, MachineView]) -> Iterable[Need]:
    today = _.local(read.now).date()
    for machine in machines.values():
        until = machine.calibrated_until
        if until is not None and (_.local(until).date() - today).days <= 7:
            yield _duty(read, machine, "calibration", _("calibration expires"), until, _("Plan calibration"))
        due = machine.next_service_on
        if due is not None and (due - today).days <= 7:
            at = datetime.combine(due, time(0), tzinfo=_.zone)
            yield _duty(read, machine, "service", _("service due"), at, _("Plan service"))


def _duty(read: Any, machine: MachineView, key: str, what: str, at: datetime, act: str) -> Need:
    days = (_.local(at).date() - _.local(read.now).date()).days
    note = machine.condition_note or _(", ").join((machine.code, machine.category.say(_.language)))
    return Need(
        f"{key}:{machine.id}", "duty", "week", "duty", _joined(machine.names.say(_.language), what), note,
        machine.custodian, machine.place.say(_.language), at, _day(at), in_days(days),
        "crit" if days < 0 else "", "upkeep", act, machine,
    )  # fmt: skip


def _day(at: datetime) -> str:
    from ui.kit.words import weekday_day_month

    return weekday_day_month(_.local(at).date())


def in_days(days: int) -> str:
    """Say how many days are left, or over."""
    if days == 0:
        return _("today")
    if days < 0:
        return _.plural("{n} day over", "{n} days over", -days)
    return _.plural("in {n} day", "in {n} days", days)


def _grant_duties(read: Any, actor: Actor) -> Iterable[Need]:
    from center_app.grants import queries as grants

    today = _.local(read.now).date()
    for award in grants.awards(read):
        for duty in grants.duties(read, award.number):
            days = (duty.due_on - today).days
            if days <= 7:
                at = datetime.combine(duty.due_on, time(0), tzinfo=_.zone)
                yield Need(
                    f"grant:{duty.id}", "duty", "week", "duty", duty.names.say(_.language),
                    award.names.say(_.language), duty.person, award.number, at, _day(at), in_days(days),
                    "crit" if days < 0 else "", "grant", _("Open list"), award,
                )  # fmt: skip


def may(need: Need, actor: Actor) -> bool:
    """Say whether the actor may press the line's button."""
    rights = {"check_in": Right.BOOK, "acknowledge": Right.ACKNOWLEDGE_ALARM, "approve": Right.BOOK_FOR_OTHERS}
    right = rights.get(need.act)
    return right is None or actor.may(right)
