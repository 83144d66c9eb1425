"""What stands in a table: columns, cells, rows."""

from __future__ import annotations

from dataclasses import dataclass

from center_app.documents.fonts import clean, width, wrapped
from center_app.documents.sheet import INK, PALE, SMALL, TABLE, Sheet, verdict_icon

LEADING = 11.4
ROW = 15.0


@dataclass(frozen=True, slots=True)
class Column:
    """Describe a column: heading, width in points (0: takes what is left by weight), alignment."""

    title: str
    width: float = 0.0
    align: str = "left"
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Cell:
    """Hold one cell: text, the figure it prints, a smaller second line, a footnote mark, a verdict icon."""

    text: str
    figure: str = ""
    digits: int | None = None
    second: str = ""
    note: int = 0
    bold: bool = False
    color: str = INK
    verdict: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """Hold one row; `kind` is plain, total, mean, group or alert; `anchor` makes it a link target."""

    cells: tuple[str | Cell, ...]
    kind: str = "plain"
    anchor: str = ""


def cell_of(value: str | Cell) -> Cell:
    """Return a cell for a plain text."""
    return value if isinstance(value, Cell) else Cell(value)


def cell_lines(cell: Cell, room: float, bold: bool) -> tuple[list[str], list[str]]:
    """Break a cell into its lines and its smaller second lines."""
    room -= 9.0 if cell.verdict else 0
    first = _broken(cell.text, room, TABLE, bold or cell.bold)
    return first, _broken(cell.second, room, SMALL, False) if cell.second else []


def _broken(text: str, room: float, size: float, bold: bool) -> list[str]:
    return [line for part in text.split("\n") for line in wrapped(clean(part), room, size, bold)]


def widths_of(columns: tuple[Column, ...], room: float) -> list[float]:
    """Share the room: fixed widths first, the rest by weight."""
    weights = sum(column.weight for column in columns if not column.width)
    rest = max(room - sum(column.width for column in columns), 0)
    return [column.width or rest * column.weight / weights for column in columns]


def draw_cell(sheet: Sheet, cell: Cell, box: tuple[float, float, float], align: str, bold: bool) -> None:
    """Draw a cell into (left, baseline, room)."""
    x, y, room = box
    if cell.verdict:
        verdict_icon(sheet, x, y - 0.6, cell.verdict)
        x, room = x + 10, room - 10
    first, second = cell_lines(cell, room + (10 if cell.verdict else 0), bold)
    at = {"left": x, "right": x + room, "centre": x + room / 2}[align]
    for i, line in enumerate(first):
        heavy = bold or cell.bold
        figure = cell.figure if len(first) == 1 else ""
        start, end = sheet.figure(
            at, y, figure, line, TABLE, bold=heavy, color=cell.color, align=align, digits=cell.digits
        )
        if i == len(first) - 1:
            sheet.mark(end, y, cell.note, TABLE, cell.color)
        if cell.link:
            sheet.link(cell.link, start, y - 2, end - start, TABLE + 2)
        y -= LEADING
    for line in second:
        sheet.text(at, y + 0.6, line, SMALL, color=PALE, align=align)
        y -= LEADING - 1


def title_lines(column: Column, room: float) -> tuple[str, ...]:
    """Break a column heading into lines."""
    return wrapped(clean(column.title), room, SMALL, True)


def longest(texts: list[str], size: float = TABLE, bold: bool = False) -> float:
    """Return the width that holds each of some texts."""
    return max((width(clean(text), size, bold) for text in texts), default=0.0)
