"""Join timeline, panel and form with the centre's verbs: what a person does on the calendar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from center_app.booking import queries
from center_app.booking.values import BookingDraft, BookingView
from center_app.core.access import Right
from center_app.core.errors import ProblemsError
from center_app.flows.breakdown import Breakdown
from ui.kit.words import _
from ui.pages.calendar.acts import Acts, at
from ui.pages.calendar.clipboard import Clipboard
from ui.pages.calendar.data import OUTAGES, BarState, bar_at
from ui.pages.calendar.finder import Finder
from ui.pages.calendar.form_desk import FormDesk
from ui.pages.calendar.formats import local
from ui.pages.calendar.history import History
from ui.pages.calendar.loader import Detail, draft_of, load_detail
from ui.pages.calendar.moves import Moves
from ui.pages.calendar.panel import Panel, PanelContent
from ui.pages.calendar.panel_acts import PanelActs
from ui.pages.calendar.present import booking_content, machine_content, outage_content
from ui.pages.calendar.watcher import GhostWatcher

if TYPE_CHECKING:
    from PySide6.QtCore import QPoint

    from ui.pages.calendar.conflict import Proposal
    from ui.pages.calendar.page import CalendarPage


class Conduct:
    """Hold selection, panel, form and undo of one calendar page; belongs to the GUI thread."""

    def __init__(self, page: CalendarPage) -> None:
        """Attach to a page whose widgets exist."""
        self.page = page
        self.history = History(page.context.tasks)
        self.acts = Acts(self.history)
        self.panel_acts = PanelActs(self)
        self.clipboard = Clipboard(self)
        self.finder = Finder(self)
        self.watcher = GhostWatcher(self)
        self.moves = Moves(self)
        self.detail: Detail | None = None
        self.forms = FormDesk(self)
        self.select_id = self.select_machine_id = 0
        self.panel = Panel()
        self.panel.hide()
        page.side.addWidget(self.panel)
        self._connect()

    def _connect(self) -> None:
        timeline = self.page.timeline
        may = self.page.context.may
        timeline.may_edit, timeline.may_edit_others = may(Right.BOOK), may(Right.BOOK_FOR_OTHERS)
        timeline.chosen.connect(self._on_chosen)
        timeline.opened.connect(self._on_opened)
        timeline.dropped.connect(self._on_dropped)
        timeline.menu_asked.connect(self._on_menu_asked)
        timeline.refused.connect(self.watcher.on_refused)
        timeline.ghost_changed.connect(self.watcher.on_ghost)
        self._listen()
        self.panel.closed.connect(self.close_panel)

    def _listen(self) -> None:
        self.history.done.connect(self._on_done)
        self.history.failed.connect(self.on_failed)

    def take_over(self, history: History) -> None:
        """Go on with the undo stack of the page that was here before the rebuild."""
        self.history, self.acts = history.let_go(), Acts(history)
        self._listen()

    @property
    def tasks(self) -> Any:
        """Give the lanes."""
        return self.page.context.tasks

    # --- selection and panel -------------------------------------------------------------

    def _on_chosen(self, row: int, bar: int) -> None:
        self.detail = None
        if self.forms.form is not None:
            return
        if bar >= 0:
            self._show_bar(bar)
        elif row >= 0 and (self.panel.isVisible() or self.page.timeline.cursor_at is None):
            self._show_machine(row)

    def _on_menu_asked(self, spot: QPoint) -> None:
        """Open the panel's acts as a menu at the pointer."""
        if self.panel.isVisible() and self.panel.acts:
            self.panel.menu().popup(spot)

    def _on_opened(self, bar: int) -> None:
        self._show_bar(bar)
        self.panel.setFocus()

    def _show_bar(self, bar: int) -> None:
        found = bar_at(self.page.timeline.data.bars, bar)
        machine = self.page.timeline.data.rows[found.row]
        if found.state in OUTAGES:
            acts = self.panel_acts.of_outage(-found.id)
            self.show_content(outage_content(found, machine.name, self.page.zone, acts))
        elif found.state is not BarState.UNBOOKED:
            self.show_booking(found.id)

    def _show_machine(self, row: int) -> None:
        loaded, machine = self.page.loaded, self.page.timeline.data.rows[row]
        if loaded is not None:
            acts = self.panel_acts.of_machine(machine.machine_id)
            self.show_content(machine_content(loaded, machine.machine_id, machine.name, acts))

    def show_booking(self, booking_id: int, wished: BookingDraft | None = None) -> None:
        """Load a booking, judge it (or what is wished for it), and show it in the panel."""
        self.tasks.read(
            load_detail, booking_id, self.page.context.actor, self.page.context.center.folder, wished,
            done=self._on_detail, owner=self.page, key="detail",
        )  # fmt: skip

    def _on_detail(self, detail: Detail) -> None:
        self.detail = detail
        now = self.page.context.center.clock.now()
        actor = self.page.context.actor
        acts = self.panel_acts.of_booking(detail)
        self.show_content(booking_content(detail, actor, now, self.page.zone, acts))

    def show_content(self, content: PanelContent) -> None:
        """Show the panel."""
        if self.forms.form is None:
            self.panel.show_content(content)
            self.panel.show()

    def close_panel(self) -> None:
        """Hide the panel; the timeline takes the room."""
        self.panel.hide()
        self.page.timeline.setFocus()

    # --- drops ---------------------------------------------------------------------------

    def _on_dropped(self, wish: Proposal) -> None:
        data = self.page.timeline.data
        machine_id = data.rows[wish.row].machine_id
        if wish.bar < 0:
            self.create(machine_id, wish.start, wish.end)
        else:
            self.with_booking(int(data.bars.id[wish.bar]), lambda view: self._move(view, machine_id, wish))

    def _move(self, view: BookingView, machine_id: int, wish: Proposal) -> None:
        draft = draft_of(view, at(wish.start), at(wish.end))
        self.move(view, replace(draft, machine_id=machine_id))

    def move(self, view: BookingView, draft: BookingDraft) -> None:
        """Move a booking; what is refused is shown in the panel with who may waive it."""

        def on_failed(error: Exception) -> None:
            self.page.timeline.propose(None)
            if isinstance(error, ProblemsError):
                self.show_booking(view.id, draft)
            else:
                self.on_failed(error)

        self.acts.move(view, draft, on_failed)

    def with_booking(self, booking_id: int, act: Callable[[BookingView], Any]) -> None:
        """Read the newest state of a booking, then act on it."""
        self.tasks.read(queries.booking, booking_id, done=act, failed=self.on_failed, owner=self.page)

    def create(self, machine_id: int, start: int, end: int, like: BookingDraft | None = None) -> None:
        """Book at once when it is clear for which project, else ask in the form."""
        actor = self.page.context.actor
        draft = BookingDraft(
            machine_id=machine_id,
            start_at=at(start),
            end_at=at(end),
            person_id=like.person_id if like else actor.person_id,
            project_id=like.project_id if like else None,
            title=like.title if like else "",
            note=like.note if like else "",
            setup_s=like.setup_s if like else 0,
        )
        self.acts.book(draft, lambda error: self._on_book_failed(draft, error))

    def _on_book_failed(self, draft: BookingDraft, error: Exception) -> None:
        if isinstance(error, ProblemsError):
            self.forms.open(draft)
        else:
            self.page.timeline.propose(None)
            self.on_failed(error)

    def _on_done(self, result: Any, label: str) -> None:
        self.forms.close()
        if isinstance(result, BookingView):
            self.select_id = result.id
            if result.is_live:
                self.show_booking(result.id)
            else:
                self.close_panel()
        elif isinstance(result, Breakdown):
            self.moves.review(result.outage.machine_id)
        told = _told(result, label, self.page.zone)
        self.page.context.notices.tell(told, self.history.undo)
        self.page.refresh()

    def on_failed(self, error: Exception) -> None:
        """Show a failure calmly and load again what is true now."""
        self.page.timeline.propose(None)
        self.page.context.notices.error(error)
        self.page.refresh()

    def select_awaited(self) -> None:
        """Select what was just made or asked for, once it is loaded."""
        self.forms.show_waiting()
        timeline = self.page.timeline
        bar = timeline.indexed.of_id.get(self.select_id, -1) if self.select_id else -1
        if bar >= 0:
            self.select_id = 0
            timeline.choose(int(timeline.data.bars.row[bar]), bar)
            timeline.show_instant(int(timeline.data.bars.start[bar]))
        elif self.select_machine_id:
            self.select_machine(self.select_machine_id)

    def select_machine(self, machine_id: int) -> None:
        """Select a machine, at once or when it is loaded."""
        timeline = self.page.timeline
        rows = [row.machine_id for row in timeline.data.rows]
        self.select_machine_id = 0 if machine_id in rows else machine_id
        if not self.select_machine_id:
            timeline.choose(rows.index(machine_id))


def _told(result: Any, label: str, zone: str) -> str:
    """Say what was done, for the passing message."""
    if not isinstance(result, BookingView):
        return label
    when = local(result.start_at.timestamp(), zone)
    times = f"{when:%H:%M}–{result.end_at.astimezone(when.tzinfo):%H:%M}"
    machine = result.machine.say(_.language)
    return _("{act}: {machine}, {times}", act=label, machine=machine, times=times)
