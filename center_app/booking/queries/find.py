"""Ask the rule engine without booking: check a draft, find free slots, propose other times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from center_app.booking.facts import busy_in, gather, with_own
from center_app.booking.models import Booking
from center_app.booking.rules import OTHER_RULES, Case, days_of
from center_app.booking.slots import rounded_up, slots_of
from center_app.booking.values import BookingDraft, BookingView, Slot, Verdict
from center_app.booking.verdicts import check as check_draft
from center_app.core.access import Actor
from center_app.core.db import Read
from center_app.core.periods import Period
from center_app.core.versions import load
from center_app.equipment.queries import machines
from center_app.equipment.values import MachineView
from center_app.registry.queries import standing

_AHEAD = timedelta(days=14)


@dataclass(frozen=True, kw_only=True)
class SlotQuery:
    """Ask for free time: “2 h, 5-axis, this week” is 7200 s, words ("5-axis",), the week's period.

    Every word must occur in the machine's code, name, category, qualification, capabilities, maker
    or model, in any language. `person_id` leaves out machines that the person may not book.
    """

    duration_s: int
    period: Period
    person_id: int
    words: tuple[str, ...] = ()
    machine_ids: tuple[int, ...] | None = None
    project_id: int | None = None
    limit: int = 12


def check(read: Read, actor: Actor, draft: BookingDraft, booking_id: int | None = None) -> Verdict:
    """Judge a draft as `book` (or, with `booking_id`, as `move`) would; broken rules do not raise."""
    replaces = None if booking_id is None else load(read, Booking, booking_id)
    return check_draft(read, actor, draft, replaces)


def find_slots(read: Read, query: SlotQuery) -> list[Slot]:
    """Return legal slots, the earliest of each machine first, then second ones; by start."""
    views = [view for view in machines(read, only=query.machine_ids, with_funding=False) if _says(view, query.words)]
    if not views:
        return []
    start = max(query.period.start, rounded_up(read.now))
    draft = BookingDraft(
        start_at=start,
        end_at=start + timedelta(seconds=query.duration_s),
        person_id=query.person_id,
        project_id=query.project_id,
    )
    cases = [case for case in _cases(read, draft, views, query.period) if _may_use(case)]
    busy = busy_in(read, [case.machine.id for case in cases], query.period)
    per_machine = [slots_of(case, busy[case.machine.id], query.period, 2) for case in cases]
    firsts = [slots[0] for slots in per_machine if slots]
    seconds = [slot for slots in per_machine for slot in slots[1:]]
    return [*_by_start(firsts), *_by_start(seconds)][: query.limit]


def _by_start(slots: list[Slot]) -> list[Slot]:
    return sorted(slots, key=lambda slot: (slot.period.start, slot.machine_code))


def _says(view: MachineView, words: Sequence[str]) -> bool:
    labels = (view.names, view.category, view.qualification)
    told = [text for label in labels for text in label.texts.values()]
    text = " ".join([view.code, view.capabilities, view.maker, view.model, *told]).casefold()
    return all(word.casefold() in text for word in words)


def _may_use(case: Case) -> bool:
    """Tell whether nothing but the time could stand in the way."""
    findings = (rule(case) for rule in OTHER_RULES)
    return all(finding is None or finding.is_pass for finding in findings)


def _cases(read: Read, draft: BookingDraft, views: Sequence[MachineView], window: Period) -> list[Case]:
    """Return the case of a draft on each machine, asking for the person once per qualification."""
    first = gather(read, draft, views[0].id, view=views[0])
    days = days_of(first.period, first.zone)
    known = {views[0].qualification_kind_id: first.standing}
    cases = []
    for view in views:
        kind = view.qualification_kind_id
        if kind not in known:
            known[kind] = standing(read, draft.person_id, kind, *days)
        cases.append(with_own(read, replace(first, machine=view, standing=known[kind], busy=()), window))
    return cases


def alternatives(read: Read, views: Sequence[BookingView], count: int = 3) -> dict[int, tuple[Slot, ...]]:
    """Propose for each booking the nearest legal slots on its machine and on like ones, by booking number."""
    register = machines(read, with_funding=False)
    found: dict[int, tuple[Slot, ...]] = {}
    for view in views:
        found[view.id] = _alternatives(read, view, register, count)
    return found


def _alternatives(read: Read, view: BookingView, register: Sequence[MachineView], count: int) -> tuple[Slot, ...]:
    own = next((one for one in register if one.id == view.machine_id), None)
    if own is None:
        return ()
    like = [one for one in register if one.category_id == own.category_id and _is_like(one, own)]
    draft = BookingDraft(
        start_at=view.start_at, end_at=view.end_at, person_id=view.person_id, project_id=view.project_id
    )
    window = Period(view.start_at - timedelta(days=2), view.end_at + _AHEAD)
    cases = [case for case in _cases(read, draft, like, window) if _may_use(case)]
    busy = busy_in(read, [case.machine.id for case in cases], window)
    slots = [slot for case in cases for slot in slots_of(case, busy[case.machine.id], window, 2)]
    slots.sort(key=lambda slot: (abs(slot.period.start - view.start_at), slot.machine_id != own.id, slot.machine_code))
    return tuple(slots[:count])


def _is_like(one: MachineView, own: MachineView) -> bool:
    """Tell machines that can stand in for another: same pool, or same qualification in the category."""
    same_pool = own.pool_id is not None and one.pool_id == own.pool_id
    return same_pool or one.qualification_kind_id == own.qualification_kind_id
