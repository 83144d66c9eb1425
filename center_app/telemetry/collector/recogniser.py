"""Recognise what hangs at a port, for people who asked: one thread at a time, answered by the request loop.

A port that a cell records is refused: recognition changes a port's settings, and a recording must not suffer.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from center_app.core import log
from center_app.core.errors import ErrorCode, SurroundingsError, declare
from center_app.core.text import catalogue
from center_app.telemetry import errors, recognising
from center_app.telemetry.values import RequestState, RequestView
from devices.errors import PortBusy, PortError, PortForbidden, PortLost

LOG = log.topic("collector")
MOST_SECONDS = 120.0
RECORDED = declare(
    "telemetry.port_recorded",
    "The port {port} is being recorded by {cell}.",
    "Release the port on that robot cell first, or choose another port.",
)
RECOGNISING = declare(
    "telemetry.already_recognising",
    "The port {port} is being listened to already.",
    "Wait until that has ended, then listen again.",
)


@dataclass
class _Job:
    """Follow one recognition; its thread fills `state` and `outcome`, then sets `done`."""

    request: RequestView
    port: str
    cancelled: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)
    state: RequestState = RequestState.REFUSED
    outcome: Mapping[str, Any] = field(default_factory=dict)


class _Stopped(Exception):  # noqa: N818
    """End a recognition whose collector ends."""


class Recogniser:
    """Run recognitions beside the request loop; the loop calls `take` and `settle`, threads do the listening."""

    def __init__(self, recorded: Callable[[], Iterable[tuple[str, str]]], wake: Callable[[], None]) -> None:
        """Ask `recorded` for (port, cell's name) of what is being recorded; `wake` the loop when one is done."""
        self._recorded = recorded
        self._wake = wake
        self._jobs: dict[int, _Job] = {}

    def take(self, request: RequestView) -> None:
        """Start a recognition, or refuse it; a request that runs already is left alone."""
        if request.id in self._jobs:
            return
        job = _Job(request, str(request.payload["port"]))
        refused = self._refused(job.port)
        self._jobs[request.id] = job
        if refused is not None:
            job.outcome = refused
            job.done.set()
            return
        threading.Thread(target=self._run, args=(job,), name=f"recognise-{request.id}", daemon=True).start()

    def _refused(self, port: str) -> dict[str, Any] | None:
        for other, cell in self._recorded():
            if _same(port, other):
                return {"code": RECORDED.id, "port": port, "cell": cell}
        if any(_same(port, job.port) and not job.done.is_set() for job in self._jobs.values()):
            return {"code": RECOGNISING.id, "port": port}
        return None

    def _run(self, job: _Job) -> None:
        """Listen; every failure ends in an answer (thread boundary)."""
        payload = job.request.payload
        seconds = min(MOST_SECONDS, max(1.0, float(payload.get("seconds", 25.0))))
        try:
            found = recognising.recognise_port(job.port, seconds, bool(payload.get("ask", True)), lambda *_: _check(job))
            told = recognising.as_json(found, catalogue(str(payload.get("language", "en"))))
            job.state, job.outcome = RequestState.DONE, told
        except PortError as error:
            code, params = refusal(error)
            job.outcome = {"code": code.id, **params}
        except _Stopped:
            job.state, job.outcome = RequestState.EXPIRED, {}
        except Exception:
            LOG.exception("recognising %s failed", job.port)
            job.outcome = {"code": "bug.unexpected"}
        finally:
            job.done.set()
            self._wake()

    def settle(self, answer: Callable[[int, RequestState, Mapping[str, Any]], object]) -> None:
        """Write the answers of the recognitions that have ended."""
        for number, job in list(self._jobs.items()):
            if job.done.is_set():
                answer(number, job.state, job.outcome)
                del self._jobs[number]

    def close(self) -> None:
        """Ask the running recognitions to end and wait for their ports."""
        for job in self._jobs.values():
            job.cancelled.set()
        for job in self._jobs.values():
            job.done.wait(5.0)


def _check(job: _Job) -> None:
    if job.cancelled.is_set():
        raise _Stopped


def _same(port: str, other: str) -> bool:
    return port == other or ("://" not in port and os.path.realpath(port) == os.path.realpath(other))


def refusal(error: PortError) -> tuple[ErrorCode, dict[str, Any]]:
    """Return the declared code of a port that cannot be used, and its fields."""
    if isinstance(error, PortBusy):
        return errors.PORT_BUSY, {"port": error.url, "holder": error.holder or "?"}
    if isinstance(error, PortForbidden):
        return errors.PORT_FORBIDDEN, {"port": error.url}
    return (errors.PORT_LOST if isinstance(error, PortLost) else errors.PORT_MISSING), {"port": error.url}


def failure(outcome: Mapping[str, Any]) -> SurroundingsError:
    """Return the refusal that an outcome tells as an error to show."""
    from center_app.core.errors import CODES

    code = CODES.get(str(outcome.get("code")), errors.PORT_MISSING)
    return SurroundingsError(code, **{key: value for key, value in outcome.items() if key != "code"})
