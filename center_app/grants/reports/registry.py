"""Name every figure of a report and say how it is made; values come from the recount, never from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from center_app.grants.reports.figures import Recount
from center_app.grants.reports.values import Figure, Formula, Kind, Snapshot, Verdict

USE_FIELDS = {
    "booked": "booked_us",
    "checked_in": "checked_in_us",
    "measured": "measured_us",
    "setup": "setup_us",
    "postprocess": "postprocess_us",
    "effective": "effective_us",
    "claimed": "claimed_us",
    "covered": "covered_us",
}
Plan = Iterator[tuple[str, Kind, Formula]]


def with_figures(snapshot: Snapshot) -> Snapshot:
    """Return the snapshot with its whole registry of figures."""
    planned = [Figure(id, kind, None, formula) for id, kind, formula in _all(snapshot)]
    bare = replace(snapshot, figures=tuple(planned))
    recount = Recount(bare)
    return replace(snapshot, figures=tuple(replace(figure, value=recount.value(figure.id)) for figure in planned))


def _all(snapshot: Snapshot) -> Plan:
    yield from _award()
    yield from _budget(snapshot)
    yield from _spending(snapshot)
    yield from _costs(snapshot)
    yield from _equipment(snapshot)
    yield from _use(snapshot)
    yield from _rules(snapshot)


def _sum(table: str, field: str, **where: str) -> Formula:
    return Formula("sum", table, field, tuple(where.items()))


def _value(table: str, field: str, **where: str) -> Formula:
    return Formula("value", table, field, tuple(where.items()))


def _count(table: str, **where: str) -> Formula:
    return Formula("count", table, "", tuple(where.items()))


def _over(op: str, *figures: str) -> Formula:
    return Formula(op, figures=figures)


def _award() -> Plan:
    yield "award.amount", Kind.MONEY, _value("award", "amount_minor")
    yield "award.received", Kind.MONEY, _sum("instalments", "received_minor")
    yield "award.planned", Kind.MONEY, _sum("instalments", "planned_minor")
    yield "award.spent", Kind.MONEY, _sum("costs", "amount_minor")
    yield "award.unspent", Kind.MONEY, _over("minus", "award.received", "award.spent")
    yield "award.committed", Kind.MONEY, _sum("commitments", "amount_minor")
    yield "award.free", Kind.MONEY, _over("minus", "award.amount", "award.spent", "award.committed")
    yield "award.spent_share", Kind.SHARE, _over("ratio", "award.spent", "award.amount")
    yield "award.committed_share", Kind.SHARE, _over("ratio", "award.committed", "award.amount")
    yield "award.free_share", Kind.SHARE, _over("ratio", "award.free", "award.amount")
    yield "award.received_share", Kind.SHARE, _over("ratio", "award.received", "award.amount")
    yield "account.interest", Kind.MONEY, _value("account", "interest_minor")
    yield "account.paid", Kind.MONEY, _value("account", "paid_minor")
    yield "account.statement", Kind.MONEY, _value("account", "statement_minor")


def _budget(snapshot: Snapshot) -> Plan:
    for row in snapshot.budget:
        yield from _line(f"budget.{row.code}", row.code)
    yield "budget.total.planned", Kind.MONEY, _sum("budget", "planned_minor")
    yield "budget.total.revised", Kind.MONEY, _sum("budget", "revised_minor")
    for name in ("actual", "period", "committed"):
        parts = (f"budget.{row.code}.{name}" for row in snapshot.budget)
        yield f"budget.total.{name}", Kind.MONEY, _over("plus", *parts)
    yield from _derived("budget.total")


def _line(base: str, code: str) -> Plan:
    yield f"{base}.planned", Kind.MONEY, _value("budget", "planned_minor", code=code)
    yield f"{base}.revised", Kind.MONEY, _value("budget", "revised_minor", code=code)
    yield f"{base}.actual", Kind.MONEY, _sum("costs", "amount_minor", line=code)
    yield f"{base}.period", Kind.MONEY, _sum("costs", "amount_minor", line=code, in_period="true")
    yield f"{base}.committed", Kind.MONEY, _sum("commitments", "amount_minor", line=code)
    yield f"{base}.change", Kind.MONEY, _over("minus", f"{base}.revised", f"{base}.planned")
    yield from _derived(base)


def _derived(base: str) -> Plan:
    yield f"{base}.free", Kind.MONEY, _over("minus", f"{base}.revised", f"{base}.actual", f"{base}.committed")
    yield f"{base}.rate", Kind.SHARE, _over("ratio", f"{base}.actual", f"{base}.revised")
    yield f"{base}.committed_rate", Kind.SHARE, _over("ratio", f"{base}.committed", f"{base}.revised")


def _spending(snapshot: Snapshot) -> Plan:
    """Plan and spending by month: `step` is one month's cost, `actual` adds it to the month before."""
    before = ""
    for row in snapshot.plan:
        base = f"spend.{row.month}"
        yield f"{base}.planned", Kind.MONEY, _value("plan", "planned_minor", month=row.month)
        if row.is_reported:
            yield f"{base}.step", Kind.MONEY, _sum("costs", "amount_minor", month=row.month)
            steps = [before, f"{base}.step"] if before else [f"{base}.step"]
            yield f"{base}.actual", Kind.MONEY, _over("plus", *steps)
            before = f"{base}.actual"


