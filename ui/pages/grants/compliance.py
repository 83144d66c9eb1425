"""Rules at a glance: three counts, a dot per rule, and every failing rule opened to the rows that cause it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from center_app.grants.reports.values import RuleRow, Severity, Verdict
from center_app.grants.values import CostView
from ui.kit.buttons import button
from ui.kit.icons import paint_icon
from ui.kit.layout import Card, clear, column, holder, row, scrolling
from ui.kit.panels import heading, icon_label
from ui.kit.text import label, rule
from ui.kit.theme import font, theme
from ui.kit.words import _
from ui.pages.grants.data import Checked
from ui.pages.grants.failure import Failure, Remedies

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
            (font(size, bold=True) for size in (13, 12, 11, 10) if _advance(size, word) <= room), font(11, bold=True)
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

    def __init__(self, go: Callable[..., Any], acts: Remedies, show_all: Callable[[], Any]) -> None:
        """Take how to go elsewhere, the acts that mend, and what "show all" does."""
        super().__init__()
        self._go, self._acts = go, acts
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
            self._open.addWidget(Failure(one, by_number, checked.uses, self._acts if may_edit else None, self._go))
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
