"""Write commands to a port and judge what comes back: one at a time, never late, never twice (port thread only)."""

from __future__ import annotations

from typing import Protocol

from center_app.telemetry.collector.mailbox import MOST_REPLY_BYTES, Command, Judge, Mailbox
from center_app.telemetry.collector.stamps import Moment
from center_app.telemetry.command_values import CommandResult
from devices.shared_line import SharedLine
from devices.values import Master

LINGER_S = 0.25
"""After an answer that did not come the line rests this long, so that a late one is not taken for another's."""


class Writer(Protocol):
    """Name what writing needs of a port."""

    def write(self, data: bytes) -> None:
        """Write all bytes."""
        ...


class Line(Protocol):
    """Name what writing needs of a recording's pipeline."""

    @property
    def master(self) -> Master | None:
        """Return the master of a polled device."""
        ...

    def sent(self, data: bytes, t_ns: int, wall_ns: int) -> None:
        """Keep the bytes of one write in the raw log."""
        ...


class Commands:
    """Carry out the commands of one mailbox."""

    def __init__(self, mail: Mailbox) -> None:
        """Take the commands from a mailbox."""
        self._mail = mail
        self._open: Command | None = None
        self._judge: Judge | None = None
        self._request = b""
        self._heard = b""
        self._is_proof = False
        self._until_ns = 0
        self._rests_until_ns = 0

    @property
    def is_busy(self) -> bool:
        """Tell whether a command waits to be written or for its answer."""
        return self._open is not None or bool(self._mail.commands)

    def send(self, port: Writer, pipeline: Line, now: Moment) -> None:
        """Finish what was answered or has waited long enough; write the next one when the line is free."""
        if self._open is not None:
            self._look(port, pipeline, now)
        if self._open is None and self._has_rested(pipeline, now) and self._mail.commands:
            self._send_next(port, pipeline, now)

    def _has_rested(self, pipeline: Line, now: Moment) -> bool:
        """Tell whether the line is free again after an answer that did not come."""
        if now.boot_ns < self._rests_until_ns:
            return False
        line = _shared(pipeline)
        if self._rests_until_ns and line is not None:
            line.give_back(is_answered=False)
        self._rests_until_ns = 0
        return True

    def _send_next(self, port: Writer, pipeline: Line, now: Moment) -> None:
        line = _shared(pipeline)
        self._drop_expired(now.boot_ns)
        if self._mail.commands and line is not None and not line.hold():
            return
        command = self._mail.commands.popleft() if self._mail.commands else None
        if command is not None and command.claim():
            self._open, self._is_proof = command, False
            if line is not None:
                line.take()
            self._write(port, pipeline, command.data, command.judge, now)
        elif line is not None:
            line.give_back(is_answered=True)

    def heard(self, data: bytes) -> None:
        """Give received bytes to the command that waits for an answer."""
        if self._open is not None:
            self._heard = (self._heard + data)[-MOST_REPLY_BYTES:]

    def lost(self, now_ns: int) -> None:
        """End the command that waits: the port is gone (what the line owes is settled by the master's flush)."""
        command, self._open = self._open, None
        if command is not None:
            self._keep(command)
            command.end(CommandResult.PORT_LOST, now_ns)

    def _drop_expired(self, now_ns: int) -> None:
        """Leave what is too late unsent."""
        while self._mail.commands and self._mail.commands[0].expires_ns <= now_ns:
            command = self._mail.commands.popleft()
            if command.claim():
                command.end(CommandResult.NOT_SENT, now_ns)

    def _write(self, port: Writer, pipeline: Line, data: bytes, judge: Judge | None, now: Moment) -> None:
        command = self._open
        if command is None:
            return
        self._request, self._judge, self._heard = data, judge, b""
        self._until_ns = now.boot_ns + round(command.timeout_s * 1e9)
        command.sent_ns = command.sent_ns or now.boot_ns
        port.write(data)
        pipeline.sent(data, now.t_ns, now.wall_ns)
        if judge is None and not command.listens:
            self._next(port, pipeline, now, CommandResult.WRITTEN)

    def _look(self, port: Writer, pipeline: Line, now: Moment) -> None:
        """Judge what has come so far."""
        command, verdict = self._open, self._judge(self._request, self._heard) if self._judge and self._heard else None
        if command is None:
            return
        if verdict is True:
            self._next(port, pipeline, now, CommandResult.ANSWERED)
        elif verdict is False:
            self._end(pipeline, now, CommandResult.DIFFERS if self._is_proof else CommandResult.REFUSED)
        elif now.boot_ns >= self._until_ns:
            is_free = self._judge is None
            self._end(pipeline, now, CommandResult.WRITTEN if is_free else CommandResult.TIMED_OUT)

    def _next(self, port: Writer, pipeline: Line, now: Moment, result: CommandResult) -> None:
        """Read back what has to be read back, else end well."""
        command = self._open
        if command is None:
            return
        proof = command.readback
        if proof is None or self._is_proof:
            self._end(pipeline, now, result)
            return
        command.reply, self._is_proof = self._heard, True
        self._write(port, pipeline, proof.request, proof.judge, now)

    def _end(self, pipeline: Line, now: Moment, result: CommandResult) -> None:
        command, self._open = self._open, None
        if command is None:
            return
        self._keep(command)
        line = _shared(pipeline)
        if result is CommandResult.TIMED_OUT:
            self._rests_until_ns = now.boot_ns + round(LINGER_S * 1e9)
        elif line is not None:
            line.give_back(is_answered=True)
        command.end(result, now.boot_ns)

    def _keep(self, command: Command) -> None:
        """Keep the bytes of the last answer: to the command itself, or to its reading back."""
        if self._is_proof:
            command.proof = self._heard
        else:
            command.reply = self._heard


def _shared(pipeline: Line) -> SharedLine | None:
    return pipeline.master if isinstance(pipeline.master, SharedLine) else None