def _costs(snapshot: Snapshot) -> Plan:
    yield "costs.total", Kind.MONEY, _sum("costs", "amount_minor")
    yield "costs.period", Kind.MONEY, _sum("costs", "amount_minor", in_period="true")
    yield "costs.gross", Kind.MONEY, _sum("costs", "gross_minor")
    yield "costs.net", Kind.MONEY, _sum("costs", "net_minor")
    yield "costs.vat", Kind.MONEY, _sum("costs", "vat_minor")
    yield "costs.count", Kind.COUNT, _count("costs")
    yield "costs.mean", Kind.MONEY, _over("mean", "costs.total", "costs.count")
    yield "commitments.total", Kind.MONEY, _sum("commitments", "amount_minor")
    for row in snapshot.costs:
        yield f"cost.{row.id}.amount", Kind.MONEY, _value("costs", "amount_minor", id=row.id)
        if row.gross_minor != row.amount_minor:
            yield f"cost.{row.id}.gross", Kind.MONEY, _value("costs", "gross_minor", id=row.id)


def _equipment(snapshot: Snapshot) -> Plan:
    yield "equipment.count", Kind.COUNT, _count("equipment")
    yield "equipment.cost", Kind.MONEY, _sum("equipment", "cost_minor")
    yield "equipment.funded", Kind.MONEY, _sum("equipment", "funded_minor")
    yield "equipment.new_cost", Kind.MONEY, _sum("equipment", "cost_minor", is_new_purchase="true")
    yield "equipment.new_funded", Kind.MONEY, _sum("equipment", "funded_minor", is_new_purchase="true")
    yield "equipment.rate", Kind.SHARE, _over("ratio", "equipment.new_funded", "equipment.new_cost")
    yield "equipment.imported_cost", Kind.MONEY, _sum("equipment", "cost_minor", origin="imported")
    yield "equipment.imported_share", Kind.SHARE, _over("ratio", "equipment.imported_cost", "equipment.cost")
    for row in snapshot.equipment:
        yield f"equipment.{row.code}.cost", Kind.MONEY, _value("equipment", "cost_minor", code=row.code)
        yield f"equipment.{row.code}.funded", Kind.MONEY, _value("equipment", "funded_minor", code=row.code)


def _use(snapshot: Snapshot) -> Plan:
    for row in snapshot.months:
        yield from _hours(f"use.{row.machine}.{row.month}", row.is_measured, machine=row.machine, month=row.month)
    measured = {row.machine for row in snapshot.months if row.is_measured}
    machines = [row.code for row in snapshot.equipment]
    for code in machines:
        yield from _hours(f"use.{code}", code in measured, machine=code)
    yield from _hours("use.total", bool(measured))
    yield "use.machines", Kind.COUNT, _count("equipment")
    for name in ("booked", "checked_in", "measured", "claimed", "external"):
        yield f"use.mean.{name}", Kind.TIME, _over("mean", f"use.total.{name}", "use.machines")


def _hours(base: str, is_measured: bool, **where: str) -> Plan:
    for name, field in USE_FIELDS.items():
        formula = _sum("uses", field, **where, is_booked="true")
        if name in ("measured", "effective", "claimed") and not is_measured:
            formula = Formula("none")
        yield f"{base}.{name}", Kind.TIME, formula
    unbooked = _sum("uses", "measured_us", **where, is_booked="false") if is_measured else Formula("none")
    yield f"{base}.unbooked", Kind.TIME, unbooked
    external = _sum("uses", "claimed_us", **where, is_external="true") if is_measured else Formula("none")
    yield f"{base}.external", Kind.TIME, external
    yield f"{base}.external_share", Kind.SHARE, _over("ratio", f"{base}.external", f"{base}.claimed")
    yield f"{base}.coverage", Kind.SHARE, _over("ratio", f"{base}.measured", f"{base}.checked_in")
    yield f"{base}.watched", Kind.SHARE, _over("ratio", f"{base}.covered", f"{base}.checked_in")


def _rules(snapshot: Snapshot) -> Plan:
    yield "rules.count", Kind.COUNT, _count("rules")
    yield "evidence.count", Kind.COUNT, _count("evidence")
    for verdict in Verdict:
        yield f"rules.{verdict.value}", Kind.COUNT, _count("rules", verdict=verdict.value)
        for group in dict.fromkeys(row.group for row in snapshot.rules):
            where = {"group": group, "verdict": verdict.value}
            yield f"rules.{group}.{verdict.value}", Kind.COUNT, _count("rules", **where)
