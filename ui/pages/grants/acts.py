"""What a person does on the page Grants: record, reverse, import, add evidence, export."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QFileDialog

from center_app.core.errors import PersonError
from center_app.grants import evidence, service
from center_app.grants.ledger_file import DryRun, costs_csv
from center_app.grants.reports.values import UseRow
from center_app.grants.values import CostView, EvidenceDraft, EvidenceView
from ui.kit.dialog import FormDialog
from ui.kit.page import Context, Page
from ui.kit.paper import open_file as open_outside
from ui.kit.paper import scratch_pdf
from ui.kit.words import _
from ui.pages.grants.data import Loaded
from ui.pages.grants.forms import cost_draft, cost_form, reason_form
from ui.pages.grants.import_dialog import ImportDialog, open_file


class GrantActs:
    """Ask, then write through the services; every act says what it did."""

    def __init__(self, context: Context, page: Page, award: Callable[[], str]) -> None:
        """Take the context, the page that dialogs belong to, and what tells the award on show."""
        self._context, self._page, self._award = context, page, award

    def record(self, loaded: Loaded) -> FormDialog | None:
        """Ask for a cost and record it."""
        award = loaded.award
        if award is None:
            return None

        def save(values: dict[str, Any], done: Any, failed: Any) -> None:
            try:
                draft = cost_draft(award, values)
            except PersonError as error:
                failed(error)
                return

            def saved(view: CostView) -> None:
                done(view)
                self._context.notices.tell(_("Recorded: {number}, {amount}", number=view.number, amount=view.gross))

            self._context.tasks.write(service.add_cost, draft, done=saved, failed=failed, owner=self._page)

        form = cost_form(award, loaded.budget)
        made = FormDialog(self._page, _("Record a cost"), form, _("Record"), save, note=award.names.say(_.language))
        made.open()
        return made

    def reverse(self, number: str) -> FormDialog:
        """Ask why, and take a cost out of every sum; its row stays."""

        def save(values: dict[str, Any], done: Any, failed: Any) -> None:
            def saved(view: CostView) -> None:
                done(view)
                self._context.notices.tell(_("{number} is reversed; its row stays.", number=number))

            self._context.tasks.write(
                service.reverse_cost, number, values["reason"], done=saved, failed=failed, owner=self._page
            )

        note = _("It leaves every sum; the row and the reason stay in the audit trail.")
        title = _("Reverse {number}", number=number)
        made = FormDialog(self._page, title, reason_form(), _("Reverse"), save, note=note, width=440)
        made.open()
        return made

    def claim_measured(self, uses: Sequence[UseRow]) -> None:
        """Withdraw claims, so that the hours proved are claimed; Undo claims them again."""
        center, actor, award = self._context.center, self._context.actor, self._award()
        held = [(use.id, use.claimed_us) for use in uses if use.claimed_us is not None]

        def withdraw(_report: Any) -> int:
            for name, _claimed in held:
                center.write(actor, service.withdraw_claim, award, name)
            return len(held)

        def again() -> None:
            def claim(_report: Any) -> None:
                for name, claimed in held:
                    center.write(actor, service.claim_hours, award, name, claimed, "undo")

            self._context.tasks.work(claim, owner=self._page, done=lambda _none: self._page.refresh())

        def done(count: int) -> None:
            self._page.refresh()
            told = _.plural("{n} claim is now what was measured", "{n} claims are now what was measured", count)
            self._context.notices.tell(told, undo=again)

        self._context.tasks.work(withdraw, owner=self._page, done=done)

    def bring_in(self, award: str) -> None:
        """Ask for a CSV file and open the import."""
        name, _kind = QFileDialog.getOpenFileName(self._page, _("Import costs"), "", "CSV (*.csv *.txt *.tsv)")
        if name:
            self.try_file(award, Path(name))

    def try_file(self, award: str, path: Path) -> None:
        """Try a file and show what an import would do."""
        self._context.tasks.read(
            lambda _read: open_file(self._context.center, award, path),
            done=lambda tried: self._show_import(award, path, tried), owner=self._page,
        )  # fmt: skip

    def _show_import(self, award: str, path: Path, tried: DryRun) -> None:
        def done(count: int) -> None:
            self._context.notices.tell(_.plural("{n} cost imported", "{n} costs imported", count))

        ImportDialog(self._context, self._page, award, path, tried, done).open()

    def export(self, loaded: Loaded) -> None:
        """Ask for a file and write the costs as CSV."""
        if loaded.award is None:
            return
        suggested = f"{loaded.award.number}.csv"
        name, _kind = QFileDialog.getSaveFileName(self._page, _("Export costs"), suggested, "CSV (*.csv)")
        if name:
            lines = {line.code: line.names for line in loaded.budget}
            Path(name).write_bytes(costs_csv([cost for cost in loaded.costs if not cost.is_reversed], lines, _.words))
            self._context.notices.tell(_("Written: {name}", name=Path(name).name))

    def add_files(self, costs: Sequence[CostView]) -> None:
        """Ask for files and file them as evidence of the chosen costs."""
        names, _kind = QFileDialog.getOpenFileNames(self._page, _("Add files of evidence"))
        for name in names:
            self.add_file(Path(name), costs)

    def add_file(self, path: Path, costs: Sequence[CostView]) -> None:
        """Store a file's bytes under their hash and file it."""
        numbers = tuple(cost.number for cost in costs)
        amount = costs[0].gross if len(costs) == 1 else None
        center = self._context.center
        actor = self._context.actor

        def work(_report: Any) -> EvidenceView:
            stored = evidence.put_file(center.folder, path)
            draft = EvidenceDraft(name=path.name, kind="invoice", stored=stored, amount=amount, costs=numbers)
            view: EvidenceView = center.write(actor, service.add_evidence, draft)
            return view

        self._context.tasks.work(
            work, owner=self._page, done=lambda view: self._context.notices.tell(_("Filed: {name}", name=view.name))
        )

    def show_file(self, file: EvidenceView) -> None:
        """Open a copy of a file of evidence outside."""
        data = evidence.read_bytes(self._context.center.folder, file.sha256)
        if data is None:
            self._context.notices.tell(_("The bytes of {name} are not in the store.", name=file.name), token="crit")
            return
        copy = scratch_pdf(Path(file.name).name)
        copy.write_bytes(data)
        open_outside(copy)
