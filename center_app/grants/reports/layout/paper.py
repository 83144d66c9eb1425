"""What every chapter needs: the snapshot, the language, and figures as cells."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from functools import lru_cache

from center_app.core.labels import Label
from center_app.core.money import Money, rmb_capitals
from center_app.core.text import Words
from center_app.documents.cells import Cell
from center_app.documents.sheet import INK, PALE
from center_app.grants.reports.figures import Value, printed_value
from center_app.grants.reports.values import Kind, RuleInput, Snapshot

HOUR_US = 3_600_000_000


class Paper:
    """Hold a snapshot and a language, and say values of the one in the other.

    A figure of the snapshot's registry is printed under its id, so that it can be found and proved;
    what the registry does not hold is printed plain.
    """

    def __init__(self, snapshot: Snapshot, words: Words, snapshot_sha256: str) -> None:
        self.snapshot, self.words, self.sha256 = snapshot, words, snapshot_sha256
        self.currency = snapshot.report.currency
        self._figures = snapshot.by_id()
        self.chapter = 0
        self.notes: list[str] = []

    def say(self, label: Label) -> str:
        """Return a label in this language."""
        return label.say(self.words.language)

    def has(self, figure: str) -> bool:
        """Tell whether the registry holds a figure."""
        return figure in self._figures

    def value(self, figure: str, fallback: Value = None) -> Value:
        """Return a figure's value, or the fallback when the registry does not hold it."""
        return self._figures[figure].value if figure in self._figures else fallback

    def text(self, kind: Kind, value: Value, digits: int | None = None) -> str:
        """Write a value without its unit."""
        return printed_value(kind, value, self.words, self.currency, digits)

    def cell(self, figure: str, kind: Kind, fallback: Value = None, *, digits: int | None = None, note: int = 0,
             bare: bool = False, color: str = "") -> Cell:  # fmt: skip
        """Return a cell for a figure; `bare` leaves the per cent sign to the column heading."""
        known = self._figures.get(figure)
        kind = known.kind if known else kind
        value = known.value if known else fallback
        text = self.text(kind, value, digits)
        if bare and kind is Kind.SHARE and value is not None:
            text = text.removesuffix("%").rstrip()
        muted = value is None or value == 0
        return Cell(text, figure if known else "", digits, note=note, color=color or (PALE if muted else INK))

    def share(self, value: Fraction) -> str:
        """Write an exact share with one decimal, or two where one would not be exact."""
        return self.text(Kind.SHARE, value, 1 if (value * 1000).denominator == 1 else 2)

    def money(self, minor: int | None) -> str:
        """Write minor units."""
        return self.text(Kind.MONEY, minor)

    def unit(self) -> str:
        """Say the unit of a table of money."""
        return self.words("Unit: {currency}", currency=self.currency_word())

    def currency_word(self) -> str:
        """Return the currency as a table names it."""
        return self.words.context("unit", "CNY") if self.currency == "CNY" else self.currency

    def capitals(self, minor: int) -> str:
        """Write an amount in RMB capitals; empty in another currency."""
        return rmb_capitals(Money(minor, self.currency)) if self.currency == "CNY" else ""

    def days(self, first: date, last: date) -> str:
        """Write a span of days."""
        words = self.words
        if words.language == "zh":
            return words("{first} to {last}", first=first, last=last)
        return f"{words.date(first)} – {words.date(last)}"

    def day(self, day: date) -> str:
        """Write a day for a narrow column: 31.12.2025 in German, 31 Dec 2025 in English, 2025-12-31 in Chinese."""
        return _narrow_day(self.words, day)

    def month(self, month: str, form: str = "month") -> str:
        """Write a month such as 2026-05."""
        return self.words.date(date.fromisoformat(month + "-01"), form)

    def note(self, text: str) -> tuple[int, str]:
        """Give a footnote its number within the chapter; the same text keeps its number."""
        if text not in self.notes:
            self.notes.append(text)
        return self.notes.index(text) + 1, text

    def open_chapter(self, title: str) -> str:
        """Start a chapter: return its numbered title and forget the notes of the last one."""
        self.chapter += 1
        self.notes = []
        return f"{self.chapter}  {title}"

    def caption(self, kind: str, number: int, title: str) -> str:
        """Return a numbered caption; `kind` is the word for table or figure."""
        return f"{kind} {self.chapter}.{number}  {title}"

    def table(self, number: int, title: str) -> str:
        """Return the caption of a table."""
        return self.caption(self.words.context("caption", "Table"), number, title)

    def chart(self, number: int, title: str) -> str:
        """Return the caption of a chart."""
        return self.caption(self.words.context("caption", "Figure"), number, title)

    def input(self, given: RuleInput) -> str:
        """Write one value a rule used."""
        try:
            text = _INPUTS[given.kind](self, given.value)
        except (ValueError, KeyError, ZeroDivisionError):
            text = given.value
        unit = {Kind.TIME: " h", Kind.MONEY: ""}.get(given.kind, "")
        return text + unit


@lru_cache(maxsize=8192)
def _narrow_day(words: Words, day: date) -> str:
    return words.date(day, "iso" if words.language == "zh" else "medium")


_INPUTS: dict[Kind, Callable[[Paper, str], str]] = {
    Kind.MONEY: lambda paper, value: paper.money(int(value)),
    Kind.TIME: lambda paper, value: paper.text(Kind.TIME, int(value)),
    Kind.SHARE: lambda paper, value: paper.share(Fraction(value)),
    Kind.COUNT: lambda paper, value: paper.text(Kind.COUNT, int(value)),
    Kind.DAY: lambda paper, value: paper.words.date(date.fromisoformat(value)),
    Kind.TEXT: lambda paper, value: value,
}


def hours(value: Value) -> float | None:
    """Return microseconds as hours for drawing."""
    return None if value is None else float(value) / HOUR_US
