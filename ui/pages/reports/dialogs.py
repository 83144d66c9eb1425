"""Dialogs of the page: what to build, what a check found, how two versions differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from PySide6.QtWidgets import QComboBox, QDialog, QWidget

from center_app.core.errors import describe as say
from center_app.grants.reports.compare import Change, compare
from center_app.grants.reports.values import Snapshot, Verdict
from center_app.grants.reports.verify import Verified
from center_app.grants.values import AwardView, ReportView
from ui.kit.buttons import button
from ui.kit.dialog import FormDialog
from ui.kit.form import Field, Form
from ui.kit.layout import clear, column, holder, row, scrolling
from ui.kit.panels import KeyValues, icon_label
from ui.kit.pill import StateChip
from ui.kit.table_model import Column, RowTableModel
from ui.kit.table_view import TableView
from ui.kit.text import label
from ui.kit.words import LANGUAGES, _
from ui.pages.reports.data import Shelf
from ui.pages.reports.origin import describe
from ui.pages.reports.trouble import Proofs
from ui.pages.reports.versions import version_text
from ui.pages.reports.work import Wish

MONTHS = 18


def month_before(day: date) -> tuple[date, date]:
    """Return first and last day of the month before a day."""
    last = day.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


def periods(award: AwardView, today: date) -> list[tuple[tuple[date, date], str]]:
    """Return the closed months of an award, newest first, then its quarters and the time so far."""
    months: list[tuple[date, date]] = []
    day = today
    while len(months) < MONTHS:
        first, last = month_before(day)
        if last < award.first_day:
            break
        months.append((first, last))
        day = first
    choices = [(span, str(_.date(span[0], "month"))) for span in months]
    for newest, oldest in zip(months[::3], months[2::3], strict=False):
        span = (oldest[0], newest[1])
        choices.append((span, f"{_.date(span[0])} – {_.date(span[1])}"))
    if months:
        whole = (award.first_day, months[0][1])
        choices.append((whole, _("Whole award so far, {first} – {last}", first=whole[0], last=whole[1])))
    return choices


class BuildDialog(FormDialog):
    """Ask period, language, reviewer, and a reason where a locked version exists."""

    def __init__(
        self, parent: QWidget, shelf: Shelf, award: AwardView, today: date, actor: str, start: Callable[[Wish], Any]
    ) -> None:
        self._shelf, self._award, self._start = shelf, award, start
        names = [("", "–"), *((name, name) for name in shelf.people if name != actor)]
        spans, tongues = periods(award, today), list(LANGUAGES.items())
        form = Form(
            [
                Field("span", _("Period"), "choice", spans[0][0] if spans else None, choices=spans),
                [
                    Field("language", _("Language of the paper"), "choice", _.language, choices=tongues),
                    Field("reviewer", _("Reviewer"), "choice", names[1][0] if len(names) > 1 else "", choices=names),
                ],
                Field("reason", _("Reason for a later version"), hint=_("What changed since the released version"),
                      check=self._check_reason),
            ]
        )  # fmt: skip
        note = f"{award.number}, {award.names.say(_.language)}"
        super().__init__(parent, _("Build a report"), form, _("Build"), self._on_save, width=480, note=note)
        form.edited.connect(self._show_need)
        self._show_need()

    def _released(self) -> ReportView | None:
        span = self.form.values()["span"]
        found = [v for v in self._shelf.of(self._award.number) if (v.first_day, v.last_day) == tuple(span or ())]
        newest = max(found, key=lambda view: view.version, default=None)
        return newest if newest is not None and (newest.version > 1 or newest.released_by) else None

    def _check_reason(self, value: Any) -> str:
        needs = self._released() is not None
        return _("Say why; it is printed on the cover.") if needs and not value else ""

    def _show_need(self) -> None:
        self.form.field("reason").setVisible(self._released() is not None)

    def _on_save(self, values: dict[str, Any], done: Any, _failed: Any) -> None:
        first, last = values["span"]
        done(None)
        self._start(Wish(self._award.number, first, last, values["language"], values["reason"], values["reviewer"]))


class VerdictDialog(QDialog):
    """Say calmly what a check of a paper found."""

    def __init__(self, parent: QWidget, name: str, proofs: Proofs) -> None:
        super().__init__(parent)
        found = proofs.verified
        assert found is not None
        self.setWindowTitle(_("Check of the report"))
        self.setMinimumWidth(560)
        icon, token = ("shield-check", "ok") if found.is_intact else ("shield-alert", "crit")
        self.verdict = label(
            _("Everything agrees") if found.is_intact else _("Something was changed"), "title", wrap=True
        )
        head = row(icon_label(icon, token, 26), column(self.verdict, label(name, "secondary"), gap=1), gap=12)
        head.setStretch(1, 1)
        facts = KeyValues(190)
        facts.show_rows(_facts(found, proofs))
        box = column(head, facts, gap=14, margins=(22, 20, 22, 18))
        if found.problems:
            box.addWidget(self._problems(found), 1)
        close = button(_("Close"), self.accept, kind="primary")
        close.setDefault(True)
        box.addLayout(row(None, close))
        self.setLayout(box)

    def _problems(self, found: Verified) -> QWidget:
        self.texts = [" ".join(say(problem, _.words)) for problem in found.problems]
        lines = column(*(self._problem(text) for text in self.texts[:60]), None, gap=8, margins=(0, 0, 8, 0))
        area = scrolling(holder(lines))
        area.setMinimumHeight(min(260, 56 * len(self.texts)))
        return area

    def _problem(self, text: str) -> Any:
        line = row(icon_label("circle-x", "crit"), label(text, "body", wrap=True), gap=8)
        line.setStretch(1, 1)
        return line


def _facts(found: Verified, proofs: Proofs) -> list[tuple[str, str | QWidget]]:
    same = {None: "–", True: _("the same, byte for byte"), False: _("other bytes")}
    return [
        (_("Figures recounted"), _.number(found.recounted)),
        (_("Figures read on the pages"), _.number(found.printed)),
        (_("Supporting documents"), "–" if found.evidence is None else _.number(found.evidence)),
        (_("Entries of the audit trail"), "–" if found.trail is None else _.number(found.trail)),
        ("PDF/A-3b", _("approved by the validator") if proofs.is_pdfa else _("not approved")),
        (_("Second run"), same[proofs.is_repeated]),
        ("SHA-256", f"{found.snapshot_sha256[:16]}…"),
    ]


class CompareDialog(QDialog):
    """Show two versions figure by figure."""

    def __init__(
        self,
        parent: QWidget,
        new: tuple[ReportView, Snapshot],
        others: Sequence[ReportView],
        load: Callable[[ReportView, Callable[[Snapshot | None], Any]], Any],
    ) -> None:
        super().__init__(parent)
        self._view, self._new = new
        self._load = load
        self._old: Snapshot | None = None
        self.setWindowTitle(_("Compare versions"))
        self.resize(820, 560)
        self.other = QComboBox()
        self.other.setAccessibleName(_("Compare with"))
        for view in others:
            self.other.addItem(f"{view.names.say(_.language)}, {version_text(view)}", view)
        self.other.currentIndexChanged.connect(lambda _at: self._choose())
        self.summary = label("", "secondary", wrap=True)
        self.model = RowTableModel(self._columns())
        self.table = TableView(self.model, _("Figures that differ"), row_height=28)
        title = f"{self._view.names.say(_.language)}, {version_text(self._view)}"
        self._rules = row(gap=6)
        self.setLayout(
            column(
                label(title, "title"), row(label(_("Compare with"), "secondary"), self.other, None), self.summary,
                self._rules, self.table, row(None, button(_("Close"), self.accept, kind="primary")),
                gap=10, margins=(22, 18, 22, 16),
            )
        )  # fmt: skip
        self._choose()

    def _columns(self) -> list[Column]:
        currency = self._new.report.currency

        def said(change: Change, side: int) -> str:
            return change.said(_.words, currency)[side] or "–"

        return [
            Column("what", _("Figure"), lambda change: describe(self._new, change.figure), width=300, stretch=1),
            Column("before", _("Before"), lambda change: said(change, 0), width=150, right=True),
            Column("after", _("After"), lambda change: said(change, 1), width=150, right=True, bold=lambda _row: True),
        ]

    def _choose(self) -> None:
        view = self.other.currentData()
        if view is not None:
            self.summary.setText(_("Being compared…"))
            self._load(view, self._show)

    def _show(self, old: Snapshot | None) -> None:
        clear(self._rules)
        if old is None:
            self.summary.setText(_("The data of that version is not in the centre."))
            self.model.set_rows([])
            return
        changes, rules = compare(old, self._new)
        self.model.set_rows(list(changes))
        told = _.plural("{n} figure differs", "{n} figures differ", len(changes))
        if rules:
            told += ", " + _.plural("{n} rule has another result", "{n} rules have another result", len(rules))
        self.summary.setText(told if changes or rules else _("Every figure and every rule is the same."))
        for rule in rules[:6]:
            self._rules.addWidget(label(rule.rule, "strong"))
            self._rules.addWidget(StateChip((rule.after or Verdict.NOT_CHECKED).value))
        self._rules.addStretch(1)
