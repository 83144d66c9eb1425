"""Tables that flow over pages: heading repeated, rows cut where the page ends, linear in their length."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from itertools import accumulate

from center_app.documents.cells import (
    LEADING,
    ROW,
    Cell,
    Column,
    Row,
    cell_lines,
    cell_of,
    draw_cell,
    title_lines,
    widths_of,
)
from center_app.documents.flow import Brick
from center_app.documents.fonts import clean, fitted
from center_app.documents.sheet import CAPTION, CRIT_SOFT, GREY, HAIR, INK, PALE, RULE, SMALL, TABLE, Sheet

_GAP = 8.0
_PAD = 2.0
CUT = 250
_ORPHANS = 3


class _Body:
    """Share rows, widths and heights between the parts of one table."""

    def __init__(self, columns: tuple[Column, ...], rows: Sequence[Row], caption: str, unit: str) -> None:
        self.columns, self.rows, self.caption, self.unit = columns, rows, caption, unit
        self.caption_note = 0
        self.continued = ""
        self._width = -1.0
        self.widths: list[float] = []
        self.edges: list[float] = []

    def lay(self, width: float) -> None:
        """Measure every row once for a width."""
        if width != self._width:
            self._width = width
            self.widths = widths_of(self.columns, width)
            heights = [self._height(row) for row in self.rows]
            self.edges = [0.0, *accumulate(heights)]

    def room(self, i: int) -> float:
        """Return what a text of a column may take."""
        return self.widths[i] - self.inset(i) - (_PAD if i == len(self.columns) - 1 else _GAP / 2)

    def inset(self, i: int) -> float:
        """Return the room left of a column's text; more where it follows numbers set right."""
        if i == 0:
            return _PAD
        follows_numbers = self.columns[i].align == "left" and self.columns[i - 1].align == "right"
        return _GAP / 2 + (_GAP if follows_numbers else 0)

    def _height(self, row: Row) -> float:
        most = 1.0
        bold = row.kind in ("total", "group")
        for i, value in enumerate(row.cells):
            if row.kind == "group":
                break
            if value.__class__ is str and len(value) * TABLE < self.room(i):
                continue
            first, second = cell_lines(cell_of(value), self.room(i), bold)
            most = max(most, len(first) + len(second) * (LEADING - 1) / LEADING)
        return ROW + (most - 1) * LEADING

    def head_height(self) -> float:
        """Return the height of the column headings."""
        lines = max(len(title_lines(column, self.room(i))) for i, column in enumerate(self.columns))
        return 5.5 + lines * 9.6

    def draw_head(self, sheet: Sheet, x: float, top: float) -> None:
        """Draw the column headings, bottom aligned, under a strong rule."""
        height = self.head_height()
        whole = sum(self.widths)
        sheet.line(x, top, x + whole, top, 0.9, RULE)
        for i, column in enumerate(self.columns):
            left = x + sum(self.widths[:i]) + self.inset(i)
            room = self.room(i)
            at = {"left": left, "right": left + room, "centre": left + room / 2}[column.align]
            lines = title_lines(column, room)
            for k, line in enumerate(lines):
                y = top - height + 4.6 + (len(lines) - 1 - k) * 9.6
                sheet.text(at, y, line, SMALL, bold=True, align=column.align)
        sheet.line(x, top - height, x + whole, top - height, 0.6, RULE)


