"""Rule results: every rule with inputs, threshold and source; what failed, row by row; what was not checked."""

from __future__ import annotations

from center_app.documents.bricks import Heading, Prose
from center_app.documents.cells import Cell, Column, Row, longest
from center_app.documents.flow import Brick, NewPage
from center_app.documents.sheet import GREY, RED, SMALL
from center_app.documents.table import Table
from center_app.grants.reports.layout.paper import Paper
from center_app.grants.reports.layout.titles import group_title, severity_word
from center_app.grants.reports.layout.verdict import verdict_word
from center_app.grants.reports.values import CostRow, Kind, RuleRow, UseRow, Verdict

_SHOWN = 25


def brief_row(paper: Paper, rule: RuleRow) -> Row:
    """Return a rule in one line: id, content, result, limit, verdict."""
    result = _result(paper, rule)
    limit = f"{rule.operator} {paper.input(rule.threshold)}".strip() if rule.threshold else "–"
    failed = rule.verdict is Verdict.FAIL
    name = Cell(rule.id, link=f"rule.{rule.id}")
    verdict = Cell(verdict_word(paper, rule.verdict), verdict=str(rule.verdict), color=RED if failed else "#18212C")
    content = Cell(paper.say(rule.names), second=paper.say(rule.message) if failed else "")
    return Row((name, content, result, limit, verdict), "alert" if failed else "plain")


def _result(paper: Paper, rule: RuleRow) -> str:
    """Return the input that is held against the threshold: the first of its kind."""
    if rule.verdict is Verdict.NOT_CHECKED:
        return "–"
    kind = rule.threshold.kind if rule.threshold else Kind.COUNT
    found = next((given for given in rule.inputs if given.kind is kind), None)
    found = found or next((given for given in rule.inputs if given.kind is not Kind.TEXT), None)
    return paper.input(found) if found else "–"


def chapter(paper: Paper) -> list[Brick]:
    """Return all rule results, then the failing rows, then the list of what was not checked."""
    words = paper.words
    heading = Heading(paper.open_chapter(words("Rule results")), "rules", before=0)
    intro = words(
        "Rule set {name}. A rule passes only when every input is there; a missing input never counts as passed.",
        name=paper.snapshot.report.rule_set,
    )  # fmt: skip
    bricks: list[Brick] = [NewPage(), heading, Prose(intro, color=GREY, before=0)]
    groups: dict[str, list[RuleRow]] = {}
    for rule in paper.snapshot.rules:
        groups.setdefault(rule.group, []).append(rule)
    for number, (group, rules) in enumerate(sorted(groups.items()), 1):
        bricks.append(_group(paper, number, group, rules))
    return [*bricks, *_failures(paper, len(groups)), *_open(paper)]


def _group(paper: Paper, number: int, group: str, rules: list[RuleRow]) -> Table:
    words = paper.words
    columns = [
        Column(words("Rule"), 50), Column(words("What is checked, source"), weight=1.25),
        Column(words("Inputs used")), Column(words("Limit"), 66, "right"), Column(words("Verdict"), 104),
    ]  # fmt: skip
    title = paper.table(number, f"{group}  {group_title(paper, group)}")
    return Table(columns, [_rule(paper, rule) for rule in rules], title, continued=words("(continued)"))


def _rule(paper: Paper, rule: RuleRow) -> Row:
    words = paper.words
    colon = "\uff1a" if words.language == "zh" else ": "
    inputs = "\n".join(f"{paper.say(given.names)}{colon}{paper.input(given)}" for given in rule.inputs)
    source = ", ".join(part for part in (paper.say(rule.source), rule.article) if part)
    if not rule.is_verified:
        source += " " + words("(source not verified)")
    below = "\n".join(part for part in (source, paper.say(rule.message)) if part)
    limit = f"{rule.operator} {paper.input(rule.threshold)}".strip() if rule.threshold else "–"
    second = words("version {number}", number=rule.version)
    verdict = Cell(
        verdict_word(paper, rule.verdict), verdict=str(rule.verdict), second=severity_word(paper, rule.severity),
        color=RED if rule.verdict is Verdict.FAIL else "#18212C",
    )  # fmt: skip
    cells = (Cell(rule.id, bold=True), Cell(paper.say(rule.names), second=below), inputs,
             Cell(limit, second=second), verdict)  # fmt: skip
    return Row(cells, "alert" if rule.verdict is Verdict.FAIL else "plain", f"rule.{rule.id}")


