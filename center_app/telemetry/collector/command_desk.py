"""Take command requests, have the port threads carry them out, write what came of them (request loop only).

A request is checked again here, encoded by the profile in force, spaced, marked as sending in the centre's database and
only then handed over. What cannot be sent in time is withdrawn; what a stopped collector left as sending is answered
as interrupted and never sent again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from center_app.core import log
from center_app.core.access import Actor
from center_app.core.clock import Clock
from center_app.core.db import Database
from center_app.core.errors import CenterError, ErrorCode, Problem
from center_app.telemetry import command_errors, command_rules, commands, errors
from center_app.telemetry.collector.mailbox import Command
from center_app.telemetry.collector.port import PortReader
from center_app.telemetry.command_values import CONSOLE, CommandResult
from center_app.telemetry.values import PortState, RequestState, RequestView

LOG = log.topic("collector")
GRACE_NS = 500_000_000
_OPEN = (PortState.RECORDING, PortState.SILENT)
_STATE = {
    CommandResult.ANSWERED: RequestState.DONE,
    CommandResult.WRITTEN: RequestState.DONE,
    CommandResult.REFUSED: RequestState.REFUSED,
    CommandResult.DIFFERS: RequestState.REFUSED,
}
_CODE: Mapping[CommandResult, ErrorCode] = {
    CommandResult.REFUSED: command_errors.DEVICE_REFUSED,
    CommandResult.DIFFERS: command_errors.READS_BACK_DIFFERENTLY,
    CommandResult.TIMED_OUT: command_errors.NO_ANSWER,
    CommandResult.PORT_LOST: command_errors.LOST_WHILE_WAITING,
    CommandResult.INTERRUPTED: command_errors.INTERRUPTED,
    CommandResult.NOT_SENT: command_errors.EXPIRED,
}


@dataclass(frozen=True)
class Job:
    """Hold one request on its way, with what paces it."""

    request: RequestView
    command: Command
    key: str
    min_interval_s: float


class Refusal(Exception):  # noqa: N818
    """Say why a request is not carried out."""

    def __init__(self, problem: Problem) -> None:
        """Keep the problem."""
        super().__init__(problem.code.id)
        self.problem = problem


class CommandDesk:
    """Lead every command request of one collector from asked to answered."""

    def __init__(
        self, database: Database, actor: Actor, clock: Clock, reader: Callable[[int | None], PortReader | None],
        told: Callable[[], None],
    ) -> None:  # fmt: skip
        """Take how a cell's reader is found, and what wakes the request loop."""
        self._database, self._actor, self._clock = database, actor, clock
        self._reader, self._told = reader, told
        self._waiting: dict[int, deque[Job]] = {}
        self._running: dict[int, Job] = {}
        self._known: set[int] = set()
        self._sent: dict[int, deque[tuple[str, float]]] = {}
        self._answers: list[tuple[int, RequestState, Mapping[str, Any]]] = []

    def recover(self, collector: str) -> None:
        """Answer what an earlier run of this collector took and did not finish."""
        for request in self._database.read(commands.sending, collector):
            if request.id not in self._known:
                self._answer(request.id, RequestState.EXPIRED, _plain(CommandResult.INTERRUPTED))
        self._write_answers()

    def take(self, request: RequestView) -> None:
        """Check a request and put it in its cell's queue; one that is known already changes nothing."""
        if request.id in self._known:
            return
        self._known.add(request.id)
        try:
            job = self._job(request)
        except Refusal as refusal:
            self._answer(request.id, RequestState.REFUSED, _outcome_of(refusal.problem))
            return
        except (ValueError, TypeError) as error:
            LOG.warning("request %s cannot be read: %s", request.id, error)
            self._answer(request.id, RequestState.REFUSED, _outcome_of(Problem(errors.PAYLOAD_WRONG)))
            return
        if job is None:
            self._answer(request.id, RequestState.EXPIRED, _plain(CommandResult.NOT_SENT))
        else:
            self._waiting.setdefault(request.cell_id or 0, deque()).append(job)

    def settle(self) -> None:
        """Hand over what may go now, withdraw what is late, write what was answered."""
        for cell_id, job in list(self._running.items()):
            self._finish(cell_id, job)
        for cell_id, queue in self._waiting.items():
            self._hand_over(cell_id, queue)
        self._write_answers()

    def close(self) -> None:
        """Answer everything that is still open; the port threads have ended."""
        for job in self._running.values():
            if not job.command.done.is_set():
                job.command.result = CommandResult.NOT_SENT if job.command.claim() else CommandResult.INTERRUPTED
            self._told_of(job)
        self._running.clear()
        for queue in self._waiting.values():
            for job in queue:
                self._answer(job.request.id, RequestState.EXPIRED, _plain(CommandResult.NOT_SENT))
        self._waiting.clear()
        self._write_answers()

    def _job(self, request: RequestView) -> Job | None:
        """Return what carries a request out, None when it is too late; raises Refusal."""
        expires_s = float(request.payload.get("expires_s", 0.0))
        now = self._clock.now()
        if not command_rules.is_in_time(request.asked_at, expires_s, now):
            return None
        reader = self._reader(request.cell_id)
        if reader is None or reader.counters.state not in _OPEN:
            port = reader.counters.port if reader else ""
            raise Refusal(Problem(errors.CONTROL_REFUSED, {"port": port}))
        left_ns = round((expires_s - _age_s(request.asked_at, now)) * 1e9)
        until_ns = self._clock.boottime_ns() + left_ns
        if "command" not in request.payload:
            return self._line(request, until_ns)
        return self._declared(request, reader, until_ns)

    def _line(self, request: RequestView, until_ns: int) -> Job:
        data = bytes.fromhex(str(request.payload.get("bytes", "")))
        for problem in command_rules.check_line(data):
            raise Refusal(problem)
        wait_s = min(5.0, max(0.0, float(request.payload.get("wait_s", 0.0))))
        command = Command(data, until_ns, timeout_s=wait_s, listens=wait_s > 0, told=self._told)
        return Job(request, command, CONSOLE, 0.0)

    def _declared(self, request: RequestView, reader: PortReader, until_ns: int) -> Job:
        profile, params = reader.device
        spec = command_rules.find(profile.commands, str(request.payload["command"]))
        if spec is None:
            code = command_errors.COMMAND_UNKNOWN
            raise Refusal(Problem(code, {"command": request.payload["command"], "known": profile.id}))
        given = request.payload.get("values")
        if not isinstance(given, Mapping):
            raise TypeError("the values are no mapping")
        encoded, problems = command_rules.check(spec, params, given)
        if encoded is None:
            raise Refusal(problems[0])
        proof = spec.readback(params, encoded.values) if spec.readback else None
        command = Command(encoded.data, until_ns, spec.judge, proof, spec.timeout_s, told=self._told)
        return Job(request, command, spec.key, spec.min_interval_s)

    def _hand_over(self, cell_id: int, queue: deque[Job]) -> None:
        """Give the port thread the next command, one at a time and never faster than allowed."""
        while queue and cell_id not in self._running:
            job = queue[0]
            if job.command.expires_ns <= self._clock.boottime_ns():
                queue.popleft()
                self._answer(job.request.id, RequestState.EXPIRED, _plain(CommandResult.NOT_SENT))
            elif self._wait_s(cell_id, job) > 0:
                return
            else:
                queue.popleft()
                self._send(cell_id, job)

    def _wait_s(self, cell_id: int, job: Job) -> float:
        earlier = self._sent.get(cell_id, ())
        return command_rules.wait_s(tuple(earlier), job.key, job.min_interval_s, self._clock.monotonic_s())

    def _send(self, cell_id: int, job: Job) -> None:
        reader = self._reader(cell_id)
        try:
            self._database.write(self._actor, commands.begin, job.request.id)
        except CenterError as error:
            LOG.warning("request %s was not sent: %s", job.request.id, error)
            self._answer(job.request.id, RequestState.EXPIRED, _plain(CommandResult.NOT_SENT))
            return
        sent = self._sent.setdefault(cell_id, deque(maxlen=64))
        sent.append((job.key, self._clock.monotonic_s()))
        self._running[cell_id] = job
        if reader is not None:
            reader.send(job.command)

    def _finish(self, cell_id: int, job: Job) -> None:
        command = job.command
        if not command.done.is_set():
            late = self._clock.boottime_ns() > command.expires_ns + GRACE_NS
            if not (late and command.claim()):
                return
            command.result = CommandResult.NOT_SENT
        del self._running[cell_id]
        self._told_of(job)

    def _told_of(self, job: Job) -> None:
        result = job.command.result
        self._answer(job.request.id, _STATE.get(result, RequestState.EXPIRED), _outcome(job.command))

    def _answer(self, request_id: int, state: RequestState, outcome: Mapping[str, Any]) -> None:
        self._answers.append((request_id, state, outcome))

    def _write_answers(self) -> None:
        """Write every outcome; what the database does not take now is tried again next time."""
        while self._answers:
            request_id, state, outcome = self._answers[0]
            try:
                self._database.write(self._actor, commands.finish, request_id, state, outcome)
            except CenterError as error:
                LOG.warning("the outcome of request %s could not be written: %s", request_id, error)
                if error.code is not errors.REQUEST_ANSWERED:
                    return
            self._answers.pop(0)
            self._known.discard(request_id)


def _age_s(asked_at: datetime, now: datetime) -> float:
    return abs((now - asked_at).total_seconds())


def _plain(result: CommandResult) -> dict[str, Any]:
    return {"result": result.value, "code": _CODE[result].id}


def _outcome(command: Command) -> dict[str, Any]:
    """Return what stands in the request's row: result, latency in ms, bytes as hex."""
    result = command.result
    outcome: dict[str, Any] = {"result": result.value, "sent": command.data.hex() if result.was_sent else ""}
    if result in _CODE:
        outcome["code"] = _CODE[result].id
    if command.sent_ns and command.done_ns:
        outcome["latency_ms"] = round((command.done_ns - command.sent_ns) / 1e6, 2)
    for key, data in (("reply", command.reply), ("proof", command.proof)):
        if data:
            outcome[key] = data.hex()
    return outcome


def _outcome_of(problem: Problem) -> dict[str, Any]:
    given = {key: str(value) for key, value in problem.params.items()}
    return {"result": CommandResult.NOT_SENT.value, "code": problem.code.id, **given}
