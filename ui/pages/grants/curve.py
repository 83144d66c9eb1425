"""The cumulative curve: plan, spending up to now, and where it leads."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy

from center_app.core.money import minor_digits
from center_app.grants.values import PlanView
from ui.kit.charts import Chart
from ui.kit.theme import font, theme
from ui.kit.words import _

_LEFT, _RIGHT, _TOP, _FOOT = 48, 104, 10, 26
_RIGHT_EDGE = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_CENTRE = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)


class SpendingCurve(Chart):
    """Draw plan thin grey, actual 2 px, forecast dashed; named at their ends."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__(_("Cumulative spending"), 168)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(130)
        self.setMaximumHeight(260)
        self._plan: tuple[PlanView, ...] = ()
        self._scale, self._step, self._steps = 1.0, 1.0, 1

    def show_plan(self, plan: Sequence[PlanView]) -> None:
        """Replace the curve."""
        self._plan = tuple(plan)
        if self._plan:
            self._scale = float(unit_of(self._plan[0].planned.currency))
            values = [view.planned.minor for view in self._plan]
            values += [money.minor for view in self._plan for money in (view.actual, view.forecast) if money]
            self._step = _nice(max(values) / self._scale / 5)
            self._steps = max(1, -(-max(values) // int(self._step * self._scale)))
        self.update()

    def _at(self, n: int, minor: int) -> QPointF:
        plot = self._plot()
        x = plot.left() + plot.width() * n / max(1, len(self._plan) - 1)
        return QPointF(x, plot.bottom() - plot.height() * minor / self._scale / (self._step * self._steps))

    def _plot(self) -> QRectF:
        return QRectF(_LEFT, _TOP, self.width() - _LEFT - _RIGHT, self.height() - _TOP - _FOOT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint grid, curves and names."""
        if not self._plan:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_grid(painter)
        lines = (
            ([view.planned for view in self._plan], QPen(theme["text3"], 1.2)),
            ([view.forecast for view in self._plan], _dashed()),
            ([view.actual for view in self._plan], QPen(theme["accent"], 2)),
        )
        for values, pen in lines:
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(QPolygonF([self._at(n, money.minor) for n, money in enumerate(values) if money]))
        self._paint_names(painter)

    def _paint_grid(self, painter: QPainter) -> None:
        plot = self._plot()
        painter.setFont(font(11))
        for n in range(self._steps + 1):
            y = round(plot.bottom() - plot.height() * n / self._steps) + 0.5
            painter.setPen(QPen(theme["line_strong"] if n == 0 else theme["grid"], 1))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(theme["text2"])
            painter.drawText(QRectF(0, y - 8, _LEFT - 7, 16), _RIGHT_EDGE, _.number(self._step * n))
        wide = QFontMetricsF(font(11)).horizontalAdvance("2026-06") + 16
        every = max(1, round(wide * len(self._plan) / max(plot.width(), 1) + 0.5))
        every = next((n for n in (1, 2, 3, 6, 12) if n >= every), 12)
        for n, view in enumerate(self._plan):
            if n % every == 0:
                x = self._at(n, 0).x()
                painter.drawText(QRectF(x - 40, plot.bottom() + 5, 80, 16), _CENTRE, view.month)

    def _paint_names(self, painter: QPainter) -> None:
        closed = [n for n, view in enumerate(self._plan) if view.actual]
        ends = []
        last = len(self._plan) - 1
        if self._plan[last].planned:
            ends.append((self._at(last, self._plan[last].planned.minor).y(), _("Plan"), self._plan[last].planned.minor,
                         "text2", False))  # fmt: skip
        ahead = self._plan[last].forecast
        if ahead and (not closed or closed[-1] < last):
            ends.append((self._at(last, ahead.minor).y(), _("Forecast"), ahead.minor, "accent", True))
            self._paint_dot(painter, self._at(last, ahead.minor), hollow=True)
        self._paint_ends(painter, ends)
        if closed:
            self._paint_now(painter, closed[-1])

    def _paint_ends(self, painter: QPainter, ends: list[tuple[float, str, int, str, bool]]) -> None:
        below = -100.0
        for y, word, minor, token, bold in sorted(ends):
            y = max(y, below + 15)
            painter.setFont(font(11, bold=bold))
            painter.setPen(theme[token])
            text = f"{word} {_.number(minor / self._scale, 0)}"
            painter.drawText(
                QRectF(self._plot().right() + 9, y - 8, _RIGHT - 9, 16), int(Qt.AlignmentFlag.AlignVCenter), text
            )
            below = y

    def _paint_now(self, painter: QPainter, n: int) -> None:
        view = self._plan[n]
        at, plot = self._at(n, view.actual.minor if view.actual else 0), self._plot()
        painter.setPen(QPen(theme["text3"], 1, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(at.x(), plot.top()), QPointF(at.x(), plot.bottom()))
        self._paint_dot(painter, at)
        painter.setFont(font(11, bold=True))
        painter.setPen(theme["accent"])
        text = f"{_('Actual')} {_.number((view.actual.minor if view.actual else 0) / self._scale, 0)}"
        painter.drawText(QPointF(at.x() + 8, at.y() + 16), text)
        painter.setFont(font(11))
        painter.setPen(theme["text2"])
        told = f"{_('Plan')} {_.number(view.planned.minor / self._scale, 0)}"
        wide = QFontMetricsF(font(11)).horizontalAdvance(told)
        planned = self._at(n, view.planned.minor)
        painter.drawText(QPointF(planned.x() - wide - 8, planned.y() - 5), told)

    @staticmethod
    def _paint_dot(painter: QPainter, at: QPointF, hollow: bool = False) -> None:
        painter.setPen(QPen(theme["accent"], 2))
        painter.setBrush(theme["surface"] if hollow else theme["accent"])
        painter.drawEllipse(at, 3.5, 3.5)


def _dashed() -> QPen:
    pen = QPen(theme["accent"], 1.6)
    pen.setDashPattern([4.0, 2.7])
    return pen


def _nice(step: float) -> float:
    power = 1.0
    while True:
        for factor in (1, 2, 5):
            if power * factor >= step:
                return power * factor
        power *= 10


def unit_of(currency: str) -> int:
    """Return minor units of the chart's unit: ten thousand yuan in Chinese, else a thousand."""
    whole = 10 ** minor_digits(currency)
    return int(whole * (10_000 if currency == "CNY" and _.language == "zh" else 1_000))


def unit_name(currency: str) -> str:
    """Name the chart's unit."""
    if currency == "CNY" and _.language == "zh":
        return _("ten thousand yuan")
    return _("thousand {currency}", currency=currency)
