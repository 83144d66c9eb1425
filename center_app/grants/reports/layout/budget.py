"""Award and instalments, budget against actual, spending over time."""

from __future__ import annotations

from center_app.core.money import minor_digits
from center_app.documents.bricks import Heading, KeyValues, Prose
from center_app.documents.cells import Cell, Column, Row
from center_app.documents.charts import Bar, BudgetBars, CumulativeChart, Curve, nice_step
from center_app.documents.flow import Brick
from center_app.documents.sheet import GREY, INK
from center_app.documents.table import Table
from center_app.grants.reports.layout.paper import Paper
from center_app.grants.reports.layout.titles import financing_word, tier_word
from center_app.grants.reports.values import Kind

_PARTS = ("planned", "revised", "actual", "committed", "free")


def award_chapter(paper: Paper) -> list[Brick]:
    """Return terms of the award and its instalments."""
    words, award = paper.words, paper.snapshot.award
    pairs: list[tuple[str, str | Cell]] = [
        (words("Programme"), paper.say(award.programme_names) or award.programme),
        (words("Level"), tier_word(paper, award.tier)),
        (words("Kind of financing"), financing_word(paper, award.financing)),
        (words("Earmarked account"), award.account or "–"),
        (words("Budget in force"), words("version {number}", number=award.budget_version)),
        (words("Rule set"), paper.snapshot.report.rule_set),
    ]
    heading = Heading(paper.open_chapter(words("Award and funding")), "award", before=26)
    return [heading, KeyValues(pairs, words("Terms"), 120), _instalments(paper), *_account(paper)]


def _instalments(paper: Paper) -> Table:
    words = paper.words
    rows = []
    for row in paper.snapshot.instalments:
        planned, received = paper.money(row.planned_minor), paper.money(row.received_minor)
        day = words.date(row.received_on) if row.received_on else "–"
        rows.append(Row((row.id, words.date(row.due_on), planned, received, day, paper.say(row.condition))))
    total = (
        words("Total"), "", paper.cell("award.planned", Kind.MONEY, color=INK),
        paper.cell("award.received", Kind.MONEY, color=INK), "", "",
    )  # fmt: skip
    columns = [
        Column(words("No."), 42), Column(words("Due"), 76), Column(words.context("instalment", "Planned"), 82, "right"),
        Column(words("Received"), 82, "right"), Column(words("Received on"), 80), Column(words("Condition")),
    ]  # fmt: skip
    return Table(columns, [*rows, Row(total, "total")], paper.table(1, words("Instalments")), unit=paper.unit())


def _account(paper: Paper) -> list[Brick]:
    words, account = paper.words, paper.snapshot.account
    statement = paper.cell("account.statement", Kind.MONEY, color=INK)
    if account.statement_minor is None:
        statement = Cell(words("no statement on file"))
    day = f" ({words.date(account.statement_on)})" if account.statement_on else ""
    pairs: list[tuple[str, str | Cell]] = [
        (words("Interest earned"), paper.cell("account.interest", Kind.MONEY, color=INK)),
        (words("Paid from the account"), paper.cell("account.paid", Kind.MONEY, color=INK)),
        (words("Balance by statement") + day, statement),
    ]
    return [KeyValues(pairs, words("Earmarked account"), 190)]


def chapter(paper: Paper) -> list[Brick]:
    """Return budget against actual, with bars."""
    words = paper.words
    heading = Heading(paper.open_chapter(words("Budget against actual")), "budget", before=26)
    rows = [_cells(paper, row.code, paper.say(row.names)) for row in paper.snapshot.budget]
    total = _cells(paper, "total", words("Total"), INK)
    columns = [Column(words("Budget line"))]
    titles = (words("Planned"), words("Revised"), words("Actual"), words("Committed"), words.context("money", "Free"))
    columns += [Column(title, 76 if i < 3 else 72, "right") for i, title in enumerate(titles)]
    columns.append(Column(words("Spent %"), 42, "right"))
    table = Table(
        columns, [*(Row(cells) for cells in rows), Row(total, "total")],
        paper.table(1, words("Budget against actual by line")), unit=paper.unit(),
    )  # fmt: skip
    until = words("Up to {day}; budget version {number}", day=paper.snapshot.period.last_day,
                  number=paper.snapshot.award.budget_version)  # fmt: skip
    note = words("Spent % = actual ÷ revised budget. Free = revised − actual − committed.")
    intro = [heading, Prose(until, color=GREY, before=0, keep_next=True)]
    return [*intro, table, Prose(note, size=7.5, color=GREY), _bars(paper)]


