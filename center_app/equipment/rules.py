"""Check drafts of machines and outages; every function returns all problems at once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from center_app.core.errors import Problem, declare
from center_app.core.labels import Label
from center_app.equipment.values import BookingPolicy, Condition, FundingShare, MachineDraft, OutageDraft, OutageKind

NAME_MISSING = declare("equipment.name_missing", "A name is missing.", "Enter a name.")
CODE_FORM = declare(
    "equipment.code_form",
    "“{code}” cannot be a code.",
    "Use 2 to 24 capital letters, digits and hyphens, such as EQ-0101.",
)
COST_NEGATIVE = declare("equipment.cost_negative", "The cost {cost} is negative.", "Enter what was paid.")
SHARES_SUM = declare(
    "equipment.shares_sum",
    "The funding shares add up to {total}, not to the whole.",
    "Change the shares until they add up to 100 %.",
)
SHARE_RANGE = declare(
    "equipment.share_range",
    "The share of “{source}” is {share}; it must be above 0 and at most 1.",
    "Enter a share between 0 and 100 %.",
)
LIMIT_RANGE = declare(
    "equipment.limit_range",
    "The limit “{field}” cannot be {value}.",
    "Enter a value between {low} and {high}.",
)
REASON_MISSING = declare(
    "equipment.reason_missing",
    "A locked machine needs a reason.",
    "Say why the machine is locked; people who want to book it will read it.",
)
STILL_BOOKED = declare(
    "equipment.still_booked",
    "{machine} is still booked or out of service at {count} coming times, the first {start}.",
    "Move or cancel them first, or lock the machine instead.",
)
OUTAGE_UNTITLED = declare(
    "outage.untitled",
    "The outage has no title.",
    "Say in a few words what is wrong or what will be done.",
)
OUTAGE_EMPTY = declare(
    "outage.empty",
    "The outage must end after it starts.",
    "Set an end later than the start.",
)

_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{1,23}")
_YEAR_S = 366 * 86_400


@dataclass(frozen=True)
class _Range:
    low: int
    high: int


_RANGES = {
    "buffer_before_s": _Range(0, 86_400),
    "buffer_after_s": _Range(0, 86_400),
    "min_length_s": _Range(60, _YEAR_S),
    "max_length_s": _Range(60, _YEAR_S),
    "horizon_days": _Range(0, 3660),
    "min_gap_s": _Range(0, _YEAR_S),
    "max_future": _Range(1, 10_000),
    "setup_cap_s": _Range(0, 86_400),
    "postprocess_cap_s": _Range(0, 86_400),
    "check_in_opens_s": _Range(0, 86_400),
    "release_after_s": _Range(60, 86_400),
    "opens_minute": _Range(0, 1439),
    "closes_minute": _Range(1, 1440),
}


def name_problems(names: Label) -> list[Problem]:
    """Check that a label says something."""
    says = any(text.strip() for text in names.texts.values())
    return [] if says else [Problem(NAME_MISSING, {"field": "names"})]


def code_problems(code: str) -> list[Problem]:
    """Check the form of a code."""
    return [] if _CODE.fullmatch(code) else [Problem(CODE_FORM, {"field": "code", "code": code})]


def machine_problems(draft: MachineDraft) -> list[Problem]:
    """Check a machine."""
    problems = [*code_problems(draft.code), *name_problems(draft.names)]
    if draft.cost is not None and draft.cost.minor < 0:
        problems.append(Problem(COST_NEGATIVE, {"field": "cost", "cost": draft.cost}))
    if draft.condition is Condition.LOCKED and not draft.condition_note.strip():
        problems.append(Problem(REASON_MISSING, {"field": "condition_note"}))
    return problems + share_problems(draft.funding) + policy_problems(draft.policy)


def share_problems(funding: tuple[FundingShare, ...]) -> list[Problem]:
    """Check that shares are possible and, when there are any, add up to the whole exactly."""
    problems = [
        Problem(SHARE_RANGE, {"field": "funding", "source": part.source, "share": str(part.share)})
        for part in funding
        if not 0 < part.share <= 1
    ]
    total = sum((part.share for part in funding), Fraction(0))
    if funding and total != 1:
        problems.append(Problem(SHARES_SUM, {"field": "funding", "total": str(total)}))
    return problems


def policy_problems(policy: BookingPolicy) -> list[Problem]:
    """Check the booking limits of a machine."""
    problems = []
    for name, allowed in _RANGES.items():
        value = getattr(policy, name)
        if value is not None and not allowed.low <= value <= allowed.high:
            params = {"field": name, "value": value, "low": allowed.low, "high": allowed.high}
            problems.append(Problem(LIMIT_RANGE, params))
    return problems


def outage_problems(draft: OutageDraft) -> list[Problem]:
    """Check an outage without looking at the calendar; a breakdown may do without a title."""
    says = draft.title.strip() or draft.kind is OutageKind.BREAKDOWN
    problems = [] if says else [Problem(OUTAGE_UNTITLED, {"field": "title"})]
    if draft.end_at is not None and draft.end_at <= draft.start_at:
        problems.append(Problem(OUTAGE_EMPTY, {"field": "end_at"}))
    return problems
