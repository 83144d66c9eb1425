"""Rules of Guangdong and China on money: CN-03 to CN-22."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction

from center_app.core.money import Money
from center_app.grants.capitals import read_capitals
from center_app.grants.programmes import RuleData
from center_app.grants.rules import values as v
from center_app.grants.rules.engine import rule
from center_app.grants.rules.values import Facts, Finding, failed, missing, passed


@rule("CN-03")
def award_within_cap(facts: Facts, data: RuleData) -> Finding:
    """The award does not exceed the cap of its programme and tier."""
    cap = facts.programme.cap_of(facts.award.tier)
    amount = v.money(facts.award.amount_minor)
    if cap is None:
        return missing((), None, amount=amount)
    limit = v.money(cap.minor)
    if facts.award.amount_minor > cap.minor:
        return failed((facts.award.number,), limit, amount=amount, limit=limit)
    return passed(limit, amount=amount, limit=limit)


@rule("CN-04")
def subsidy_within_rate(facts: Facts, data: RuleData) -> Finding:
    """The subsidy is at most the programme's rate of newly bought research instruments."""
    rate, bought = facts.programme.rate, [row for row in facts.equipment if row.is_new_purchase]
    if rate is None or not bought or any(row.cost_minor is None or row.funded_minor is None for row in bought):
        return missing(tuple(row.code for row in bought if row.cost_minor is None), v.share(rate) if rate else None)
    base = sum(row.cost_minor or 0 for row in bought)
    paid = sum(row.funded_minor or 0 for row in bought)
    used = {
        "amount": v.money(paid),
        "base": v.money(base),
        "worst": v.share(Fraction(paid, base) if base else Fraction(0)),
    }
    cap = facts.programme.cap_of(facts.award.tier)
    is_over = paid > base * rate or (cap is not None and paid > cap.minor)
    if is_over:
        rows = tuple(row.code for row in bought if row.share > rate) or tuple(row.code for row in bought)
        return failed(rows, v.share(rate), limit=v.share(rate), **used)
    return passed(v.share(rate), limit=v.share(rate), **used)


@rule("CN-05")
def approved_in_time(facts: Facts, data: RuleData) -> Finding:
    """The centre was approved in the years of the programme."""
    years = facts.programme.details.get("approved_years")
    if facts.award.noticed_on is None or not years:
        return missing()
    first, last = date(years[0], 1, 1), date(years[1], 12, 31)
    used = {"day": v.day(facts.award.noticed_on), "first": v.day(first), "last": v.day(last)}
    if not first <= facts.award.noticed_on <= last:
        return failed((facts.award.number,), None, **used)
    return passed(None, **used)


@rule("CN-15")
def lines_not_overspent(facts: Facts, data: RuleData) -> Finding:
    """No budget line is spent beyond its revised amount."""
    if not facts.budget:
        return missing()
    spent: dict[str, int] = defaultdict(int)
    for cost in facts.costs:
        spent[cost.row.line] += cost.row.amount_minor
    over = [line for line in facts.budget if spent[line.code] > line.revised_minor]
    if over:
        worst = max(over, key=lambda line: spent[line.code] - line.revised_minor)
        limit = v.money(worst.revised_minor)
        rows = tuple(line.code for line in over)
        return failed(rows, limit, row=v.text(worst.names), amount=v.money(spent[worst.code]), limit=limit)
    return passed(None, count=v.count(len(facts.budget)))


@rule("CN-16")
def overhead_within_tiers(facts: Facts, data: RuleData) -> Finding:
    """Overhead stays within the tiers on direct cost less equipment."""
    if not facts.budget:
        return missing()
    overhead = sum(line.revised_minor for line in facts.budget if line.code in data.values["overhead"])
    left_out = set(data.values["overhead"]) | set(data.values["direct_less"])
    base = sum(line.revised_minor for line in facts.budget if line.code not in left_out)
    most = _tiered(base, data)
    used = {"amount": v.money(overhead), "base": v.money(base), "limit": v.money(most)}
    if overhead > most:
        return failed(tuple(data.values["overhead"]), v.money(most), **used)
    return passed(v.money(most), **used)


def _tiered(base: int, data: RuleData) -> int:
    """Return the largest overhead in minor units: each tier's rate on its part of the base, cut down."""
    total, below = Fraction(0), 0
    for top_text, rate_text in data.values["tiers"]:
        top = Money.of(top_text).minor if top_text else base
        total += max(0, min(base, top) - below) * Fraction(rate_text)
        below = max(below, top)
    return int(total)


@rule("CN-17")
def report_in_time(facts: Facts, data: RuleData) -> Finding:
    """The use report is made within the days allowed after the period's end."""
    due = facts.period.last_day + timedelta(days=int(data.values["days"]))
    if facts.made_on is None:
        return missing((), v.day(due))
    used = {"day": v.day(facts.made_on), "last": v.day(due)}
    return failed((), v.day(due), **used) if facts.made_on > due else passed(v.day(due), **used)


@rule("CN-18")
def account_balances(facts: Facts, data: RuleData) -> Finding:
    """The earmarked account shows what came in, plus interest, less what was paid."""
    limit, account, last = v.money(data.money().minor), facts.account, facts.period.last_day
    if account is None or account.statement_minor is None or account.statement_on != last:
        return missing((), limit, last=v.day(last))
    received = sum(
        part.received_minor or 0 for part in facts.instalments if part.received_on and part.received_on <= last
    )
    difference = account.statement_minor - (received + account.interest_minor - account.paid_minor)
    if difference != data.money().minor:
        return failed((), limit, day=v.day(last), difference=v.money(difference))
    return passed(limit, day=v.day(last), amount=v.money(account.statement_minor))


@rule("CN-19")
def capitals_equal_figures(facts: Facts, data: RuleData) -> Finding:
    """Amounts in RMB capitals read back as the figures beside them."""
    if facts.currency != "CNY" or not facts.capitals:
        return missing()
    wrong = [(minor, words) for minor, words in facts.capitals if read_capitals(words) != minor]
    if wrong:
        minor, words = wrong[0]
        return failed(tuple(words for _, words in wrong), None, row=v.text(words), amount=v.money(minor))
    return passed(None, count=v.count(len(facts.capitals)))


@rule("CN-22")
def origin_is_stated(facts: Facts, data: RuleData) -> Finding:
    """The origin of every machine is known, and the imported share is shown."""
    total = v.count(len(facts.equipment))
    blank = tuple(row.code for row in facts.equipment if row.origin == "unknown" or row.cost_minor is None)
    if blank or not facts.equipment:
        return missing(blank, None, failing=v.count(len(blank)), count=total)
    cost = sum(row.cost_minor or 0 for row in facts.equipment)
    imported = sum(row.cost_minor or 0 for row in facts.equipment if row.origin == "imported")
    return passed(None, worst=v.share(Fraction(imported, cost) if cost else Fraction(0)), count=total)
