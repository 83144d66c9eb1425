"""Follow one drag or one keyboard move from grip to proposal; pure, no Qt."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from ui.pages.calendar.conflict import Proposal
from ui.pages.calendar.geometry import SNAP_S, snapped


class Grip(Enum):
    """Name what lies under the pointer."""

    NOTHING = auto()
    EMPTY = auto()
    BODY = auto()
    START = auto()
    END = auto()
    LABEL = auto()
    GROUP = auto()
    HEADER = auto()


@dataclass(frozen=True)
class Hit:
    """Say what lies under the pointer; ``instant`` is UTC seconds."""

    grip: Grip
    row: int = -1
    bar: int = -1
    instant: float = 0.0
    group: str = ""


@dataclass(frozen=True)
class Gesture:
    """Hold where a drag began; ``start``/``end`` are those of the bar (or of the press).

    ``pulled`` becomes true once the pointer left the dead zone: a click is no drag.
    """

    grip: Grip
    row: int
    bar: int
    anchor: float
    start: int
    end: int

    def proposal(self, row: int, instant: float, step: int = SNAP_S) -> Proposal:
        """Give the times a drop at this row and instant would ask for."""
        if self.grip is Grip.EMPTY:
            return self._created(instant, step)
        if self.grip is Grip.START:
            start = min(snapped(instant, step), self.end - step)
            return Proposal(self.row, start, self.end, self.bar)
        if self.grip is Grip.END:
            end = max(snapped(instant, step), self.start + step)
            return Proposal(self.row, self.start, end, self.bar)
        start = snapped(self.start + instant - self.anchor, step)
        return Proposal(row, start, start + self.end - self.start, self.bar)

    def _created(self, instant: float, step: int) -> Proposal:
        first = int(self.anchor // step) * step
        if instant >= self.anchor:
            return Proposal(self.row, first, max(first + step, snapped(instant, step)))
        return Proposal(self.row, min(snapped(instant, step), first), first + step)


def nudged(wish: Proposal, start_s: int = 0, end_s: int = 0, row: int | None = None) -> Proposal:
    """Shift the ends of a proposal by seconds, never below one step of length."""
    start, end = wish.start + start_s, wish.end + end_s
    if end - start < SNAP_S:
        return wish
    return Proposal(wish.row if row is None else row, start, end, wish.bar)
