"""Check drafts of the telemetry wing: pure functions from values to problems."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from center_app.core.errors import PersonError, Problem, ProblemsError
from center_app.telemetry import errors
from center_app.telemetry.values import AlarmRuleDraft, CellDraft, Direction, RequestKind, RunRuleDraft

MAX_SHELF_S = 8 * 3600
_DAY_S = 86_400
_NEEDS: dict[RequestKind, tuple[str, ...]] = {
    RequestKind.ACKNOWLEDGE: ("rule_id", "occurrence"),
    RequestKind.RESET: ("rule_id",),
    RequestKind.SHELVE: ("rule_id", "seconds", "reason"),
    RequestKind.UNSHELVE: ("rule_id",),
    RequestKind.SUPPRESS: ("rule_id", "on"),
    RequestKind.OUT_OF_SERVICE: ("rule_id", "on"),
    RequestKind.RELEASE_PORT: ("seconds",),
    RequestKind.PIN: ("spans", "why"),
    RequestKind.RECOGNISE: ("port",),
}


def check_cell(draft: CellDraft, profiles: frozenset[str]) -> list[Problem]:
    """List what is wrong with a cell."""
    problems = []
    if not str(draft.label).strip():
        problems.append(Problem(errors.LABEL_MISSING))
    if not draft.port.strip():
        problems.append(Problem(errors.PORT_EMPTY))
    if draft.profile_id not in profiles:
        problems.append(Problem(errors.PROFILE_UNKNOWN, {"profile": draft.profile_id}))
    return problems


def check_alarm_rule(draft: AlarmRuleDraft, channels: tuple[str, ...]) -> list[Problem]:
    """List what is wrong with an alarm rule; a silence rule watches the port and needs no channel."""
    problems = []
    if not str(draft.label).strip():
        problems.append(Problem(errors.LABEL_MISSING))
    if draft.direction is not Direction.SILENCE:
        problems += _check_channel(draft.channel, channels)
    if not math.isfinite(draft.limit):
        problems.append(Problem(errors.NOT_A_NUMBER))
    return problems + _check_spans(draft.deadband, draft.on_delay_s, draft.off_delay_s)


def check_run_rule(draft: RunRuleDraft, channels: tuple[str, ...]) -> list[Problem]:
    """List what is wrong with a run rule."""
    problems = _check_channel(draft.channel, channels)
    if not math.isfinite(draft.threshold):
        problems.append(Problem(errors.NOT_A_NUMBER))
    return problems + _check_spans(draft.hold_on_s, draft.hold_off_s)


def check_payload(kind: RequestKind, payload: Mapping[str, Any]) -> list[Problem]:
    """List what is wrong with the payload of a request."""
    problems = [
        Problem(errors.PAYLOAD_WRONG, {"field": name}) for name in _NEEDS.get(kind, ()) if payload.get(name) is None
    ]
    if problems or kind is not RequestKind.SHELVE:
        return problems
    if not str(payload["reason"]).strip():
        problems.append(Problem(errors.REASON_MISSING))
    if not 0 < float(payload["seconds"]) <= MAX_SHELF_S:
        problems.append(Problem(errors.SHELF_TOO_LONG, {"hours": MAX_SHELF_S // 3600}))
    return problems


def refuse(problems: list[Problem]) -> None:
    """Raise every problem at once; return when there is none."""
    if len(problems) == 1:
        raise PersonError(problems[0].code, **problems[0].params)
    if problems:
        raise ProblemsError(problems)


def _check_channel(channel: str, known: tuple[str, ...]) -> list[Problem]:
    if channel in known:
        return []
    return [Problem(errors.CHANNEL_UNKNOWN, {"channel": channel, "known": ", ".join(known)})]


def _check_spans(*values: float) -> list[Problem]:
    fits = all(math.isfinite(value) and 0 <= value <= _DAY_S for value in values)
    return [] if fits else [Problem(errors.NOT_POSITIVE)]
