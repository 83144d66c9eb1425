"""Follow and withdraw a recognition that a collector runs for somebody; it is asked for like any other request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from center_app.core.access import Right, require
from center_app.core.changes import Changed
from center_app.core.db import Work
from center_app.core.errors import PersonError
from center_app.telemetry import errors, views
from center_app.telemetry.models import Request
from center_app.telemetry.records import Records
from center_app.telemetry.values import RequestKind, RequestState, RequestView
from devices.recognition import Progress

_SLOTS = 8
Notes = Callable[[int, Progress], None]


@dataclass(frozen=True)
class SearchProgress:
    """Show how far a recognition is: trials begun of those planned, the share done (0–1), what is tried."""

    request_id: int
    done: int
    planned: int
    share: float
    text: str


def slot_of(request_id: int) -> str:
    """Name the row in which a collector keeps the progress of a recognition; old ones are written over."""
    return f"recognition {request_id % _SLOTS}"


def noted(request_id: int, progress: Progress) -> dict[str, Any]:
    """Return progress as the collector keeps it."""
    return {"request_id": request_id, **asdict(progress)}


def noting(keep: Callable[[str, int, dict[str, Any]], None], wall_ns: Callable[[], int]) -> Notes:
    """Return what keeps the progress of a recognition for who waits for it; callable from any thread."""
    return lambda request_id, progress: keep(slot_of(request_id), wall_ns(), noted(request_id, progress))


def progress_of(records: Records, request: RequestView) -> SearchProgress | None:
    """Return how far a recognition is, None before its first trial."""
    kept: Mapping[str, Any] = records.store_health().get(request.collector, {}).get(slot_of(request.id), {})
    if kept.get("request_id") != request.id:
        return None
    return SearchProgress(
        request.id, int(kept["done"]), int(kept["planned"]), float(kept["share"]), str(kept["text"])
    )  # fmt: skip


def withdraw(work: Work, request_id: int) -> RequestView:
    """Withdraw a recognition nobody waits for: the collector gives the port back at once.

    PersonError for an unknown request, one of another kind, or one that is answered already.
    """
    require(work.actor, Right.RECORD)
    row = work.session.get(Request, request_id)
    if row is None or row.kind != RequestKind.RECOGNISE.value:
        raise PersonError(errors.REQUEST_UNKNOWN, request_id=request_id)
    if row.state != RequestState.ASKED.value:
        raise PersonError(errors.REQUEST_ANSWERED)
    row.state, row.answered_at = RequestState.EXPIRED.value, work.now
    work.record("telemetry.withdraw.recognise", f"request {request_id}", changed=Changed.REQUESTS)
    return views.request(row)
