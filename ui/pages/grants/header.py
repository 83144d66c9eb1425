"""The head of the page: which award, its state and key facts, the two main acts, and the tabs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from center_app.core.text import N_
from center_app.grants.values import AwardView
from ui.kit.buttons import button
from ui.kit.controls import SegmentedControl
from ui.kit.layout import Card, clear, column, holder, row
from ui.kit.pill import Pill
from ui.kit.text import label, rule
from ui.kit.theme import font
from ui.kit.words import _
from ui.pages.grants.data import months_of

TABS = (
    ("overview", N_("Overview")),
    ("ledger", N_("Ledger")),
    ("evidence", N_("Evidence")),
    ("compliance", N_("Compliance")),
    ("programme", N_("Programme work")),
)


class Header(Card):
    """Choose an award and a tab; record a cost, build a report."""

    award_picked = Signal(str)
    tab_picked = Signal(str)

    def __init__(self, record: Callable[[], Any], report: Callable[[], Any], may_edit: bool, may_build: bool) -> None:
        """Take the two acts and whether the person may do them."""
        super().__init__()
        self._shown: list[QWidget] = []
        self.award = QComboBox()
        self.award.setAccessibleName(_("Award"))
        self.award.setFont(font(15, bold=True))
        self.award.setStyleSheet("QComboBox { border: none; background: transparent; padding-left: 4px; }")
        self.award.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.award.setMaximumWidth(440)
        self.award.activated.connect(lambda _at: self.award_picked.emit(self.award.currentData()))
        self._state = Pill("", "ok", "circle-play")
        self._facts = QHBoxLayout()
        self._facts.setSpacing(18)
        self.record = button(_("Record a cost"), record, icon="plus")
        self.report = button(_("Build a report"), report, icon="file-check-2", kind="primary")
        self.record.setVisible(may_edit)
        self.report.setVisible(may_build)
        top = row(self.award, self._state, 6, self._facts, None, self.record, self.report, gap=10,
                  margins=(12, 9, 14, 9))  # fmt: skip
        self.tabs = SegmentedControl(_("Parts of the award"), framed=False)
        self.tabs.set_segments([(key, _(word), "") for key, word in TABS], "overview")
        self.tabs.picked.connect(self.tab_picked)
        self.setLayout(column(top, rule(), row(self.tabs, None, margins=(12, 3, 12, 3)), gap=0))

    def show_awards(self, awards: Sequence[AwardView], award: AwardView, today: date) -> None:
        """Show the awards to choose from, and one of them."""
        self.award.clear()
        for one in awards:
            self.award.addItem(one.names.say(_.language), one.number)
        self.award.setCurrentIndex(self.award.findData(award.number))
        text, token, icon = _state_of(award, today)
        self._state.show_text(text, token, icon)
        clear(self._facts)
        self._shown = [_fact(key, value) for key, value in _facts_of(award, today)]
        for fact in self._shown:
            self._facts.addWidget(fact)
        self._drop_facts()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Drop facts where room is short."""
        super().resizeEvent(event)
        self._drop_facts()

    def _drop_facts(self) -> None:
        """Hide facts, the middle one first, until the row fits."""
        others = (self.award, self._state, self.record, self.report)
        room = self.width() - 100 - sum(made.sizeHint().width() for made in others if not made.isHidden())
        wanted = list(self._shown)
        for fact in (self._shown[k] for k in (1, 0, 2) if k < len(self._shown)):
            if sum(one.sizeHint().width() + 18 for one in wanted) <= room:
                break
            wanted.remove(fact)
        for fact in self._shown:
            fact.setVisible(fact in wanted)

    def show_counts(self, costs: int, files: int, open_rules: int | None) -> None:
        """Put counts behind the tabs' words."""
        counts = {
            "ledger": str(costs),
            "evidence": str(files),
            "compliance": "" if open_rules is None else str(open_rules),
        }
        self.tabs.set_segments([(key, _(word), counts.get(key, "")) for key, word in TABS], self.tabs.key)


def _fact(key: str, value: str) -> QWidget:
    return holder(row(label(key, "secondary"), label(value, "strong"), gap=6))


def _state_of(award: AwardView, today: date) -> tuple[str, str, str]:
    if today < award.first_day:
        return _("not yet begun"), "info", "calendar-clock"
    if today > award.last_day:
        return _("ended"), "off", "archive"
    return _("running"), "ok", "circle-play"


def _facts_of(award: AwardView, today: date) -> list[tuple[str, str]]:
    gone, whole = months_of(award, today)
    return [
        (_("Award"), award.number),
        (_("Period"), f"{_.date(award.first_day, 'iso')} – {_.date(award.last_day, 'iso')}"),
        (_("Elapsed"), _("{gone} of {whole} months", gone=gone, whole=whole)),
    ]
