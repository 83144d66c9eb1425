"""Recognise what hangs at a port, for people who asked: one thread at a time, answered by the request loop.

A port that a cell records is refused: recognition changes a port's settings, and a recording must not suffer.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from center_app.core import log
from center_app.core.db import Database
from center_app.core.errors import ErrorCode, SurroundingsError, declare
from center_app.core.text import catalogue
from center_app.telemetry import errors, recognising, user_profiles
from center_app.telemetry.values import RequestKind, RequestState, RequestView
from devices.errors import PortBusy, PortError, PortForbidden, PortLost
from devices.recognition import PortLine, Progress

LOG = log.topic("collector")
MOST_SECONDS = 120.0
TELL_S = 0.2
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
    """Follow one recognition; its thread sets `line`, fills `state` and `outcome`, then sets `done`."""

    request: RequestView
    port: str
    cancelled: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)
    state: RequestState = RequestState.REFUSED
    outcome: Mapping[str, Any] = field(default_factory=dict)
    line: PortLine | None = None
    opening: threading.Lock = field(default_factory=threading.Lock)
    is_withdrawn: bool = False
    told_s: float = 0.0

    def hold(self) -> PortLine:
        """Open the port; one that was withdrawn meanwhile is given back at once. Raises _Stopped, PortError."""
        with self.opening:
            if self.cancelled.is_set():
                raise _Stopped
            self.line = PortLine(self.port)
            if self.cancelled.is_set():
                self.line.close()
        return self.line

    def await_port(self) -> None:
        """Wait until this job, cancelled before, holds its port no more: it may have been opening it just then."""
        with self.opening:
            return

    def cancel(self) -> None:
        """Give the port back at once; the thread ends by itself."""
        self.cancelled.set()
        if self.line is not None:
            self.line.close()


class _Stopped(Exception):  # noqa: N818
    """End a recognition that nobody waits for, or whose collector ends."""


class Recogniser:
    """Run recognitions beside the request loop; the loop calls `take` and `settle`, threads do the listening."""

    def __init__(
        self, recorded: Callable[[], Iterable[tuple[str, str]]], wake: Callable[[], None],
        note: Callable[[int, Progress], None] = lambda _number, _progress: None,
    ) -> None:  # fmt: skip
        """Ask `recorded` for (port, cell's name) of what is being recorded; `wake` the loop when one is done.

        `note(request, progress)` is told of every trial, by the thread that listens.
        """
        self._recorded = recorded
        self._wake = wake
        self._note = note
        self._jobs: dict[int, _Job] = {}

    def serve(self, database: Database, waiting: Sequence[RequestView]) -> None:
        """Start what these requests ask for, written profiles included; end what is asked for no more."""
        self.keep_only(request.id for request in waiting)
        wanted = [request for request in waiting if request.kind is RequestKind.RECOGNISE]
        if wanted:
            database.read(user_profiles.refresh)
        for request in wanted:
            self.take(request)

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
        before = [other for other in self._jobs.values() if other is not job and _same(other.port, job.port)]
        name = f"recognise-{request.id}"
        threading.Thread(target=self._run, args=(job, before), name=name, daemon=True).start()

    def _refused(self, port: str) -> dict[str, Any] | None:
        for other, cell in self._recorded():
            if _same(port, other):
                return {"code": RECORDED.id, "port": port, "cell": cell}
        running = [job for job in self._jobs.values() if not job.done.is_set() and not job.cancelled.is_set()]
        if any(_same(port, job.port) for job in running):
            return {"code": RECOGNISING.id, "port": port}
        return None

    def _run(self, job: _Job, before: Sequence[_Job]) -> None:
        """Listen once those `before`, withdrawn, have let go; every failure ends in an answer (thread boundary)."""
        payload = job.request.payload
        seconds = min(MOST_SECONDS, max(1.0, float(payload.get("seconds", 25.0))))
        try:
            for other in before:
                other.await_port()
            with job.hold() as line:
                found = recognising.recognise_line(
                    job.port, line, seconds, bool(payload.get("ask", True)), lambda progress: self._tell(job, progress)
                )
            told = recognising.as_json(found, catalogue(str(payload.get("language", "en"))))
            job.state, job.outcome = RequestState.DONE, told
        except PortError as error:
            code, params = refusal(error)
            job.outcome = {"code": code.id, **params}
            if job.cancelled.is_set():
                job.state, job.outcome = RequestState.EXPIRED, {}
        except _Stopped:
            job.state, job.outcome = RequestState.EXPIRED, {}
        except Exception:
            LOG.exception("recognising %s failed", job.port)
            job.outcome = {"code": "bug.unexpected"}
        finally:
            job.done.set()
            self._wake()

    def _tell(self, job: _Job, progress: Progress) -> None:
        if job.cancelled.is_set():
            raise _Stopped
        now_s = time.monotonic()
        if now_s >= job.told_s + TELL_S:
            job.told_s = now_s
            self._note(job.request.id, progress)

    def keep_only(self, waiting: Iterable[int]) -> None:
        """Give back the ports of recognitions that nobody waits for any more: those not among these requests."""
        wanted = set(waiting)
        for number, job in self._jobs.items():
            if number not in wanted and not job.is_withdrawn:
                job.is_withdrawn = True
                job.cancel()

    def settle(self, answer: Callable[[int, RequestState, Mapping[str, Any]], object]) -> None:
        """Write the answers of the recognitions that have ended."""
        for number, job in list(self._jobs.items()):
            if job.done.is_set():
                if not job.is_withdrawn:
                    answer(number, job.state, job.outcome)
                del self._jobs[number]

    def close(self) -> None:
        """Ask the running recognitions to end and wait for their ports."""
        for job in self._jobs.values():
            job.cancel()
        for job in self._jobs.values():
            job.done.wait(5.0)


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
