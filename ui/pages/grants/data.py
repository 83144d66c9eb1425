"""What the page Grants shows, loaded away from the GUI thread as frozen values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from center_app.core.labels import Label
from center_app.core.money import Money
from center_app.grants import queries
from center_app.grants.reports.snapshot import ReportRequest, check_award, machines_of
from center_app.grants.reports.use import gather
from center_app.grants.reports.values import RuleRow, UseRow, Verdict
from center_app.grants.values import AwardView, BudgetLineView, CostView, DutyView, EvidenceView, PlanView

Report = Callable[[float, str], None]


@dataclass(frozen=True)
class Loaded:
    """Hold every award, and one of them with its money, duties, costs and files."""

    awards: tuple[AwardView, ...] = ()
    award: AwardView | None = None
    budget: tuple[BudgetLineView, ...] = ()
    duties: tuple[DutyView, ...] = ()
    plan: tuple[PlanView, ...] = ()
    costs: tuple[CostView, ...] = ()
    evidence: tuple[EvidenceView, ...] = ()


@dataclass(frozen=True)
class Checked:
    """Hold the rule results of an award and the uses that failing rules name."""

    award: str
    rule_set: str
    rules: tuple[RuleRow, ...] = ()
    uses: Mapping[str, UseRow] = field(default_factory=dict)

    def count(self, verdict: Verdict) -> int:
        """Count the rules with a verdict."""
        return sum(rule.verdict is verdict for rule in self.rules)


def load(center: Any, number: str, today: date) -> Loaded:
    """Load the awards, and the one with a number (else the newest) whole."""
    awards = tuple(center.read(queries.awards))
    award = next((one for one in awards if one.number == number), awards[0] if awards else None)
    if award is None:
        return Loaded()
    code = award.number
    return Loaded(
        awards=awards,
        award=award,
        budget=center.read(queries.budget, code),
        duties=tuple(center.read(queries.duties, code)),
        plan=center.read(queries.spending_plan, code, today),
        costs=tuple(center.read(queries.costs_of, code, with_reversed=True)),
        evidence=tuple(center.read(queries.evidence_of, code)),
    )


def period_of(award: AwardView, today: date) -> tuple[date, date]:
    """Return the days that a check looks at: the last three closed months inside the award."""
    last = min(today.replace(day=1) - timedelta(days=1), award.last_day)
    if last < award.first_day:
        return award.first_day, max(award.first_day, min(today, award.last_day))
    first = last.replace(day=1)
    for _n in range(2):
        first = (first - timedelta(days=1)).replace(day=1)
    return max(first, award.first_day), last


def check(report: Report, center: Any, maker: str, award: AwardView, today: date) -> Checked:
    """Run the rules on an award as it stands; runs on the work lane."""
    report(0.05, "")
    first, last = period_of(award, today)
    ask = ReportRequest(award=award.number, slug="check", names=Label(), first_day=first, last_day=last)
    profile = center.profile
    if profile is None:
        return Checked(award.number, "")
    rules = center.read(check_award, center.folder, profile, maker, ask)
    report(0.8, "")
    wanted = {name for rule in rules if rule.verdict is Verdict.FAIL for name in rule.rows if "/" in name}
    uses = center.read(_uses, center.folder, award.number, profile.zone, first, last, wanted) if wanted else {}
    version = next((rule.version for rule in rules), "")
    return Checked(award.number, version, rules, uses)


def _uses(
    read: Any, folder: Any, award: str, zone: str, first: date, last: date, wanted: Iterable[str]
) -> dict[str, UseRow]:  # fmt: skip
    """Return the uses with these ids; only their machines are looked at."""
    names = set(wanted)
    codes = {name.split("/", 1)[0] for name in names}
    machines = [one for one in machines_of(read, award) if one.code in codes]
    claims = queries.claims_of(read, award)
    found = gather(read, folder, machines, first, last, zone, claims, with_proofs=False)
    return {use.id: use for use in found.uses if use.id in names}


def months_of(award: AwardView, today: date) -> tuple[int, int]:
    """Return elapsed and all months of an award."""
    whole = (award.last_day.year - award.first_day.year) * 12 + award.last_day.month - award.first_day.month + 1
    gone = (today.year - award.first_day.year) * 12 + today.month - award.first_day.month
    return max(0, min(gone, whole)), whole


def share(part: Money, whole: Money) -> float:
    """Return a part of a whole for drawing, 0 to 1."""
    return max(0.0, part.minor / whole.minor) if whole.minor else 0.0
