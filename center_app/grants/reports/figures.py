"""Say figures in words, and make every figure again from the rows of a snapshot."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction

from center_app.core.money import Money
from center_app.core.text import Words
from center_app.grants.reports.values import Figure, Formula, Kind, Snapshot

Value = int | Fraction | None
NOT_MEASURED = "–"
_HOUR_US = 3_600_000_000
_ROW_KEYS = {"budget": "code", "equipment": "code", "plan": "month"}


def printed(figure: Figure, words: Words, currency: str, digits: int | None = None) -> str:
    """Write a figure's value without its unit: money with its decimals, hours and per cent with one.

    `digits` changes the decimals of hours, shares and counts (a heat map prints whole hours).
    """
    return printed_value(figure.kind, figure.value, words, currency, digits)


def printed_value(kind: Kind, value: Value, words: Words, currency: str, digits: int | None = None) -> str:
    """Write a value of a kind; None is a dash."""
    if value is None:
        return NOT_MEASURED
    if kind is Kind.MONEY:
        return words.money(Money(int(value), currency))
    if kind is Kind.TIME:
        return words.number(Fraction(value, _HOUR_US), 1 if digits is None else digits)
    if kind is Kind.SHARE:
        return words.percent(Fraction(value), 1 if digits is None else digits)
    return words.number(value, digits or 0)


def row_key(table: str) -> str:
    """Return the field that names a row of a table."""
    return _ROW_KEYS.get(table, "id")


def rows_of(snapshot: Snapshot, formula: Formula) -> list[object]:
    """Return the rows a formula takes, in their order."""
    return [row for row in _table(snapshot, formula.table) if _matches(row, formula.where)]


def _table(snapshot: Snapshot, name: str) -> Iterable[object]:
    rows = getattr(snapshot, name)
    return rows if isinstance(rows, tuple) else (rows,)


def _matches(row: object, where: Iterable[tuple[str, str]]) -> bool:
    return all(_text(getattr(row, field)) == wanted for field, wanted in where)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


class Recount:
    """Make the figures of a snapshot again, each once."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._formulas = {figure.id: figure.formula for figure in snapshot.figures}
        self._made: dict[str, Value] = {}
        self._index: dict[tuple[str, tuple[str, ...]], dict[tuple[str, ...], list[object]]] = {}

    def value(self, figure_id: str) -> Value:
        """Return a figure's value from its rows; raises KeyError for an unknown id."""
        if figure_id not in self._made:
            self._made[figure_id] = self.evaluate(self._formulas[figure_id])
        return self._made[figure_id]

    def evaluate(self, formula: Formula) -> Value:
        """Return what a formula gives; raises KeyError for an unknown operation."""
        if formula.op == "none":
            return None
        if formula.op in _OVER_FIGURES:
            parts = [self.value(name) for name in formula.figures]
            return _OVER_FIGURES[formula.op](parts)
        rows = self._rows(formula)
        if formula.op == "count":
            return len(rows)
        return _OVER_ROWS[formula.op]([getattr(row, formula.field) for row in rows])

    def _rows(self, formula: Formula) -> list[object]:
        names = tuple(name for name, _ in formula.where)
        key = (formula.table, names)
        if key not in self._index:
            grouped: dict[tuple[str, ...], list[object]] = {}
            for row in _table(self._snapshot, formula.table):
                grouped.setdefault(tuple(_text(getattr(row, name)) for name in names), []).append(row)
            self._index[key] = grouped
        return self._index[key].get(tuple(wanted for _, wanted in formula.where), [])


def _sum(values: list[Value]) -> Value:
    known = [value for value in values if value is not None]
    return sum(known, 0) if known or not values else None


def _plus(values: list[Value]) -> Value:
    return _sum(values)


def _minus(values: list[Value]) -> Value:
    if any(value is None for value in values):
        return None
    first, *rest = values
    return (first or 0) - sum(value or 0 for value in rest)


def _ratio(values: list[Value]) -> Value:
    top, bottom = values
    return None if top is None or not bottom else Fraction(top) / Fraction(bottom)


def _mean(values: list[Value]) -> Value:
    exact = _ratio(values)
    return None if exact is None else int(exact + Fraction(1, 2))


_OVER_FIGURES: dict[str, Callable[[list[Value]], Value]] = {
    "plus": _plus, "minus": _minus, "ratio": _ratio, "mean": _mean,
}  # fmt: skip
_OVER_ROWS: dict[str, Callable[[list[Value]], Value]] = {
    "sum": _sum, "value": lambda values: values[0] if values else None,
}  # fmt: skip
