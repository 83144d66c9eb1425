"""Rules at a glance: three counts, a dot per rule, and every failing rule opened to the rows that cause it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from center_app.grants.reports.values import RuleRow, Severity, UseRow, Verdict
from center_app.grants.values import CostView
from ui.kit.buttons import button
from ui.kit.icons import paint_icon
from ui.kit.layout import Card, clear, column, holder, row, scrolling
from ui.kit.panels import heading, icon_label
from ui.kit.pill import Pill
from ui.kit.text import Elided, label, rule
from ui.kit.theme import font, theme
from ui.kit.words import _, day_month
from ui.pages.grants.data import Checked

LOOKS = {
    Verdict.PASS: ("circle-check", "ok"), Verdict.FAIL: ("circle-x", "crit"),
    Verdict.NOT_CHECKED: ("circle-dashed", "off"),
}  # fmt: skip
MOST_ROWS = 6


def verdict_word(verdict: Verdict) -> str:
    """Return the word for an outcome."""
    words = {Verdict.PASS: _("passed"), Verdict.FAIL: _("failed"), Verdict.NOT_CHECKED: _("not checked")}
    return words[verdict]


def group_word(group: str) -> str:
    """Return what a group of rules is about, in one word."""
    words = {"GEN": _("General"), "CN": _("Guangdong"), "CNE": _("Sharing"), "DOC": _("Document")}
    return words.get(group, "")


def severity_pill(severity: Severity) -> Pill:
    """Say what a failure means."""
    if severity is Severity.ERROR:
        return Pill(_("blocks release"), "crit")
    if severity is Severity.WARNING:
        return Pill(_("must be explained"), "warn")
    return Pill(_("for information"), "off")


class CountTile(QWidget):
    """A soft tile: icon, word, number."""

    def __init__(self, verdict: Verdict) -> None:
        """Take the outcome it counts."""
        super().__init__()
        self._verdict, self._count = verdict, 0
        self.setFixedHeight(36)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_count(self, count: int) -> None:
        """Show a number."""
        self._count = count
        self.setAccessibleName(f"{verdict_word(self._verdict)}: {count}")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint ground, icon, word, number."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        icon, token = LOOKS[self._verdict]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme[f"{token}_soft"])
        painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        paint_icon(painter, icon, 10, self.height() / 2 - 8, 16, theme[token])
        painter.setPen(theme[token])
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        word = verdict_word(self._verdict)
        room = self.width() - 33 - 12 - 13 * len(str(self._count))
        face = next(
            (font(size, bold=True) for size in (13, 12, 11) if _advance(size, word) <= room), font(11, bold=True)
        )
        painter.setFont(face)
        shown = painter.fontMetrics().elidedText(word, Qt.TextElideMode.ElideRight, room)
        painter.drawText(self.rect().adjusted(32, 0, 0, 0), middle, shown)
        painter.setFont(font(18, bold=True))
        painter.drawText(
            self.rect().adjusted(0, 0, -12, 0), middle | int(Qt.AlignmentFlag.AlignRight), str(self._count)
        )


def _advance(size: float, text: str) -> float:
    return QFontMetricsF(font(size, bold=True)).horizontalAdvance(text)


class Dots(QWidget):
    """One dot per rule of a group."""

    def __init__(self, rules: Sequence[RuleRow]) -> None:
        """Take the rules of the group."""
        super().__init__()
        self._rules = list(rules)
        passed = sum(one.verdict is Verdict.PASS for one in rules)
        self.setAccessibleName(_("{passed} of {count} passed", passed=passed, count=len(rules)))
        self.setToolTip("\n".join(f"{one.id}  {verdict_word(one.verdict)}" for one in rules))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Fit the dots."""
        return QSize(13 * len(self._rules), 14)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the dots."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for n, one in enumerate(self._rules):
            _paint_dot(painter, QRectF(n * 13 + 0.5, 1.5, 11, 11), one.verdict)


