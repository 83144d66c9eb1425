"""Turn what the centre's queries return into what the timeline paints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from center_app.booking.values import MachineNow, MachineState, Timeline
from center_app.equipment.values import MachineView
from ui.kit.words import _
from ui.pages.calendar.data import (
    Bars,
    BarState,
    Opening,
    Row,
    RowState,
    TimelineData,
    TrackKind,
    Tracks,
    tracks_of,
)
from ui.pages.calendar.formats import clock, day_clock, local

_MICRO = 1_000_000
_STATES = {
    "pending": BarState.PENDING,
    "booked": BarState.BOOKED,
    "in_use": BarState.IN_USE,
    "done": BarState.DONE,
    "missed": BarState.NO_SHOW,
    "service": BarState.SERVICE,
    "breakdown": BarState.OUT_OF_ORDER,
    "unbooked": BarState.UNBOOKED,
}
_ROW_STATES = {
    MachineState.FREE: RowState.FREE,
    MachineState.IN_USE: RowState.IN_USE,
    MachineState.BOOKED: RowState.BOOKED,
    MachineState.SETUP: RowState.SET_UP,
    MachineState.LATE: RowState.LATE,
    MachineState.SERVICE: RowState.SERVICE,
    MachineState.OUT_OF_ORDER: RowState.DOWN,
    MachineState.LOCKED: RowState.LOCKED,
}
_UNBOOKED_LEAST_S = 300
_OPEN_OUTAGES = ("service", "breakdown")


@dataclass(frozen=True)
class Measured:
    """Hold one measured or unmeasured stretch of a machine, UTC seconds."""

    machine_id: int
    start: int
    end: int
    kind: TrackKind


@dataclass(frozen=True)
class Loaded:
    """Hold what one load of the calendar brought, as the queries return it.

    ``held`` are the kinds of qualification the person has; ``person_id`` whose own bars are bold.
    """

    timeline: Timeline
    machines: Mapping[int, MachineView] = field(default_factory=dict)
    states: Mapping[int, MachineNow] = field(default_factory=dict)
    measured: tuple[Measured, ...] = ()
    held: frozenset[int] = frozenset()
    person_id: int = 0
    now: int = 0
    zone: str = "UTC"


def rows_of(loaded: Loaded) -> tuple[Row, ...]:
    """Give one row a machine, in the order of the query."""
    made = []
    for shown in loaded.timeline.machines:
        view = loaded.machines.get(shown.id)
        policy = view.policy if view else None
        state = loaded.states.get(shown.id)
        made.append(
            Row(
                shown.id,
                shown.names.say(_.language),
                shown.place_short,
                shown.category.say(_.language),
                _ROW_STATES[state.state] if state else RowState.FREE,
                view.custodian if view else "",
                policy.buffer_before_s if policy else 0,
                policy.buffer_after_s if policy else 0,
                0,
                shown.qualification_kind_id is None or shown.qualification_kind_id in loaded.held,
            )
        )
    return tuple(made)


def timeline_data(loaded: Loaded) -> TimelineData:
    """Give what the timeline paints."""
    rows = rows_of(loaded)
    period = loaded.timeline.period
    return TimelineData(
        rows,
        _bars(loaded, {row.machine_id: n for n, row in enumerate(rows)}),
        _tracks(loaded, {row.machine_id: n for n, row in enumerate(rows)}),
        int(period.start.timestamp()),
        int(period.end.timestamp()),
        loaded.zone,
        opening_of(loaded.machines.values()),
    )


def opening_of(machines: Iterable[MachineView]) -> Opening:
    """Give the widest opening hours of all machines; a machine that is always open leaves none closed."""
    limits = [(view.policy.opens_minute, view.policy.closes_minute) for view in machines]
    bound = [limit for limit in limits if limit != (0, 1440)]
    if not bound:
        return Opening()
    return Opening(min(low for low, _high in bound), max(high for _low, high in bound))


def _bars(loaded: Loaded, row_of: Mapping[int, int]) -> Bars:
    kept = [bar for bar in (*loaded.timeline.bars, *_unbooked(loaded)) if bar[1] in row_of and bar[6] in _STATES]
    kept.sort(key=lambda bar: (row_of[bar[1]], bar[2]))
    # id, machine, start, end, occupied start, occupied end, state, person, project, setup, title, year, number
    columns = list(zip(*kept, strict=True)) if kept else [()] * 13
    start, end, first, last = (np.array(columns[n], np.int64) // _MICRO for n in (2, 3, 4, 5))
    end = _real_ends(loaded, kept, start, end, last)
    state = _state_codes(columns[6], start, end, loaded.now)
    outage = np.isin(state, (int(BarState.OUT_OF_ORDER), int(BarState.SERVICE)))
    texts = [_texts(loaded, bar) for bar in kept]
    return Bars(
        np.where(outage, -np.array(columns[0], np.int64), np.array(columns[0], np.int64)),
        np.array([row_of[machine] for machine in columns[1]], np.int64),
        start,
        end,
        np.array(columns[9], np.int64),
        np.where(outage, 0, np.maximum(0, start - first)),
        np.where(outage, 0, np.maximum(0, last - end)),
        state,
        np.array([person == loaded.person_id for person in columns[7]], np.bool_),
        tuple(title for title, _detail in texts),
        tuple(detail for _title, detail in texts),
    )


def _real_ends(
    loaded: Loaded, bars: Sequence[tuple[Any, ...]], start: np.ndarray, end: np.ndarray, last: np.ndarray
) -> np.ndarray:
    """Give when bars really end: a use that was ended early gave its time back, its buffer excepted."""
    buffers = {key: view.policy.buffer_after_s for key, view in loaded.machines.items()}
    buffer = np.array([buffers.get(bar[1], 0) if bar[6] == "done" else 0 for bar in bars], np.int64)
    shown: np.ndarray = np.minimum(end, np.maximum(last - buffer, start + 60))
    return shown


def _unbooked(loaded: Loaded) -> Iterator[tuple[Any, ...]]:
    """Give a bar for each run without booking of five minutes or more."""
    for one in loaded.measured:
        if one.kind is TrackKind.UNBOOKED and one.end - one.start >= _UNBOOKED_LEAST_S:
            start, end = one.start * _MICRO, one.end * _MICRO
            yield 0, one.machine_id, start, end, start, end, "unbooked", None, None, 0, ""


def _state_codes(words: Sequence[str], start: np.ndarray, end: np.ndarray, now: int) -> np.ndarray:
    """Give the state of each bar; booked ones that have begun are late."""
    codes = np.array([_STATES[word] for word in words], np.uint8)
    late = (codes == BarState.BOOKED) & (start < now) & (end > now)
    codes[late] = BarState.LATE
    return codes


def _texts(loaded: Loaded, bar: tuple[object, ...]) -> tuple[str, str]:
    """Give the name and the purpose on a bar; one's own bars need no name."""
    person_id, project_id, told = bar[7], bar[8], str(bar[10] or "")
    if bar[6] == "unbooked":
        return _("Run without booking"), ""
    if bar[6] in _OPEN_OUTAGES:
        return _outage_text(loaded, bar, told), ""
    code, names = loaded.timeline.projects.get(project_id, ("", None))  # type: ignore[call-overload]
    purpose = told or (names.say(_.language) if names else "") or code
    if person_id == loaded.person_id and purpose:
        return purpose, "" if purpose == code else code
    return loaded.timeline.people.get(person_id, ""), purpose  # type: ignore[call-overload]


def _outage_text(loaded: Loaded, bar: tuple[object, ...], told: str) -> str:
    if bar[6] == "service":
        return _("Service: {title}", title=told) if told else _("Service")
    start = int(bar[2]) // _MICRO  # type: ignore[call-overload]
    same_day = local(start, loaded.zone).date() == local(loaded.now, loaded.zone).date()
    since = clock(start, loaded.zone) if same_day else day_clock(start, loaded.zone)
    if told:
        return _("Out of order since {time}: {title}", time=since, title=told)
    return _("Out of order since {time}", time=since)


def _tracks(loaded: Loaded, row_of: Mapping[int, int]) -> Tracks:
    return tracks_of(
        [(row_of[one.machine_id], one.start, one.end, one.kind) for one in loaded.measured if one.machine_id in row_of]
    )
