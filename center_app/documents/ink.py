"""Write page content as few PDF operators: colours, fonts and dashes only where they change.

ReportLab wraps every string and line in its own group of operators; a table of 10,000 rows is then
mostly overhead, for us and for the PDF/A validator, which reads every operator. Text lies above all
else on our pages, so one text object per page holds it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from center_app.documents.fonts import BOLD, FACE

_KAPPA = 0.5523


@lru_cache(maxsize=256)
def _rgb(color: str) -> str:
    parts = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return " ".join(f"{part:.4g}" for part in parts)


class Ink:
    """Collect the operators of one page; points, origin bottom left."""

    def __init__(self, canvas: Any) -> None:
        from reportlab.pdfbase.pdfmetrics import getFont

        self._canvas = canvas
        self._document = canvas._doc  # noqa: SLF001 - ReportLab names subset fonts per document
        self._fonts = {False: getFont(FACE), True: getFont(BOLD)}
        self._pieces: dict[tuple[str, bool], list[tuple[str, str]]] = {}
        self._begin()

    def _begin(self) -> None:
        self._shapes: list[str] = []
        self._texts: list[str] = []
        self._state: dict[str, str] = {}
        self._font = self._color = ""

    def text(self, x: float, y: float, text: str, size: float, bold: bool, color: str) -> None:
        """Write a cleaned text from its baseline's start."""
        write = self._texts.append
        if color != self._color:
            self._color = color
            write(f"{_rgb(color)} rg")
        place = f"1 0 0 1 {x:.2f} {y:.2f} Tm"
        for font, data in self._split(text, bold):
            wanted = f"{font} {size:.2f} Tf"
            if wanted != self._font:
                self._font = wanted
                write(wanted)
            write(f"{place} <{data}> Tj" if place else f"<{data}> Tj")
            place = ""

    def _split(self, text: str, bold: bool) -> list[tuple[str, str]]:
        """Return (font name, hex codes) for the runs of a text that one font subset holds."""
        key = (text, bold)
        if key not in self._pieces:
            if len(self._pieces) > 50_000:
                self._pieces.clear()
            font, document = self._fonts[bold], self._document
            self._pieces[key] = [
                (font.getSubsetInternalName(subset, document), data.hex())
                for subset, data in font.splitString(text, document)
            ]
        return self._pieces[key]

    def _set(self, name: str, operator: str) -> None:
        if self._state.get(name) != operator:
            self._state[name] = operator
            self._shapes.append(operator)

    def stroke(self, color: str, weight: float, dash: tuple[float, ...] = ()) -> None:
        """Set how lines look."""
        self._set("stroke", f"{_rgb(color)} RG")
        self._set("weight", f"{weight:.2f} w")
        self._set("dash", f"[{' '.join(f'{part:g}' for part in dash)}] 0 d")

    def fill(self, color: str) -> None:
        """Set how areas look."""
        self._set("fill", f"{_rgb(color)} rg")

    def polyline(self, points: list[tuple[float, float]]) -> None:
        """Draw straight lines through points."""
        head, *rest = (f"{x:.2f} {y:.2f}" for x, y in points)
        self._shapes.append(f"{head} m {' l '.join(rest)} l S")

    def rectangle(self, x: float, y: float, wide: float, high: float, paint: str) -> None:
        """Draw a rectangle; paint is f (fill), S (stroke) or B (both)."""
        self._shapes.append(f"{x:.2f} {y:.2f} {wide:.2f} {high:.2f} re {paint}")

    def rounded(self, x: float, y: float, wide: float, high: float, radius: float, paint: str) -> None:
        """Draw a rectangle with round corners."""
        bend = radius * (1 - _KAPPA)
        right, top = x + wide, y + high
        steps = [
            f"{x + radius:.2f} {y:.2f} m {right - radius:.2f} {y:.2f} l",
            _curve((right - bend, y), (right, y + bend), (right, y + radius)),
            f"{right:.2f} {top - radius:.2f} l",
            _curve((right, top - bend), (right - bend, top), (right - radius, top)),
            f"{x + radius:.2f} {top:.2f} l",
            _curve((x + bend, top), (x, top - bend), (x, top - radius)),
            f"{x:.2f} {y + radius:.2f} l",
            _curve((x, y + bend), (x + bend, y), (x + radius, y)),
        ]
        self._shapes.append(f"{' '.join(steps)} h {paint}")

    def circle(self, x: float, y: float, radius: float, paint: str) -> None:
        """Draw a disc or ring."""
        self.rounded(x - radius, y - radius, 2 * radius, 2 * radius, radius, paint)

    def clip(self, x: float, y: float, wide: float, high: float) -> None:
        """Keep what follows inside a rectangle, until `unclip`."""
        self._shapes.append(f"q {x:.2f} {y:.2f} {wide:.2f} {high:.2f} re W n")
        self._state.clear()

    def unclip(self) -> None:
        """End the clipping."""
        self._shapes.append("Q")
        self._state.clear()

    def end_page(self) -> None:
        """Hand the page's operators to the canvas."""
        self._canvas.addLiteral("\n".join([*self._shapes, "BT", *self._texts, "ET"]))
        self._begin()


def _curve(*points: tuple[float, float]) -> str:
    return " ".join(f"{x:.2f} {y:.2f}" for x, y in points) + " c"
