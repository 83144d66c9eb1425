"""Watch a ghost on its way: ask the rule engine while it hovers, say in the status bar what bars it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from center_app.booking import queries
from center_app.booking.values import BookingDraft, Verdict
from center_app.core.errors import describe
from ui.kit.words import _
from ui.pages.calendar.acts import at
from ui.pages.calendar.explain import explain
from ui.pages.calendar.formats import times

if TYPE_CHECKING:
    from ui.pages.calendar.conduct import Conduct
    from ui.pages.calendar.conflict import Proposal
    from ui.pages.calendar.picture import Ghost

_CHECK_MS = 90


class GhostWatcher:
    """Judge ghosts by all rules once they rest for a moment; belongs to the GUI thread."""

    def __init__(self, conduct: Conduct) -> None:
        """Attach to the page's conduct."""
        self._conduct = conduct
        self._wish: Proposal | None = None
        self._wait = QTimer(conduct.page)
        self._wait.setSingleShot(True)
        self._wait.setInterval(_CHECK_MS)
        self._wait.timeout.connect(self._on_waited)

    def on_ghost(self, ghost: Ghost | None) -> None:
        """Say what the ghost would do, and have it judged when nothing on screen bars it."""
        notices = self._conduct.page.context.notices
        if ghost is None:
            self._wait.stop()
            notices.status("")
            return
        data = self._conduct.page.timeline.data
        span = times(ghost.wish.start, ghost.wish.end, data.zone)
        name = data.bars.title[ghost.wish.bar] if ghost.wish.bar >= 0 else _("New booking")
        if ghost.conflict is None:
            notices.status(_("{name}, {times}. Esc cancels", name=name, times=span), "accent")
            self._wish = ghost.wish
            self._wait.start()
        else:
            text = _("{name}, {times}, not possible here. Esc cancels", name=name, times=span)
            notices.status(text, "crit")

    def on_refused(self, ghost: Ghost) -> None:
        """Say in full why a drop was refused, to screen readers too."""
        timeline = self._conduct.page.timeline
        said = explain(ghost, timeline.data)
        if said is not None:
            timeline.setAccessibleDescription(said.whole)
            timeline.announce(said.whole)
            self._conduct.page.context.notices.status(said.whole, "crit")

    def _on_waited(self) -> None:
        wish, timeline = self._wish, self._conduct.page.timeline
        if wish is None or timeline.ghost is None or timeline.ghost.wish != wish:
            return
        draft, booking_id = self._draft(wish)

        def on_judged(verdict: Verdict) -> None:
            if verdict.problems:
                sentence, _step = describe(verdict.problems[0], _.words)
                timeline.bar_by_rule(wish, sentence)

        self._conduct.tasks.read(
            queries.check, self._conduct.page.context.actor, draft, booking_id,
            done=on_judged, failed=lambda _error: None, owner=timeline, key="ghost",
        )  # fmt: skip

    def _draft(self, wish: Proposal) -> tuple[BookingDraft, int | None]:
        page = self._conduct.page
        machine_id = page.timeline.data.rows[wish.row].machine_id
        person_id, project_id, booking_id = page.context.actor.person_id, None, None
        if wish.bar >= 0:
            booking_id = int(page.timeline.data.bars.id[wish.bar])
            person_id, project_id = self._owner(booking_id)
        draft = BookingDraft(
            machine_id=machine_id, start_at=at(wish.start), end_at=at(wish.end), person_id=person_id,
            project_id=project_id,
        )  # fmt: skip
        return draft, booking_id

    def _owner(self, booking_id: int) -> tuple[int, int | None]:
        loaded = self._conduct.page.loaded
        for bar in loaded.timeline.bars if loaded else ():
            if bar[0] == booking_id and bar[7] is not None:
                return bar[7], bar[8]
        return self._conduct.page.context.actor.person_id, None