def _failures(paper: Paper, number: int) -> list[Brick]:
    words = paper.words
    failed = [rule for rule in paper.snapshot.rules if rule.verdict is Verdict.FAIL]
    if not failed:
        return []
    bricks: list[Brick] = [Heading(words("Rows behind failed rules"), "failures", 1, before=22)]
    for rule in failed:
        number += 1
        bricks.append(_rows_table(paper, number, rule))
        remedy = paper.say(rule.remedy)
        if remedy:
            bricks.append(Prose(words("Remedy: {text}", text=remedy), before=6))
    return bricks


def _rows_table(paper: Paper, number: int, rule: RuleRow) -> Table:
    words = paper.words
    costs = {row.id: row for row in paper.snapshot.costs}
    uses = {row.id: row for row in paper.snapshot.uses}
    wanted = rule.rows[:_SHOWN]
    title = paper.table(number, f"{rule.id}  {paper.say(rule.names)}")
    if wanted and all(row in uses for row in wanted):
        return _uses(paper, title, [uses[row] for row in wanted])
    if wanted and all(row in costs for row in wanted):
        return _costs(paper, title, [costs[row] for row in wanted])
    text = ", ".join(wanted) or "–"
    return Table([Column(words("Rows")), Column(words("Finding"), weight=3)],
                 [Row((text, paper.say(rule.message)))], title)  # fmt: skip


def _costs(paper: Paper, title: str, costs: list[CostRow]) -> Table:
    words = paper.words
    rows = [
        Row((cost.id, paper.day(cost.paid_on) if cost.paid_on else "–", cost.supplier, cost.invoice_number,
             Cell(paper.money(cost.amount_minor), link=f"cost.{cost.id}")))
        for cost in costs
    ]  # fmt: skip
    columns = [
        Column(words("No."), 60), Column(words("Paid on"), 66), Column(words("Supplier")),
        Column(words("Invoice number"), 130), Column(words("Amount"), 80, "right"),
    ]  # fmt: skip
    return Table(columns, rows, title, unit=paper.unit())


_USE_FIELDS = ("booked_us", "checked_in_us", "measured_us", "effective_us", "claimed_us")


def _uses(paper: Paper, title: str, uses: list[UseRow]) -> Table:
    words = paper.words
    rows = []
    for use in uses:
        over = None if use.effective_us is None or use.claimed_us is None else use.claimed_us - use.effective_us
        values = [getattr(use, name) for name in _USE_FIELDS]
        cells = [paper.text(Kind.TIME, value) for value in (*values, over)]
        rows.append(Row((use.machine, use.booking or "–", paper.day(use.day), use.person, *cells)))
    sums = [sum(getattr(use, name) or 0 for use in uses) for name in _USE_FIELDS]
    sums.append(sums[4] - sums[3])
    rows.append(Row((words("Total"), "", "", "", *(paper.text(Kind.TIME, value) for value in sums)), "total"))
    titles = (words("booked"), words("checked in"), words("measured"), words("effective"), words("claimed"),
              words("too much"))  # fmt: skip
    columns = [
        Column(words("Machine"), 48), Column(words("Booking"), 54), Column(words("Day"), 60), Column(words("Person")),
        *(Column(name, max(42.0, longest(name.split(), SMALL, True) + 8.5), "right") for name in titles),
    ]  # fmt: skip
    return Table(columns, rows, title, unit=words("Unit: h"))


def _open(paper: Paper) -> list[Brick]:
    words = paper.words
    left = [rule for rule in paper.snapshot.rules if rule.verdict is Verdict.NOT_CHECKED]
    heading = Heading(words("Not checked"), "not_checked", 1, before=22)
    if not left:
        return [heading, Prose(words("Every rule that applies was checked."), color=GREY, before=2)]
    rows = [Row(_open_cells(paper, rule)) for rule in left]
    columns = [
        Column(words("Rule"), 52), Column(words("What is missing"), weight=1.3), Column(words("Remedy")),
        Column(words("Weight"), 86),
    ]  # fmt: skip
    table = Table(columns, rows)
    table.before = 4
    return [heading, table]


def _open_cells(paper: Paper, rule: RuleRow) -> tuple[str | Cell, ...]:
    name = Cell(rule.id, bold=True, link=f"rule.{rule.id}")
    missing = Cell(paper.say(rule.names), second=paper.say(rule.message))
    return name, missing, paper.say(rule.remedy) or "–", severity_word(paper, rule.severity)