class Table(Brick):
    """Show rows under a caption; parts of at most 250 rows share one measured body."""

    before = 14.0

    def __init__(
        self, columns: Sequence[Column], rows: Sequence[Row], caption: str = "", *, unit: str = "",
        continued: str = "", caption_note: int = 0, notes: tuple[tuple[int, str], ...] = (),
        keep: bool = False,
    ) -> None:  # fmt: skip
        self._body = _Body(tuple(columns), rows, caption, unit)
        self._body.continued, self._body.caption_note = continued, caption_note
        self._from, self._to = 0, len(rows)
        self.notes = notes
        self._keep = keep

    @property
    def row_anchors(self) -> list[str]:
        """Return the link targets among these rows."""
        return [row.anchor for row in self._body.rows[self._from : self._to] if row.anchor]

    def _top_height(self) -> float:
        return (15.0 if self._body.caption or self._body.unit else 0) + self._body.head_height()

    def measure(self, width: float) -> float:
        """Return the height of these rows with caption and heading."""
        self._body.lay(width)
        edges = self._body.edges
        return self._top_height() + edges[self._to] - edges[self._from] + 1

    def least(self, width: float) -> float:
        """Return the height of the heading and two rows."""
        self._body.lay(width)
        edges = self._body.edges
        some = self._to if self._keep else min(self._from + 2, self._to)
        return self._top_height() + edges[some] - edges[self._from] + 1

    def split(self, width: float, room: float) -> tuple[Brick, Brick] | None:
        """Cut where the room ends, never after 250 rows, never before a total alone."""
        if self._keep:
            return None
        self._body.lay(width)
        edges, start = self._body.edges, self._from
        room -= self._top_height() + 1
        cut = start
        while cut < min(self._to, start + CUT) and edges[cut + 1] - edges[start] <= room:
            cut += 1
        if 0 < self._to - cut < _ORPHANS:
            cut = max(start, min(cut, self._to - _ORPHANS))
        while cut > start and (self._body.rows[cut - 1].kind == "group" or self._is_tail(cut)):
            cut -= 1
        few = cut - start < _ORPHANS and start == 0 and self._to > 2 * _ORPHANS
        return None if cut == start or few else (self._part(start, cut), self._part(cut, self._to))

    def _is_tail(self, cut: int) -> bool:
        return cut < self._to and self._body.rows[cut].kind in ("total", "mean")

    def _part(self, start: int, stop: int) -> Table:
        part = copy(self)
        part.take(start, stop)
        return part

    def take(self, start: int, stop: int) -> None:
        """Show only the rows from `start` up to `stop`."""
        self._from, self._to, self._keep = start, stop, False

    def draw(self, sheet: Sheet, x: float, top: float, width: float) -> None:
        """Draw caption, heading and rows."""
        body = self._body
        body.lay(width)
        if body.caption or body.unit:
            self._draw_caption(sheet, x, top, width)
            top -= 15
        body.draw_head(sheet, x, top)
        top -= body.head_height()
        for index in range(self._from, self._to):
            height = body.edges[index + 1] - body.edges[index]
            self._draw_row(sheet, index, x, top, height)
            top -= height
        last = body.rows[self._to - 1].kind if self._to else "plain"
        sheet.line(x, top, x + width, top, 0.9 if self._to == len(body.rows) or last == "total" else 0.4, RULE)

    def _draw_caption(self, sheet: Sheet, x: float, top: float, width: float) -> None:
        body = self._body
        text = body.caption
        if self._from and body.continued:
            text = f"{text} {body.continued}"
        _, end = sheet.text(x, top - 7, fitted(clean(text), width - 60, CAPTION, True), CAPTION, bold=True)
        sheet.mark(end, top - 7, body.caption_note, CAPTION)
        if body.unit:
            sheet.text(x + width, top - 7, body.unit, SMALL, color=GREY, align="right")

    def _draw_row(self, sheet: Sheet, index: int, x: float, top: float, height: float) -> None:
        body, row = self._body, self._body.rows[index]
        whole = sum(body.widths)
        if row.kind == "alert":
            sheet.box(x, top - height, whole, height, CRIT_SOFT)
        if row.kind == "total" and index > self._from:
            sheet.line(x, top, x + whole, top, 0.6, RULE)
        if row.anchor:
            sheet.anchor(row.anchor, top + 12)
        self._draw_cells(sheet, row, x, top - 10.4)
        if index + 1 < self._to and body.rows[index + 1].kind != "total":
            sheet.line(x, top - height, x + whole, top - height, 0.4, HAIR)

    def _draw_cells(self, sheet: Sheet, row: Row, x: float, y: float) -> None:
        body = self._body
        if row.kind == "group":
            sheet.text(x + _PAD, y, cell_of(row.cells[0]).text, TABLE, bold=True)
            return
        for i, value in enumerate(row.cells):
            room = body.room(i)
            left = x + body.inset(i)
            x += body.widths[i]
            if not value:
                continue
            if value.__class__ is str and row.kind == "plain" and len(value) * TABLE < room:
                align = body.columns[i].align
                at = left + {"left": 0, "right": room, "centre": room / 2}[align]
                sheet.text(at, y, value, TABLE, align=align)
                continue
            cell = cell_of(value)
            draw_cell(sheet, cell, (left, y, room), body.columns[i].align, row.kind == "total")


def zero_muted(text: str, is_zero: bool, figure: str = "", digits: int | None = None) -> Cell:
    """Return a cell for an amount; a zero is paler than the rest."""
    return Cell(text, figure, digits, color=PALE if is_zero else INK)
