"""Machine use: hours booked, checked in, measured and claimed, with heat map, bars and the rules they meet."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from center_app.documents.bricks import Heading, Prose, Tile, Tiles
from center_app.documents.cells import Cell, Column, Row, longest
from center_app.documents.charts import nice_step
from center_app.documents.flow import Brick, NewPage
from center_app.documents.sheet import INK, SLATE, SMALL
from center_app.documents.table import Table
from center_app.documents.usecharts import BarColumn, HeatCell, HeatMap, HeatRow, HoursBars
from center_app.grants.programmes import rule_set_on
from center_app.grants.reports.layout.paper import Paper, hours
from center_app.grants.reports.layout.rules import brief_row
from center_app.grants.reports.values import EquipmentRow, Kind

_COLUMNS = ("booked", "checked_in", "measured", "claimed", "external")
_BOUNDS = (40.0, 80.0, 120.0, 160.0)
_RULES = ("GEN-08", "CNE-02", "CNE-03")


def chapter(paper: Paper) -> list[Brick]:
    """Return the chapter on machine use."""
    words, snapshot = paper.words, paper.snapshot
    heading = Heading(paper.open_chapter(words("Machine use")), "use", before=0)
    months = _months(paper)
    count = len(snapshot.equipment)
    parts = (
        paper.days(snapshot.period.first_day, snapshot.period.last_day),
        words.plural("{n} month", "{n} months", len(months)),
        words.plural("{n} machine of this award", "{n} machines of this award", count), words("all in hours (h)"),
    )  # fmt: skip
    intro = ("\uff1b" if words.language == "zh" else "; ").join(parts)
    lead: list[Brick] = [NewPage(), heading, Prose(intro, before=0)]
    if not snapshot.equipment:
        return lead
    marks = _benchmarks(paper)
    page = [_tiles(paper, marks), _hours(paper), *_checks(paper), _map(paper, months, marks)]
    bars = [_bars(paper, months)] if len(months) > 1 else []
    return [*lead, *page, _origin(paper), *bars]


def _months(paper: Paper) -> list[str]:
    return sorted({row.month for row in paper.snapshot.months} | {use.month for use in paper.snapshot.uses})


@dataclass(frozen=True)
class _Benchmarks:
    """Hold what the period's hours are compared with; None where no dated rule gives it."""

    year_hours: int | None
    period_hours: float | None
    external: Fraction | None


def _benchmarks(paper: Paper) -> _Benchmarks:
    """Read the benchmarks from the dated rules CNE-02 and CNE-03, the yearly one cut to the period's days."""
    period = paper.snapshot.period
    rules = {rule.id: rule for rule in rule_set_on(period.last_day).rules}
    hours_a_year = rules["CNE-02"].values.get("benchmark_hours") if "CNE-02" in rules else None
    share = min(1.0, ((period.last_day - period.first_day).days + 1) / 365)
    external = rules["CNE-03"].share() if "CNE-03" in rules else None
    return _Benchmarks(hours_a_year, hours_a_year * share if hours_a_year else None, external)


def _benchmark_note(paper: Paper, marks: _Benchmarks) -> tuple[int, str]:
    words = paper.words
    year = words.number(marks.year_hours or 0)
    share = paper.share(marks.external or Fraction(0))
    text = words("National assessment 2025: {hours} effective machine-hours a year, {share} of them external.",
                 hours=year, share=share)  # fmt: skip
    if marks.period_hours and marks.year_hours and marks.period_hours < marks.year_hours:
        cut = words.number(marks.period_hours, 0)
        text += " " + words("For the days of this period that is {hours} h.", hours=cut)
    return paper.note(text)


def _hours_notes(paper: Paper) -> tuple[int, str]:
    return paper.note(
        paper.words(
            "Booked: from the calendar. Checked in: a person at the machine. Measured: union of the run intervals that "
            "a device channel proves. Claimed: what this report counts. Coverage: measured ÷ checked in."
        )
    )


def _id(scope: str, part: str) -> str:
    """Return the id of a use figure; `scope` is a machine code, or empty for all machines."""
    return f"use.{scope or 'total'}.{part}"