def _cells(paper: Paper, code: str, name: str, color: str = "") -> tuple[str | Cell, ...]:
    money = [paper.cell(f"budget.{code}.{part}", Kind.MONEY, color=color) for part in _PARTS]
    return name, *money, paper.cell(f"budget.{code}.rate", Kind.SHARE, bare=True, color=color)


def _bars(paper: Paper) -> BudgetBars:
    words = paper.words
    bars = []
    for row in paper.snapshot.budget:
        actual, committed, rate = (paper.value(f"budget.{row.code}.{part}") for part in ("actual", "committed", "rate"))
        label = paper.text(Kind.SHARE, rate)
        bars.append(Bar(paper.say(row.names), float(actual or 0), float(committed or 0), row.revised_minor, label))
    legend = (words("Actual"), words("Committed"), words.context("money", "Free"))
    return BudgetBars(bars, paper.chart(1, words("Actual and committed against the revised budget")), legend)


def spending_chapter(paper: Paper) -> list[Brick]:
    """Return the cumulative curve and its table."""
    words = paper.words
    heading = Heading(paper.open_chapter(words("Spending over time")), "spending", before=26)
    if not paper.snapshot.plan:
        return [heading, Prose(words("The award has no plan by month."), color=GREY)]
    return [heading, _curve(paper), _months(paper)]


def _actuals(paper: Paper) -> list[int | None]:
    values = [paper.value(f"spend.{row.month}.actual") for row in paper.snapshot.plan]
    return [None if value is None else int(value) for value in values]


def _curve(paper: Paper) -> CumulativeChart:
    words, plan = paper.words, paper.snapshot.plan
    actuals = _actuals(paper)
    ten_thousand = paper.currency == "CNY" and words.language == "zh"
    scale = 10 ** minor_digits(paper.currency) * (10_000 if ten_thousand else 1_000)
    values = [row.planned_minor / scale for row in plan]
    actual = [None if value is None else value / scale for value in actuals]
    forecast = _forecast(values, actual)
    highest = max([*values, *(value for value in [*actual, *forecast] if value is not None)])
    step = nice_step(highest)
    count = int(highest / step + 0.999) + 1
    ticks = [words.number(round(step * i, 3), 0 if step >= 1 else 1) for i in range(count)]
    names = (words("Plan"), words("Actual"), words("Forecast"))
    unit = words("ten thousand yuan") if ten_thousand else words("thousand {currency}", currency=paper.currency)
    curve = Curve(tuple(row.month for row in plan), tuple(values), tuple(actual), tuple(forecast))
    ends = _end_labels(paper, names, curve)
    return CumulativeChart(
        curve, paper.chart(1, words("Cumulative spending, plan and actual")), unit, ends, ticks, step
    )


def _end_labels(paper: Paper, names: tuple[str, str, str], curve: Curve) -> tuple[str, str, str]:
    labels = []
    for name, values in zip(names, (curve.plan, curve.actual, curve.forecast), strict=True):
        known = [value for value in values if value is not None]
        labels.append(f"{name} {paper.words.number(known[-1], 0)}" if known else name)
    return labels[0], labels[1], labels[2]


def _forecast(plan: list[float], actual: list[float | None]) -> list[float | None]:
    """Continue the actual curve with the plan's own steps, scaled by actual ÷ plan so far."""
    known = [i for i, value in enumerate(actual) if value is not None]
    if not known or not plan[known[-1]]:
        return [None] * len(plan)
    last = known[-1]
    so_far = actual[last] or 0.0
    ratio = so_far / plan[last]
    return [None if i < last else so_far + (value - plan[last]) * ratio for i, value in enumerate(plan)]


def _months(paper: Paper) -> Table:
    words = paper.words
    rows = []
    for row, actual in zip(paper.snapshot.plan, _actuals(paper), strict=True):
        difference = None if actual is None else actual - row.planned_minor
        base = f"spend.{row.month}"
        money = [paper.cell(f"{base}.{part}", Kind.MONEY) for part in ("planned", "actual", "step")]
        rows.append(Row((paper.month(row.month), *money, paper.money(difference))))
    columns = [
        Column(words("Month")), Column(words("Plan, cumulative"), 100, "right"),
        Column(words("Actual, cumulative"), 100, "right"), Column(words("In the month"), 90, "right"),
        Column(words("Actual − plan"), 100, "right"),
    ]  # fmt: skip
    return Table(columns, rows, paper.table(1, words("Spending by month")), unit=paper.unit())
