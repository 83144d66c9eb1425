"""The card that examines this computer: what is in order, what is not, and the command that mends it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout

from center_app.core.doctor import Finding, Verdict, examine
from ui.kit.buttons import button, icon_button
from ui.kit.layout import Card, clear, column, row
from ui.kit.page import Context
from ui.kit.panels import heading
from ui.kit.pill import Pill
from ui.kit.text import Elided, label, rule
from ui.kit.words import _

LOOKS = {
    Verdict.GOOD: ("ok", "circle-check"),
    Verdict.WARNING: ("warn", "triangle-alert"),
    Verdict.BAD: ("crit", "circle-x"),
}


class ChecksCard(Card):
    """Show the findings about this computer; examines once by itself."""

    def __init__(
        self, context: Context, findings: tuple[Finding, ...] | None, found: Callable[[tuple[Finding, ...]], None]
    ) -> None:
        """Take earlier findings, and what keeps new ones."""
        super().__init__()
        self._context, self._found = context, found
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(5)
        self._grid.setColumnMinimumWidth(1, 150)
        self._grid.setColumnStretch(2, 1)
        again = button(_("Examine again"), self.examine, icon="refresh-cw", small=True)
        head = heading(_("This computer"), "", again)
        self.setLayout(column(head, rule(), self._grid, None, gap=10, margins=(16, 12, 16, 14)))
        if findings is None:
            self.examine()
        else:
            self.show_findings(findings)

    def examine(self) -> None:
        """Look at the computer on the work lane."""
        clear(self._grid)
        self._grid.addWidget(label(_("Looking…"), "secondary"), 0, 0, 1, 3)
        self._context.tasks.work(_examine, self._context.center, owner=self, done=self._on_examined)

    def _on_examined(self, findings: tuple[Finding, ...]) -> None:
        self._found(findings)
        self.show_findings(findings)

    def show_findings(self, findings: tuple[Finding, ...]) -> None:
        """Show one line for each check."""
        clear(self._grid)
        for n, finding in enumerate(findings):
            token, icon = LOOKS[finding.verdict]
            words = {
                Verdict.GOOD: _("In order"),
                Verdict.WARNING: _("Look at this"),
                Verdict.BAD: _("Mend this"),
            }
            self._grid.addWidget(Pill(words[finding.verdict], token, icon), n, 0)
            self._grid.addWidget(label(_(finding.check), "bold"), n, 1)
            text = _(finding.text, **finding.params)
            if finding.verdict is Verdict.GOOD or not finding.fix:
                self._grid.addWidget(Elided(text, "body", "text2"), n, 2)
            else:
                self._grid.addLayout(self._with_fix(text, finding.fix), n, 2)

    @staticmethod
    def _with_fix(text: str, fix: str) -> Any:
        copy = icon_button(_("Copy the command"), "copy", partial(_copy, fix), quiet=True)
        line = row(Elided(text), Elided(fix, "secondary", "accent"), copy, gap=10)
        line.setStretch(0, 1)
        line.setStretch(1, 1)
        return line


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)


def _examine(_report: Any, center: Any) -> tuple[Finding, ...]:
    return tuple(examine(Path(center.folder), lambda: center.database))
