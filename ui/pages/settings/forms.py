"""Forms of the settings page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import available_timezones

from center_app.core.centre import CentreDraft, CentreView
from center_app.core.labels import Label
from center_app.equipment.values import BookingPolicy, MachineDraft, MachineView
from center_app.registry.values import QualificationKindDraft, QualificationKindView
from center_app.telemetry.values import AlarmRuleDraft, AlarmRuleView, Priority, RunRuleDraft, RunRuleView
from ui.kit.form import Field, Form
from ui.kit.words import LANGUAGES, _
from ui.pages.settings.tables import PRIORITIES


def check_number(value: str) -> str:
    """Say what is wrong with a number; empty is fine."""
    return "" if not value or number(value) is not None else _("Write a number.")


def number(value: str) -> float | None:
    """Read a number with a decimal point or comma; None when it is none."""
    try:
        return float(value.replace(",", "."))
    except ValueError:
        return None


def _minutes(seconds: int | None) -> str:
    return "" if seconds is None else f"{seconds / 60:g}"


def _seconds(value: str) -> int | None:
    minutes = number(value) if value else None
    return None if minutes is None else round(minutes * 60)


def centre_form(view: CentreView) -> Form:
    """Make the form of the centre."""
    hours: list[tuple[Any, str]] = [(None, _("None")), *((hour, f"{hour:02d}:00") for hour in range(24))]
    zones = [(zone, zone) for zone in sorted(available_timezones()) if "/" in zone or zone == "UTC"]
    return Form(
        [
            *[
                Field(f"name_{key}", f"{_('Name')} ({word})", value=view.name.texts.get(key, ""),
                      required=key == _.language)
                for key, word in LANGUAGES.items()
            ],
            (Field("zone", _("Time zone"), "choice", view.zone, choices=zones),
             Field("currency", _("Currency"), value=view.currency, required=True)),
            (Field("language", _("Language"), "choice", view.language, choices=list(LANGUAGES.items())),
             Field("backup", _("Nightly backup"), "choice", view.backup_hour, choices=hours)),
        ]
    )  # fmt: skip


def centre_draft(values: dict[str, Any], view: CentreView) -> CentreDraft:
    """Return the draft that the form's values describe; raises PersonError."""
    names = Label({key: values[f"name_{key}"] for key in LANGUAGES if values[f"name_{key}"]})
    return CentreDraft(names, values["zone"], values["currency"], values["language"], values["backup"], view.is_demo)


def draft_of(view: CentreView) -> CentreDraft:
    """Return the draft that would restore a centre's settings."""
    return CentreDraft(view.name, view.zone, view.currency, view.language, view.backup_hour, view.is_demo)


def policy_form(policy: BookingPolicy) -> Form:
    """Make the form of a machine's booking limits."""
    return Form(
        [
            (Field("buffer_before", _("Buffer before, min"), value=_minutes(policy.buffer_before_s),
                   check=check_number),
             Field("buffer_after", _("Buffer after, min"), value=_minutes(policy.buffer_after_s), check=check_number)),
            (Field("shortest", _("Shortest, min"), value=_minutes(policy.min_length_s), check=check_number),
             Field("longest", _("Longest, min"), value=_minutes(policy.max_length_s), check=check_number)),
            (Field("ahead", _("Ahead, days"), value="" if policy.horizon_days is None else str(policy.horizon_days),
                   check=check_number),
             Field("release", _("Auto-release after, min"), value=_minutes(policy.release_after_s),
                   check=check_number)),
            (Field("setup", _("Set-up counted up to, min"), value=_minutes(policy.setup_cap_s), check=check_number),
             Field("post", _("Post-processing counted up to, min"), value=_minutes(policy.postprocess_cap_s),
                   check=check_number)),
            Field("approval", _("Bookings need an approval"), "check", policy.needs_approval),
            Field("induction", _("Needs the safety induction"), "check", policy.needs_induction),
            Field("project", _("Needs a project"), "check", policy.needs_project),
        ]
    )  # fmt: skip


