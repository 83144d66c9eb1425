"""The equipment register: what was bought, what the award paid, and what property records ask for."""

from __future__ import annotations

from center_app.documents.bricks import Heading, Prose
from center_app.documents.cells import Cell, Column, Row
from center_app.documents.flow import Brick
from center_app.documents.sheet import GREY, INK
from center_app.documents.table import Table
from center_app.grants.reports.layout.paper import Paper
from center_app.grants.reports.values import EquipmentRow, Kind


def chapter(paper: Paper) -> list[Brick]:
    """Return the register."""
    words = paper.words
    heading = Heading(paper.open_chapter(words("Equipment")), "equipment", before=26)
    count = len(paper.snapshot.equipment)
    intro = words.plural("{n} machine of this award.", "{n} machines of this award.", count)
    lead: list[Brick] = [heading, Prose(intro, color=GREY, before=0, keep_next=True)]
    return [*lead, _money(paper), _records(paper)] if count else lead


def _money(paper: Paper) -> Table:
    words = paper.words
    rows = []
    for item in paper.snapshot.equipment:
        maker = " ".join(part for part in (item.maker, item.model) if part)
        cost = paper.cell(f"equipment.{item.code}.cost", Kind.MONEY, item.cost_minor)
        share = paper.text(Kind.SHARE, item.share).removesuffix("%").rstrip()
        funded = paper.cell(f"equipment.{item.code}.funded", Kind.MONEY, item.funded_minor)
        bought = paper.day(item.acquired_on) if item.acquired_on else "–"
        name = Cell(paper.say(item.names), second=maker)
        category = Cell(paper.say(item.category), second=paper.say(item.place))
        rows.append(Row((item.code, name, category, bought, cost, share, funded)))
    total = (
        words("Total"), "", "", "",
        paper.cell("equipment.cost", Kind.MONEY, color=INK), "",
        paper.cell("equipment.funded", Kind.MONEY, color=INK),
    )  # fmt: skip
    columns = [
        Column(words("No."), 50), Column(words("Machine, maker")), Column(words("Category, place"), 92),
        Column(words("Acquired"), 60), Column(words("Cost"), 76, "right"), Column(words("Share %"), 40, "right"),
        Column(words("Paid by the award"), 76, "right"),
    ]  # fmt: skip
    unit = paper.unit()
    return Table(columns, [*rows, Row(total, "total")], paper.table(1, words("Machines and what they cost")), unit=unit,
                 continued=words("(continued)"))  # fmt: skip


def _records(paper: Paper) -> Table:
    words = paper.words
    rows = [Row(_record(paper, item)) for item in paper.snapshot.equipment]
    columns = [
        Column(words("No."), 50), Column(words("Serial number"), 82), Column(words("Asset number"), 72),
        Column(words("Custodian"), 60), Column(words("Origin"), 52), Column(words("Shared"), 42),
        Column(words("Condition"), 58), Column(words("Measured by")),
    ]  # fmt: skip
    note = paper.note(words("A machine without a recording reads not measured; it is never counted as zero."))
    return Table(columns, rows, paper.table(2, words("Property record")), continued=words("(continued)"),
                 caption_note=note[0], notes=(note,))  # fmt: skip


def _record(paper: Paper, item: EquipmentRow) -> tuple[str | Cell, ...]:
    words = paper.words
    origin = {"domestic": words("domestic"), "imported": words("imported")}.get(item.origin, item.origin or "–")
    shared = words("yes") if item.is_shareable else words("no")
    measured = item.measured_by or words("not measured")
    condition = _conditions(paper).get(item.condition, item.condition or "–")
    return (item.code, item.serial or "–", item.asset_number or "–", item.custodian or "–", origin, shared, condition,
            measured)  # fmt: skip


def _conditions(paper: Paper) -> dict[str, str]:
    words = paper.words
    return {
        "in_service": words("in service"),
        "locked": words("out of use"),
        "retired": words("disposed of"),
        "good": words("good"),
        "fair": words("fair"),
        "poor": words("poor"),
        "new": words("new"),
    }
