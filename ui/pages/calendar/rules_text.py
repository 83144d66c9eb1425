"""Say what the rule engine found: passing rules, broken ones, what to do, who may waive."""

from __future__ import annotations

from collections.abc import Sequence

from center_app.booking.values import Finding, Slot
from center_app.core.access import Actor, Right, Role
from center_app.core.errors import Problem, describe
from center_app.core.text import N_
from ui.kit.words import _
from ui.pages.calendar.formats import clock, day_clock, local, times
from ui.pages.calendar.panel import PanelRule

ROLE_WORDS = {
    Role.STAFF: N_("the staff"),
    Role.ENGINEER: N_("an engineer"),
    Role.MANAGER: N_("a manager"),
    Role.ADMINISTRATOR: N_("an administrator"),
    Role.AUDITOR: N_("an auditor"),
}


def may_waive(actor: Actor, problem: Problem, custodian_id: int | None = None) -> bool:
    """Say whether the person may waive a broken rule: by role, or as custodian what staff may."""
    if actor.role in problem.waivable_by and actor.may(Right.WAIVE_RULE):
        return True
    return actor.person_id == custodian_id and Role.STAFF in problem.waivable_by


def rule_of_problem(problem: Problem, actor: Actor, custodian_id: int | None = None) -> PanelRule:
    """Say a broken rule with its next step and who may waive it."""
    sentence, step = describe(problem, _.words)
    return PanelRule(sentence, False, step, waivers(problem, actor, custodian_id))


def waivers(problem: Problem, actor: Actor, custodian_id: int | None = None) -> str:
    """Say who may waive a broken rule; empty where nobody may."""
    if not problem.waivable_by:
        return ""
    if may_waive(actor, problem, custodian_id):
        return _("You may waive this.")
    names = [_(ROLE_WORDS[role]) for role in problem.waivable_by]
    listed = ("、" if _.language == "zh" else ", ").join(names)
    return _("May be waived by {people}.", people=listed)


def rule_of_finding(finding: Finding, actor: Actor, custodian_id: int | None = None) -> PanelRule:
    """Say one finding, passed or broken."""
    if finding.problem is not None:
        return rule_of_problem(finding.problem, actor, custodian_id)
    return PanelRule(_(finding.text, **finding.params))


def rules_of(findings: Sequence[Finding], actor: Actor, custodian_id: int | None = None) -> tuple[PanelRule, ...]:
    """Say all findings."""
    return tuple(rule_of_finding(finding, actor, custodian_id) for finding in findings)


def slot_text(slot: Slot, zone: str, wanted: int) -> str:
    """Say a proposed slot: machine, and its day where that differs from the wished one (UTC s)."""
    start, end = int(slot.period.start.timestamp()), int(slot.period.end.timestamp())
    if local(start, zone).date() == local(wanted, zone).date():
        when = times(start, end, zone)
    else:
        when = f"{day_clock(start, zone)}–{clock(end, zone)}"
    return f"{slot.machine.say(_.language)}, {when}"
