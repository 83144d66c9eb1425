"""What Today's buttons do; each act can be undone from the foot of the card.

Services are imported when a button is pressed: Today is what a person waits for at the start.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from center_app.booking.values import BookingView
from ui.kit.page import Context
from ui.kit.words import _
from ui.pages.today.needs import Need

Tell = Callable[[str, Callable[[], Any] | None], None]


class TodayActs:
    """Run a line's act and tell what was done."""

    def __init__(self, context: Context, tell: Tell) -> None:
        """Take the context and what shows the last act with its undo."""
        self._context, self._tell = context, tell

    def run(self, need: Need) -> None:
        """Do what the line's button says."""
        acts: dict[str, Callable[[Need], Any]] = {
            "check_in": self._check_in,
            "acknowledge": self._acknowledge,
            "approve": self._approve,
            "moves": lambda held: self._context.navigate("calendar", machine_id=held.subject.machine_id, moves=True),
            "outage": lambda held: self._context.navigate(
                "equipment", machine_id=held.subject.machine_id, tab="upkeep"
            ),
            "upkeep": lambda held: self._context.navigate("equipment", machine_id=held.subject.id, tab="upkeep"),
            "grant": lambda held: self._context.navigate("grants", award=held.subject.number),
        }
        acts[need.act](need)

    def _check_in(self, need: Need) -> None:
        from center_app.booking import service as booking

        view: BookingView = need.subject

        def told(done: BookingView) -> None:
            undo = lambda: self._write(booking.undo_check_in, done.id, done.version)  # noqa: E731
            self._tell(_("Checked in: {machine}, {person}", machine=done.machine, person=done.person), undo)

        self._write(booking.check_in, view.id, view.version, done=told)

    def _acknowledge(self, need: Need) -> None:
        from center_app.telemetry import service as telemetry
        from center_app.telemetry.values import RequestKind

        alarm = need.subject
        payload = {"rule_id": alarm.rule_id, "occurrence": alarm.occurrence}
        self._write(
            telemetry.ask, RequestKind.ACKNOWLEDGE, alarm.cell_id, payload,
            done=lambda _request: self._tell(_("Acknowledged: {alarm}", alarm=need.title), None),
        )  # fmt: skip

    def _approve(self, need: Need) -> None:
        from center_app.booking import service as booking

        view: BookingView = need.subject

        def told(done: BookingView) -> None:
            self._tell(_("Approved: {machine}, {person}", machine=done.machine, person=done.person), None)

        self._write(booking.approve, view.id, view.version, done=told)

    def decline(self, need: Need) -> None:
        """Decline a pending booking; undo brings it back."""
        from center_app.booking import service as booking

        view: BookingView = need.subject

        def told(done: BookingView) -> None:
            self._tell(
                _("Declined: {machine}, {person}", machine=done.machine, person=done.person),
                lambda: self._write(booking.restore, done.id, done.version),
            )

        self._write(booking.decline, view.id, view.version, "", done=told)

    def move(self, need: Need) -> None:
        """Open the calendar at the line's booking, ready to move."""
        if isinstance(need.subject, BookingView):
            self._context.navigate("calendar", booking_id=need.subject.id, move=True)

    def _write(self, verb: Callable[..., Any], *args: Any, done: Callable[[Any], Any] | None = None) -> None:
        self._context.tasks.write(verb, *args, done=done)
