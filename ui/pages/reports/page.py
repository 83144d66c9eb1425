"""The page Reports: periods and versions, the paper with the origin of its figures, and the way to release."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent

from center_app.core.changes import Changed
from center_app.core.text import N_
from center_app.grants.reports.values import RuleRow, UseRow
from center_app.grants.values import AwardView, ReportView
from ui.kit.layout import row
from ui.kit.page import Context, Page, PageSpec
from ui.kit.words import _
from ui.pages.reports.acts import Acts
from ui.pages.reports.centre import Centre, ProgressStrip
from ui.pages.reports.checklist import ChecklistCard
from ui.pages.reports.data import Document, Shelf, key_of, load_shelf, open_version
from ui.pages.reports.furnish import more_menu, no_paper, no_report, register_actions, show_notice, tool_acts
from ui.pages.reports.toolbar import Toolbar
from ui.pages.reports.tracing import Tracing
from ui.pages.reports.trouble import Proofs
from ui.pages.reports.versions import VersionsCard
from ui.pages.reports.viewer import PaperView

LEFT, RIGHT = 248, 312
NARROW_LEFT, NARROW_RIGHT, NARROW = 220, 284, 1300
PROVE_AFTER_MS = 400


class ReportsPage(Page):
    """Show one version of one award's reports."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, _("Reports"))
        self.shelf = Shelf()
        self.document: Document | None = None
        self._award, self._key, self._language = "", ("", 0), _.language
        self._place: tuple[float, int] | None = None
        self._loaded = ""
        self._proofs: dict[str, Proofs] = {}
        self._printed: set[tuple[str, int]] = set()
        self.acts = Acts(self)
        self.progress = ProgressStrip()
        self.viewer = PaperView(context.tasks)
        self.toolbar = Toolbar(tool_acts(self), more_menu(self))
        self.centre = Centre(self.toolbar, self.progress, self.viewer)
        self.tracing = Tracing(self, self.centre)
        self.versions = VersionsCard(self.acts.ask_build, LEFT)
        self.checklist = ChecklistCard(
            {"release": self.acts.release, "rows": self.tracing.show_rule, "grant": self._open_grant}, RIGHT
        )
        line = row(self.versions, self.centre, self.checklist, gap=12, margins=(16, 14, 16, 16))
        line.setStretch(1, 1)
        self.setLayout(line)
        self._prove = QTimer(self)
        self._prove.setSingleShot(True)
        self._prove.setInterval(PROVE_AFTER_MS)
        self._prove.timeout.connect(self._prove_now)
        self._connect()
        self._show_tools()

    # -- wiring ---------------------------------------------------------------------------------------

    def _connect(self) -> None:
        self.versions.award_picked.connect(self._pick_award)
        self.versions.version_picked.connect(self._pick_version)
        self.viewer.page_changed.connect(lambda _page: self._show_tools())
        self.viewer.zoom_changed.connect(self._show_tools)
        self.viewer.figure_picked.connect(self.tracing.show_figure)
        register_actions(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the paper more of a narrow window."""
        super().resizeEvent(event)
        narrow = self.width() < NARROW
        self.versions.setFixedWidth(NARROW_LEFT if narrow else LEFT)
        self.checklist.setFixedWidth(NARROW_RIGHT if narrow else RIGHT)

    # -- loading --------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Load awards and versions again; the version on show stays."""
        self.context.tasks.read(load_shelf, done=self._on_shelf, owner=self, key="shelf")

    def _on_shelf(self, shelf: Shelf) -> None:
        self.shelf = shelf
        numbers = [award.number for award in shelf.awards]
        if self._award not in numbers:
            reported = [number for number in numbers if shelf.of(number)]
            self._award = (reported or numbers or [""])[0]
        self._show_version(shelf.find(self._award, self._key))

    def _show_version(self, view: ReportView | None) -> None:
        self.versions.show_shelf(self.shelf, self._award, view)
        if view is None:
            self._show_none()
            return
        self._key = key_of(view)
        if self.document is not None and self.document.view == view and self._loaded == self._language:
            self._show_tools()
            return
        self._load(view)

    def _load(self, view: ReportView) -> None:
        self._loaded = self._language
        self.context.tasks.window(
            open_version, self.context.center.folder, view, self._language, done=self._on_document, owner=self,
            key="document",
        )  # fmt: skip

    def _on_document(self, document: Document) -> None:
        same = self.document is not None and self.document.key == document.key
        self.document = document
        self.tracing.close()
        self.viewer.show_document(document, keep_place=same)
        if self._place is not None:
            self.viewer.zoom_to(self._place[0])
            self.viewer.turn_to(self._place[1], smooth=False)
            self._place = None
        if document.path is None:
            self._show_unprinted(document)
        else:
            self.centre.show_paper()
            self._prove.start()
        show_notice(self, document, self._language)
        self._show_checklist()
        self._show_tools()

    def _prove_now(self) -> None:
        document = self.document
        if document is not None and document.path is not None and not self.proofs_of(document).verified:
            self.acts.prove_quietly(document)

    def keep_proofs(self, document: Document, found: Proofs) -> None:
        """Remember what a check found, and show it."""
        known = self.proofs_of(document).is_repeated
        if found.is_repeated is None and known is not None:
            found = found.with_repeat(known)
        self._proofs[_proof_key(document)] = found
        if self.document is not None and self.document.key == document.key:
            self._show_checklist()

    def proofs_of(self, document: Document) -> Proofs:
        """Return what is known about a paper."""
        return self._proofs.get(_proof_key(document), Proofs())

    # -- showing --------------------------------------------------------------------------------------

    def award(self) -> AwardView | None:
        """Return the award on show."""
        return next((award for award in self.shelf.awards if award.number == self._award), None)

    def _show_none(self) -> None:
        self.document = None
        self.viewer.show_document(None)
        self._show_checklist()
        self._show_tools()
        self.centre.show_empty(no_report(self))

    def _show_unprinted(self, document: Document) -> None:
        self.centre.show_empty(no_paper(self, document))
        if document.snapshot is not None and document.key not in self._printed:
            self._printed.add(document.key)
            self.acts.print_paper(_.language)

    def _show_checklist(self) -> None:
        proofs = self.proofs_of(self.document) if self.document else Proofs()
        self.checklist.show_document(self.document, self.context.actor, proofs)

    def _show_tools(self) -> None:
        has_paper = self.document is not None and self.document.path is not None
        self.toolbar.show_place(self.viewer.page, self.viewer.pages, self.viewer.scale)
        problem = self.acts.build_problem()
        self.toolbar.allow(has_paper, has_paper and bool(self.acts.others()), problem)
        self.versions.add.setEnabled(not problem)
        self.versions.add.setToolTip(problem or _("Build a report…"))

    # -- choosing -------------------------------------------------------------------------------------

    def _pick_award(self, number: str) -> None:
        self._award, self._key = number, ("", 0)
        self._show_version(self.shelf.find(number, None))

    def _pick_version(self, view: ReportView) -> None:
        self._key = key_of(view)
        self.versions.mark(view)
        if self.document is None or self.document.view != view:
            self._load(view)

    def go_to(self, view: ReportView) -> None:
        """Show a version that was just made."""
        self._award, self._key, self._language = view.award, key_of(view), view.language or self._language
        self.document = None
        self.refresh()

    def show_language(self, language: str) -> None:
        """Show the paper in a language."""
        self._language = language
        self.document = None
        self.refresh()

    def _open_grant(self, _rule: RuleRow) -> None:
        self.context.navigate("grants", award=self._award)

    def open_booking(self, use: UseRow) -> None:
        """Go to the booking of a use."""
        if use.booking_id is not None:
            self.context.navigate("calendar", booking_id=use.booking_id)

    def open(self, **args: Any) -> None:
        """Go to an award or a version: ``award``, ``number`` and ``version``."""
        if "award" in args:
            self._award = str(args["award"])
        if "number" in args:
            self._key = (str(args["number"]), int(args.get("version", 1)))
        self.touch()

    def state(self) -> dict[str, Any]:
        """Keep award, version, place and what was proved."""
        return {
            "award": self._award, "key": self._key, "place": (self.viewer.fit, self.viewer.page),
            "proofs": self._proofs,
        }  # fmt: skip

    def restore(self, state: dict[str, Any]) -> None:
        """Take them up again."""
        self._award, self._key = state.get("award", ""), state.get("key", ("", 0))
        self._proofs = state.get("proofs", {})
        self._place = state.get("place")


def _proof_key(document: Document) -> str:
    return f"{document.path} {document.sha256} {document.view.pdf_sha256}"


PAGE = PageSpec(
    id="reports", icon="file-check-2", title=N_("Reports"), build=ReportsPage, watches=Changed.REPORTS | Changed.AWARDS
)
