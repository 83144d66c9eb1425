"""Small bricks: headings, prose, key-value blocks, tiles, contents, signature lines, QR, verdict tiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from center_app.documents.cells import Cell, cell_lines, cell_of, draw_cell, longest
from center_app.documents.flow import Brick
from center_app.documents.fonts import clean, fitted, width, wrapped
from center_app.documents.sheet import (
    BODY,
    CAPTION,
    CHAPTER,
    GREY,
    HAIR,
    INK,
    RULE,
    SMALL,
    STRONG,
    TABLE,
    Sheet,
)

_LEADING = 14.0


class Heading(Brick):
    """Open a chapter or section, with a bookmark."""

    keep_next = True

    def __init__(self, text: str, key: str, level: int = 0, before: float = 20.0) -> None:
        self.text, self.anchor, self.level = text, key, level
        self.before = before
        self._size = CHAPTER if level == 0 else 11.0

    def measure(self, width: float) -> float:
        """Return the height of the line."""
        return self._size * 1.28 * len(self._lines(width)) + 2

    def _lines(self, width: float) -> tuple[str, ...]:
        return wrapped(clean(self.text), width, self._size, True)

    def draw(self, sheet: Sheet, x: float, top: float, width: float) -> None:
        """Draw the heading and put its bookmark."""
        y = top - self._size
        for line in self._lines(width):
            sheet.text(x, y, line, self._size, bold=True)
            y -= self._size * 1.28
        sheet.anchor(self.anchor, top + 10)
        sheet.outline(self.text, self.anchor, self.level)


class Prose(Brick):
    """Write running text; lines may part at the page's end."""

    before = 6.0

    def __init__(self, text: str, *, size: float = BODY, color: str = INK, before: float = 6.0, bold: bool = False,
                 keep_next: bool = False) -> None:  # fmt: skip
        self._text, self._size, self._color, self._bold = text, size, color, bold
        self.before, self.keep_next = before, keep_next
        self._step = max(size * 1.45, 10.0) if size != BODY else _LEADING

    def _lines(self, width: float) -> list[str]:
        parts = self._text.splitlines() or [""]
        return [line for part in parts for line in wrapped(clean(part), width, self._size, self._bold)]

    def measure(self, width: float) -> float:
        """Return the height of all lines."""
        return len(self._lines(width)) * self._step

    def draw(self, sheet: Sheet, x: float, top: float, width: float) -> None:
        """Draw line by line."""
        for i, line in enumerate(self._lines(width)):
            sheet.text(x, top - self._size - i * self._step, line, self._size, color=self._color, bold=self._bold)

    def split(self, width: float, room: float) -> tuple[Brick, Brick] | None:
        """Cut between lines, two at least on each side."""
        lines = self._lines(width)
        cut = min(int(room // self._step), len(lines) - 2)
        if cut < 2:
            return None
        look = {"size": self._size, "color": self._color, "bold": self._bold}
        parts = ("\n".join(lines[:cut]), "\n".join(lines[cut:]))
        return Prose(parts[0], before=self.before, **look), Prose(parts[1], before=0, **look)  # type: ignore[arg-type]


class KeyValues(Brick):
    """List names and values between rules."""

    before = 14.0

    def __init__(self, pairs: Sequence[tuple[str, str | Cell]], caption: str = "", label_width: float = 100.0) -> None:
        self._pairs = [(name, cell_of(value)) for name, value in pairs]
        self._caption, self._least_label = caption, label_width

    @cached_property
    def _label(self) -> float:
        """Return the width of the names: the longest one, within a third of a page."""
        return min(max(self._least_label, longest([name for name, _ in self._pairs]) + 10), 170.0)

    def _heights(self, width: float) -> list[float]:
        heights = []
        for name, value in self._pairs:
            first, second = cell_lines(value, width - self._label - 4, False)
            lines = max(len(first) + len(second), len(wrapped(clean(name), self._label - 8, TABLE)))
            heights.append(18.0 + (lines - 1) * 11.4)
        return heights

    def measure(self, width: float) -> float:
        """Return the height of caption and rows."""
        return sum(self._heights(width)) + (16.0 if self._caption else 0) + 1

    def draw(self, sheet: Sheet, x: float, top: float, width: float) -> None:
        """Draw caption, rules and rows."""
        if self._caption:
            sheet.text(x, top - 7, self._caption, CAPTION, bold=True)
            top -= 16
        sheet.line(x, top, x + width, top, 0.9, RULE)
        heights = self._heights(width)
        for i, ((name, value), height) in enumerate(zip(self._pairs, heights, strict=True)):
            for k, line in enumerate(wrapped(clean(name), self._label - 8, TABLE)):
                sheet.text(x + 2, top - 12 - k * 11.4, line, TABLE, color=GREY)
            draw_cell(sheet, value, (x + self._label, top - 12, width - self._label - 4), "left", False)
            top -= height
            last = i == len(heights) - 1
            sheet.line(x, top, x + width, top, 0.9 if last else 0.4, RULE if last else HAIR)


@dataclass(frozen=True)
class Tile:
    """Show one key number: name, value with unit, what it compares with."""

    name: str
    value: str
    below: str = ""
    figure: str = ""
    unit: str = ""
    digits: int | None = None
    note: int = 0


class Tiles(Brick):
    """Show key numbers side by side between rules."""

    before = 8.0
    HEIGHT = 51.0

    def __init__(self, tiles: Sequence[Tile], notes: tuple[tuple[int, str], ...] = ()) -> None:
        self._tiles = tiles
        self.notes = notes

    def measure(self, width: float) -> float:
        """Return the fixed height."""
        return self.HEIGHT

    def draw(self, sheet: Sheet, x: float, top: float, width: float) -> None:
        """Draw rules and tiles."""
        sheet.line(x, top, x + width, top, 0.6, STRONG)
        sheet.line(x, top - self.HEIGHT, x + width, top - self.HEIGHT, 0.6, STRONG)
        step = width / max(len(self._tiles), 1)
        for i, tile in enumerate(self._tiles):
            left = x + i * step + (10 if i else 0)
            if i:
                sheet.line(x + i * step, top, x + i * step, top - self.HEIGHT, 0.4, STRONG)
            self._draw_tile(sheet, tile, left, top, step - 14)

    @staticmethod
    def _draw_tile(sheet: Sheet, tile: Tile, left: float, top: float, room: float) -> None:
        sheet.text(left, top - 14, fitted(clean(tile.name), room, SMALL), SMALL, color=GREY)
        size = 13.0
        while size > 8 and width(clean(tile.value + tile.unit), size, True) > room:
            size -= 0.5
        _, end = sheet.figure(left, top - 30, tile.figure, tile.value, size, bold=True, digits=tile.digits)
        if tile.unit:
            sheet.text(end + 2, top - 30, tile.unit, size, bold=True)
        _, end = sheet.text(left, top - 42, fitted(clean(tile.below), room, SMALL), SMALL, color=GREY)
        sheet.mark(end, top - 42, tile.note, SMALL, GREY)


class Signatures(Brick):
    """Leave lines to sign on: who, and the date below."""

    def __init__(self, names: Sequence[tuple[str, str]], date_word: str) -> None:
        self._names, self._date = names, date_word
        self.before = 20.0

    def measure(self, width: float) -> float:
        """Return the height."""
        return 58.0

    def draw(self, sheet: Sheet, x: float, top: float, width: float) -> None:
        """Draw one line per person."""
        gap = 18.0
        each = (width - gap * (len(self._names) - 1)) / len(self._names)
        for i, (role, name) in enumerate(self._names):
            left = x + i * (each + gap)
            sheet.text(left, top - 10, role, TABLE, color=GREY)
            sheet.text(left, top - 32, name, TABLE)
            sheet.line(left, top - 40, left + each, top - 40, 0.6, INK)
            sheet.text(left, top - 51, self._date, SMALL, color=GREY)


class Contents(Brick):
    """List chapters with their pages; the pages are known when it is drawn."""

    before = 10.0
    _ROW = 17.0

    def __init__(self, chapters: Sequence[tuple[str, str]]) -> None:
        self._chapters = chapters

    def measure(self, width: float) -> float:
        """Return the height."""
        return len(self._chapters) * self._ROW + 2

    def draw(self, sheet: Sheet, x: float, top: float, width: float) -> None:
        """Draw a line with a page number per chapter, each a link."""
        sheet.line(x, top, x + width, top, 0.9, RULE)
        for i, (text, key) in enumerate(self._chapters):
            y = top - i * self._ROW - 12
            sheet.text(x + 2, y, text, BODY)
            sheet.text(x + width - 2, y, str(sheet.pages_of.get(key, "")), BODY, align="right")
            sheet.link(key, x, y - 4, width, self._ROW)
            last = i == len(self._chapters) - 1
            sheet.line(x, y - 5, x + width, y - 5, 0.9 if last else 0.4, RULE if last else HAIR)


def draw_qr(sheet: Sheet, x: float, y: float, side: float, text: str) -> None:
    """Draw a QR code (ISO 18004, level M) as vectors: one rectangle per run of dark modules."""
    import segno

    matrix = [list(row) for row in segno.make(text, error="m", micro=False).matrix]
    module = side / len(matrix)
    for i, row in enumerate(matrix):
        start = None
        for j, dark in enumerate([*row, 0]):
            if dark and start is None:
                start = j
            elif not dark and start is not None:
                top = y + side - (i + 1) * module
                sheet.box(x + start * module, top, (j - start) * module, module + 0.02, INK)
                start = None