def _tiles(paper: Paper, marks: _Benchmarks) -> Tiles:
    words = paper.words
    note = _benchmark_note(paper, marks)
    count = words.plural("{n} machine in all", "{n} machines in all", len(paper.snapshot.equipment))
    mean = words("benchmark {value}", value=f"{words.number(marks.period_hours or 0)} h")
    external = words("benchmark {value}", value=paper.share(marks.external or Fraction(0)))
    parts = (
        (words("Claimed effective hours"), "use.total.claimed", count, 0),
        (words("Mean per machine"), "use.mean.claimed", mean, note[0]),
        (words("Share of external hours"), "use.total.external_share", external, note[0]),
        (words("Measured coverage"), "use.total.coverage", words("measured ÷ checked in"), 0),
    )
    tiles = []
    for name, figure, below, mark in parts:
        known = paper.snapshot.figure(figure)
        unit = " h" if known.kind is Kind.TIME and known.value is not None else ""
        tiles.append(Tile(name, paper.text(known.kind, known.value), below, figure, unit, note=mark))
    return Tiles(tiles, (note,))


def _hours(paper: Paper) -> Table:
    words = paper.words
    note = _hours_notes(paper)
    notes = [note]
    rows = []
    for item in paper.snapshot.equipment:
        name: str | Cell = paper.say(item.names)
        if paper.say(item.note):
            own = paper.note(paper.say(item.note))
            notes.append(own)
            name = Cell(paper.say(item.names), note=own[0])
        rows.append(Row((item.code, name, *_numbers(paper, item.code))))
    rows.append(Row((words("Total"), "", *_numbers(paper, "", color=INK)), "total"))
    rows.append(Row((words("Mean"), "", *_means(paper)), "mean"))
    titles = (words("booked"), words("checked in"), words("measured"), words("claimed"), words("of which external"),
              words("external %"), words("coverage %"))  # fmt: skip
    columns = [Column(words("No."), 48), Column(words("Machine"))]
    columns += [Column(title, max(44.0, longest(title.split(), SMALL, True) + 8.5), "right") for title in titles]
    return Table(columns, rows, paper.table(1, words("Hours per machine")), caption_note=note[0], notes=tuple(notes),
                 continued=words("(continued)"))  # fmt: skip


def _numbers(paper: Paper, scope: str, color: str = "") -> list[Cell]:
    cells = [paper.cell(_id(scope, part), Kind.TIME, color=color) for part in _COLUMNS]
    shares = ("external_share", "coverage")
    return [*cells, *(paper.cell(_id(scope, part), Kind.SHARE, bare=True, color=color) for part in shares)]


def _means(paper: Paper) -> list[Cell | str]:
    return [*(paper.cell(f"use.mean.{part}", Kind.TIME) for part in _COLUMNS), "", ""]


def _checks(paper: Paper) -> list[Brick]:
    words = paper.words
    rules = [rule for rule in paper.snapshot.rules if rule.id in _RULES]
    if not rules:
        return []
    columns = [
        Column(words("Rule"), 52), Column(words("Content")), Column(words("Result"), 60, "right"),
        Column(words("Limit"), 62, "right"), Column(words("Verdict"), 88),
    ]  # fmt: skip
    rows = [brief_row(paper, rule) for rule in rules]
    return [Table(columns, rows, paper.table(2, words("Checks by rules")), keep=True)]


def _map(paper: Paper, months: list[str], marks: _Benchmarks) -> HeatMap:
    words = paper.words
    rows = [_map_row(paper, item, months) for item in paper.snapshot.equipment]
    note = paper.note(
        words("Every figure leads back: figure, uses, booking, recording, raw bytes with SHA-256. "
              "Cells are rounded to 1 h, sums are made from exact values.")
    )  # fmt: skip
    legend = (words("measured h/month"), ("<40", "40–79", "80–119", "120–159", "≥160"), words("not measured"))
    heads = [(month[:4], str(int(month[5:]))) for month in months]
    title = paper.chart(1, words("Measured hours by month, claimed hours and external share"))
    columns = _bar_columns(paper, rows, marks)
    return HeatMap(heads, rows, columns, title, legend, _BOUNDS, note[0], (note,))


