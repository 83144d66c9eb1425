"""Check rules again from a report's own data, for those rules that need nothing outside it."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from center_app.core.money import Money, rmb_capitals
from center_app.grants.programmes import programmes, rule_sets
from center_app.grants.reports.values import Snapshot, Verdict
from center_app.grants.rules import CostFact, Facts, evaluate

ALONE = frozenset({
    "GEN-03", "GEN-04", "GEN-05", "GEN-06", "GEN-08", "GEN-09", "CN-03", "CN-04", "CN-05", "CN-15", "CN-16", "CN-17",
    "CN-18", "CN-19", "CN-22", "CNE-01", "CNE-02", "CNE-03",
})  # fmt: skip
"""Rules whose whole input lies in the snapshot; the others need shares of other awards, bytes or the trail."""


def differing(snapshot: Snapshot) -> Iterator[tuple[str, Verdict, Verdict]]:
    """Yield (rule, stated, found again) for every rule of the same version that now gives another verdict."""
    chosen = next((found for found in rule_sets() if found.id == snapshot.report.rule_set), None)
    if chosen is None or snapshot.award.programme not in programmes():
        return
    again = {row.id: row for row in evaluate(facts_of(snapshot), chosen)}
    for row in snapshot.rules:
        found = again.get(row.id)
        if row.id in ALONE and found and found.version == row.version and found.verdict is not row.verdict:
            yield row.id, row.verdict, found.verdict


def facts_of(snapshot: Snapshot) -> Facts:
    """Return what a snapshot itself tells the rules."""
    report = snapshot.report
    return Facts(
        award=snapshot.award,
        programme=programmes()[snapshot.award.programme],
        period=snapshot.period,
        currency=report.currency,
        costs=tuple(CostFact(row, ((snapshot.award.number, row.share),)) for row in snapshot.costs),
        budget=snapshot.budget,
        instalments=snapshot.instalments,
        account=snapshot.account,
        equipment=snapshot.equipment,
        uses=snapshot.uses,
        made_by=report.made_by,
        reviewer=report.approved_by,
        made_on=report.made_at.astimezone(ZoneInfo(report.zone)).date(),
        version=report.version,
        reason=report.reason,
        capitals=capitals_of(snapshot),
    )


def capitals_of(snapshot: Snapshot) -> tuple[tuple[int, str], ...]:
    """Return the amounts that the cover prints in RMB capitals."""
    if snapshot.report.currency != "CNY":
        return ()
    received = sum(row.received_minor or 0 for row in snapshot.instalments)
    spent = sum(row.amount_minor for row in snapshot.costs)
    amounts = (snapshot.award.amount_minor, received, spent, received - spent)
    return tuple((minor, rmb_capitals(Money(minor))) for minor in amounts)
