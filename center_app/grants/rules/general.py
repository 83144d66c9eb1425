"""Rules of every regime: GEN-01 to GEN-10."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

from center_app.grants.programmes import RuleData
from center_app.grants.reports.rows import Severity, UseRow
from center_app.grants.rules import values as v
from center_app.grants.rules.engine import rule
from center_app.grants.rules.values import CostFact, Facts, Finding, failed, missing, passed


@rule("GEN-01")
def shares_within_whole(facts: Facts, data: RuleData) -> Finding:
    """Shares of one cost over all awards do not exceed the whole."""
    limit = data.share()
    sums = {cost.row.id: sum((part for _, part in cost.shares), Fraction(0)) for cost in facts.costs}
    over = {number: whole for number, whole in sums.items() if whole > limit}
    if over:
        row = max(over, key=lambda number: over[number])
        return failed(tuple(over), v.share(limit), row=v.text(row), worst=v.share(over[row]))
    if not sums:
        return missing((), v.share(limit), count=v.count(0))
    return passed(v.share(limit), count=v.count(len(sums)))


@rule("GEN-02")
def costs_are_proved(facts: Facts, data: RuleData) -> Finding:
    """Every cost has an intact file of evidence with the same amount to the cent."""
    limit = v.money(data.money().minor)
    bad = [cost for cost in facts.costs if _is_proved(cost) is False]
    unknown = [cost for cost in facts.costs if _is_proved(cost) is None]
    if bad:
        rows = tuple(cost.row.id for cost in bad)
        total = v.count(len(facts.costs))
        return failed(rows, limit, row=v.text(rows[0]), failing=v.count(len(rows)), count=total)
    if unknown or not facts.costs:
        return missing(tuple(cost.row.id for cost in unknown), limit, count=v.count(len(facts.costs)))
    return passed(limit, count=v.count(len(facts.costs)))


def _is_proved(cost: CostFact) -> bool | None:
    same = [proof for proof in cost.proofs if proof.amount_minor == cost.row.gross_minor]
    if not same or any(proof.is_intact is False for proof in cost.proofs):
        return False
    return True if any(proof.is_intact for proof in same) else None


@rule("GEN-03")
def invoices_are_unique(facts: Facts, data: RuleData) -> Finding:
    """Supplier tax number and invoice number stand together once only."""
    groups: dict[tuple[str, str], list[CostFact]] = defaultdict(list)
    for cost in facts.costs:
        groups[cost.row.tax_number, cost.row.invoice_number].append(cost)
    blank = [cost.row.id for key, costs in groups.items() if not all(key) for cost in costs]
    twice = [costs for key, costs in groups.items() if all(key) and len(costs) > 1]
    limit = v.count(int(data.values["limit"]))
    if twice:
        rows = tuple(cost.row.id for costs in twice for cost in costs)
        extra = sum(cost.row.amount_minor for costs in twice for cost in costs[1:])
        return failed(rows, limit, row=v.text(", ".join(rows[:4])), amount=v.money(extra))
    if blank or not facts.costs:
        return missing(tuple(blank), limit, failing=v.count(len(blank)), count=v.count(len(facts.costs)))
    return passed(limit, count=v.count(len(facts.costs)))


@rule("GEN-04")
def sums_agree(facts: Facts, data: RuleData) -> Finding:
    """Cost list and budget lines give the same total."""
    known = {line.code for line in facts.budget}
    stray = [cost.row for cost in facts.costs if cost.row.line not in known]
    difference = sum(row.amount_minor for row in stray)
    limit = v.money(data.money().minor)
    if not facts.costs:
        return missing((), limit)
    if stray and difference != data.money().minor:
        return failed(tuple(row.id for row in stray), limit, difference=v.money(difference))
    return passed(limit, difference=v.money(difference))


@rule("GEN-05")
def dates_inside_period(facts: Facts, data: RuleData) -> Finding:
    """Invoice and payment lie inside the period of the grant."""
    first, last = facts.award.first_day, facts.award.last_day
    window = {"first": v.day(first), "last": v.day(last)}
    days = [(cost.row.id, day) for cost in facts.costs for day in (cost.row.invoice_on, cost.row.paid_on)]
    outside = [(number, day) for number, day in days if day is not None and not first <= day <= last]
    blank = tuple(dict.fromkeys(number for number, day in days if day is None))
    if outside:
        rows = tuple(dict.fromkeys(number for number, _ in outside))
        return failed(rows, None, row=v.text(rows[0]), day=v.day(outside[0][1]), **window)
    if blank or not facts.costs:
        return missing(blank, None, failing=v.count(len(blank)), count=v.count(len(facts.costs)), **window)
    return passed(None, count=v.count(len(facts.costs)), **window)


@rule("GEN-06")
def four_eyes(facts: Facts, data: RuleData) -> Finding:
    """The one who prepares is not the one who approves."""
    people = {"maker": v.text(facts.made_by), "approver": v.text(facts.reviewer)}
    if not facts.made_by or not facts.reviewer:
        return missing((), None, **people)
    if facts.made_by.strip().casefold() == facts.reviewer.strip().casefold():
        return failed((), None, **people)
    return passed(None, **people)


@rule("GEN-08")
def claims_within_measured(facts: Facts, data: RuleData) -> Finding:
    """Claimed hours of a machine and month do not exceed measured run, set-up and post-processing."""
    limit, soft = data.share(), data.share("explain_above")
    groups: dict[tuple[str, str], list[UseRow]] = defaultdict(list)
    for use in facts.uses:
        if use.claimed_us:
            groups[use.machine, use.month].append(use)
    ratios = {key: _claimed_ratio(uses) for key, uses in groups.items()}
    known = {key: ratio for key, ratio in ratios.items() if ratio is not None}
    unknown = [key for key in ratios if ratios[key] is None]
    worst = max(known, key=lambda key: known[key], default=None)
    if worst is not None and known[worst] > soft:
        severity = None if known[worst] > limit else Severity.WARNING
        return _over(groups, known, worst, limit, soft, severity)
    if unknown or not groups:
        rows = tuple(use.id for key in unknown for use in groups[key])
        return missing(rows, v.share(limit), failing=v.count(len(unknown)))
    return passed(v.share(limit), count=v.count(len(groups)))


def _claimed_ratio(uses: list[UseRow]) -> Fraction | None:
    """Return claimed ÷ proved time; None where a claimed use was not measured."""
    if any(use.effective_us is None for use in uses):
        return None
    proved = sum(use.effective_us or 0 for use in uses)
    claimed = sum(use.claimed_us or 0 for use in uses)
    return Fraction(claimed, proved) if proved else Fraction(10**6)


def _over(
    groups: dict[tuple[str, str], list[UseRow]],
    ratios: dict[tuple[str, str], Fraction],
    worst: tuple[str, str],
    limit: Fraction,
    soft: Fraction,
    severity: Severity | None,
) -> Finding:
    bad = [key for key, ratio in ratios.items() if ratio > soft]
    rows = [use for key in bad for use in groups[key] if (use.claimed_us or 0) > (use.effective_us or 0)]
    uses = groups[worst]
    found = failed(
        tuple(use.id for use in rows),
        v.share(limit),
        row=v.text(worst[0]),
        month=v.text(worst[1]),
        claimed=v.hours(sum(use.claimed_us or 0 for use in uses)),
        allowed=v.hours(sum(use.effective_us or 0 for use in uses)),
        worst=v.share(ratios[worst]),
        limit=v.share(limit),
    )
    return Finding(found.verdict, found.values, found.threshold, found.rows, severity)


@rule("GEN-09")
def versions_have_reasons(facts: Facts, data: RuleData) -> Finding:
    """A version after the first states why it was made."""
    version = v.count(facts.version)
    if facts.version > 1 and not facts.reason.strip():
        return failed((), None, version=version)
    return passed(None, version=version)


@rule("GEN-10")
def trail_is_intact(facts: Facts, data: RuleData) -> Finding:
    """The audit trail recomputes to its stored head."""
    if facts.audit_rows is None:
        return missing()
    if facts.audit_first_bad:
        row = str(facts.audit_first_bad)
        return failed((row,), None, row=v.text(row), count=v.count(facts.audit_rows))
    return passed(None, count=v.count(facts.audit_rows))
