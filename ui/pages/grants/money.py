"""Money at a glance: approved, spent, committed, free, the curve, and the budget by line."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QWidget

from center_app.core.labels import Label
from center_app.core.money import Money
from center_app.grants.values import AwardView, BudgetLineView
from ui.kit.charts import Share, SharesBar
from ui.kit.layout import Card, clear, column, holder, row
from ui.kit.memory import Memory
from ui.kit.panels import heading
from ui.kit.table_model import Column, RowTableModel
from ui.kit.table_view import TableView
from ui.kit.text import Label as Text
from ui.kit.text import label, rule
from ui.kit.theme import font, theme
from ui.kit.words import _
from ui.pages.grants.curve import SpendingCurve, unit_name, unit_of
from ui.pages.grants.data import Loaded, share


class Dot(QWidget):
    """A small coloured square before a word."""

    def __init__(self, token: str) -> None:
        """Take the colour token."""
        super().__init__()
        self._token = token
        self.setFixedSize(11, 11)

    def paintEvent(self, _event: Any) -> None:
        """Paint the square."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme[self._token])
        painter.drawRoundedRect(QRectF(0, 0, 11, 11), 2, 2)


class MoneyCard(Card):
    """Show the award's money in four numbers, one bar and one curve."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self._numbers = QHBoxLayout()
        self._numbers.setSpacing(0)
        self._bar = SharesBar(_("Spent, committed, free"), (), height=12)
        self._curve = SpendingCurve()
        self._title = label(_("Cumulative spending"), "strong")
        self._note, self._gap = label("", "secondary"), label("", "secondary")
        line = row(self._title, self._note, None, self._gap, gap=8)
        body = column(self._numbers, self._bar, 4, line, self._curve, gap=8, margins=(16, 12, 16, 10))
        body.setStretch(4, 1)
        self.setLayout(body)

    def show_loaded(self, loaded: Loaded) -> None:
        """Show an award's money."""
        award = loaded.award
        if award is None:
            return
        self._show_numbers(award)
        parts = ((award.spent, "accent"), (award.committed, "curve3"), (award.free, "line_strong"))
        self._bar.show_shares([Share(share(money, award.amount), token) for money, token in parts])
        self._curve.show_plan(loaded.plan)
        closed = [view for view in loaded.plan if view.actual]
        unit = unit_name(award.amount.currency)
        self._note.setText(_("{unit}, up to {month}", unit=unit, month=closed[-1].month) if closed else unit)
        self._gap.setText(_gap(loaded, award.amount.currency))

    def _show_numbers(self, award: AwardView) -> None:
        clear(self._numbers)
        currency = award.amount.currency
        shown = (
            (_("Approved ({currency})", currency=currency), award.amount, ""),
            (_("Spent"), award.spent, "accent"),
            (_("Committed"), award.committed, "curve3"),
            (_.context("money", "Free"), award.free, "line_strong"),
        )
        for n, (word, money, token) in enumerate(shown):
            if n:
                self._numbers.addWidget(rule(vertical=True))
            self._numbers.addWidget(self._number(word, money, token, award, n), 1)

    @staticmethod
    def _number(word: str, money: Money, token: str, award: AwardView, n: int) -> QWidget:
        head = row(*((Dot(token),) if token else ()), label(word, "secondary"), None, gap=6)
        if token:
            part = Fraction(money.minor, award.amount.minor) if award.amount.minor else Fraction(0)
            head.addWidget(label(_.percent(part, 1), "strong"))
        value = Text(_.money(money), "big")
        return holder(column(head, value, gap=2, margins=(12 if n else 0, 0, 12, 0)))


def _gap(loaded: Loaded, currency: str) -> str:
    """Say how far spending is from the plan at the last closed month."""
    closed = [view for view in loaded.plan if view.actual]
    if not closed or closed[-1].actual is None or not closed[-1].planned.minor:
        return ""
    late = closed[-1].planned.minor - closed[-1].actual.minor
    told = _.number(Fraction(abs(late), unit_of(currency)), 2)
    part = _.percent(Fraction(abs(late), closed[-1].planned.minor), 1)
    if late >= 0:
        return _("{amount} less than planned ({share})", amount=told, share=part)
    return _("{amount} more than planned ({share})", amount=told, share=part)


@dataclass(frozen=True)
class Line:
    """Show one budget line or the total."""

    names: Label
    planned: Money
    revised: Money
    actual: Money
    committed: Money
    is_total: bool = False

    @property
    def free(self) -> Money:
        """Return what is left."""
        return self.revised - self.actual - self.committed

    @property
    def rate(self) -> Fraction:
        """Return the spent share."""
        return Fraction(self.actual.minor, self.revised.minor) if self.revised.minor else Fraction(0)


