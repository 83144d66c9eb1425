"""One failing rule opened: what is wrong, the rows that cause it, and what mends it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from center_app.grants.reports.values import RuleRow, Severity, UseRow
from center_app.grants.values import CostView
from ui.kit.buttons import button
from ui.kit.layout import column, row
from ui.kit.panels import icon_label
from ui.kit.pill import Pill
from ui.kit.text import Elided, label, rule
from ui.kit.words import _, day_month

MOST_ROWS = 6
_STRETCH = 2


class Remedies(Protocol):
    """What mends a failing rule from here."""

    def reverse(self, number: str) -> Any:
        """Ask why and reverse a cost."""

    def claim_measured(self, uses: Sequence[UseRow]) -> None:
        """Claim what was measured instead of more."""


def severity_pill(severity: Severity) -> Pill:
    """Say what a failure means."""
    if severity is Severity.ERROR:
        return Pill(_("blocks release"), "crit")
    if severity is Severity.WARNING:
        return Pill(_("must be explained"), "warn")
    return Pill(_("for information"), "off")


class Failure(QWidget):
    """Show a failing rule with its rows; each leads to its booking or ledger line."""

    def __init__(
        self, one: RuleRow, costs: Mapping[str, CostView], uses: Mapping[str, UseRow], acts: Remedies | None,
        go: Callable[..., Any],
    ) -> None:  # fmt: skip
        """Take the rule, costs by number, uses by id, the acts that mend (None: no right) and how to go elsewhere."""
        super().__init__()
        self._acts, self._go = acts, go
        title = row(icon_label("circle-x", "crit"), Elided(f"{one.id} {one.names.say(_.language)}", "bold"),
                    severity_pill(one.severity), gap=8)  # fmt: skip
        title.setStretch(1, 1)
        body = column(title, label(one.message.say(_.language), "secondary", wrap=True), gap=4, margins=(16, 9, 16, 10))
        self._costs = [costs[name] for name in one.rows if name in costs]
        self._uses = [uses[name] for name in one.rows if name in uses]
        if self._costs:
            body.addLayout(self._cost_grid())
        elif self._uses:
            body.addLayout(self._use_grid())
        body.addLayout(self._foot(one))
        self.setLayout(body)

    def _foot(self, one: RuleRow) -> QHBoxLayout:
        remedy = one.remedy.say(_.language)
        foot = row(label(_("Remedy: {text}", text=remedy), "body", wrap=True) if remedy else None, gap=8)
        foot.setStretch(0, 1)
        acts = self._acts
        if acts is None:
            return foot
        if one.id == "GEN-03" and self._costs:
            last = self._costs[-1].number
            told = _("Reverse {number}", number=last)
            foot.addWidget(button(told, lambda: acts.reverse(last), small=True))
        elif one.id == "GEN-08" and self._uses:
            told = _("Claim what was measured")
            foot.addWidget(button(told, lambda: acts.claim_measured(self._uses), small=True))
        return foot

    def _cost_grid(self) -> QGridLayout:
        grid = _grid((_("Ledger"), _("Paid on"), _("Supplier"), _("Invoice number"), _("Amount")))
        for n, cost in enumerate(self._costs[:MOST_ROWS], 1):
            paid = _.date(cost.paid_on, "iso") if cost.paid_on else "–"
            cells = (cost.number, paid, cost.supplier, cost.invoice_number, str(_.money(cost.amount)))
            _fill(grid, n, cells, partial(self._go, "grants", cost=cost.number))
        _more(grid, len(self._costs))
        return grid

    def _use_grid(self) -> QGridLayout:
        titles = (_("Booking"), _("Day"), _("Person"), _("booked h"), _("measured h"), _("claimed h"), _("too much h"))
        grid = _grid(titles)
        for n, use in enumerate(self._uses[:MOST_ROWS], 1):
            cells = (use.booking, day_month(use.day), use.person, hours(use.booked_us), hours(use.measured_us),
                     hours(use.claimed_us), over_text(over_of(use)))  # fmt: skip
            _fill(grid, n, cells, partial(self._go, "calendar", booking_id=use.booking_id), crit=True)
        _more(grid, len(self._uses))
        self._total(grid)
        return grid

    def _total(self, grid: QGridLayout) -> None:
        """Add the sums under a line."""
        at = grid.rowCount()
        grid.addWidget(rule(), at, 0, 1, 7)
        fields = ("booked_us", "measured_us", "claimed_us")
        sums = [hours(sum(getattr(use, name) or 0 for use in self._uses)) for name in fields]
        sums.append(over_text(sum(over_of(use) or 0 for use in self._uses)))
        grid.addWidget(label(_("Total"), "strong"), at + 1, 0)
        for k, text in enumerate(sums, 3):
            grid.addWidget(label(text, "strong", "crit" if k == 6 else ""), at + 1, k, Qt.AlignmentFlag.AlignRight)


def over_of(use: UseRow) -> int | None:
    """Return claimed less proved microseconds of a use."""
    return None if use.claimed_us is None or use.effective_us is None else use.claimed_us - use.effective_us


def over_text(value: int | None) -> str:
    """Write how much too much."""
    return "–" if value is None else "+" + hours(value)


def hours(value: int | None) -> str:
    """Write microseconds as hours; a dash when not measured."""
    return "–" if value is None else str(_.hours(value / 1_000_000, 1))


def _grid(titles: Sequence[str]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(2)
    grid.setColumnStretch(_STRETCH, 1)
    for n, title in enumerate(titles):
        grid.addWidget(label(title, "small"), 0, n, _side(n))
    return grid


def _fill(grid: QGridLayout, n: int, cells: Sequence[str], go: Callable[[], Any], crit: bool = False) -> None:
    link = button(cells[0], go, kind="link", small=True)
    link.setStyleSheet("QPushButton { padding: 0; border: none; }")
    link.setFixedHeight(20)
    grid.addWidget(link, n, 0, _side(0))
    for k, text in enumerate(cells[1:], 1):
        if k == _STRETCH:
            grid.addWidget(Elided(text, "secondary", "text"), n, k)
            continue
        is_over = crit and k == len(cells) - 1
        made = label(text, "strong", "crit") if is_over else label(text, "secondary", "text")
        grid.addWidget(made, n, k, _side(k))


def _more(grid: QGridLayout, count: int) -> None:
    if count > MOST_ROWS:
        told = _.plural("and {n} more", "and {n} more", count - MOST_ROWS)
        grid.addWidget(label(told, "small"), MOST_ROWS + 1, 0, 1, 3)


def _side(k: int) -> Qt.AlignmentFlag:
    return Qt.AlignmentFlag.AlignRight if k > _STRETCH else Qt.AlignmentFlag.AlignLeft
