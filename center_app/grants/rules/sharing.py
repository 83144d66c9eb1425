"""Rules on opening and using research instruments: CNE-01 to CNE-03."""

from __future__ import annotations

from fractions import Fraction

from center_app.grants.programmes import RuleData
from center_app.grants.rules import values as v
from center_app.grants.rules.engine import rule
from center_app.grants.rules.values import Facts, Finding, failed, missing, passed

_HOUR_US = 3_600_000_000
_YEAR_DAYS = 365


@rule("CNE-01")
def large_machines_are_open(facts: Facts, data: RuleData) -> Finding:
    """Machines from the threshold on are marked as shareable."""
    limit = v.money(data.money().minor)
    blank = tuple(row.code for row in facts.equipment if row.cost_minor is None)
    large = [row for row in facts.equipment if row.cost_minor is not None and row.cost_minor >= data.money().minor]
    shut = [row for row in large if not row.is_shareable]
    if shut:
        cost = v.money(shut[0].cost_minor or 0)
        numbers = {"failing": v.count(len(shut)), "count": v.count(len(large))}
        return failed(tuple(row.code for row in shut), limit, row=v.text(shut[0].code), amount=cost, **numbers)
    if blank or not facts.equipment:
        return missing(blank, limit, failing=v.count(len(blank)), count=v.count(len(facts.equipment)))
    return passed(limit, count=v.count(len(large)), limit=limit)


@rule("CNE-02")
def machines_are_used(facts: Facts, data: RuleData) -> Finding:
    """Effective hours of each machine reach half the national mean; the year's figure is cut to the period's days."""
    days = (facts.period.last_day - facts.period.first_day).days + 1
    whole = Fraction(int(data.values["benchmark_hours"]) * _HOUR_US) * data.share()
    least = int(whole * min(Fraction(1), Fraction(days, _YEAR_DAYS)))
    used = {row.code: _effective(facts, row.code) for row in facts.equipment}
    known = {code: us for code, us in used.items() if us is not None}
    blank = tuple(code for code in used if used[code] is None)
    low = {code: us for code, us in known.items() if us < least}
    total = v.count(len(used))
    if low:
        worst = min(low, key=lambda code: low[code])
        numbers = {
            "claimed": v.hours(low[worst]),
            "allowed": v.hours(least),
            "failing": v.count(len(low)),
            "count": total,
        }
        return failed(tuple(low), v.hours(least), row=v.text(worst), **numbers)
    if blank or not known:
        return missing(blank, v.hours(least), failing=v.count(len(blank)), count=total)
    worst = min(known, key=lambda code: known[code])
    return passed(v.hours(least), row=v.text(worst), claimed=v.hours(known[worst]), allowed=v.hours(least))


def _effective(facts: Facts, code: str) -> int | None:
    """Return a machine's proved microseconds; None where no use of it was measured."""
    found = [use.effective_us for use in facts.uses if use.machine == code and use.effective_us is not None]
    return sum(found) if found else None


@rule("CNE-03")
def others_use_machines(facts: Facts, data: RuleData) -> Finding:
    """The external share of claimed hours reaches the national figure."""
    limit = data.share()
    claimed = sum(use.claimed_us or 0 for use in facts.uses)
    external = sum(use.claimed_us or 0 for use in facts.uses if use.is_external)
    if not claimed:
        return missing((), v.share(limit))
    part = v.share(Fraction(external, claimed))
    if Fraction(external, claimed) < limit:
        return failed((), v.share(limit), worst=part, limit=v.share(limit))
    return passed(v.share(limit), worst=part, limit=v.share(limit))
