"""Where a figure comes from, in words and rows: what the panel over the paper shows before the store is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from center_app.core.money import Money
from center_app.core.text import N_
from center_app.grants.reports.figures import printed, printed_value, row_key
from center_app.grants.reports.trace import leaves
from center_app.grants.reports.values import CostRow, Figure, IntervalRow, Kind, RuleRow, Snapshot, UseRow
from ui.kit.words import _, day_month

HOUR_US = 3_600_000_000
FIELDS = {
    "booked": N_("booked"), "checked_in": N_("checked in"), "measured": N_("measured"), "setup": N_("set-up"),
    "postprocess": N_("post-processing"), "effective": N_("effective"), "claimed": N_("claimed"),
    "covered": N_("watched time"), "unbooked": N_("measured without a booking"), "external": N_("for others"),
    "external_share": N_("share for others"), "coverage": N_("coverage"), "watched": N_("watched share"),
    "amount": N_("amount"), "received": N_("received"), "planned": N_("planned"), "spent": N_("spent"),
    "unspent": N_("received, not spent"), "committed": N_("committed"), "free": N_("still free"),
    "spent_share": N_("spent share"), "committed_share": N_("committed share"), "free_share": N_("free share"),
    "received_share": N_("received share"), "interest": N_("interest"), "paid": N_("paid out"),
    "statement": N_("balance of the statement"), "revised": N_("revised"), "actual": N_("spent"),
    "period": N_("spent in the period"), "change": N_("change"), "rate": N_("spent share"),
    "committed_rate": N_("committed share"), "step": N_("spent in the month"), "total": N_("total"),
    "gross": N_("gross"), "net": N_("net"), "vat": N_("VAT"), "count": N_("count"), "mean": N_("mean"),
    "cost": N_("purchase cost"), "funded": N_("funded cost"), "new_cost": N_("cost of new purchases"),
    "new_funded": N_("funded cost of new purchases"), "imported_cost": N_("cost of imports"),
    "imported_share": N_("share of imports"), "machines": N_("machines"), "pass": N_("passed"),
    "fail": N_("failed"), "not_checked": N_("not checked"),
}  # fmt: skip
GROUPS = {
    "award": N_("award"), "account": N_("account"), "budget": N_("budget"), "spend": N_("spending"),
    "costs": N_("cost list"), "cost": N_("cost"), "commitments": N_("commitments"), "equipment": N_("equipment"),
    "use": N_("machine use"), "rules": N_("rules"), "evidence": N_("evidence"),
}  # fmt: skip


@dataclass(frozen=True)
class Origin:
    """Show a figure or a rule with the rows behind it; `kind` is use, cost or other."""

    title: str
    about: str
    kind: str
    rows: tuple[Any, ...]
    figure: Figure | None = None
    intervals: tuple[IntervalRow, ...] = ()
    other_rows: int = 0

    def of_use(self, use: UseRow) -> tuple[IntervalRow, ...]:
        """Return the measured pieces of a use, by time."""
        return tuple(row for row in self.intervals if row.use == use.id)


def origin_of(snapshot: Snapshot, figure_id: str) -> Origin:
    """Return a figure with its rows; raises KeyError for an unknown id."""
    figure = snapshot.figure(figure_id)
    rows = leaves(snapshot, figure.formula)
    title = printed(figure, _.words, snapshot.report.currency)
    unit = " h" if figure.kind is Kind.TIME and figure.value is not None else ""
    return _origin(snapshot, title + unit, describe(snapshot, figure_id), rows, figure)


def origin_of_rule(snapshot: Snapshot, rule: RuleRow) -> Origin:
    """Return a rule with the rows that it names."""
    wanted = set(rule.rows)
    rows: list[object] = [row for row in snapshot.uses if row.id in wanted]
    rows += [row for row in snapshot.costs if row.id in wanted]
    rows = rows or [row for row in snapshot.equipment if row.code in wanted]
    return _origin(snapshot, rule.id, rule.names.say(_.language), rows, None)


def _origin(snapshot: Snapshot, title: str, about: str, rows: Sequence[object], figure: Figure | None) -> Origin:
    """Keep the rows of the kind that leads furthest: uses, else costs, else what there is."""
    uses = tuple(row for row in rows if isinstance(row, UseRow))
    costs = tuple(row for row in rows if isinstance(row, CostRow))
    chosen: tuple[object, ...] = uses or costs or tuple(rows)
    kind = "use" if uses else "cost" if costs else "other"
    keys = {use.id for use in uses}
    intervals = tuple(row for row in snapshot.intervals if row.use in keys) if uses else ()
    return Origin(title, about, kind, chosen, figure, intervals, len(rows) - len(chosen))


def describe(snapshot: Snapshot, figure_id: str) -> str:
    """Say what a figure is, as in "claimed, 5-axis mill DMU 50, Oct 2026"."""
    group, *middle, name = figure_id.split(".") if "." in figure_id else ("", figure_id)
    parts = [_(FIELDS[name]) if name in FIELDS else name]
    told = [_subject(snapshot, one) for one in middle]
    parts += [one for one in told if one] or [_(GROUPS.get(group, group))]
    return ", ".join(part for part in parts if part)


def _subject(snapshot: Snapshot, part: str) -> str:
    if part == "total":
        return str(_("all machines and lines"))
    if part == "mean":
        return str(_("mean of a machine"))
    machine = next((row for row in snapshot.equipment if row.code == part), None)
    if machine is not None:
        return f"{machine.code} {machine.names.say(_.language)}"
    line = next((row for row in snapshot.budget if row.code == part), None)
    if line is not None:
        return str(line.names.say(_.language))
    return month_text(part) or part


def month_text(text: str) -> str:
    """Say a month such as "2026-05" in words, "" when the text is none."""
    year, _dash, month = text.partition("-")
    if len(year) == 4 and year.isdigit() and month.isdigit() and 1 <= int(month) <= 12:
        return str(_.date(date(int(year), int(month), 1), "month"))
    return ""


def hours_text(duration_us: int | None) -> str:
    """Say hours with one decimal, a dash when not measured."""
    return "–" if duration_us is None else str(_.number(duration_us / HOUR_US, 1))


def short_day(day: date) -> str:
    """Say a day in few letters, as in "1 Oct", "01.10." or "10-01"."""
    pattern = {"de": "%d.%m.", "zh": "%m-%d"}.get(_.language)
    return day.strftime(pattern) if pattern else day_month(day)


def over_us(use: UseRow) -> int:
    """Return by how much a claim exceeds what is proved, in microseconds; 0 when it is not known."""
    if use.claimed_us is None or use.effective_us is None:
        return 0
    return use.claimed_us - use.effective_us


def over_text(duration_us: int) -> str:
    """Say an excess with its sign."""
    return f"+{hours_text(duration_us)}" if duration_us > 0 else hours_text(duration_us)


def money_text(minor: int, currency: str) -> str:
    """Say an amount without its currency."""
    return str(_.money(Money(minor, currency)))


def other_id(row: object) -> str:
    """Name a row that is neither use nor cost."""
    for name in ("id", "code", "month", "number"):
        if hasattr(row, name):
            told = str(getattr(row, name))
            return month_text(told) or told
    return str(_(GROUPS.get("award", "")))


def other_name(row: object) -> str:
    """Say what such a row is called."""
    names = getattr(row, "names", None)
    return str(names.say(_.language)) if names is not None else str(getattr(row, "supplier", ""))


def other_value(row: object, origin: Origin, currency: str) -> str:
    """Say the value that the figure takes from such a row."""
    figure = origin.figure
    name = figure.formula.field if figure else ""
    value = getattr(row, name, None) if name else None
    if figure is None or isinstance(value, str) or value is None:
        return ""
    return printed_value(figure.kind, value, _.words, currency)


def formula_text(origin: Origin) -> list[str]:
    """Say how a figure is made."""
    figure = origin.figure
    if figure is None:
        return []
    formula = figure.formula
    if formula.figures:
        sign = {"plus": " + ", "minus": " − ", "ratio": " ÷ ", "mean": " ÷ "}.get(formula.op, ", ")
        shown = sign.join(formula.figures[:4]) + (sign + "…" if len(formula.figures) > 4 else "")
        return [shown]
    words = {
        "sum": _("Sum over {n} rows", n=len(origin.rows)), "count": _("Count of {n} rows", n=len(origin.rows)),
        "value": _("Taken as it stands"), "none": _("Not measured"),
    }  # fmt: skip
    where = ", ".join(f"{row_key(formula.table) if name == 'id' else name} = {told}" for name, told in formula.where)
    return [words.get(formula.op, formula.op), where]
