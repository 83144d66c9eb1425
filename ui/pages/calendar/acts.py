"""The acts of the calendar: each is one service verb with its way back on the undo stack."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from center_app.booking import service
from center_app.booking.values import BookingDraft, BookingView
from center_app.flows import breakdown
from ui.kit.words import _
from ui.pages.calendar.history import Call, History

Failed = Callable[[Exception], Any] | None
Named = tuple[tuple[str, Any], ...]


def at(instant: int) -> datetime:
    """Give UTC seconds as an aware instant."""
    return datetime.fromtimestamp(instant, UTC)


class Acts:
    """Run the acts and name them for Undo; belongs to the GUI thread."""

    def __init__(self, history: History) -> None:
        """Take the undo stack."""
        self._history = history

    def book(self, draft: BookingDraft, failed: Failed = None) -> None:
        """Book; undone by cancelling, redone by taking the cancellation back."""
        self._history.act(
            _("Book"),
            Call(service.book, (draft,), takes="nothing"),
            Call(service.cancel),
            again=Call(service.restore),
            failed=failed,
        )

    def move(self, view: BookingView, draft: BookingDraft, failed: Failed = None) -> None:
        """Move to the machine and times of a draft."""
        waived = (("waive", draft.waive), ("waive_reason", draft.waive_reason))
        if draft.machine_id == view.machine_id and view.start_at == draft.start_at:
            label, call = _("Change the end"), Call(service.resize, (draft.start_at, draft.end_at), waived)
        else:
            label, call = _("Move"), Call(service.move, (), (*_place(draft), *waived))
        back = Call(service.move, (), _place(view))
        self._history.act(label, call, back, self._held(view), failed=failed)

    def edit(self, view: BookingView, draft: BookingDraft, failed: Failed = None) -> None:
        """Change what a booking is for."""
        forth, back = (Call(service.edit_details, (), _details(one)) for one in (draft, view))
        self._history.act(_("Edit"), forth, back, self._held(view), failed=failed)

    def cancel(self, view: BookingView) -> None:
        """Cancel a booking."""
        self._history.act(_("Cancel the booking"), Call(service.cancel), Call(service.restore), self._held(view))

    def check_in(self, view: BookingView) -> None:
        """Begin to use the machine."""
        self._history.act(_("Check in"), Call(service.check_in), Call(service.undo_check_in), self._held(view))

    def check_out(self, view: BookingView) -> None:
        """End the use of the machine, with the planned set-up as declared set-up."""
        self._history.act(
            _("Check out"),
            Call(service.check_out, (), (("setup_s", view.setup_s),)),
            Call(service.undo_check_out),
            self._held(view),
        )

    def approve(self, view: BookingView) -> None:
        """Approve a pending booking; its undo declines nothing, it cancels."""
        self._history.act(_("Approve"), Call(service.approve), Call(service.cancel), self._held(view))

    def out_of_order(self, machine_id: int, title: str, failed: Failed = None) -> None:
        """Take a machine out of order now; one undo brings everything back."""
        call = Call(breakdown.out_of_order, (machine_id, title), takes="nothing")
        self._history.act(
            _("Out of order"), call, Call(breakdown.undo_out_of_order, takes="result"), again=call, failed=failed
        )

    def _held(self, view: BookingView) -> Any:
        return self._history.held(view.id, view.version)


def _place(one: BookingDraft | BookingView) -> Named:
    return (("machine_id", one.machine_id), ("start_at", one.start_at), ("end_at", one.end_at))


def _details(one: BookingDraft | BookingView) -> Named:
    return (("title", one.title), ("note", one.note), ("project_id", one.project_id), ("setup_s", one.setup_s))
