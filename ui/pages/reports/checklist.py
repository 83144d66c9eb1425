"""The card at the right: what blocks release, what needs an explanation, what is proved, and the release itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from center_app.core.access import Actor
from center_app.grants.reports.values import ReportState, RuleRow, Verdict
from ui.kit.buttons import button
from ui.kit.layout import Card, clear, column, row, scrolling
from ui.kit.panels import icon_label
from ui.kit.pill import Pill, StateChip
from ui.kit.text import Elided, Label, label, rule
from ui.kit.theme import theme
from ui.kit.words import _
from ui.pages.reports.data import Document
from ui.pages.reports.trouble import Checklist, Proofs, checklist, refusals
from ui.pages.reports.versions import version_text

MARKS = {Verdict.FAIL: ("circle-x", "crit"), Verdict.NOT_CHECKED: ("circle-dashed", "text2")}
DONE_MARKS: dict[bool | None, tuple[str, str]] = {
    None: ("circle-dashed", "text2"),
    True: ("circle-check", "ok"),
    False: ("circle-x", "crit"),
}


class WrapLink(Label):
    """A link that may take several lines; Enter and a click follow it."""

    def __init__(self, text: str, followed: Callable[[], Any]) -> None:
        super().__init__(text, "strong", "accent", wrap=True)
        self._followed = followed
        self.setAccessibleName(text)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        """Follow."""
        self._followed()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Follow with Enter or Space."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._followed()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Show the focus."""
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setPen(theme["accent"])
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))


class ChecklistCard(Card):
    """Show how far a version is from its release."""

    def __init__(self, acts: dict[str, Callable[..., Any]], width: int) -> None:
        """Take the acts by name: release, rows (of a rule), grant."""
        self._acts = acts
        self._head, self._body, self._foot = QVBoxLayout(), QVBoxLayout(), QVBoxLayout()
        self._head.setContentsMargins(16, 11, 14, 11)
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(0)
        self._foot.setContentsMargins(16, 10, 16, 14)
        content = QWidget()
        content.setLayout(column(self._body, None, gap=0))
        super().__init__(
            column(self._head, rule(), scrolling(content), rule(), self._foot, gap=0, margins=(1, 1, 1, 1))
        )
        self.setFixedWidth(width)
        self.setAccessibleName(_("Release"))
        self.release: QPushButton | None = None

    def show_document(self, document: Document | None, actor: Actor, proofs: Proofs) -> None:
        """Replace everything."""
        for part in (self._head, self._body, self._foot):
            clear(part)
        self.release = None
        if document is None:
            self._head.addWidget(label(_("Release"), "heading"))
            return
        found = checklist(document.snapshot) if document.snapshot else None
        self._show_head(document, found)
        if found is not None:
            self._section(_("Blocks release"), found.blocks, "crit")
            self._section(_("Needs an explanation"), found.explains, "warn")
            self._section(_("For information"), found.notes, "")
            self._show_done(document, found, proofs)
        self._show_foot(document, refusals(document, actor, proofs))

    def _show_head(self, document: Document, found: Checklist | None) -> None:
        title = Elided(_("Release of version {version}", version=document.view.version), "heading")
        self._head.addLayout(row(title, self._standing(document, found), gap=8))
        self.setAccessibleDescription(version_text(document.view))

    def _standing(self, document: Document, found: Checklist | None) -> QWidget:
        if document.view.state == ReportState.LOCKED:
            return StateChip("fixed")
        count = len(found.blocks) if found else 0
        if count:
            return Pill(_.plural("{n} block", "{n} blocks", count), "crit", "lock")
        return Pill(_("Nothing blocks"), "ok", "lock-open")

    def _section(self, title: str, rules: Sequence[RuleRow], token: str) -> None:
        if not rules:
            return
        items = [row(label(title, "strong", "text2"), None, label(str(len(rules)), "strong", token or "text2"))]
        part = column(*items, gap=12, margins=(16, 10, 16, 14))
        for one in rules:
            part.addLayout(self._rule(one))
        self._body.addLayout(part)
        self._body.addWidget(rule())

    def _rule(self, one: RuleRow) -> Any:
        icon, token = MARKS[one.verdict]
        if one.verdict is Verdict.FAIL and one.severity.value != "E":
            token = "warn"
        texts = column(
            label(f"{one.id} {one.names.say(_.language)}", "bold", wrap=True),
            label(one.message.say(_.language), "secondary", wrap=True),
            gap=2,
        )
        link = self._link(one)
        if link is not None:
            texts.addWidget(link)
        both = row(column(icon_label(icon, token), None, margins=(0, 2, 0, 0)), texts, gap=9)
        both.setStretch(1, 1)
        return both

    def _link(self, one: RuleRow) -> QWidget | None:
        if one.rows:
            text = _.plural("Show {n} row", "Show {n} rows", len(one.rows))
            return WrapLink(text, lambda: self._acts["rows"](one))
        remedy = one.remedy.say(_.language)
        if not remedy:
            return None
        return WrapLink(remedy.rstrip(".。"), lambda: self._acts["grant"](one))

    def _show_done(self, document: Document, found: Checklist, proofs: Proofs) -> None:
        told = _("{passed} of {count} rules", passed=found.passed, count=found.count)
        head = row(label(_("Done"), "strong", "text2"), None, label(told, "strong", "ok"))
        part = column(head, gap=7, margins=(16, 10, 16, 12))
        for is_done, text in done_lines(document, proofs):
            icon, token = DONE_MARKS[is_done]
            line = row(icon_label(icon, token), label(text, "body", "" if is_done is not None else "text2", wrap=True))
            line.setStretch(1, 1)
            part.addLayout(line)
        self._body.addLayout(part)

    def _show_foot(self, document: Document, reasons: list[str]) -> None:
        told = reasons[0] if reasons else _("Everything is there; a release cannot be taken back.")
        self._foot.addWidget(label(told, "secondary", wrap=True))
        if document.view.state == ReportState.LOCKED:
            return
        self.release = button(
            _("Release"), self._acts["release"], icon="lock", kind="primary" if not reasons else "plain"
        )
        self.release.setEnabled(not reasons)
        self.release.setToolTip("\n".join(reasons))
        self.release.setAccessibleDescription(" ".join(reasons))
        self._foot.addLayout(row(self.release, None))


