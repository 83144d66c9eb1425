"""Vector charts: budget bars and the cumulative curve. Values are floats for drawing only, never for sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10

from center_app.documents.flow import Brick
from center_app.documents.fonts import clean, fitted, width
from center_app.documents.sheet import ACCENT, CAPTION, GREEN, GREY, HAIR, INK, PALE, SMALL, TABLE, TINY, Sheet

PLAN, FREE = "#8A96A3", "#DDE3EA"


def nice_step(top: float, parts: int = 5) -> float:
    """Return a step of 1, 2 or 5 times a power of ten that cuts `top` into about `parts`."""
    if top <= 0:
        return 1.0
    raw = top / parts
    power = 10.0 ** floor(log10(raw))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw * 0.999)


@dataclass(frozen=True)
class Bar:
    """Show one budget line: spent and committed against the budget; `label` is printed at the right."""

    name: str
    spent: float
    committed: float
    budget: float
    label: str = ""
    figure: str = ""


class BudgetBars(Brick):
    """Draw one bar per budget line on a common scale, with a legend."""

    before = 16.0
    _ROW = 16.0

    def __init__(self, bars: Sequence[Bar], caption: str, legend: tuple[str, str, str]) -> None:
        self._bars, self._caption, self._legend = bars, caption, legend

    def measure(self, width: float) -> float:
        """Return the height of caption, bars and legend."""
        return 20 + len(self._bars) * self._ROW + 18

    def draw(self, sheet: Sheet, x: float, top: float, width: float) -> None:
        """Draw the bars."""
        sheet.text(x, top - 7, self._caption, CAPTION, bold=True)
        most = max((max(bar.budget, bar.spent + bar.committed) for bar in self._bars), default=1.0) or 1.0
        left, room = x + 150, width - 150 - 46
        y = top - 20
        for bar in self._bars:
            sheet.text(x, y - 8, fitted(clean(bar.name), 142, TABLE), TABLE)
            sheet.box(left, y - 10, room * bar.budget / most, 8.5, FREE)
            sheet.box(left, y - 10, room * max(bar.spent, 0) / most, 8.5, ACCENT)
            sheet.box(left + room * max(bar.spent, 0) / most, y - 10, room * bar.committed / most, 8.5, GREEN)
            if bar.spent + bar.committed > bar.budget:
                at = left + room * bar.budget / most
                sheet.line(at, y - 12, at, y, 1.2, INK)
            sheet.figure(x + width, y - 8, bar.figure, bar.label, TABLE, align="right")
            y -= self._ROW
        draw_legend(sheet, left, y - 9, list(zip((ACCENT, GREEN, FREE), self._legend, strict=True)))


def draw_legend(sheet: Sheet, x: float, y: float, entries: Sequence[tuple[str, str]]) -> None:
    """Draw coloured squares with their words."""
    for color, word in entries:
        sheet.box(x, y - 0.5, 8, 7, color)
        _, end = sheet.text(x + 11, y, word, SMALL, color=GREY)
        x = end + 14


@dataclass(frozen=True)
class Curve:
    """Hold a cumulative curve: month names, plan, actual up to now (None afterwards), forecast from now."""

    months: tuple[str, ...]
    plan: tuple[float | None, ...]
    actual: tuple[float | None, ...]
    forecast: tuple[float | None, ...]


class CumulativeChart(Brick):
    """Draw plan, actual and forecast over months, with direct labels."""

    before = 16.0
    _HIGH = 190.0

    def __init__(self, curve: Curve, caption: str, unit: str, words: tuple[str, str, str], ticks: Sequence[str],
                 step: float) -> None:  # fmt: skip
        self._curve, self._caption, self._unit = curve, caption, unit
        self._words, self._ticks, self._step = words, ticks, step

    def measure(self, width: float) -> float:
        """Return the fixed height."""
        return self._HIGH + 44

    def draw(self, sheet: Sheet, x: float, top: float, width: float) -> None:
        """Draw grid, months, curves and their names."""
        sheet.text(x, top - 7, self._caption, CAPTION, bold=True)
        sheet.text(x + width, top - 7, self._unit, SMALL, color=GREY, align="right")
        left, right = x + 44.0, x + width - 92
        base = top - self._HIGH - 24
        self._draw_grid(sheet, left, right, base)
        curves = ((self._curve.plan, 0.9, PLAN, ()), (self._curve.forecast, 1.2, ACCENT, (4.0, 3.0)),
                  (self._curve.actual, 1.8, ACCENT, ()))  # fmt: skip
        for values, weight, color, dash in curves:
            points = [self._at(left, right, base, i, value) for i, value in enumerate(values) if value is not None]
            sheet.path(points, weight, color, dash)
        self._draw_labels(sheet, left, right, base)

    def _at(self, left: float, right: float, base: float, i: int, value: float) -> tuple[float, float]:
        across = left + (right - left) * i / max(len(self._curve.months) - 1, 1)
        return across, base + self._HIGH * value / (self._step * max(len(self._ticks) - 1, 1))

    def _draw_grid(self, sheet: Sheet, left: float, right: float, base: float) -> None:
        for i, tick in enumerate(self._ticks):
            y = base + self._HIGH * i / max(len(self._ticks) - 1, 1)
            sheet.line(left, y, right, y, 0.6 if i == 0 else 0.4, INK if i == 0 else HAIR)
            sheet.text(left - 6, y - 2.6, tick, TINY, color=GREY, align="right")
        names = self._curve.months
        wide = max(width(clean(name), TINY) for name in names) + 8
        every = max(1, -(-int(wide * len(names)) // max(int(right - left), 1)))
        for i, name in enumerate(names):
            at, _ = self._at(left, right, base, i, 0)
            if i % every == 0:
                sheet.line(at, base, at, base - 3, 0.4, PALE)
                sheet.text(at, base - 12, name, TINY, color=GREY, align="centre")

    def _draw_labels(self, sheet: Sheet, left: float, right: float, base: float) -> None:
        known = [i for i, value in enumerate(self._curve.actual) if value is not None]
        if known and known[-1] < len(self._curve.months) - 1:
            at, _ = self._at(left, right, base, known[-1], 0)
            sheet.line(at, base, at, base + self._HIGH, 0.5, PALE, (1.5, 1.8))
        ends = []
        looks = (
            (self._curve.plan, PLAN, False),
            (self._curve.actual, ACCENT, True),
            (self._curve.forecast, ACCENT, False),
        )
        for (values, color, bold), word in zip(looks, self._words, strict=True):
            shown = [(i, value) for i, value in enumerate(values) if value is not None]
            if not shown or (values is self._curve.forecast and len(shown) < 2):
                continue
            at, y = self._at(left, right, base, *shown[-1])
            sheet.dot(at, y, 2.2, color if bold else "#FFFFFF", color)
            ends.append((y, at, word, color, bold))
        self._write_ends(sheet, ends, right)

    @staticmethod
    def _write_ends(sheet: Sheet, ends: list[tuple[float, float, str, str, bool]], right: float) -> None:
        below = float("inf")
        for y, at, word, color, bold in sorted(ends, reverse=True):
            if at < right - 1:
                sheet.text(at + 6, y - 10, word, SMALL, color=color, bold=bold)
                continue
            y = min(y, below - 10)
            sheet.text(at + 7, y - 2.6, word, SMALL, color=color, bold=bold)
            below = y
