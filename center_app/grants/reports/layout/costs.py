"""The cost list: every item with its supporting documents, by budget line and day of payment."""

from __future__ import annotations

from datetime import date

from center_app.documents.bricks import Heading, Prose
from center_app.documents.cells import Cell, Column, Row
from center_app.documents.flow import Brick, NewPage
from center_app.documents.sheet import GREY, INK, RED
from center_app.documents.table import Table
from center_app.grants.reports.layout.paper import Paper
from center_app.grants.reports.values import CostRow, Kind, Verdict

_LINKED = 500


def chapter(paper: Paper) -> list[Brick]:
    """Return the cost list."""
    words = paper.words
    heading = Heading(paper.open_chapter(words("Cost list")), "costs", before=0)
    costs = paper.snapshot.costs
    intro = words.plural(
        "{n} item up to {day}, by budget line in the order of payment; amounts are this award's share.",
        "{n} items up to {day}, by budget line in the order of payment; amounts are this award's share.",
        len(costs), day=paper.snapshot.period.last_day,
    )  # fmt: skip
    lead: list[Brick] = [NewPage(), heading, Prose(intro, color=GREY, before=0)]
    if not costs:
        return lead
    columns = [
        Column(words("No."), 50), Column(words("Paid, invoiced"), 62),
        Column(words("Supplier, invoice number"), weight=1.15),
        Column(words("Purpose")), Column(words("Evidence"), 60), Column(words("Amount"), 78, "right"),
    ]  # fmt: skip
    table = Table(
        columns, _rows(paper), paper.table(1, words("Costs with supporting documents")),
        unit=paper.unit(), continued=words("(continued)"),
    )  # fmt: skip
    return [*lead, table]


def _rows(paper: Paper) -> list[Row]:
    flagged = _flagged(paper)
    by_line: dict[str, list[CostRow]] = {}
    for cost in paper.snapshot.costs:
        by_line.setdefault(cost.line, []).append(cost)
    names = {row.code: paper.say(row.names) for row in paper.snapshot.budget}
    order = [code for code in names if code in by_line] + [code for code in by_line if code not in names]
    rows: list[Row] = []
    for code in order:
        costs = sorted(by_line[code], key=_by_payment)
        name = names.get(code, code)
        rows.append(Row((name, "", "", "", "", ""), "group", f"line.{code}"))
        rows.extend(_row(paper, cost, cost.id in flagged) for cost in costs)
        subtotal = sum(cost.amount_minor for cost in costs)
        cell = paper.cell(f"budget.{code}.actual", Kind.MONEY, subtotal, color=INK)
        rows.append(Row((paper.words("Sum"), "", name, "", "", cell), "total"))
    whole = sum(cost.amount_minor for cost in paper.snapshot.costs)
    total = paper.cell("budget.total.actual", Kind.MONEY, whole, color=INK)
    rows.append(Row((paper.words("Total"), "", "", "", "", total), "total"))
    return rows


def has_links(paper: Paper) -> bool:
    """Tell whether cost lines link to their evidence; beyond 500 the links would cost more than the text."""
    return max(len(paper.snapshot.costs), len(paper.snapshot.evidence)) <= _LINKED


def _by_payment(cost: CostRow) -> tuple[date, str]:
    return (cost.paid_on or cost.invoice_on or date.max, cost.id)


def _flagged(paper: Paper) -> set[str]:
    return {row for rule in paper.snapshot.rules if rule.verdict is Verdict.FAIL for row in rule.rows}


def _row(paper: Paper, cost: CostRow, flagged: bool) -> Row:
    amount = paper.cell(f"cost.{cost.id}.amount", Kind.MONEY, cost.amount_minor, color=INK)
    evidence: str | Cell = ", ".join(cost.evidence) if cost.evidence else Cell(paper.words("missing"), color=RED)
    if cost.evidence and has_links(paper):
        evidence = Cell(", ".join(cost.evidence), link=f"evidence.{cost.evidence[0]}")
    paid = paper.day(cost.paid_on) if cost.paid_on else "–"
    day = Cell(paid, second=paper.day(cost.invoice_on) if cost.invoice_on else "")
    cells = (cost.id, day, Cell(cost.supplier, second=cost.invoice_number), cost.text, evidence, amount)
    return Row(cells, "alert" if flagged else "plain", f"cost.{cost.id}" if flagged else "")
