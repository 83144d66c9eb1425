"""A page under the pen: text, rules, boxes, hatching, links, and where each figure was printed.

Points, origin bottom left. Colours and measures of print are here, once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from center_app.documents.fonts import clean, width
from center_app.documents.ink import Ink

PAGE = (595.28, 841.89)
LEFT, RIGHT, TOP, BOTTOM = 51.0, 51.0, 57.0, 51.0
COVER_TOP = 64.0
ROOM = PAGE[0] - LEFT - RIGHT

INK, GREY, PALE = "#18212C", "#4A5766", "#6B7785"
RULE, HAIR, STRONG = "#18212C", "#D9DFE6", "#C3CBD4"
ACCENT, GREEN, ORANGE, RED, SLATE = "#0B5CAD", "#147550", "#B8500A", "#B3261E", "#6B7785"
OK_SOFT, WARN_SOFT, CRIT_SOFT, OFF_SOFT = "#E2F3EB", "#FCEFDC", "#FBE6E4", "#E9ECF0"
BLUES = ("#EDF3F9", "#CFE1F2", "#A6C8E6", "#5C9DD1", "#0F5A9C")
BODY, TABLE, SMALL, TINY, CAPTION, CHAPTER, TITLE = 9.0, 8.5, 7.5, 7.0, 9.0, 15.0, 28.0


_PAINT = {(True, True): "B", (True, False): "f", (False, True): "S", (False, False): "n"}


@dataclass(frozen=True)
class Spot:
    """Say where a figure stands: its id, page from 1, rectangle (left, bottom, right, top), printed text."""

    id: str
    page: int
    rect: tuple[float, float, float, float]
    text: str
    digits: int | None = None


class Sheet:
    """Draw on the current page of a ReportLab canvas; remembers figures and knows where anchors lie."""

    def __init__(self, canvas: Any, page_count: int, pages_of: Mapping[str, int]) -> None:
        self._canvas = canvas
        self._ink = Ink(canvas)
        self.page = 0
        self.page_count = page_count
        self.pages_of = pages_of
        self.spots: list[Spot] = []
        self.anchors: dict[str, tuple[int, float]] = {}

    def end_page(self) -> None:
        """Finish the current page."""
        self._ink.end_page()
        self._canvas.showPage()

    def text(
        self, x: float, y: float, text: str, size: float = BODY, *,
        bold: bool = False, color: str = INK, align: str = "left",
    ) -> tuple[float, float]:  # fmt: skip
        """Draw one line on its baseline; returns where it starts and ends (x)."""
        plain = clean(text)
        advance = width(plain, size, bold)
        start = x - (advance if align == "right" else advance / 2 if align == "centre" else 0)
        if plain:
            self._ink.text(start, y, plain, size, bold, color)
        return start, start + advance

    def figure(
        self, x: float, y: float, id: str, text: str, size: float = BODY, *,
        bold: bool = False, color: str = INK, align: str = "left", digits: int | None = None,
    ) -> tuple[float, float]:  # fmt: skip
        """Draw a figure and remember where it stands; an empty id is only drawn."""
        start, end = self.text(x, y, text, size, bold=bold, color=color, align=align)
        if id:
            rect = (round(start, 2), round(y - 0.25 * size, 2), round(end, 2), round(y + 0.9 * size, 2))
            self.spots.append(Spot(id, self.page, rect, clean(text), digits))
        return start, end

    def mark(self, x: float, y: float, note: int, size: float, color: str = INK) -> None:
        """Draw a footnote mark such as 2) above the line."""
        if note:
            self.text(x + 0.5, y + size * 0.34, f"{note})", size * 0.62, color=color)

    def line(
        self, x: float, y: float, x2: float, y2: float, weight: float = 0.4, color: str = HAIR,
        dash: tuple[float, ...] = (),
    ) -> None:  # fmt: skip
        """Draw a straight line."""
        self._ink.stroke(color, weight, dash)
        self._ink.polyline([(x, y), (x2, y2)])

    def path(self, points: list[tuple[float, float]], weight: float, color: str, dash: tuple[float, ...] = ()) -> None:
        """Draw a polyline."""
        if len(points) > 1:
            self._ink.stroke(color, weight, dash)
            self._ink.polyline(points)

    def box(
        self, x: float, y: float, wide: float, high: float, fill: str | None = None, *,
        edge: str | None = None, weight: float = 0.6, radius: float = 0,
    ) -> None:  # fmt: skip
        """Draw a rectangle from its lower left corner."""
        if fill:
            self._ink.fill(fill)
        if edge:
            self._ink.stroke(edge, weight)
        paint = _PAINT[bool(fill), bool(edge)]
        if radius:
            self._ink.rounded(x, y, wide, high, radius, paint)
        else:
            self._ink.rectangle(x, y, wide, high, paint)

    def dot(
        self, x: float, y: float, radius: float, fill: str | None = None, edge: str | None = None,
        dash: tuple[float, ...] = (),
    ) -> None:  # fmt: skip
        """Draw a disc or ring around its centre."""
        if fill:
            self._ink.fill(fill)
        if edge:
            self._ink.stroke(edge, 0.8, dash)
        self._ink.circle(x, y, radius, _PAINT[bool(fill), bool(edge)])

    def hatch(self, x: float, y: float, wide: float, high: float, color: str = "#AEB7C1", step: float = 3.2) -> None:
        """Fill a rectangle with rising lines: nothing was measured here."""
        self._ink.clip(x, y, wide, high)
        self._ink.stroke(color, 0.4)
        offset = -high
        while offset < wide:
            self._ink.polyline([(x + offset, y), (x + offset + high, y + high)])
            offset += step
        self._ink.unclip()

    def anchor(self, key: str, top: float) -> None:
        """Put a named destination here."""
        self.anchors.setdefault(key, (self.page, round(top, 2)))
        self._canvas.bookmarkHorizontal(key, 0, top)

    def outline(self, text: str, key: str, level: int) -> None:
        """Add a line to the document's outline."""
        self._canvas.addOutlineEntry(clean(text), key, level, closed=0)

    def link(self, key: str, x: float, y: float, wide: float, high: float) -> None:
        """Lead from a rectangle to a named destination, when it exists."""
        if key in self.pages_of:
            self._canvas.linkAbsolute("", key, (x, y, x + wide, y + high), thickness=0)


def verdict_icon(sheet: Sheet, x: float, y: float, verdict: str, size: float = 6.5) -> None:
    """Draw the state of a rule: green tick, red cross, dashed ring."""
    if verdict == "not_checked":
        sheet.dot(x + size / 2, y + size / 2, size / 2 - 0.4, None, SLATE, (1.3, 1.1))
        return
    good = verdict == "pass"
    sheet.box(x, y, size, size, GREEN if good else RED, radius=1.4)
    at = [(0.22, 0.5), (0.43, 0.28), (0.78, 0.72)] if good else [(0.28, 0.28), (0.72, 0.72)]
    sheet.path([(x + size * a, y + size * b) for a, b in at], 0.9, "#FFFFFF")
    if not good:
        sheet.path([(x + size * a, y + size * (1 - b)) for a, b in at], 0.9, "#FFFFFF")
