"""Tables of rules and profiles, each with a column that says who is affected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from center_app.core.text import N_
from ui.kit.table_model import Column
from ui.kit.words import _
from ui.pages.settings.data import AlarmRow, ProfileRow, RuleRow, RunRow, seconds_text

PRIORITIES = {"critical": N_("Critical"), "high": N_("High"), "medium": N_("Medium"), "low": N_("Low")}
PRIORITY_STATES = {"critical": "critical", "high": "warning", "medium": "warning", "low": "not_checked"}


def booking_columns() -> list[Column]:
    """Declare the columns of booking limits."""
    return [
        Column("machine", _("Machine"), lambda r: r.machine.names.say(_.language), width=210, stretch=3,
               icon=lambda r: r.machine.category_icon or "wrench", boxed_icon=True, note=lambda r: r.machine.code,
               bold_selected=True),
        Column("buffer", _("Buffer after"), lambda r: seconds_text(r.policy.buffer_after_s),
               value=lambda r: r.policy.buffer_after_s, right=True, width=100),
        Column("shortest", _("Shortest"), lambda r: seconds_text(r.policy.min_length_s),
               value=lambda r: r.policy.min_length_s, right=True, width=90),
        Column("longest", _("Longest"), lambda r: seconds_text(r.policy.max_length_s),
               value=lambda r: r.policy.max_length_s, right=True, width=90),
        Column("ahead", _("Ahead"), lambda r: _("{n} d", n=r.policy.horizon_days) if r.policy.horizon_days else "–",
               value=lambda r: r.policy.horizon_days, right=True, width=80),
        Column("release", _("Auto-release"), lambda r: seconds_text(r.policy.release_after_s),
               value=lambda r: r.policy.release_after_s, right=True, width=104, drop=1),
        Column("approval", _("Approval"), lambda r: _("needed") if r.policy.needs_approval else "–", width=84, drop=2),
        Column("who", _("Who is affected"), _people, value=lambda r: r.people, width=130, token=lambda _r: "text2"),
    ]  # fmt: skip


def _people(row: RuleRow) -> str:
    return _.plural("{n} person", "{n} people", row.people)


def profile_columns() -> list[Column]:
    """Declare the columns of device profiles."""
    return [
        Column("name", _("Profile"), lambda r: r.names.say(_.language), width=220, stretch=2, icon=lambda _r: "cable",
               boxed_icon=True, bold_selected=True),
        Column("version", _("Version"), lambda r: str(r.version), right=True, width=72),
        Column("line", _("Line"), lambda r: r.line, width=104),
        Column("channels", _("Channels"), lambda r: _.number(r.channels),
              value=lambda r: r.channels, right=True, width=80),
        Column("source", _("Source"), lambda r: r.source, width=220, stretch=2, token=lambda _r: "text2", drop=1),
        Column("who", _("Who is affected"), _cells, value=lambda r: len(r.cells), width=190, stretch=1,
               token=lambda r: "" if r.cells else "text3"),
    ]  # fmt: skip


def _cells(row: ProfileRow) -> str:
    return _(", ").join(cell.label.say(_.language) for cell in row.cells) or _("nobody")


def alarm_columns() -> list[Column]:
    """Declare the columns of alarm rules."""
    return [
        Column("name", _("Alarm"), lambda r: r.rule.label.say(_.language), width=180, stretch=2, bold_selected=True),
        Column("priority", _("Priority"), lambda r: _(PRIORITIES[r.rule.priority.value]),
               pill=lambda r: PRIORITY_STATES[r.rule.priority.value], pill_look="bare", width=100),
        Column("channel", _("Channel"), lambda r: r.rule.channel, width=150, stretch=1,
              token=lambda _r: "text2", drop=1),
        Column("limit", _("Limit"), _limit, value=lambda r: r.rule.limit, right=True, width=84),
        Column("deadband", _("Deadband"), lambda r: _.number(r.rule.deadband, 1), right=True, width=84),
        Column("delay", _("Delay s"), lambda r: f"{_.number(r.rule.on_delay_s, 1)} / {_.number(r.rule.off_delay_s, 1)}",
               right=True, width=90),
        Column("who", _("Who is affected"), _alarm_who, width=190, stretch=2, token=lambda _r: "text2"),
    ]  # fmt: skip


def _limit(row: AlarmRow) -> str:
    sign = {"high": "≥", "low": "≤"}.get(row.rule.direction.value, ">")
    return f"{sign} {_.number(row.rule.limit, 1)}"


def _alarm_who(row: AlarmRow) -> str:
    cell = row.cell.label.say(_.language) if row.cell else ""
    custodian = row.machine.custodian if row.machine else ""
    return _(", ").join(part for part in (cell, custodian) if part)


def run_columns() -> list[Column]:
    """Declare the columns of run rules."""
    return [
        Column("machine", _("Measures"), lambda r: r.machine.names.say(_.language) if r.machine else "–", width=180,
               stretch=2, bold_selected=True),
        Column("channel", _("Runs while"), _runs_while, width=200, stretch=2),
        Column("on", _("Hold on s"), lambda r: _.number(r.rule.hold_on_s, 1), right=True, width=90),
        Column("off", _("Hold off s"), lambda r: _.number(r.rule.hold_off_s, 1), right=True, width=90),
        Column("version", _("Version"), lambda r: str(r.rule.version), right=True, width=72),
        Column("who", _("Who is affected"), _run_who, width=190, stretch=2, token=lambda _r: "text2"),
    ]  # fmt: skip


def _runs_while(row: RunRow) -> str:
    return _("{channel} at least {limit}", channel=row.rule.channel, limit=_.number(row.rule.threshold, 2))


def _run_who(row: RunRow) -> str:
    cell = row.cell.label.say(_.language) if row.cell else ""
    code = row.machine.code if row.machine else ""
    return _(", ").join(part for part in (cell, code) if part)


def kind_columns() -> list[Column]:
    """Declare the columns of kinds of qualification."""
    return [
        Column("code", _.context("code", "Number"), lambda k: k.code, width=100),
        Column("name", _("Qualification"), lambda k: k.names.say(_.language), width=240, stretch=3, bold_selected=True,
               icon=lambda _k: "graduation-cap"),
        Column("valid", _("Valid for"), lambda k: _("{n} d", n=k.valid_days) if k.valid_days else _("ever"),
               value=lambda k: k.valid_days, right=True, width=100),
        Column("who", _("Who is affected"), lambda k: _.plural("{n} person", "{n} people", k.holders),
               value=lambda k: k.holders, width=150, token=lambda _k: "text2"),
    ]  # fmt: skip


TABLES: dict[str, tuple[str, str, Callable[[], list[Column]], Callable[[Any], Any]]] = {
    "rules": ("booking limits", N_("Booking limits"), booking_columns, lambda data: data.rules),
    "alarms": ("alarm rules", N_("Alarm rules"), alarm_columns, lambda data: data.alarms),
    "runs": ("run rules", N_("Run rules"), run_columns, lambda data: data.runs),
    "profiles": ("profiles", N_("Device profiles"), profile_columns, lambda data: data.profiles),
    "kinds": ("qualifications", N_("Qualifications"), kind_columns, lambda data: data.kinds),
}
NOTES = {
    "rules": N_("What may be booked, how long and how far ahead. Enter edits; a change holds at once."),
    "alarms": N_("Limits that collectors watch, also while no window is open."),
    "runs": N_("When a machine counts as running. A change makes a new version; measured hours keep theirs."),
    "profiles": N_("How bytes of a device become channels. Enter opens a profile in the editor."),
    "kinds": N_("What a person must have been shown before booking a machine."),
}
