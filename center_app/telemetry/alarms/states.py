"""The alarm state machine: nine states, ten happenings, ninety cells; pure.

Source of the table: the centre's reliability page, section 3 (ISA-18.2 states; the letters E and F follow the
DEIF PPM 300 handbook; the three suppressions are independent flags as in OPC UA 10000-9). Every raise makes a new
occurrence, and a person acknowledges an occurrence, never "the alarm": a late acknowledgement of an earlier
occurrence is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class State(StrEnum):
    """Name the nine states (letters A to I)."""

    NORMAL = "normal"
    UNACKNOWLEDGED = "unacknowledged"
    ACKNOWLEDGED = "acknowledged"
    RETURNED = "returned"
    LATCHED_UNACKNOWLEDGED = "latched_unacknowledged"
    LATCHED = "latched"
    SHELVED = "shelved"
    SUPPRESSED = "suppressed"
    OUT_OF_SERVICE = "out_of_service"


class Happening(StrEnum):
    """Name what can happen to an alarm."""

    RISES = "rises"
    CLEARS = "clears"
    ACKNOWLEDGE = "acknowledge"
    RESET = "reset"
    SHELVE = "shelve"
    UNSHELVE = "unshelve"
    SUPPRESS = "suppress"
    UNSUPPRESS = "unsuppress"
    TAKE_OUT = "take_out"
    PUT_BACK = "put_back"


class Outcome(StrEnum):
    """Say what a happening did."""

    CHANGED = "changed"
    UNCHANGED = "unchanged"
    LOGGED = "logged"
    REFUSED = "refused"


@dataclass(frozen=True)
class Alarm:
    """Hold the state of one alarm.

    `condition`: whether the limit is exceeded now, kept up in every state; `occurrence`: number of the newest
    raise, counted for ever; `count`: raises since the alarm was last normal; the three flags are independent.
    """

    state: State = State.NORMAL
    condition: bool = False
    occurrence: int = 0
    count: int = 0
    is_shelved: bool = False
    is_one_shot: bool = False
    is_suppressed: bool = False
    is_out: bool = False


@dataclass(frozen=True)
class Step:
    """Return the alarm after a happening, what it did, and why it was refused."""

    alarm: Alarm
    outcome: Outcome
    why: str = ""


_HIDDEN = (State.SHELVED, State.SUPPRESSED, State.OUT_OF_SERVICE)
_RETURNED = (State.RETURNED, State.LATCHED_UNACKNOWLEDGED, State.LATCHED)
_ACKNOWLEDGE = {
    State.UNACKNOWLEDGED: State.ACKNOWLEDGED,
    State.RETURNED: State.NORMAL,
    State.LATCHED_UNACKNOWLEDGED: State.LATCHED,
}


def step(
    alarm: Alarm, happening: Happening, *, is_latching: bool = False, occurrence: int | None = None,
    one_shot: bool = False,
) -> Step:  # fmt: skip
    """Apply one happening; `occurrence` names what a person acknowledges, `one_shot` shelves until it clears."""
    match happening:
        case Happening.RISES:
            return _rise(alarm)
        case Happening.CLEARS:
            return _clear(alarm, is_latching)
        case Happening.ACKNOWLEDGE:
            return _acknowledge(alarm, occurrence)
        case Happening.RESET:
            return _reset(alarm)
        case Happening.SHELVE:
            return _shelve(alarm, one_shot)
        case Happening.UNSHELVE:
            return _unshelve(alarm)
        case Happening.SUPPRESS | Happening.UNSUPPRESS:
            return _suppress(alarm, happening is Happening.SUPPRESS)
        case Happening.TAKE_OUT | Happening.PUT_BACK:
            return _out_of_service(alarm, happening is Happening.TAKE_OUT)


def _rise(alarm: Alarm) -> Step:
    if alarm.state in _HIDDEN:
        return Step(replace(alarm, condition=True), Outcome.LOGGED)
    if alarm.state in (State.UNACKNOWLEDGED, State.ACKNOWLEDGED):
        return Step(replace(alarm, condition=True), Outcome.UNCHANGED)
    return Step(_raised(alarm), Outcome.CHANGED)


def _raised(alarm: Alarm) -> Alarm:
    fresh = alarm.state not in _RETURNED
    return replace(
        alarm, state=State.UNACKNOWLEDGED, condition=True, occurrence=alarm.occurrence + 1,
        count=1 if fresh else alarm.count + 1,
    )  # fmt: skip


def _clear(alarm: Alarm, is_latching: bool) -> Step:
    cleared = replace(alarm, condition=False)
    if alarm.state in _HIDDEN:
        if alarm.state is State.SHELVED and alarm.is_one_shot:
            return Step(_calm(cleared), Outcome.CHANGED)
        return Step(cleared, Outcome.LOGGED)
    if alarm.state is State.UNACKNOWLEDGED:
        state = State.LATCHED_UNACKNOWLEDGED if is_latching else State.RETURNED
        return Step(replace(cleared, state=state), Outcome.CHANGED)
    if alarm.state is State.ACKNOWLEDGED:
        return Step(replace(cleared, state=State.LATCHED) if is_latching else _calm(cleared), Outcome.CHANGED)
    return Step(cleared, Outcome.UNCHANGED)


def _calm(alarm: Alarm) -> Alarm:
    return replace(alarm, state=State.NORMAL, count=0, is_shelved=False, is_one_shot=False)


def _acknowledge(alarm: Alarm, occurrence: int | None) -> Step:
    after = _ACKNOWLEDGE.get(alarm.state)
    if after is None:
        return Step(alarm, Outcome.REFUSED, "nothing_to_acknowledge")
    if occurrence is not None and occurrence != alarm.occurrence:
        return Step(alarm, Outcome.REFUSED, "newer_occurrence")
    return Step(_calm(alarm) if after is State.NORMAL else replace(alarm, state=after), Outcome.CHANGED)


def _reset(alarm: Alarm) -> Step:
    if alarm.state is not State.LATCHED:
        return Step(alarm, Outcome.REFUSED, "not_ready_for_reset")
    return Step(_calm(alarm), Outcome.CHANGED)


def _shelve(alarm: Alarm, one_shot: bool) -> Step:
    if alarm.state is State.OUT_OF_SERVICE:
        return Step(alarm, Outcome.REFUSED, "out_of_service")
    flagged = replace(alarm, is_shelved=True, is_one_shot=one_shot)
    if alarm.state is State.SUPPRESSED:
        return Step(flagged, Outcome.LOGGED)
    return Step(replace(flagged, state=State.SHELVED), Outcome.CHANGED)


def _unshelve(alarm: Alarm) -> Step:
    if alarm.state not in _HIDDEN:
        return Step(alarm, Outcome.REFUSED, "not_shelved")
    flagged = replace(alarm, is_shelved=False, is_one_shot=False)
    return _leave(flagged) if alarm.state is State.SHELVED else Step(flagged, Outcome.LOGGED)


def _suppress(alarm: Alarm, on: bool) -> Step:
    flagged = replace(alarm, is_suppressed=on)
    if alarm.state is State.OUT_OF_SERVICE:
        return Step(flagged, Outcome.LOGGED)
    if on:
        return _enter(alarm, flagged, State.SUPPRESSED)
    return _leave(flagged) if alarm.state is State.SUPPRESSED else Step(alarm, Outcome.UNCHANGED)


def _out_of_service(alarm: Alarm, on: bool) -> Step:
    flagged = replace(alarm, is_out=on)
    if on:
        return _enter(alarm, flagged, State.OUT_OF_SERVICE)
    if alarm.state is not State.OUT_OF_SERVICE:
        return Step(alarm, Outcome.REFUSED, "not_out_of_service")
    return _leave(flagged)


def _enter(before: Alarm, flagged: Alarm, state: State) -> Step:
    outcome = Outcome.UNCHANGED if before.state is state else Outcome.CHANGED
    return Step(replace(flagged, state=state), outcome)


def _leave(alarm: Alarm) -> Step:
    """Leave a suppression: for the next flag that still holds, else by the condition (a latch is gone)."""
    for flag, state in (
        (alarm.is_out, State.OUT_OF_SERVICE),
        (alarm.is_suppressed, State.SUPPRESSED),
        (alarm.is_shelved, State.SHELVED),
    ):
        if flag:
            return Step(replace(alarm, state=state), Outcome.CHANGED)
    if alarm.condition:
        return Step(_raised(replace(alarm, state=State.NORMAL)), Outcome.CHANGED)
    return Step(_calm(alarm), Outcome.CHANGED)
