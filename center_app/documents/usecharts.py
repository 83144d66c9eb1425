"""Charts of machine use: a heat map of months by machines with bars and benchmarks, and hours in three kinds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from center_app.documents.charts import draw_legend
from center_app.documents.flow import Brick
from center_app.documents.fonts import clean, fitted, width
from center_app.documents.sheet import ACCENT, BLUES, CAPTION, GREY, INK, ORANGE, SLATE, SMALL, TABLE, TINY, Sheet

CELL_WIDE, CELL_HIGH = 17.0, 15.5
_ROOMY = 600.0
_TINT = "#BBD5EE"


@dataclass(frozen=True)
class HeatCell:
    """Show one machine and month: the figure, its whole hours as printed, its value; None draws hatched."""

    value: float | None
    text: str = ""
    figure: str = ""


@dataclass(frozen=True)
class HeatRow:
    """Show one machine: a cell per month and the values of the bar columns (None: no bar)."""

    name: str
    cells: tuple[HeatCell, ...]
    bars: tuple[float | None, ...] = ()


@dataclass(frozen=True)
class BarColumn:
    """Describe a bar column: title, scale end, ticks as printed, benchmark and its word, colour."""

    title: str
    top: float
    ticks: tuple[tuple[float, str], ...]
    benchmark: float | None = None
    benchmark_word: str = ""
    color: str = ACCENT


class HeatMap(Brick):
    """Draw hours by month and machine in five blues, and bars beside them."""

    before = 14.0

    def __init__(
        self, months: Sequence[tuple[str, str]], rows: Sequence[HeatRow], columns: Sequence[BarColumn], caption: str,
        legend: tuple[str, tuple[str, ...], str], bounds: tuple[float, ...], caption_note: int = 0,
        notes: tuple[tuple[int, str], ...] = (),
    ) -> None:  # fmt: skip
        self._months, self._rows, self._columns = months, rows, columns
        self._caption, self._legend, self._bounds = caption, legend, bounds
        self._caption_note, self.notes = caption_note, notes

    def measure(self, width: float) -> float:
        """Return the height of caption, months, rows and legend."""
        return 36 + len(self._rows) * CELL_HIGH + 18 + self._drop()

    def _drop(self) -> float:
        """Return how far the legend moves down so that it stays clear of the bars' ticks."""
        return 0.0 if len(self._months) * CELL_WIDE * 4 >= 12 * CELL_WIDE else 11.0

    def split(self, width: float, room: float) -> tuple[Brick, Brick] | None:
        """Cut between machines, only when the whole is taller than a page."""
        if self.measure(width) < _ROOMY:
            return None
        cut = int((room - 62) // CELL_HIGH)
        if cut < 3 or cut >= len(self._rows):
            return None
        return self._part(self._rows[:cut]), self._part(self._rows[cut:])

    def _part(self, rows: Sequence[HeatRow]) -> HeatMap:
        return HeatMap(
            self._months, rows, self._columns, self._caption, self._legend, self._bounds, self._caption_note, self.notes
        )

    def draw(self, sheet: Sheet, x: float, top: float, width: float) -> None:
        """Draw the map and the bars."""
        _, end = sheet.text(x, top - 7, self._caption, CAPTION, bold=True)
        sheet.mark(end, top - 7, self._caption_note, CAPTION)
        wide = min(4 * CELL_WIDE, 12 * CELL_WIDE / max(len(self._months), 1))
        names = max(88.0, min(104.0, width - 204 - 180))
        left, first = x + names, top - 36
        self._draw_months(sheet, left, first, wide)
        for i, row in enumerate(self._rows):
            y = first - (i + 1) * CELL_HIGH
            sheet.text(x, y + 4.6, fitted(clean(row.name), names - 6, TABLE), TABLE)
            for j, cell in enumerate(row.cells):
                self._draw_cell(sheet, cell, left + j * wide, y, wide)
        self._draw_bars(sheet, left + wide * len(self._months) + 12, x + width, first)
        self._draw_legend(sheet, x, left, first - len(self._rows) * CELL_HIGH - 13 - self._drop())

    def _draw_months(self, sheet: Sheet, left: float, first: float, wide: float) -> None:
        year = ""
        for j, (name_of_year, month) in enumerate(self._months):
            at = left + (j + 0.5) * wide
            if name_of_year != year:
                sheet.text(left + j * wide + 1, first + 15, name_of_year, TINY, color=GREY)
                if year:
                    sheet.line(left + j * wide, first + 22, left + j * wide, first, 0.4, GREY)
                year = name_of_year
            sheet.text(at, first + 4.5, month, TINY, color=GREY, align="centre")

    def _draw_cell(self, sheet: Sheet, cell: HeatCell, x: float, y: float, wide: float) -> None:
        if cell.value is None:
            sheet.hatch(x, y, wide, CELL_HIGH)
            return
        level = sum(cell.value >= bound for bound in self._bounds)
        sheet.box(x, y, wide, CELL_HIGH, BLUES[level], edge="#FFFFFF", weight=0.5)
        color = "#FFFFFF" if level >= 3 and level != 3 else INK
        size = TINY
        while size > 4.5 and width(cell.text, size) > wide - 1.5:
            size -= 0.25
        sheet.figure(x + wide / 2, y + 5.2, cell.figure, cell.text, size, color=color, align="centre", digits=0)

    def _draw_bars(self, sheet: Sheet, left: float, right: float, first: float) -> None:
        if not self._columns:
            return
        gap = 14.0
        first_share = 0.58 if len(self._columns) == 2 else 1 / len(self._columns)
        room = right - left - gap * (len(self._columns) - 1) - 10
        shares = [first_share, 1 - first_share] if len(self._columns) == 2 else [first_share] * len(self._columns)
        for k, (column, share) in enumerate(zip(self._columns, shares, strict=True)):
            self._draw_column(sheet, column, k, (left, room * share, first))
            left += room * share + gap

    def _draw_column(self, sheet: Sheet, column: BarColumn, k: int, box: tuple[float, float, float]) -> None:
        left, room, first = box
        bottom = first - len(self._rows) * CELL_HIGH
        sheet.text(left, first + 15, fitted(clean(column.title), room + 12, TINY), TINY, color=GREY)
        sheet.line(left, first, left, bottom, 0.6, SLATE)
        for i, row in enumerate(self._rows):
            value = row.bars[k] if k < len(row.bars) else None
            y = first - (i + 1) * CELL_HIGH
            if value is None:
                sheet.hatch(left + 1, y + 4, room * 0.3, 7.5)
            else:
                sheet.box(left, y + 4, room * min(value / column.top, 1.0), 7.5, column.color)
        for mark, tick in column.ticks:
            sheet.text(left + room * mark / column.top, bottom - 11, tick, TINY, color=GREY, align="centre")
        if column.benchmark is not None and column.benchmark <= column.top:
            at = left + room * column.benchmark / column.top
            sheet.line(at, first + 3, at, bottom, 0.8, ORANGE, (2.4, 1.8))
            sheet.text(at + 2, first + 5, column.benchmark_word, TINY, color=ORANGE, bold=True,
                       align="left" if at + 40 < left + room + 20 else "right")  # fmt: skip

    def _draw_legend(self, sheet: Sheet, x: float, left: float, y: float) -> None:
        title, words, not_measured = self._legend
        _, end = sheet.text(x, y, title, TINY, color=GREY)
        left = min(left, end + 12)
        for color, word in zip(BLUES, words, strict=True):
            sheet.box(left, y - 1, 9, 7, color)
            _, end = sheet.text(left + 11, y, word, TINY, color=GREY)
            left = end + 8
        sheet.hatch(left, y - 1, 9, 7, step=2.4)
        sheet.text(left + 11, y, not_measured, TINY, color=GREY)


class HoursBars(Brick):
    """Draw months with booked (outlined), checked-in (tinted) and measured (solid) hours."""

    before = 16.0
    _HIGH = 120.0

    def __init__(
        self, months: Sequence[str], values: Sequence[tuple[float | None, ...]], caption: str,
        words: tuple[str, str, str], ticks: Sequence[tuple[float, str]],
    ) -> None:  # fmt: skip
        self._months, self._values, self._caption, self._words, self._ticks = months, values, caption, words, ticks

    def measure(self, width: float) -> float:
        """Return the fixed height."""
        return self._HIGH + 52

    def draw(self, sheet: Sheet, x: float, top: float, width: float) -> None:
        """Draw grid, groups of three bars, months and legend."""
        sheet.text(x, top - 7, self._caption, CAPTION, bold=True)
        left, base = x + 36.0, top - self._HIGH - 22
        scale = self._HIGH / max(self._ticks[-1][0], 1e-9)
        for i, (mark, tick) in enumerate(self._ticks):
            y = base + mark * scale
            sheet.line(left, y, x + width, y, 0.6 if i == 0 else 0.4, INK if i == 0 else "#D9DFE6")
            sheet.text(left - 6, y - 2.6, tick, TINY, color=GREY, align="right")
        step = (x + width - left) / max(len(self._months), 1)
        bar = min(step / 4.2, 13.0)
        for i, (month, values) in enumerate(zip(self._months, self._values, strict=True)):
            at = left + (i + 0.5) * step - 1.5 * bar
            for k, value in enumerate(values):
                self._draw_bar(sheet, at + k * bar, base, bar, value, scale, k)
            sheet.text(left + (i + 0.5) * step, base - 11, month, TINY, color=GREY, align="centre")
        self._draw_words(sheet, left, base - 26)

    @staticmethod
    def _draw_bar(
        sheet: Sheet, x: float, base: float, wide: float, value: float | None, scale: float, kind: int
    ) -> None:
        if value is None:
            sheet.hatch(x + 0.6, base + 0.5, wide - 1.2, 10, step=2.4)
            return
        fill = (None, _TINT, ACCENT)[kind]
        sheet.box(x + 0.6, base, wide - 1.2, value * scale, fill, edge=SLATE if kind == 0 else None, weight=0.6)

    def _draw_words(self, sheet: Sheet, x: float, y: float) -> None:
        sheet.box(x, y - 0.5, 8, 7, None, edge=SLATE)
        _, end = sheet.text(x + 11, y, self._words[0], SMALL, color=GREY)
        draw_legend(sheet, end + 14, y, [(_TINT, self._words[1]), (ACCENT, self._words[2])])
