"""Carry out what people ask: a request row in, an outcome out (request loop)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from center_app.core.errors import CenterError
from center_app.telemetry import errors
from center_app.telemetry.alarms.desk import AlarmDesk, Who
from center_app.telemetry.alarms.states import Happening, Outcome, Step
from center_app.telemetry.collector.port import PortReader, Release
from center_app.telemetry.collector.stamps import Stamps
from center_app.telemetry.values import RequestKind, RequestState, RequestView

_SIMPLE = {
    RequestKind.ACKNOWLEDGE: Happening.ACKNOWLEDGE,
    RequestKind.RESET: Happening.RESET,
    RequestKind.SHELVE: Happening.SHELVE,
    RequestKind.UNSHELVE: Happening.UNSHELVE,
}
_SWITCH = {
    RequestKind.SUPPRESS: (Happening.SUPPRESS, Happening.UNSUPPRESS),
    RequestKind.OUT_OF_SERVICE: (Happening.TAKE_OUT, Happening.PUT_BACK),
}


@dataclass(frozen=True)
class Answer:
    """Say what came of a request."""

    state: RequestState
    outcome: Mapping[str, Any]


class Household(Protocol):
    """Name what the requests need of the collector."""

    desk: AlarmDesk
    stamps: Stamps

    def reader(self, cell_id: int | None) -> PortReader | None:
        """Return the reader of a cell."""
        ...

    def reload(self) -> int:
        """Take over the plans in force; return how many cells changed."""
        ...

    def note_release(self, cell_id: int, release: Release) -> None:
        """Keep in the log until when, for whom and why a port is released; a restart respects it."""
        ...

    def pin(self, spans: Sequence[tuple[int, int, int]], why: str) -> None:
        """Keep the raw bytes of (recording, start ns, end ns) against retention."""
        ...

    def stop(self) -> None:
        """End the collector."""
        ...


def carry_out(house: Household, request: RequestView) -> Answer:
    """Do what a request asks and say what came of it."""
    if request.kind in _SIMPLE or request.kind in _SWITCH:
        return _alarm(house, request)
    return _ACTS[request.kind](house, request)


def _alarm(house: Household, request: RequestView) -> Answer:
    payload = request.payload
    if request.kind in _SWITCH:
        happening = _SWITCH[request.kind][0 if payload.get("on") else 1]
    else:
        happening = _SIMPLE[request.kind]
    now_ns = house.stamps.now().t_ns
    occurrence = payload.get("occurrence")
    done = house.desk.act(
        int(payload["rule_id"]), happening, now_ns, Who(request.asked_by, str(payload.get("reason", ""))),
        occurrence=int(occurrence) if occurrence is not None else None,
        until_ns=now_ns + round(float(payload.get("seconds", 0)) * 1e9), one_shot=bool(payload.get("one_shot")),
    )  # fmt: skip
    return _alarm_answer(done)


def _alarm_answer(done: Step | None) -> Answer:
    if done is None:
        return _refused(errors.RULE_UNKNOWN.id)
    if done.outcome is Outcome.REFUSED:
        return _refused(errors.ALARM_REFUSED.id, why=done.why)
    return Answer(RequestState.DONE, {"alarm": done.alarm.state.value, "occurrence": done.alarm.occurrence})


def _reload(house: Household, request: RequestView) -> Answer:
    return Answer(RequestState.DONE, {"cells_changed": house.reload()})


def _stop(house: Household, request: RequestView) -> Answer:
    house.stop()
    return Answer(RequestState.DONE, {})


def _release(house: Household, request: RequestView) -> Answer:
    reader = house.reader(request.cell_id)
    if reader is None:
        return _refused(errors.CELL_UNKNOWN.id, cell_id=request.cell_id)
    until_ns = house.stamps.now().t_ns + round(float(request.payload["seconds"]) * 1e9)
    release = Release(until_ns, request.asked_by, str(request.payload.get("reason", "")))
    house.note_release(reader.cell_id, release)
    return Answer(RequestState.DONE, {"until_ns": until_ns, "is_free": reader.release(release)})


def _take(house: Household, request: RequestView) -> Answer:
    reader = house.reader(request.cell_id)
    if reader is None:
        return _refused(errors.CELL_UNKNOWN.id, cell_id=request.cell_id)
    house.note_release(reader.cell_id, Release(house.stamps.now().t_ns, request.asked_by, "taken back"))
    reader.take_back()
    return Answer(RequestState.DONE, {})


def _pin(house: Household, request: RequestView) -> Answer:
    spans = [(int(recording), int(start), int(end)) for recording, start, end in request.payload["spans"]]
    house.pin(spans, str(request.payload["why"]))
    return Answer(RequestState.DONE, {"pinned": len(spans)})


def failed(error: Exception) -> Answer:
    """Return the refusal for a request that could not be carried out."""
    code = error.code.id if isinstance(error, CenterError) else errors.PAYLOAD_WRONG.id
    return _refused(code, detail=str(error)[:200])


def _refused(code: str, **params: object) -> Answer:
    return Answer(RequestState.REFUSED, {"code": code, **params})


_ACTS: dict[RequestKind, Callable[[Household, RequestView], Answer]] = {
    RequestKind.RELOAD: _reload,
    RequestKind.STOP: _stop,
    RequestKind.RELEASE_PORT: _release,
    RequestKind.TAKE_PORT: _take,
    RequestKind.PIN: _pin,
}
