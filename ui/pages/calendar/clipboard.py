"""Copy a booking and paste it elsewhere: as a draft for this page, as text for others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

from center_app.booking.values import BookingDraft
from ui.pages.calendar.conflict import Proposal
from ui.pages.calendar.loader import draft_of
from ui.pages.calendar.summary import bar_summary

if TYPE_CHECKING:
    from ui.pages.calendar.conduct import Conduct


class Clipboard:
    """Hold the copied booking; belongs to the GUI thread."""

    def __init__(self, conduct: Conduct) -> None:
        """Attach to the page's conduct."""
        self._conduct = conduct
        self.draft: BookingDraft | None = None

    def copy(self) -> None:
        """Copy the selected booking."""
        timeline, detail = self._conduct.page.timeline, self._conduct.detail
        if timeline.bar < 0 or detail is None:
            return
        self.draft = draft_of(detail.view)
        mime = QMimeData()
        mime.setText(bar_summary(timeline.data, timeline.bar))
        QGuiApplication.clipboard().setMimeData(mime)

    def paste(self) -> None:
        """Book the copied booking again, at the selected machine and time; a conflict shows as a ghost."""
        timeline, draft = self._conduct.page.timeline, self.draft
        if draft is None or timeline.row < 0:
            return
        start = timeline.keys.place()
        end = start + int((draft.end_at - draft.start_at).total_seconds())
        ghost = timeline.propose(Proposal(timeline.row, start, end))
        if ghost is not None and ghost.conflict is not None:
            timeline.drop()
            return
        self._conduct.create(timeline.data.rows[timeline.row].machine_id, start, end, draft)