def lines_of(budget: tuple[BudgetLineView, ...]) -> list[Line]:
    """Return the lines and their total."""
    lines = [Line(view.names, view.planned, view.revised, view.actual, view.committed) for view in budget]
    if not lines:
        return []
    total = Label({"en": "Total", "de": "Summe", "zh": "合计"})
    planned, revised = _sum(line.planned for line in lines), _sum(line.revised for line in lines)
    actual, committed = _sum(line.actual for line in lines), _sum(line.committed for line in lines)
    return [*lines, Line(total, planned, revised, actual, committed, is_total=True)]


def _sum(parts: Iterable[Money]) -> Money:
    first, *rest = parts
    for part in rest:
        first += part
    return first


class BudgetCard(Card):
    """Show the budget by line, with a small bar of what is spent and promised."""

    def __init__(self, memory: Memory) -> None:
        """Take where column widths are kept."""
        super().__init__()
        self._note = label("", "secondary")
        self._model = RowTableModel(_columns())
        self.table = TableView(self._model, _("Budget by line"), row_height=28, memory=memory, edge=14)
        self.table.horizontalHeader().setSectionsClickable(False)
        head = heading(_("Budget against actual"))
        head.insertWidget(1, self._note)
        head.setContentsMargins(16, 10, 16, 6)
        body = column(head, self.table, gap=0)
        body.setStretch(1, 1)
        self.setLayout(body)

    def show_loaded(self, loaded: Loaded, today: date) -> None:
        """Show an award's budget."""
        lines = lines_of(loaded.budget)
        self._model.set_rows(lines)
        if loaded.award and lines:
            moved = sum(max(0, line.revised.minor - line.planned.minor) for line in lines[:-1])
            told = Money(moved, loaded.award.amount.currency)
            part = Fraction(moved, lines[-1].planned.minor) if lines[-1].planned.minor else Fraction(0)
            self._note.setText(
                _("{currency}; budget version {number}, moved {amount} ({share})", currency=told.currency,
                  number=loaded.award.budget_version, amount=_.money(told), share=_.percent(part, 1))
            )  # fmt: skip


def _columns() -> list[Column]:
    return [
        Column("line", _("Budget line"), lambda line: line.names.say(_.language), bold=_is_total, width=150, stretch=1),
        _money("planned", _("Planned"), lambda line: line.planned, drop=1),
        Column("revised", _("Revised"), lambda line: str(_.money(line.revised)), value=lambda line: line.revised.minor,
               right=True, width=110, paint=_paint_revised),
        _money("actual", _("Actual"), lambda line: line.actual),
        _money("committed", _("Committed"), lambda line: line.committed, 97),
        _money("free", _.context("money", "Free"), lambda line: line.free),
        Column("bar", "", lambda line: "", paint=_paint_rate, width=44),
        Column("rate", "%", lambda line: str(_.number(line.rate * 100, 1)), value=lambda line: line.rate,
               right=True, width=66, bold=_is_total),
    ]  # fmt: skip


def _is_total(line: Line) -> bool:
    return line.is_total


def _money(name: str, title: str, of: Callable[[Line], Money], width: int = 105, drop: int = 0) -> Column:
    return Column(
        name, title, lambda line: str(_.money(of(line))), value=lambda line: of(line).minor, right=True, width=width,
        bold=_is_total, token=lambda line: "" if of(line).minor else "text3", drop=drop,
    )  # fmt: skip


def _paint_revised(painter: QPainter, rect: QRect, line: Line, _is_selected: bool) -> None:
    """Paint the revised amount, with a small triangle where money was moved."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    face = font(13, bold=line.is_total)
    text = str(_.money(line.revised))
    painter.setFont(face)
    painter.setPen(theme["text"])
    inner = rect.adjusted(0, 0, -6, 0)
    painter.drawText(inner, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), text)
    change = 0 if line.is_total else line.revised.minor - line.planned.minor
    if change:
        x = inner.right() - QFontMetricsF(face).horizontalAdvance(text) - 14
        y, up = rect.center().y() + 1, -1 if change > 0 else 1
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme["text3"])
        painter.drawPolygon(QPolygonF([QPointF(x, y - 3 * up), QPointF(x + 8, y - 3 * up), QPointF(x + 4, y + 3 * up)]))
    painter.restore()


def _paint_rate(painter: QPainter, rect: QRect, line: Line, _is_selected: bool) -> None:
    if line.is_total:
        return
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    bar = QRectF(rect.left() + 6, rect.center().y() - 2.5, rect.width() - 10, 6)
    painter.setBrush(theme["sunken"])
    painter.drawRoundedRect(bar, 2, 2)
    spent, promised = share(line.actual, line.revised), share(line.committed, line.revised)
    painter.fillRect(QRectF(bar.left(), bar.top(), bar.width() * min(1.0, spent), 6), theme["accent"])
    wide = bar.width() * min(promised, max(0.0, 1.0 - spent))
    painter.fillRect(QRectF(bar.left() + bar.width() * min(1.0, spent), bar.top(), wide, 6), theme["curve3"])
    painter.restore()