def policy_draft(values: dict[str, Any], machine: MachineView) -> MachineDraft:
    """Return the machine's draft with the limits that the form's values describe."""
    ahead = number(values["ahead"]) if values["ahead"] else None
    policy = replace(
        machine.policy,
        buffer_before_s=_seconds(values["buffer_before"]) or 0,
        buffer_after_s=_seconds(values["buffer_after"]) or 0,
        min_length_s=_seconds(values["shortest"]),
        max_length_s=_seconds(values["longest"]),
        horizon_days=None if ahead is None else round(ahead),
        release_after_s=_seconds(values["release"]),
        setup_cap_s=_seconds(values["setup"]) or 0,
        postprocess_cap_s=_seconds(values["post"]) or 0,
        needs_approval=values["approval"],
        needs_induction=values["induction"],
        needs_project=values["project"],
    )
    return replace(machine.draft(), policy=policy)


def alarm_form(rule: AlarmRuleView) -> Form:
    """Make the form of an alarm rule."""
    priorities = [(key, _(word)) for key, word in PRIORITIES.items()]
    return Form(
        [
            (Field("limit", _("Limit"), value=f"{rule.limit:g}", required=True, check=check_number),
             Field("deadband", _("Deadband"), value=f"{rule.deadband:g}", check=check_number)),
            (Field("on_delay", _("Delay on, s"), value=f"{rule.on_delay_s:g}", check=check_number),
             Field("off_delay", _("Delay off, s"), value=f"{rule.off_delay_s:g}", check=check_number)),
            Field("priority", _("Priority"), "choice", rule.priority.value, choices=priorities),
            Field("enabled", _("Watched"), "check", rule.enabled),
        ]
    )  # fmt: skip


def alarm_draft(rule: AlarmRuleView, values: dict[str, Any] | None = None) -> AlarmRuleDraft:
    """Return a rule's draft, changed by a form's values when given."""
    base = AlarmRuleDraft(
        rule.cell_id, rule.channel, rule.label, rule.limit, rule.direction, rule.deadband, rule.on_delay_s,
        rule.off_delay_s, rule.priority, rule.steps, rule.act_within_s, rule.is_latching, rule.enabled,
    )  # fmt: skip
    if values is None:
        return base
    return replace(
        base,
        limit=number(values["limit"]) or 0.0,
        deadband=number(values["deadband"]) or 0.0,
        on_delay_s=number(values["on_delay"]) or 0.0,
        off_delay_s=number(values["off_delay"]) or 0.0,
        priority=Priority(values["priority"]),
        enabled=values["enabled"],
    )


def run_form(rule: RunRuleView) -> Form:
    """Make the form of a run rule."""
    return Form(
        [
            Field("threshold", _("Runs at or above"), value=f"{rule.threshold:g}", required=True, check=check_number),
            (Field("hold_on", _("Hold on s"), value=f"{rule.hold_on_s:g}", check=check_number),
             Field("hold_off", _("Hold off s"), value=f"{rule.hold_off_s:g}", check=check_number)),
        ]
    )  # fmt: skip


def run_draft(rule: RunRuleView, values: dict[str, Any] | None = None) -> RunRuleDraft:
    """Return a rule's draft, changed by a form's values when given."""
    base = RunRuleDraft(rule.cell_id, rule.channel, rule.threshold, rule.hold_on_s, rule.hold_off_s, rule.machine_id)
    if values is None:
        return base
    return replace(
        base,
        threshold=number(values["threshold"]) or 0.0,
        hold_on_s=number(values["hold_on"]) or 0.0,
        hold_off_s=number(values["hold_off"]) or 0.0,
    )


def kind_form(view: QualificationKindView | None) -> Form:
    """Make the form of a kind of qualification."""
    texts = view.names.texts if view else {}
    return Form(
        [
            Field("code", _.context("code", "Number"), value=view.code if view else "", required=True),
            *[
                Field(f"name_{key}", f"{_('Name')} ({word})", value=texts.get(key, ""), required=key == _.language)
                for key, word in LANGUAGES.items()
            ],
            Field("valid", _("Valid for, days"), value=str(view.valid_days or "") if view else "365",
                  check=check_number,
                  note=_("Empty: it does not expire")),
        ]
    )  # fmt: skip


def kind_draft(values: dict[str, Any]) -> QualificationKindDraft:
    """Return the draft that the form's values describe."""
    names = Label({key: values[f"name_{key}"] for key in LANGUAGES if values[f"name_{key}"]})
    days = number(values["valid"]) if values["valid"] else None
    return QualificationKindDraft(code=values["code"], names=names, valid_days=None if days is None else round(days))
