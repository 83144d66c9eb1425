"""Judge a draft with the rule engine; service and queries both ask here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from center_app.booking import problems as p
from center_app.booking.facts import busy_in, gather, with_own
from center_app.booking.models import Booking
from center_app.booking.rules import Case, judge, unwaived
from center_app.booking.slots import slots_of
from center_app.booking.values import BookingDraft, RefusedError, Slot, Verdict
from center_app.core.access import Actor, Right, Role
from center_app.core.db import Read
from center_app.core.errors import Problem
from center_app.core.periods import Period
from center_app.equipment.queries import machine, machines, pool
from center_app.equipment.values import MachineView

_TIMELY = frozenset(
    code.id
    for code in (p.PAST, p.OUTAGE, p.OUT_OF_ORDER, p.OVERLAP, p.BUFFER, p.CLOSED, p.HORIZON, p.CALIBRATION, p.TOO_CLOSE)
)
_BACK, _AHEAD = timedelta(days=7), timedelta(days=14)
_PROPOSED = 4


@dataclass(frozen=True)
class Judged:
    """Hold a case with its verdict and the problems that nobody waived."""

    case: Case
    verdict: Verdict
    remaining: tuple[Problem, ...]


def judged(read: Read, actor: Actor, draft: BookingDraft, view: MachineView, replaces: Booking | None = None) -> Judged:
    """Judge a draft on one machine, without looking for other slots."""
    case = gather(read, draft, view.id, replaces, view)
    findings = judge(case)
    remaining = unwaived(findings, draft.waive, lambda problem: may_waive(actor, problem, view))
    if draft.waive and len(remaining) < sum(not finding.is_pass for finding in findings) and not draft.waive_reason:
        remaining = (*remaining, Problem(p.WAIVE_REASON))
    return Judged(case, Verdict(findings), remaining)


def may_waive(actor: Actor, problem: Problem, view: MachineView) -> bool:
    """Tell whether a person may waive a problem: by role, or as custodian what staff may waive."""
    if actor.role in problem.waivable_by and actor.may(Right.WAIVE_RULE):
        return True
    return actor.person_id == view.custodian_id and Role.STAFF in problem.waivable_by


def targets(read: Read, draft: BookingDraft) -> list[MachineView]:
    """Return the machines that a draft may be booked on: the chosen one, or those of the pool."""
    if draft.machine_id is not None:
        return [machine(read, draft.machine_id, with_funding=False)]
    if draft.pool_id is None:
        raise RefusedError((Problem(p.NO_MACHINE, {"field": "machine_id"}),))
    found = machines(read, pool_id=draft.pool_id, with_funding=False)
    if not found:
        raise RefusedError((Problem(p.POOL_EMPTY, {"pool": pool(read, draft.pool_id).names}),))
    return found


def choose(read: Read, actor: Actor, draft: BookingDraft, replaces: Booking | None = None) -> Judged:
    """Return the first machine on which nothing stands in the way; raises RefusedError with slots."""
    tried: list[Judged] = []
    for view in targets(read, draft):
        one = judged(read, actor, draft, view, replaces)
        if not one.remaining:
            return one
        tried.append(one)
    best = min(tried, key=lambda one: len(one.remaining))
    raise RefusedError(best.remaining, proposals(read, tried, best.remaining, replaces))


def check(read: Read, actor: Actor, draft: BookingDraft, replaces: Booking | None = None) -> Verdict:
    """Return every finding on a draft, and slots when time stands in the way; never raises for a rule."""
    tried = []
    for view in targets(read, draft):
        one = judged(read, actor, draft, view, replaces)
        tried.append(one)
        if not one.remaining:
            break
    best = min(tried, key=lambda one: len(one.remaining))
    return replace(best.verdict, slots=proposals(read, tried, best.remaining, replaces))


def proposals(
    read: Read, tried: list[Judged], problems: tuple[Problem, ...], replaces: Booking | None = None
) -> tuple[Slot, ...]:
    """Return the nearest legal slots on the machines tried, when the time is what stands in the way."""
    if not any(problem.code.id in _TIMELY for problem in problems):
        return ()
    case = tried[0].case
    window = Period(case.start - _BACK, case.end + _AHEAD)
    without = replaces.id if replaces else None
    cases = [with_own(read, one.case, window, without) for one in tried]
    busy = busy_in(read, [one.machine.id for one in cases], window, without)
    found = [slot for one in cases for slot in slots_of(one, busy[one.machine.id], window)]
    found.sort(key=lambda slot: (abs(slot.period.start - case.start), slot.machine_code))
    return tuple(found[:_PROPOSED])