def done_lines(document: Document, proofs: Proofs) -> list[tuple[bool | None, str]]:
    """Say what is proved about a paper; None: not looked at yet."""
    lines: list[tuple[bool | None, str]] = []
    found = proofs.verified
    if found is None:
        lines.append((None, _("Figures not recounted yet")))
    elif found.is_intact:
        lines.append((True, _("{n} of {count} figures recounted", n=found.recounted, count=found.recounted)))
    else:
        text = _.plural("{n} difference found", "{n} differences found", len(found.problems))
        lines.append((False, text))
    lines.append((proofs.is_pdfa, _PDFA[proofs.is_pdfa]()))
    lines.append((proofs.is_repeated, _REPEATED[proofs.is_repeated]()))
    view = document.view
    reviewer = view.released_by or view.reviewer
    if reviewer and reviewer != view.made_by:
        lines.append(
            (True, _("Four eyes: {maker} built it, {reviewer} reviews", maker=view.made_by, reviewer=reviewer))
        )
    else:
        lines.append((None, _("Four eyes: nobody is named as reviewer")))
    return lines


_PDFA: dict[bool | None, Callable[[], str]] = {
    None: lambda: _("PDF/A-3b not checked yet"),
    True: lambda: _("PDF/A-3b checked, approved"),
    False: lambda: _("PDF/A-3b refused by the validator"),
}
_REPEATED: dict[bool | None, Callable[[], str]] = {
    None: lambda: _("Second run not compared yet"),
    True: lambda: _("Second run the same, byte for byte"),
    False: lambda: _("Second run gives other bytes"),
}
