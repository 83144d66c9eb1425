"""Choose the acts that the side panel offers for a booking, an outage or a machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QInputDialog

from center_app.booking.values import BookingState, BookingView
from center_app.core.access import Right
from center_app.equipment import queries as equipment
from center_app.equipment.values import OutageView
from center_app.flows import breakdown
from ui.kit.words import _
from ui.pages.calendar.formats import clock, seconds
from ui.pages.calendar.history import Call
from ui.pages.calendar.loader import Detail, draft_of
from ui.pages.calendar.panel import PanelAct
from ui.pages.calendar.rules_text import may_waive

if TYPE_CHECKING:
    from ui.pages.calendar.conduct import Conduct

_STEP = timedelta(minutes=30)
_OPENS = timedelta(minutes=15)


class PanelActs:
    """Know who may do what now; belongs to the GUI thread."""

    def __init__(self, conduct: Conduct) -> None:
        """Attach to the page's conduct."""
        self._conduct = conduct

    def _may_change(self, view: BookingView) -> bool:
        context = self._conduct.page.context
        is_own = view.person_id == context.actor.person_id
        return context.may(Right.BOOK) and (is_own or context.may(Right.BOOK_FOR_OTHERS))

    def of_booking(self, detail: Detail) -> tuple[PanelAct, ...]:
        """Offer what can be done with a booking now, the likeliest act first."""
        view = detail.view
        if not self._may_change(view) or not view.is_live or view.state is BookingState.DONE:
            return ()
        if detail.wished is not None:
            return self._of_wish(detail)
        return (*self._main_act(view), *self._other_acts(view))

    def _main_act(self, view: BookingView) -> list[PanelAct]:
        acts, now = self._conduct.acts, self._conduct.page.context.center.clock.now()
        if view.state is BookingState.PENDING and self._conduct.page.context.may(Right.BOOK_FOR_OTHERS):
            return [PanelAct(_("Approve"), lambda: acts.approve(view), "check", main=True)]
        if view.state is BookingState.IN_USE:
            return [PanelAct(_("Check out"), lambda: acts.check_out(view), "log-out", main=True)]
        if view.start_at - _OPENS <= now < view.end_at and view.state is BookingState.BOOKED:
            return [PanelAct(_("Check in"), lambda: acts.check_in(view), "log-in", main=True)]
        return []

    def _other_acts(self, view: BookingView) -> list[PanelAct]:
        conduct, zone = self._conduct, self._conduct.page.zone
        until = clock(seconds(view.end_at + _STEP), zone)
        offered = [
            PanelAct(
                _("Extend to {time}", time=until),
                lambda: conduct.move(view, draft_of(view, end_at=view.end_at + _STEP)),
                "clock",
            )
        ]
        if view.state is not BookingState.IN_USE:
            offered.append(PanelAct(_("Move…"), lambda: conduct.forms.edit(view), "move-horizontal"))
            offered.append(PanelAct(_("Cancel it"), lambda: conduct.acts.cancel(view), "x"))
        else:
            offered.append(PanelAct(_("Change…"), lambda: conduct.forms.edit(view), "pencil"))
        if conduct.page.context.may(Right.OUT_OF_ORDER):
            offered.append(self._out_of_order(view.machine_id))
        return offered

    def _of_wish(self, detail: Detail) -> tuple[PanelAct, ...]:
        """Offer to waive what bars a wished move, when all of it may be waived by this person."""
        conduct, view, wished = self._conduct, detail.view, detail.wished
        problems = detail.verdict.problems if detail.verdict else ()
        loaded = conduct.page.loaded
        machine = loaded.machines.get(view.machine_id) if loaded else None
        custodian = machine.custodian_id if machine else None
        offered = [PanelAct(_("Leave as it is"), lambda: conduct.show_booking(view.id))]
        if wished is not None:
            edit = PanelAct(_("Change…"), lambda: conduct.forms.edit(view, wished), "pencil")
            offered.insert(0, edit)
        if problems and all(may_waive(conduct.page.context.actor, one, custodian) for one in problems):
            offered.insert(0, PanelAct(_("Waive and save"), lambda: self._waive(detail), main=True))
        return tuple(offered)

    def _waive(self, detail: Detail) -> None:
        reason = self._asked(_("Waive the rule"), _("Why may the rule be waived?"))
        if reason and detail.wished is not None and detail.verdict is not None:
            ids = frozenset(problem.code.id for problem in detail.verdict.problems)
            self._conduct.move(detail.view, replace(detail.wished, waive=ids, waive_reason=reason))

    def _asked(self, heading: str, question: str) -> str:
        text, is_given = QInputDialog.getText(self._conduct.page, heading, question)
        return text.strip() if is_given else ""

    def of_machine(self, machine_id: int) -> tuple[PanelAct, ...]:
        """Offer what can be done with a machine."""
        context = self._conduct.page.context
        offered = []
        if context.may(Right.BOOK):
            offered.append(PanelAct(_("Book"), self._conduct.forms.open_here, "plus", main=True))
        offered.append(PanelAct(_("Open the sheet"), self._sheet(machine_id), "wrench"))
        if context.may(Right.OUT_OF_ORDER):
            offered.append(self._out_of_order(machine_id))
        return tuple(offered)

    def _sheet(self, machine_id: int) -> Callable[[], Any]:
        return lambda: self._conduct.page.context.navigate("equipment", machine_id=machine_id)

    def _out_of_order(self, machine_id: int) -> PanelAct:
        def run() -> None:
            text, is_given = QInputDialog.getText(
                self._conduct.page, _("Out of order now"), _("What is wrong with the machine?")
            )
            if is_given:
                self._conduct.acts.out_of_order(machine_id, text.strip())

        return PanelAct(_("Out of order…"), run, "circle-x", danger=True)

    def of_outage(self, outage_id: int) -> tuple[PanelAct, ...]:
        """Offer to end an outage."""
        if not self._conduct.page.context.may(Right.OUT_OF_ORDER):
            return ()
        return (PanelAct(_("Back in order"), lambda: self._end_outage(outage_id), "check", main=True),)

    def _end_outage(self, outage_id: int) -> None:
        conduct = self._conduct

        def on_read(view: OutageView) -> None:
            from center_app.equipment import service

            conduct.history.act(
                _("Back in order"),
                Call(breakdown.back_in_order, (view.id, view.version), takes="nothing"),
                Call(service.reopen_outage, (view.id, view.version + 1, view.end_at), takes="nothing"),
            )

        conduct.tasks.read(equipment.outage, outage_id, done=on_read, failed=conduct.on_failed, owner=conduct.page)