def _bar_columns(paper: Paper, rows: list[HeatRow], marks: _Benchmarks) -> list[BarColumn]:
    words = paper.words
    most = max([row.bars[0] or 0 for row in rows] + [(marks.period_hours or 1.0) * 1.1])
    widest = max([row.bars[1] or 0 for row in rows] + [float(marks.external or 0) * 1.2, 0.05])
    step, share_step = nice_step(most, 2), nice_step(widest, 2)
    benchmark = words("benchmark {value}", value=words.number(marks.period_hours or 0))
    percent = words.percent(marks.external or 0, 0)
    claimed = tuple((step * i, words.number(step * i)) for i in range(int(most / step) + 1))
    shares = tuple((share_step * i, words.percent(share_step * i, 0)) for i in range(int(widest / share_step) + 1))
    return [
        BarColumn(words("Claimed effective hours"), most * 1.02, claimed, marks.period_hours, benchmark),
        BarColumn(words("External share"), widest * 1.02, shares, float(marks.external) if marks.external else None,
                  percent, SLATE),
    ]  # fmt: skip


def _map_row(paper: Paper, item: EquipmentRow, months: list[str]) -> HeatRow:
    cells = []
    for month in months:
        figure = f"use.{item.code}.{month}.measured"
        value = paper.value(figure)
        cells.append(HeatCell(hours(value), paper.text(Kind.TIME, value, 0), figure if paper.has(figure) else ""))
    share = paper.value(_id(item.code, "external_share"))
    claimed = hours(paper.value(_id(item.code, "claimed")))
    return HeatRow(paper.say(item.names), tuple(cells), (claimed, None if share is None else float(share)))


def _origin(paper: Paper) -> Table:
    """Show how claimed hours come about: measured, set-up, post-processing, effective, claimed."""
    words = paper.words
    rows = []
    for item in paper.snapshot.equipment:
        rows.append(Row((item.code, paper.say(item.names), *_parts(paper, item.code))))
    rows.append(Row((words("Total"), "", *_parts(paper, "", INK)), "total"))
    titles = (words("measured"), words("set-up"), words("post-processing"), words("effective"), words("claimed"))
    columns = [Column(words("No."), 48), Column(words("Machine")), *(Column(title, 62, "right") for title in titles)]
    note = paper.note(
        words("Effective = measured run + set-up + post-processing; set-up and post-processing count only inside a "
              "check-in, up to the machine's cap.")
    )  # fmt: skip
    return Table(columns, rows, paper.table(3, words("From measured to claimed hours")), caption_note=note[0],
                 notes=(note,), continued=words("(continued)"))  # fmt: skip


def _parts(paper: Paper, scope: str, color: str = "") -> list[Cell]:
    parts = ("measured", "setup", "postprocess", "effective", "claimed")
    return [paper.cell(_id(scope, part), Kind.TIME, color=color) for part in parts]


def _bars(paper: Paper, months: list[str]) -> HoursBars:
    words = paper.words
    values = [tuple(_of_month(paper, month, part) for part in _COLUMNS[:3]) for month in months]
    most = max([value or 0 for group in values for value in group] + [1.0])
    step = nice_step(most)
    ticks = [(step * i, words.number(step * i)) for i in range(int(most / step + 0.999) + 1)]
    names = (words("booked"), words("checked in"), words("measured"))
    title = paper.chart(2, words("Hours of all machines by month"))
    return HoursBars([paper.month(month, _MONTH_FORM[words.language]) for month in months], values, title, names, ticks)


def _of_month(paper: Paper, month: str, part: str) -> float | None:
    """Sum a part of all machines in a month for drawing; None when nobody measured."""
    values = [paper.value(f"use.{item.code}.{month}.{part}") for item in paper.snapshot.equipment]
    known = [value for value in values if value is not None]
    return hours(sum(known, Fraction(0))) if known else None


_MONTH_FORM = {"en": "MMM yy", "de": "MM/yy", "zh": "y-MM"}
