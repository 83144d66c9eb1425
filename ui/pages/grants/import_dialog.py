"""Bring costs in from a CSV file: columns guessed and changeable, a dry run with every problem, then all or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QComboBox, QDialog, QGridLayout, QWidget

from center_app.core.errors import Problem, describe
from center_app.grants.ledger_file import FIELDS, DryRun, LineProblem, Sheet, dry_run, read_sheet
from center_app.grants.ledger_file.check import field_name
from center_app.grants.service import import_costs
from ui.kit.buttons import button
from ui.kit.layout import column, holder, row, scrolling
from ui.kit.page import Context
from ui.kit.table_model import Column, RowTableModel
from ui.kit.table_view import TableView
from ui.kit.text import label, rule
from ui.kit.words import _

MOST_PROBLEMS = 2000


def open_file(center: Any, award: str, path: Path, columns: dict[str, int] | None = None) -> DryRun:
    """Read a file and try it; nothing is written."""
    sheet = read_sheet(path)
    found: DryRun = center.read(dry_run, award, sheet, columns)
    return found


class ImportDialog(QDialog):
    """Show a dry run, let columns be changed, import when nothing stands in the way."""

    def __init__(self, context: Context, parent: QWidget, award: str, path: Path, tried: DryRun,
                 done: Callable[[int], Any]) -> None:  # fmt: skip
        """Take the award, the file, its first dry run, and what a finished import calls with its count."""
        super().__init__(parent)
        self._context, self._award, self._path, self._done = context, award, path, done
        self._tried = tried
        self.setWindowTitle(_("Import costs"))
        self.resize(900, 620)
        self._summary = label("", "secondary", wrap=True)
        self._boxes: dict[str, QComboBox] = {}
        self._model = RowTableModel(_problem_columns())
        self.table = TableView(self._model, _("Problems by line"), row_height=48)
        self.main = button(_("Import"), self.submit, kind="primary")
        cancel = button(_("Cancel"), self.reject)
        mapping = scrolling(holder(column(self._mapping(tried.sheet), None)))
        mapping.setFixedWidth(330)
        both = row(mapping, rule(vertical=True), self.table, gap=14)
        both.setStretch(2, 1)
        head = column(label(_("Import costs"), "title"), label(path.name, "secondary"), gap=2)
        body = column(head, self._summary, both, row(None, cancel, self.main), gap=12, margins=(22, 18, 22, 16))
        body.setStretch(2, 1)
        self.setLayout(body)
        self._show(tried)

    def _mapping(self, sheet: Sheet) -> QGridLayout:
        grid = QGridLayout()
        grid.setVerticalSpacing(6)
        for n, name in enumerate(FIELDS):
            box = QComboBox()
            box.addItem(_("not in the file"), -1)
            for at, title in enumerate(sheet.header):
                box.addItem(title or f"#{at + 1}", at)
            box.setCurrentIndex(box.findData(self._tried.columns.get(name, -1)))
            box.setAccessibleName(field_name(name).say(_.language))
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.activated.connect(lambda _at: self._try_again())
            self._boxes[name] = box
            grid.addWidget(label(field_name(name).say(_.language), "secondary"), n, 0)
            grid.addWidget(box, n, 1)
        grid.setColumnStretch(1, 1)
        return grid

    def _try_again(self) -> None:
        columns = {name: box.currentData() for name, box in self._boxes.items() if box.currentData() >= 0}
        self.main.setEnabled(False)
        self._context.tasks.read(
            lambda _read: open_file(self._context.center, self._award, self._path, columns), done=self._show,
            owner=self, key="import",
        )  # fmt: skip

    def _show(self, tried: DryRun) -> None:
        self._tried = tried
        shown = [*tried.problems, *tried.notes][:MOST_PROBLEMS]
        self._model.set_rows(shown)
        told = _.plural("{n} cost, {amount} {currency} in all.", "{n} costs, {amount} {currency} in all.",
                        len(tried.drafts), amount=_.money(tried.gross), currency=tried.gross.currency)  # fmt: skip
        bad = _.plural(
            "{n} problem stands in the way; nothing is imported until it is mended.",
            "{n} problems stand in the way; nothing is imported until they are mended.", len(tried.problems),
        )  # fmt: skip
        how = _("Read as {encoding}, columns parted by “{mark}”.", encoding=tried.sheet.encoding,
                mark="Tab" if tried.sheet.delimiter == "\t" else tried.sheet.delimiter)  # fmt: skip
        self._summary.setText(f"{bad if tried.problems else told} {how}")
        self._summary.set_tone("crit" if tried.problems else "text2")
        self.main.setEnabled(tried.is_clean and bool(tried.drafts))

    def submit(self) -> None:
        """Write every cost in one act."""
        self.main.setEnabled(False)
        digest = hashlib.sha256(self._path.read_bytes()).hexdigest()
        self._context.tasks.write(
            import_costs, self._tried.drafts, self._path.name, digest, done=self._on_done, failed=self._on_failed,
            owner=self,
        )  # fmt: skip

    def _on_done(self, numbers: tuple[str, ...]) -> None:
        self.accept()
        self._done(len(numbers))

    def _on_failed(self, error: Exception) -> None:
        self._summary.setText(" ".join(describe(error, _.words)))
        self._summary.set_tone("crit")
        self.main.setEnabled(True)


def _said(problem: LineProblem) -> tuple[str, str]:
    return describe(Problem(problem.code, problem.params), _.words)


def _problem_columns() -> list[Column]:
    return [
        Column("line", _("Line"), lambda one: str(one.line), value=lambda one: one.line, right=True, width=56),
        Column("what", _("Problem"), lambda one: _said(one)[0], width=320, stretch=1, second=lambda one: _said(one)[1],
               icon=lambda one: "info" if one.is_note else "circle-x",
               token=lambda one: "" if one.is_note else "crit"),
    ]  # fmt: skip