def _paint_dot(painter: QPainter, box: QRectF, verdict: Verdict) -> None:
    """Paint a filled disc with a tick or cross, or a dashed ring."""
    token = LOOKS[verdict][1]
    if verdict is Verdict.NOT_CHECKED:
        painter.setPen(QPen(theme["text3"], 1.2, Qt.PenStyle.DotLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(box.adjusted(0.5, 0.5, -0.5, -0.5))
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme[token])
    painter.drawEllipse(box)
    painter.setPen(QPen(theme["surface"], 1.5))
    strokes = _TICK if verdict is Verdict.PASS else _CROSS
    for stroke in strokes:
        painter.drawPolyline([QPointF(box.left() + x * box.width(), box.top() + y * box.height()) for x, y in stroke])


_TICK = (((0.28, 0.52), (0.44, 0.68), (0.72, 0.36)),)
_CROSS = (((0.32, 0.32), (0.68, 0.68)), ((0.68, 0.32), (0.32, 0.68)))


class ComplianceCard(Card):
    """Show the rules of an award; failing ones lie open."""

    def __init__(self, go: Callable[..., Any], reverse: Callable[[str], Any], show_all: Callable[[], Any]) -> None:
        """Take how to go elsewhere, how a cost is reversed, and what "show all" does."""
        super().__init__()
        self._go, self._reverse = go, reverse
        self._note = label("", "secondary")
        all_rules = button(_("Show all"), show_all, kind="link", small=True)
        head = heading(_("Compliance"), "", all_rules)
        head.insertWidget(1, self._note)
        head.setContentsMargins(16, 11, 12, 8)
        self._tiles = {verdict: CountTile(verdict) for verdict in Verdict}
        self._groups = QGridLayout()
        self._groups.setContentsMargins(16, 8, 16, 8)
        self._groups.setHorizontalSpacing(10)
        self._groups.setVerticalSpacing(3)
        self._groups.setColumnStretch(3, 1)
        self._open = QVBoxLayout()
        self._open.setContentsMargins(0, 0, 0, 0)
        self._open.setSpacing(0)
        area = scrolling(holder(column(self._open, None, gap=0)))
        tiles = row(*self._tiles.values(), gap=8, margins=(16, 0, 16, 0))
        body = column(head, tiles, self._groups, rule(), area, gap=0)
        body.setStretch(4, 1)
        self.setLayout(body)

    def show_waiting(self) -> None:
        """Say that the rules are being checked."""
        self._note.setText(_("Checking…"))

    def show_checked(self, checked: Checked, costs: Sequence[CostView], may_edit: bool) -> None:
        """Show rule results with the rows behind failures."""
        self._note.setText(_.plural("{n} rule applies", "{n} rules apply", len(checked.rules)))
        for verdict, tile in self._tiles.items():
            tile.show_count(checked.count(verdict))
        self._show_groups(checked.rules)
        clear(self._open)
        by_number = {cost.number: cost for cost in costs}
        failing = [one for one in checked.rules if one.verdict is Verdict.FAIL]
        for one in sorted(failing, key=lambda found: found.severity is not Severity.ERROR):
            self._open.addWidget(self._failure(one, by_number, checked.uses, may_edit))
            self._open.addWidget(rule())
        self._show_unchecked([one for one in checked.rules if one.verdict is Verdict.NOT_CHECKED])
        if not failing:
            told = label(_("No rule fails."), "secondary")
            self._open.addWidget(holder(row(icon_label("circle-check", "ok"), told, None, margins=(16, 12, 16, 12))))

    def _show_unchecked(self, rules: Sequence[RuleRow]) -> None:
        """List what could not be checked, and what is missing for it."""
        if not rules:
            return
        body = column(label(_("Not checked"), "strong"), gap=5, margins=(16, 9, 16, 10))
        for one in sorted(rules, key=lambda found: found.severity is not Severity.ERROR):
            name = label(f"{one.id} {one.names.say(_.language)}", "secondary", "text", wrap=True)
            why = label(one.message.say(_.language), "small", wrap=True)
            line = row(icon_label("circle-dashed", "text3", 14), column(name, why, gap=0), gap=8)
            line.setStretch(1, 1)
            body.addLayout(line)
        self._open.addWidget(holder(body))

    def _show_groups(self, rules: Sequence[RuleRow]) -> None:
        clear(self._groups)
        groups: dict[str, list[RuleRow]] = {}
        for one in rules:
            groups.setdefault(one.group, []).append(one)
        for n, (name, found) in enumerate(groups.items()):
            passed = sum(one.verdict is Verdict.PASS for one in found)
            self._groups.addWidget(label(f"{group_word(name)} {name}", "secondary"), n, 0)
            self._groups.addWidget(Dots(found), n, 1)
            self._groups.addWidget(label(f"{passed}/{len(found)}", "secondary"), n, 2)

    def _failure(
        self, one: RuleRow, costs: Mapping[str, CostView], uses: Mapping[str, UseRow], may_edit: bool
    ) -> QWidget:
        title = row(icon_label("circle-x", "crit"), Elided(f"{one.id} {one.names.say(_.language)}", "bold"),
                    severity_pill(one.severity), gap=8)  # fmt: skip
        title.setStretch(1, 1)
        body = column(title, label(one.message.say(_.language), "secondary", wrap=True), gap=4, margins=(16, 9, 16, 10))
        found_costs = [costs[name] for name in one.rows if name in costs]
        found_uses = [uses[name] for name in one.rows if name in uses]
        if found_costs:
            body.addLayout(self._cost_grid(found_costs))
        elif found_uses:
            body.addLayout(self._use_grid(found_uses))
        remedy = one.remedy.say(_.language)
        foot = row(label(_("Remedy: {text}", text=remedy), "body", wrap=True) if remedy else None, gap=8)
        foot.setStretch(0, 1)
        if found_costs and may_edit and one.id == "GEN-03":
            last = found_costs[-1].number
            foot.addWidget(button(_("Reverse {number}", number=last), lambda: self._reverse(last), small=True))
        elif found_uses:
            day = found_uses[0].booking_id
            foot.addWidget(button(_("Show booking"), lambda: self._go("calendar", booking_id=day), small=True))
        body.addLayout(foot)
        return holder(body)

    def _cost_grid(self, costs: Sequence[CostView]) -> QGridLayout:
        titles = (_("Ledger"), _("Paid on"), _("Supplier"), _("Invoice number"), _("Amount"))
        grid = _grid(titles, stretch=2)
        for n, cost in enumerate(costs[:MOST_ROWS], 1):
            cells = (cost.number, _.date(cost.paid_on, "iso") if cost.paid_on else "–", cost.supplier,
                     cost.invoice_number, _.money(cost.amount))  # fmt: skip
            _fill(grid, n, cells)
        return grid

    def _use_grid(self, uses: Sequence[UseRow]) -> QGridLayout:
        titles = (_("Booking"), _("Day"), _("Person"), _("booked h"), _("measured h"), _("claimed h"), _("too much h"))
        grid = _grid(titles, stretch=2)
        for n, use in enumerate(uses[:MOST_ROWS], 1):
            over = None if use.claimed_us is None or use.effective_us is None else use.claimed_us - use.effective_us
            told = "–" if over is None else "+" + hours(over)
            cells = (use.booking, day_month(use.day), use.person, hours(use.booked_us), hours(use.measured_us),
                     hours(use.claimed_us), told)  # fmt: skip
            _fill(grid, n, cells, crit=over is not None and over > 0)
        return grid


def hours(value: int | None) -> str:
    """Write microseconds as hours; a dash when not measured."""
    return "–" if value is None else str(_.hours(value / 1_000_000, 1))


def _grid(titles: Sequence[str], stretch: int) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(3)
    grid.setColumnStretch(stretch, 1)
    for n, title in enumerate(titles):
        grid.addWidget(label(title, "small"), 0, n, _side(n, stretch))
    return grid


def _fill(grid: QGridLayout, n: int, cells: Sequence[str], crit: bool = False) -> None:
    stretch = 2
    for k, text in enumerate(cells):
        is_last = k == len(cells) - 1
        if k == stretch:
            grid.addWidget(Elided(text, "secondary", "text"), n, k)
            continue
        tone = "accent" if k == 0 else "crit" if crit and is_last else "text"
        grid.addWidget(label(text, "strong" if crit and is_last else "secondary", tone), n, k, _side(k, stretch))


def _side(k: int, stretch: int) -> Qt.AlignmentFlag:
    return Qt.AlignmentFlag.AlignRight if k > stretch else Qt.AlignmentFlag.AlignLeft
