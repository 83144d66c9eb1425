"""Open the panel for a figure: rows at once, recording and bytes when read, the verdict when it comes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from center_app.grants.reports.values import CostRow, PrintedFigure, RuleRow, UseRow, Verdict
from ui.kit.recorded import Doors
from ui.kit.states import state
from ui.kit.tasks import Task
from ui.kit.words import _
from ui.pages.reports import work
from ui.pages.reports.detail import file_details, run_detail
from ui.pages.reports.origin import Origin, origin_of, origin_of_rule

if TYPE_CHECKING:
    from ui.pages.reports.centre import Centre
    from ui.pages.reports.page import ReportsPage


class Tracing:
    """Follow one figure at a time; a new one or closing the panel cancels the one before."""

    def __init__(self, page: ReportsPage, centre: Centre) -> None:
        self._page, self._centre, self._panel = page, centre, centre.panel
        self._doors = Doors(page.context.center.folder, database=page.context.center.database)
        self._task: Task | None = None
        self._panel.row_picked.connect(self._load_row)
        self._panel.booking_asked.connect(self._open_booking)
        self._panel.closed.connect(self._stop)

    def show_figure(self, place: PrintedFigure) -> None:
        """Open the panel for a printed figure and trace it."""
        document = self._page.document
        if document is None or document.snapshot is None:
            return
        self._stop()
        origin = origin_of(document.snapshot, place.id)
        self._panel.show_waiting()
        self._panel.show_origin(origin, document.snapshot)
        self._centre.open_panel()
        self._task = self._page.context.tasks.work(
            work.walk_back, self._page.context.center, document, place.id, owner=self._page,
            done=self._panel.show_verdict, failed=self._page.context.notices.error,
        )  # fmt: skip

    def show_rule(self, rule: RuleRow) -> None:
        """Open the panel for the rows that a rule names."""
        document = self._page.document
        if document is None or document.snapshot is None or self._centre.is_empty:
            return
        self._stop()
        self._page.viewer.choose(None)
        self._panel.point_at(0)
        look = state(Verdict(rule.verdict).value)
        self._panel.show_rule(_(look.word), look.token, look.icon)
        self._panel.show_origin(origin_of_rule(document.snapshot, rule), document.snapshot)
        self._centre.open_panel()

    def close(self) -> None:
        """Close the panel."""
        self._stop()
        self._centre.close_panel()

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _open_booking(self, row: Any) -> None:
        if isinstance(row, UseRow):
            self._page.open_booking(row)

    def _load_row(self, row: Any) -> None:
        origin, document = self._panel.origin, self._page.document
        if origin is None or document is None or document.snapshot is None:
            return
        tasks = self._page.context.tasks
        if isinstance(row, UseRow):
            pieces = origin.of_use(row)
            if pieces:
                done = partial(self._show_run, origin, row)
                tasks.window(run_detail, self._doors, pieces, done=done, owner=self._panel, key="row")
        elif isinstance(row, CostRow):
            files = [file for file in document.snapshot.evidence if file.number in row.evidence]
            folder = self._page.context.center.folder
            tasks.window(
                file_details, folder, files, done=self._panel.stations.show_files, owner=self._panel, key="row"
            )

    def _show_run(self, origin: Origin, use: UseRow, detail: Any) -> None:
        if self._panel.origin is origin:
            self._panel.stations.show_run(detail, use)
