"""Hold what the timeline paints: rows, bars and measured tracks as frozen values.

Times are UTC seconds since the epoch (int64), half-open ``[start, end)``; lengths are
seconds (int32). Arrays are read-only and sorted by (row, start).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


class BarState(IntEnum):
    """Name what a bar is; the value is stored in ``Bars.state``."""

    BOOKED = 0
    PENDING = 1
    IN_USE = 2
    LATE = 3
    DONE = 4
    NO_SHOW = 5
    OUT_OF_ORDER = 6
    SERVICE = 7
    UNBOOKED = 8
    ALARM = 9


class TrackKind(IntEnum):
    """Name what the bottom four pixels of a row show."""

    RUN = 0
    IDLE = 1
    NOT_MEASURED = 2
    UNBOOKED = 3


class RowState(StrEnum):
    """Name the state of a machine, the word every page uses."""

    FREE = "free"
    IN_USE = "in_use"
    BOOKED = "booked"
    SET_UP = "set_up"
    LATE = "late"
    SERVICE = "service"
    DOWN = "down"
    LOCKED = "locked"
    ALARM = "alarm"


MOVABLE = frozenset({BarState.BOOKED, BarState.PENDING, BarState.LATE})
"""States whose bars may be moved as a whole."""
EXTENDABLE = MOVABLE | {BarState.IN_USE, BarState.ALARM}
"""States whose end may be moved (a running booking keeps its start)."""
OCCUPYING = frozenset(BarState) - {BarState.DONE, BarState.NO_SHOW, BarState.UNBOOKED}
"""States that bar another booking from the same machine and time."""
OUTAGES = frozenset({BarState.OUT_OF_ORDER, BarState.SERVICE})
"""States that are no booking but an outage of the machine."""


@dataclass(frozen=True)
class Row:
    """Describe one machine; lengths in seconds are its turn-round times."""

    machine_id: int
    name: str
    place: str = ""
    group: str = ""
    state: RowState = RowState.FREE
    custodian: str = ""
    before_s: int = 0
    after_s: int = 0
    setup_s: int = 0
    qualified: bool = True


@dataclass(frozen=True)
class Opening:
    """Hold the hours the centre is open, minutes after local midnight, weekday 0 = Monday."""

    open_minute: int = 7 * 60
    close_minute: int = 20 * 60
    weekdays: frozenset[int] = frozenset(range(7))


def _frozen(values: Sequence[int] | Ints, dtype: type) -> Any:
    array: Any = np.array(values, dtype=dtype)
    array.setflags(write=False)
    return array


@dataclass(frozen=True, eq=False)
class Bars:
    """Hold all bars of a window as parallel columns of length n, sorted by (row, start).

    ``setup`` lies inside the bar at its start, ``before`` and ``after`` lie outside;
    ``id`` is the booking (or, for outages, the outage) it stands for.
    """

    id: Ints
    row: Ints
    start: Ints
    end: Ints
    setup: Ints
    before: Ints
    after: Ints
    state: NDArray[np.uint8]
    own: NDArray[np.bool_]
    title: tuple[str, ...]
    detail: tuple[str, ...]

    def __len__(self) -> int:
        """Count the bars."""
        return len(self.title)


@dataclass(frozen=True)
class Bar:
    """Describe one bar: the row-wise twin of ``Bars``, for building and for panels."""

    id: int
    row: int
    start: int
    end: int
    state: BarState = BarState.BOOKED
    title: str = ""
    detail: str = ""
    setup: int = 0
    before: int = 0
    after: int = 0
    own: bool = False


def bars_of(items: Sequence[Bar]) -> Bars:
    """Pack single bars into sorted columns."""
    kept = sorted(items, key=lambda bar: (bar.row, bar.start, bar.end))
    columns = {
        name: _frozen([getattr(bar, name) for bar in kept], np.int64)
        for name in ("id", "row", "start", "end", "setup", "before", "after")
    }
    return Bars(
        **columns,
        state=_frozen([int(bar.state) for bar in kept], np.uint8),
        own=_frozen([int(bar.own) for bar in kept], np.bool_),
        title=tuple(bar.title for bar in kept),
        detail=tuple(bar.detail for bar in kept),
    )


def bar_at(bars: Bars, index: int) -> Bar:
    """Unpack one bar from the columns."""
    numbers = {
        name: int(getattr(bars, name)[index]) for name in ("id", "row", "start", "end", "setup", "before", "after")
    }
    return Bar(
        **numbers,
        state=BarState(int(bars.state[index])),
        own=bool(bars.own[index]),
        title=bars.title[index],
        detail=bars.detail[index],
    )


@dataclass(frozen=True, eq=False)
class Tracks:
    """Hold measured, idle, unmeasured and unbooked spans, sorted by (row, start)."""

    row: Ints
    start: Ints
    end: Ints
    kind: NDArray[np.uint8]

    def __len__(self) -> int:
        """Count the spans."""
        return int(self.row.size)


def tracks_of(spans: Sequence[tuple[int, int, int, TrackKind]]) -> Tracks:
    """Pack (row, start, end, kind) spans into sorted columns."""
    kept = sorted(spans)
    row, start, end = ([span[i] for span in kept] for i in range(3))
    return Tracks(
        _frozen(row, np.int64),
        _frozen(start, np.int64),
        _frozen(end, np.int64),
        _frozen([int(span[3]) for span in kept], np.uint8),
    )


@dataclass(frozen=True, eq=False)
class TimelineData:
    """Hold everything one timeline shows; ``start``/``end`` bound what was loaded."""

    rows: tuple[Row, ...] = ()
    bars: Bars = field(default_factory=lambda: bars_of(()))
    tracks: Tracks = field(default_factory=lambda: tracks_of(()))
    start: int = 0
    end: int = 0
    zone: str = "UTC"
    opening: Opening = field(default_factory=Opening)
