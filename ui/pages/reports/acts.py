"""What a person does on the page: build, print, verify, compare, release, save."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QFileDialog

from center_app.core.access import Right
from center_app.flows.reporting import Filed
from center_app.grants.values import ReportView
from ui.kit.words import LANGUAGES, _
from ui.pages.reports import output, work
from ui.pages.reports.data import Document, snapshot_of
from ui.pages.reports.dialogs import BuildDialog, CompareDialog, VerdictDialog, month_before
from ui.pages.reports.trouble import Proofs, refusals
from ui.pages.reports.work import Wish

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter

    from ui.pages.reports.page import ReportsPage


class Acts:
    """Start the page's long work on the work lane and show what came of it."""

    def __init__(self, page: ReportsPage) -> None:
        self._page, self._context = page, page.context

    def _long(self, text: str, work_of: Callable[..., Any], *args: Any, done: Callable[[Any], Any]) -> None:
        """Run long work with progress and Cancel over the paper."""

        def ended(value: Any) -> None:
            self._page.progress.hide_all()
            done(value)

        def failed(error: Exception) -> None:
            self._page.progress.hide_all()
            self._context.notices.error(error)

        task = self._context.tasks.work(
            work_of, *args, done=ended, failed=failed, progressed=self._page.progress.show_progress, owner=self._page
        )
        self._page.progress.start(text, task.cancel)

    # -- build and print ------------------------------------------------------------------------------

    def build_problem(self) -> str:
        """Say why nothing can be built now, "" when it can."""
        if not self._context.may(Right.BUILD_REPORT):
            return str(_("Your role may not build reports; ask a manager."))
        return "" if self._page.award() else str(_("There is no award yet."))

    def ask_build(self) -> None:
        """Ask what to build."""
        award = self._page.award()
        if award is None or self.build_problem():
            self._context.notices.tell(self.build_problem(), token="warn")
            return
        actor = self._context.actor.name
        BuildDialog(self._page, self._page.shelf, award, _.now().date(), actor, self.build).open()

    def build_last_month(self) -> None:
        """Build the last closed month at once."""
        award = self._page.award()
        if award is None:
            return
        first, last = month_before(_.now().date())
        reviewers = [name for name in self._page.shelf.people if name != self._context.actor.name]
        reviewer = reviewers[0] if reviewers else ""
        self.build(Wish(award.number, first, last, _.language, reviewer=reviewer))

    def build(self, wish: Wish) -> None:
        """Build and print a report, then show it."""
        center, actor = self._context.center, self._context.actor
        self._long(_("Building the report…"), work.build, center, actor, wish, done=self._built)

    def _built(self, filed: Filed) -> None:
        self._context.notices.tell(_("Built: {number}", number=filed.snapshot.report.number))
        self._page.go_to(filed.view)

    def print_paper(self, language: str) -> None:
        """Print the version on show in a language, from the data kept for it."""
        document = self._page.document
        if document is None or document.snapshot is None:
            return
        self._long(
            _("Printing the paper…"), work.print_again, self._context.center, self._context.actor, document.view,
            document.snapshot, language, done=lambda _path: self._page.show_language(language),
        )  # fmt: skip

    def show_paper(self, language: str) -> None:
        """Show the paper in a language; print it first when there is none."""
        document = self._page.document
        if document is not None and language in document.languages:
            self._page.show_language(language)
        else:
            self.print_paper(language)

    # -- checks ---------------------------------------------------------------------------------------

    def prove_quietly(self, document: Document) -> None:
        """Check a paper without a word; the checklist says what came of it."""
        self._context.tasks.work(
            work.prove, self._context.center, document, owner=self._page,
            done=lambda found: self._page.keep_proofs(document, found),
            failed=lambda error: self._context.notices.status(str(error), "warn"),
        )  # fmt: skip

    def verify(self) -> None:
        """Check the paper with all there is, and say what was found."""
        document = self._page.document
        if document is None or document.path is None:
            return

        def done(found: Proofs) -> None:
            self._page.keep_proofs(document, found)
            VerdictDialog(self._page, Path(str(document.path)).name, found).open()

        self._long(_("Checking the report…"), work.prove_twice, self._context.center, document, done=done)

    def others(self) -> list[ReportView]:
        """Return the versions that the one on show can be compared with, its own period first."""
        document, award = self._page.document, self._page.award()
        if document is None or award is None:
            return []
        others = [view for view in self._page.shelf.of(award.number) if view.id != document.view.id]
        return sorted(others, key=lambda view: (view.number != document.view.number, -view.version))

    def compare(self) -> None:
        """Open the comparison with another version."""
        document, others = self._page.document, self.others()
        if document is None or document.snapshot is None or not others:
            return

        def load(view: ReportView, done: Callable[[Any], Any]) -> None:
            self._context.tasks.window(
                snapshot_of, self._context.center.folder, view, done=done, owner=self._page, key="compare"
            )

        CompareDialog(self._page, (document.view, document.snapshot), others, load).open()

    def release(self) -> None:
        """Release the version on show, or say why not."""
        document = self._page.document
        if document is None:
            return
        reasons = refusals(document, self._context.actor, self._page.proofs_of(document))
        if reasons:
            self._context.notices.tell(" ".join(reasons), token="warn")
            return
        self._long(
            _("Releasing the report…"), work.release, self._context.center, self._context.actor, document,
            done=self._released,
        )  # fmt: skip

    def _released(self, filed: Filed) -> None:
        self._context.notices.tell(_("Released: {number}", number=filed.snapshot.report.number))
        self._page.go_to(filed.view)

    # -- files ----------------------------------------------------------------------------------------

    def print_dialog(self) -> None:
        """Ask for a printer and print the paper."""
        from PySide6.QtPrintSupport import QPrintDialog

        document = self._page.document
        if document is None or document.path is None:
            return
        printer = output.make_printer()
        dialog = QPrintDialog(printer, self._page)
        dialog.setMinMax(1, len(document.sizes))
        if dialog.exec():
            self.print_on(printer, document)

    def print_on(self, printer: QPrinter, document: Document) -> None:
        """Print the paper on a printer."""
        self._long(_("Printing…"), output.print_pages, printer, document, done=self._printed)

    def _printed(self, count: int) -> None:
        self._context.notices.tell(_.plural("{n} page printed", "{n} pages printed", count))

    def _ask_file(self, name: str, kind: str) -> Path | None:
        start = str(Path.home() / f"{name}.{kind}")
        found, _kind = QFileDialog.getSaveFileName(self._page, _("Save as"), start, f"{kind.upper()} (*.{kind})")
        return Path(found) if found else None

    def save_as(self) -> None:
        """Save a copy of the paper."""
        document = self._page.document
        if document is None or document.path is None:
            return
        target = self._ask_file(document.path.stem, "pdf")
        if target is not None:
            self._long(_("Being saved…"), output.save_copy, document.path, target, done=self._written)

    def xlsx(self) -> None:
        """Save figures, costs and machine use as a workbook."""
        document = self._page.document
        if document is None or document.snapshot is None:
            return
        target = self._ask_file(document.snapshot.report.number, "xlsx")
        if target is not None:
            self.write_workbook(document, target)

    def write_workbook(self, document: Document, target: Path) -> None:
        """Write the workbook."""
        at = self._context.center.clock.now()
        self._long(_("Being saved…"), output.write_workbook, document.snapshot, target, at, done=self._written)

    def _written(self, path: Path) -> None:
        self._context.notices.tell(_("Written: {file}", file=path.name))


def language_name(language: str) -> str:
    """Return a language's own name."""
    return LANGUAGES.get(language, language)
