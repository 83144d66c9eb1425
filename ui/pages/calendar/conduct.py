"""Join timeline, panel and form with the centre's verbs: what a person does on the calendar."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from center_app.booking.values import BookingDraft, BookingView
from center_app.core.access import Right
from center_app.core.errors import ProblemsError
from ui.kit.words import _
from ui.pages.calendar.acts import Acts, at
from ui.pages.calendar.clipboard import Clipboard
from ui.pages.calendar.data import OUTAGES, BarState, bar_at
from ui.pages.calendar.finder import Finder
from ui.pages.calendar.form import BookingForm, FormTask, FormWorld
from ui.pages.calendar.formats import local
from ui.pages.calendar.geometry import HOUR_S
from ui.pages.calendar.history import History
from ui.pages.calendar.loader import Detail, People, draft_of, load_detail, load_people
from ui.pages.calendar.panel import Panel, PanelContent
from ui.pages.calendar.panel_acts import PanelActs
from ui.pages.calendar.present import booking_content, machine_content, outage_content
from ui.pages.calendar.watcher import GhostWatcher

if TYPE_CHECKING:
    from ui.pages.calendar.conflict import Proposal
    from ui.pages.calendar.page import CalendarPage


class Conduct:
    """Hold selection, panel, form and undo of one calendar page; belongs to the GUI thread."""

    def __init__(self, page: CalendarPage) -> None:
        """Attach to a page whose widgets exist."""
        self.page = page
        self.history = History(page.context.tasks, page)
        self.acts = Acts(self.history)
        self.panel_acts = PanelActs(self)
        self.clipboard = Clipboard(self)
        self.finder = Finder(self)
        self.watcher = GhostWatcher(self)
        self.detail: Detail | None = None
        self.people = People()
        self.form: BookingForm | None = None
        self.select_id = 0
        self.panel = Panel()
        self.panel.hide()
        page.side.addWidget(self.panel)
        self._connect()

    def _connect(self) -> None:
        timeline = self.page.timeline
        timeline.may_edit = self.page.context.may(Right.BOOK)
        timeline.chosen.connect(self._on_chosen)
        timeline.opened.connect(self._on_opened)
        timeline.dropped.connect(self._on_dropped)
        timeline.refused.connect(self.watcher.on_refused)
        timeline.ghost_changed.connect(self.watcher.on_ghost)
        self.history.done.connect(self._on_done)
        self.history.failed.connect(self.on_failed)
        self.panel.closed.connect(self.close_panel)

    @property
    def tasks(self) -> Any:
        """Give the lanes."""
        return self.page.context.tasks

    # --- selection and panel -------------------------------------------------------------

    def _on_chosen(self, row: int, bar: int) -> None:
        self.detail = None
        if self.form is not None:
            return
        if bar >= 0:
            self._show_bar(bar)
        elif row >= 0 and (self.panel.isVisible() or self.page.timeline.cursor_at is None):
            self._show_machine(row)

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
        if self.form is None:
            self.panel.show_content(content)
            self.panel.show()

    def close_panel(self) -> None:
        """Hide the panel; the timeline takes the room."""
        self.panel.hide()
        self.page.timeline.setFocus()

    # --- drops ---------------------------------------------------------------------------

    def _on_dropped(self, wish: Proposal) -> None:
        machine_id = self.page.timeline.data.rows[wish.row].machine_id
        if wish.bar < 0:
            self.create(machine_id, wish.start, wish.end)
            return
        booking_id = int(self.page.timeline.data.bars.id[wish.bar])
        self.with_booking(booking_id, lambda view: self._move(view, machine_id, wish))

    def _move(self, view: BookingView, machine_id: int, wish: Proposal) -> None:
        draft = draft_of(view, at(wish.start), at(wish.end))
        draft = BookingDraft(**{**draft.__dict__, "machine_id": machine_id})
        self.move(view, draft)

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
        from center_app.booking import queries

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
            self.open_form(draft)
        else:
            self.page.timeline.propose(None)
            self.on_failed(error)

    # --- the form ------------------------------------------------------------------------

    def book_by_form(self) -> None:
        """Open the form for the selected machine and time."""
        keys, timeline = self.page.timeline.keys, self.page.timeline
        machine_id = timeline.data.rows[timeline.row].machine_id if timeline.row >= 0 else None
        start = keys.place()
        actor = self.page.context.actor
        draft = BookingDraft(
            machine_id=machine_id, start_at=at(start), end_at=at(start + HOUR_S), person_id=actor.person_id
        )
        self.open_form(draft)

    def edit_by_form(self, view: BookingView, draft: BookingDraft | None = None) -> None:
        """Open the form for a booking that exists."""
        self.open_form(draft or draft_of(view), view)

    def open_form(self, draft: BookingDraft, view: BookingView | None = None) -> None:
        """Open the form on a draft, for a new booking or for one that exists."""

        def on_people(people: People) -> None:
            self.people = people
            self._show_form(draft, view)

        self.tasks.read(load_people, done=on_people, failed=self.on_failed, owner=self.page, key="people")

    def _show_form(self, draft: BookingDraft, view: BookingView | None) -> None:
        self.close_form()
        if view is None:
            task = FormTask(_("New booking"), _("Book"), _("Waive and book"))
        else:
            task = FormTask(_("Change {reference}", reference=view.reference), _("Save"), _("Waive and save"), view.id)
        form = BookingForm(self._world(), self._with_project(draft), task)
        form.closed.connect(self.close_form)
        form.edited.connect(lambda wanted: self._judge(form, wanted, task.booking_id))
        form.submitted.connect(lambda wanted: self._submit(form, wanted, view))
        self.form = form
        self.panel.hide()
        self.page.side.addWidget(form)
        form.show()
        form.start()

    def _with_project(self, draft: BookingDraft) -> BookingDraft:
        """Fill in the only project of a person who has just one."""
        mine = self.people.projects_of(draft.person_id)
        if draft.project_id is None and len(mine) == 1:
            return BookingDraft(**{**draft.__dict__, "project_id": mine[0][0]})
        return draft

    def _world(self) -> FormWorld:
        loaded = self.page.loaded
        rows = self.page.timeline.data.rows
        custodians = {key: view.custodian_id for key, view in loaded.machines.items()} if loaded else {}
        machines = [(row.machine_id, row.name) for row in rows]
        context = self.page.context
        return FormWorld(
            machines, self.people.people, self.people.projects or {}, custodians, self.page.zone, context.actor,
            context.may(Right.BOOK_FOR_OTHERS),
        )  # fmt: skip

    def _judge(self, form: BookingForm, draft: BookingDraft, booking_id: int | None) -> None:
        from center_app.booking import queries

        if draft.machine_id is None or draft.end_at <= draft.start_at:
            return
        self.tasks.read(
            queries.check, self.page.context.actor, draft, booking_id,
            done=form.show_verdict, failed=lambda _error: None, owner=form, key="judge",
        )  # fmt: skip

    def _submit(self, form: BookingForm, draft: BookingDraft, view: BookingView | None) -> None:
        def on_failed(error: Exception) -> None:
            if isinstance(error, ProblemsError):
                form.show_problems(error.problems, getattr(error, "slots", ()))
            else:
                self.on_failed(error)

        if view is None:
            self.acts.book(draft, on_failed)
        elif (view.machine_id, view.start_at, view.end_at) != (draft.machine_id, draft.start_at, draft.end_at):
            self.acts.move(view, draft, on_failed)
        else:
            self.acts.edit(view, draft, on_failed)

    def close_form(self) -> None:
        """Take the form away."""
        if self.form is not None:
            form, self.form = self.form, None
            self.page.timeline.propose(None)
            form.hide()
            form.deleteLater()
            self.page.timeline.setFocus()

    # --- outcomes ------------------------------------------------------------------------

    def _on_done(self, result: Any, label: str) -> None:
        self.close_form()
        if isinstance(result, BookingView):
            self.select_id = result.id
            if result.is_live:
                self.show_booking(result.id)
            else:
                self.close_panel()
        told = self._told(result, label)
        self.page.context.notices.tell(told, self.history.undo)
        self.page.refresh()

    def _told(self, result: Any, label: str) -> str:
        if not isinstance(result, BookingView):
            return label
        when = local(result.start_at.timestamp(), self.page.zone)
        times = f"{when:%H:%M}–{result.end_at.astimezone(when.tzinfo):%H:%M}"  # noqa: RUF001
        machine = result.machine.say(_.language)
        return _("{act}: {machine}, {times}", act=label, machine=machine, times=times)

    def on_failed(self, error: Exception) -> None:
        """Show a failure calmly and load again what is true now."""
        self.page.timeline.propose(None)
        self.page.context.notices.error(error)
        self.page.refresh()

    def on_loaded(self) -> None:
        """Select what was just made or asked for, once it is loaded."""
        timeline = self.page.timeline
        bar = timeline.indexed.of_id.get(self.select_id, -1)
        if bar >= 0:
            self.select_id = 0
            timeline.choose(int(timeline.data.bars.row[bar]), bar)
            timeline.show_instant(int(timeline.data.bars.start[bar]))

    # --- doors of the page ---------------------------------------------------------------

    def find_slots(self, text: str) -> None:
        """Search free slots for a wish."""
        self.finder.search(text)

    def open(self, args: dict[str, Any]) -> None:
        """Go to a booking, a machine, a day or a wish, as other pages ask."""
        if (day := args.get("day")) is not None:
            self.page.go(day)
        if (booking_id := args.get("booking_id")) is not None:
            self.select_id = int(booking_id)
            self.with_booking(int(booking_id), self._go_to)
        elif (machine_id := args.get("machine_id")) is not None:
            self._choose_machine(int(machine_id))
        if args.get("form"):
            self.book_by_form()
        if args.get("find"):
            self.page.toolbar.search.setText(str(args["find"]))
            self.find_slots(str(args["find"]))

    def _go_to(self, view: BookingView) -> None:
        self.page.go(local(view.start_at.timestamp(), self.page.zone).date())
        self.show_booking(view.id)

    def _choose_machine(self, machine_id: int) -> None:
        timeline = self.page.timeline
        rows = [row.machine_id for row in timeline.data.rows]
        if machine_id in rows:
            timeline.choose(rows.index(machine_id))

    def widget(self) -> QWidget:
        """Give the widget that dialogs and menus belong to."""
        return self.page

    def extend(self, view: BookingView, by: timedelta) -> None:
        """Move the end of a booking."""
        self.move(view, draft_of(view, end_at=view.end_at + by))
