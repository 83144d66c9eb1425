"""The one-page verdict: traffic light per rule group, five key numbers, three risks."""

from __future__ import annotations

from collections.abc import Sequence

from center_app.documents.bricks import Heading, Prose, Tile, Tiles
from center_app.documents.cells import Cell, Column, Row
from center_app.documents.flow import Brick
from center_app.documents.sheet import CRIT_SOFT, GREEN, GREY, OFF_SOFT, OK_SOFT, RED, SLATE, Sheet, verdict_icon
from center_app.documents.table import Table
from center_app.grants.reports.layout.paper import Paper
from center_app.grants.reports.layout.titles import figure_title, figure_unit, group_title
from center_app.grants.reports.values import RuleRow, Severity, Verdict


class Lights(Brick):
    """Draw three counted states side by side."""

    before = 10.0

    def __init__(self, counts: Sequence[tuple[str, str, int]]) -> None:
        self._counts = counts

    def measure(self, width: float) -> float:
        """Return the height."""
        return 34.0

    def draw(self, sheet: Sheet, x: float, top: float, width: float) -> None:
        """Draw the tiles."""
        gap = 10.0
        each = (width - gap * 2) / 3
        for i, (verdict, word, count) in enumerate(self._counts):
            left = x + i * (each + gap)
            soft, ink = _LOOKS[verdict]
            sheet.box(left, top - 34, each, 34, soft, radius=4)
            verdict_icon(sheet, left + 12, top - 22, verdict, 10)
            sheet.text(left + 29, top - 21, word, 10, bold=True, color=ink)
            sheet.text(left + each - 12, top - 23, str(count), 16, bold=True, color=ink, align="right")


_LOOKS = {"pass": (OK_SOFT, GREEN), "fail": (CRIT_SOFT, RED), "not_checked": (OFF_SOFT, SLATE)}


def verdict_word(paper: Paper, verdict: Verdict) -> str:
    """Return the word for an outcome."""
    words = paper.words
    return {
        Verdict.PASS: words("passed"), Verdict.FAIL: words("failed"), Verdict.NOT_CHECKED: words("not checked"),
    }[verdict]  # fmt: skip


def chapter(paper: Paper) -> list[Brick]:
    """Return the verdict page."""
    words = paper.words
    heading = Heading(paper.open_chapter(words("Verdict")), "verdict", before=0)
    return [heading, _sentence(paper), _lights(paper), _key_numbers(paper), _groups(paper), *_risks(paper)]


def _sentence(paper: Paper) -> Prose:
    rules = paper.snapshot.rules
    stops = sum(rule.verdict is Verdict.FAIL and rule.severity is Severity.ERROR for rule in rules)
    open_ = sum(rule.verdict is Verdict.NOT_CHECKED for rule in rules)
    words = paper.words
    if stops:
        text = words.plural(
            "{n} failed rule blocks the release of this report.",
            "{n} failed rules block the release of this report.", stops,
        )  # fmt: skip
    elif open_:
        text = words.plural(
            "No failed rule blocks the release; {n} rule could not be checked because input is missing.",
            "No failed rule blocks the release; {n} rules could not be checked because input is missing.", open_,
        )  # fmt: skip
    else:
        text = words("Every rule that applies was checked, and none blocks the release.")
    return Prose(text, color=RED if stops else GREY, before=2)


def _lights(paper: Paper) -> Lights:
    rules = paper.snapshot.rules
    return Lights(
        [
            (str(verdict), verdict_word(paper, verdict), sum(rule.verdict is verdict for rule in rules))
            for verdict in Verdict
        ]
    )


def _key_numbers(paper: Paper) -> Tiles:
    tiles = []
    for name in paper.snapshot.key_figures[:5]:
        if not paper.has(name):
            continue
        figure = paper.snapshot.figure(name)
        text = paper.text(figure.kind, figure.value)
        tiles.append(Tile(figure_title(paper.words, name), text, figure_unit(paper, figure.kind), name))
    tiles = [Tile(tile.name, tile.value, tile.below, tile.figure) for tile in tiles]
    brick = Tiles(tiles)
    brick.before = 18.0
    return brick


def _groups(paper: Paper) -> Table:
    words = paper.words
    groups: dict[str, list[RuleRow]] = {}
    for rule in paper.snapshot.rules:
        groups.setdefault(rule.group, []).append(rule)
    rows = [Row(_group_cells(paper, name, rules)) for name, rules in sorted(groups.items())]
    columns = [
        Column(words("Rules"), 52), Column(words("Subject")), Column(words.context("report", "Light"), 106),
        Column(words("passed"), 58, "right"), Column(words("failed"), 62, "right"),
        Column(words("not checked"), 62, "right"),
    ]  # fmt: skip
    return Table(columns, rows, paper.table(1, words("Light per group of rules")), keep=True)


def _group_cells(paper: Paper, name: str, rules: list[RuleRow]) -> tuple[str | Cell, ...]:
    counts = {verdict: sum(rule.verdict is verdict for rule in rules) for verdict in Verdict}
    worst = (
        Verdict.FAIL if counts[Verdict.FAIL] else Verdict.NOT_CHECKED if counts[Verdict.NOT_CHECKED] else Verdict.PASS
    )
    word = verdict_word(paper, worst) if worst is not Verdict.PASS else paper.words("all passed")
    light = Cell(word, verdict=str(worst), color=_LOOKS[str(worst)][1])
    numbers = (str(counts[Verdict.PASS]), str(counts[Verdict.FAIL]), str(counts[Verdict.NOT_CHECKED]))
    return Cell(name, bold=True), group_title(paper, name), light, *numbers


def _risks(paper: Paper) -> list[Brick]:
    words = paper.words
    if not paper.snapshot.risks:
        return [Prose(words("No open risks: no rule failed, and every rule could be checked."), before=16)]
    by_id = {rule.id: rule for rule in paper.snapshot.rules}
    rows = []
    for risk in paper.snapshot.risks[:3]:
        rule = by_id.get(risk.rule)
        message = paper.say(rule.message) if rule and rule.message != risk.names else ""
        remedy = paper.say(rule.remedy) if rule else ""
        verdict = Cell(verdict_word(paper, risk.verdict), verdict=str(risk.verdict))
        name = Cell(risk.rule, bold=True, link=f"rule.{risk.rule}")
        rows.append(Row((name, Cell(paper.say(risk.names), second=message), remedy, verdict)))
    columns = [
        Column(words("Rule"), 52), Column(words("Risk"), weight=1.4), Column(words("Remedy")),
        Column(words("Verdict"), 84),
    ]  # fmt: skip
    return [Table(columns, rows, paper.table(2, words("The three greatest risks")), keep=True)]
