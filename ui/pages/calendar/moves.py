"""Propose new times for the bookings that an outage displaced, each taken with one click."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from center_app.booking import queries, service
from center_app.booking.values import BookingView, Slot
from center_app.core.access import Actor, Right
from center_app.core.db import Read
from ui.kit.words import _
from ui.pages.calendar.formats import listed, seconds
from ui.pages.calendar.history import Call
from ui.pages.calendar.panel import PanelAct, PanelContent, PanelMove
from ui.pages.calendar.present import when
from ui.pages.calendar.rules_text import slot_text

if TYPE_CHECKING:
    from ui.pages.calendar.conduct import Conduct

_OFFERED = 2
Displacements = list[tuple[BookingView, tuple[Slot, ...]]]


def load_moves(read: Read, machine_id: int, actor: Actor) -> Displacements:
    """Return the displaced bookings of a machine that the person may move, with the nearest slots."""
    person_id = None if actor.may(Right.BOOK_FOR_OTHERS) else actor.person_id
    views = [view for view in queries.displaced_to_move(read, person_id) if view.machine_id == machine_id]
    slots = queries.alternatives(read, views)
    return [(view, slots.get(view.id, ())) for view in views]


class Moves:
    """Show displaced bookings in the panel and take up the chosen slots; belongs to the GUI thread."""

    def __init__(self, conduct: Conduct) -> None:
        """Attach to the page's conduct."""
        self._conduct = conduct
        self.machine_id = 0

    def review(self, machine_id: int) -> None:
        """Load and show what an outage of a machine displaced."""
        self.machine_id = machine_id
        page = self._conduct.page
        page.context.tasks.read(
            load_moves, machine_id, page.context.actor,
            done=self.show, failed=self._conduct.on_failed, owner=page, key="moves",
        )  # fmt: skip

    def show(self, found: Displacements) -> None:
        """Show the bookings with their slots; without any the panel keeps what it shows."""
        if not found:
            return
        machine = found[0][0].machine.say(_.language)
        moves = tuple(self._move(view, slots) for view, slots in found)
        title = _.plural("{n} booking displaced", "{n} bookings displaced", len(moves))
        self._conduct.show_content(PanelContent("out_of_order", machine, facts_title=title, moves=moves))

    def _move(self, view: BookingView, slots: tuple[Slot, ...]) -> PanelMove:
        zone, start = self._conduct.page.zone, seconds(view.start_at)
        note = listed(when(start, seconds(view.end_at), zone), view.project_code)
        acts = tuple(
            PanelAct(slot_text(slot, zone, start), partial(self.take_up, view, slot)) for slot in slots[:_OFFERED]
        )
        return PanelMove(view.person, note, acts, "" if acts else _("No free slot in the next two weeks"))

    def take_up(self, view: BookingView, slot: Slot) -> None:
        """Book the displaced booking again on a slot; undone by cancelling it."""
        place = (
            ("machine_id", slot.machine_id), ("start_at", slot.period.start), ("end_at", slot.period.end),
        )  # fmt: skip
        history = self._conduct.history
        history.act(
            _("Move"),
            Call(service.take_up, (), place),
            Call(service.cancel),
            history.held(view.id, view.version),
            again=Call(service.restore),
        )
