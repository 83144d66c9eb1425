"""Say a conflict in words: what is in the way, who holds it, when it would be free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ui.kit.words import _
from ui.pages.calendar.conflict import Reason
from ui.pages.calendar.formats import clock, day_clock, length, listed, local, times

if TYPE_CHECKING:
    from ui.pages.calendar.data import TimelineData
    from ui.pages.calendar.picture import Ghost


@dataclass(frozen=True)
class Explanation:
    """Hold the lines of the tooltip: headline, holder, next step; later ones may be empty."""

    headline: str
    holder: str
    step: str

    @property
    def whole(self) -> str:
        """Give all in one sentence line, for the status bar and for screen readers."""
        return " ".join(part for part in (self.headline + ".", self.holder, self.step) if part.strip("."))


def explain(ghost: Ghost, data: TimelineData) -> Explanation | None:
    """Explain why a ghost cannot be dropped; None where it can."""
    conflict = ghost.conflict
    if conflict is None:
        return None
    return Explanation(_headline(ghost, data.zone), _holder(ghost, data), _free(ghost, data.zone))


def _headline(ghost: Ghost, zone: str) -> str:
    conflict = ghost.conflict
    assert conflict is not None
    span = times(conflict.start, conflict.end, zone)
    match conflict.reason:
        case Reason.OUTAGE:
            return _("{times}: the machine is out of order", times=span)
        case Reason.BUFFER:
            return _("{times} is kept free as a buffer", times=span)
        case Reason.PAST:
            return _("{time} has already passed", time=clock(conflict.start, zone))
        case Reason.RULE:
            return conflict.sentence.rstrip(".。")
    return _("{times} is already booked", times=span)


def _holder(ghost: Ghost, data: TimelineData) -> str:
    conflict = ghost.conflict
    if conflict is None or conflict.bar < 0:
        return ""
    bars, bar = data.bars, conflict.bar
    when = times(int(bars.start[bar]), int(bars.end[bar]), data.zone)
    return listed(bars.title[bar], bars.detail[bar], when)


def _free(ghost: Ghost, zone: str) -> str:
    conflict = ghost.conflict
    if conflict is None or not conflict.free:
        return ""
    spans = [_near(start, end, ghost.wish.start, zone) for start, end in conflict.free]
    if len(spans) == 1:
        return _("Nearest free: {first}", first=spans[0])
    return _("Nearest free: {first} or {second}", first=spans[0], second=spans[1])


def _near(start: int, end: int, wish: int, zone: str) -> str:
    """Say a span, with its weekday where it lies on another day than the wish."""
    if local(start, zone).date() == local(wish, zone).date():
        return times(start, end, zone)
    return f"{day_clock(start, zone)}–{clock(end, zone)}"


def ghost_text(ghost: Ghost) -> str:
    """Say the length inside the ghost."""
    return length(ghost.wish.end - ghost.wish.start)
