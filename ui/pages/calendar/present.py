"""Put a booking, an outage or a machine into the words of the side panel."""

from __future__ import annotations

from datetime import datetime

from center_app.booking.values import BookingState, BookingView, MachineNow
from center_app.core.access import Actor
from ui.kit.words import _
from ui.pages.calendar.adapt import Loaded
from ui.pages.calendar.data import Bar, BarState
from ui.pages.calendar.formats import clock, day_clock, length, local, seconds, times
from ui.pages.calendar.loader import Detail
from ui.pages.calendar.panel import PanelAct, PanelContent, PanelHours
from ui.pages.calendar.rules_text import rules_of


def booking_content(detail: Detail, actor: Actor, now: datetime, zone: str, acts: tuple[PanelAct, ...]) -> PanelContent:
    """Describe a booking with its hours so far and the rules on it."""
    view = detail.view
    findings = detail.verdict.findings if detail.verdict else ()
    return PanelContent(
        state=state_key(view, now),
        machine=view.machine.say(_.language),
        person=view.person,
        organisation=view.organisation.say(_.language),
        reference=view.reference,
        facts_title=_("Booking"),
        facts=tuple(_facts(view, detail, zone)),
        hours=_hours(detail, now),
        rules_title=_rules_title(detail, zone),
        rules=rules_of(findings, actor),
        acts=acts,
    )


def state_key(view: BookingView, now: datetime) -> str:
    """Give the key of the state chip."""
    if view.is_late(now):
        return "late"
    return view.state.value


def _facts(view: BookingView, detail: Detail, zone: str) -> list[tuple[str, str]]:
    start, end = seconds(view.start_at), seconds(view.end_at)
    facts = [(_("Project"), f"{view.project_code} {view.project.say(_.language)}".strip())]
    if view.title:
        facts.append((_("What for"), view.title))
    facts.append((_("Booked"), when(start, end, zone)))
    if view.setup_s:
        facts.append((_("Set-up time"), _("{times}, included", times=times(start, start + view.setup_s, zone))))
    after = seconds(view.occupied_end_at) - end
    if after > 0:
        facts.append((_("Buffer"), _("{length} after", length=length(after))))
    if detail.wished is not None:
        first, last = seconds(detail.wished.start_at), seconds(detail.wished.end_at)
        facts.append((_("Wished"), when(first, last, zone)))
    if view.note:
        facts.append((_("Note"), view.note))
    return facts


def when(start: int, end: int, zone: str) -> str:
    """Say day and times of a span in UTC seconds, the day always."""
    if local(start, zone).date() == local(end - 1, zone).date():
        return f"{day_clock(start, zone)}–{clock(end, zone)}"
    return times(start, end, zone)


def _hours(detail: Detail, now: datetime) -> PanelHours | None:
    view, usage = detail.view, detail.view.usage
    if view.state not in (BookingState.IN_USE, BookingState.DONE) or usage is None:
        return None
    checked_in = ((usage.ended_at or now) - usage.started_at).total_seconds()
    booked = (view.end_at - view.start_at).total_seconds()
    return PanelHours(booked, checked_in, detail.measured_s)


def _rules_title(detail: Detail, zone: str) -> str:
    if detail.wished is None:
        return _("Rules")
    if detail.wished.start_at == detail.view.start_at:
        return _("Rules, if it ends {time}", time=clock(seconds(detail.wished.end_at), zone))
    return _("Rules, if moved to {time}", time=day_clock(seconds(detail.wished.start_at), zone))


def outage_content(bar: Bar, machine: str, zone: str, acts: tuple[PanelAct, ...]) -> PanelContent:
    """Describe an outage."""
    is_open = bar.end - bar.start > 5 * 365 * 86_400
    until = _("until somebody says otherwise") if is_open else day_clock(bar.end, zone)
    facts = ((_("What"), bar.title), (_("Since"), day_clock(bar.start, zone)), (_("Until"), until))
    key = "service" if bar.state is BarState.SERVICE else "out_of_order"
    return PanelContent(key, machine, facts=facts, facts_title=_("Outage"), acts=acts)


def machine_content(loaded: Loaded, machine_id: int, machine: str, acts: tuple[PanelAct, ...]) -> PanelContent:
    """Describe a machine: what it does now and next."""
    state = loaded.states.get(machine_id)
    view = loaded.machines.get(machine_id)
    facts: list[tuple[str, str]] = []
    if state is not None:
        facts += _now_facts(state, loaded.zone)
    if view is not None:
        facts += [(_("Custodian"), view.custodian), (_("Place"), view.place.say(_.language))]
        if view.policy.buffer_after_s:
            facts.append((_("Buffer"), _("{length} after", length=length(view.policy.buffer_after_s))))
    key = state.state.value if state else "free"
    code = view.code if view else ""
    return PanelContent(key, machine, reference=code, facts=tuple(facts), facts_title=_("Machine"), acts=acts)


def _now_facts(state: MachineNow, zone: str) -> list[tuple[str, str]]:
    facts = []
    if state.holder or state.title:
        facts.append((_("Now"), state.holder or state.title))
    if state.until:
        facts.append((_("Until"), day_clock(seconds(state.until), zone)))
    if state.free_until:
        facts.append((_("Free until"), day_clock(seconds(state.free_until), zone)))
    if state.next_at:
        facts.append((_("Next"), f"{day_clock(seconds(state.next_at), zone)} {state.next_holder}"))
    return facts
