"""Run a simulated device on a pseudo-terminal, paced at its line speed, until told to stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from devices.modbus import is_sound
from devices.profiles import resolve
from devices.simulators.faults import FaultTape, Spoiler, Tally
from devices.simulators.line import PtyLine
from devices.values import LineSettings, Params, Simulator

TICK_S = 0.02
_LONGEST_REQUEST = 260
_MOST_BEHIND_S = 0.25
_LONGEST_STEP_S = 2.0
_KERNEL_BYTES = 65536
_FORGETS_TICKS = 2


@dataclass
class _Pace:
    """Let out no more bytes than the line carries: a bucket filled at line speed."""

    bytes_per_s: float
    budget: float = 0.0

    def refill(self, span_s: float) -> None:
        """Add the bytes of a span; unused line time is lost, but for three ticks."""
        self.budget = min(self.budget + span_s * self.bytes_per_s, self.bytes_per_s * 3 * TICK_S + 64)

    def take(self, queue: bytearray) -> bytes:
        """Remove and return what the line carries now."""
        size = min(len(queue), int(self.budget))
        self.budget -= size
        out = bytes(queue[:size])
        del queue[:size]
        return out


class SimulatorRun:
    """Send one simulated device down a line; one thread calls `run`."""

    def __init__(
        self,
        simulator: Simulator,
        settings: LineSettings,
        link: Path,
        tape: FaultTape | None = None,
        start_s: float = 0.0,
    ) -> None:
        """Make the line; virtual time starts at `start_s` and runs with the monotonic clock."""
        self._simulator = simulator
        self._tape = tape or FaultTape()
        self.tally = Tally()
        self._spoiler = Spoiler(self._tape, self.tally)
        self._line = PtyLine(link)
        self._pace = _Pace(1e9 / settings.byte_ns)
        self._queue = bytearray()
        self._received = bytearray()
        self._heard = b""
        self._quiet_ticks = 0
        self._start_s = start_s
        self._at_s = start_s

    def run(
        self,
        stop: threading.Event,
        duration_s: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> Tally:
        """Send until `stop` is set or `duration_s` is over; return the tally."""
        began = clock()
        try:
            while not stop.is_set():
                now_s = self._start_s + clock() - began
                if duration_s is not None and now_s - self._start_s >= duration_s:
                    break
                self._step(now_s)
                if self._line.is_plugged:
                    self._listen(now_s)
                else:
                    stop.wait(TICK_S)
        finally:
            self._line.unplug()
        return self.tally

    def _step(self, now_s: float) -> None:
        """Advance virtual time to `now_s`: plug or unplug, make bytes, send what the line carries."""
        self._plugging(now_s)
        if now_s - self._at_s > _LONGEST_STEP_S:
            # The computer slept or the program was stopped: a device would not send that time's frames later.
            self._at_s = now_s - TICK_S
        span_s = now_s - self._at_s
        data = self._simulator.bytes_between(self._at_s, now_s)
        self._queue += self._spoiler.spoil(data, self._at_s, span_s)
        self._at_s = now_s
        self._pace.refill(span_s)
        self._send()

    def _send(self) -> None:
        """Put what the line carries into the receiver's buffer, and that into the pair.

        A pseudo-terminal holds less than the kernel keeps for a real port, hence the buffer; without a reader,
        and when it overflows, bytes are lost.
        """
        most = int(self._pace.bytes_per_s * _MOST_BEHIND_S)
        self._lose(self._queue, len(self._queue) - most)
        self._received += self._pace.take(self._queue)
        if not self._received:
            return
        written = self._line.write(bytes(self._received))
        self.tally.bytes_written += written
        del self._received[:written]
        room = _KERNEL_BYTES if self._line.has_reader() else 0
        self._lose(self._received, len(self._received) - room)

    def _lose(self, buffer: bytearray, size_bytes: int) -> None:
        """Drop the newest bytes of a buffer that is full."""
        if size_bytes > 0:
            self.tally.bytes_unread += size_bytes
            del buffer[-size_bytes:]

    def _plugging(self, now_s: float) -> None:
        out = self._tape.unplugged(now_s)
        if out and self._line.is_plugged:
            self._line.unplug()
            self._lose(self._received, len(self._received))
            self.tally.unplugs += 1
        elif not out and not self._line.is_plugged:
            self._line.plug()

    def _listen(self, now_s: float) -> None:
        """Wait a tick for a request and answer it; half a request is forgotten after some silence, as on a real bus."""
        data = self._line.read(TICK_S)
        self._quiet_ticks = 0 if data else self._quiet_ticks + 1
        if not data:
            if self._quiet_ticks >= _FORGETS_TICKS:
                self._heard = b""
            return
        self._heard = (self._heard + data)[-_LONGEST_REQUEST:]
        if getattr(self._simulator, "frames_itself", False):
            self._reply(self._heard, now_s)
            self._heard = b""
            return
        for size in range(8, len(self._heard) + 1):
            if is_sound(self._heard[:size]):
                self._reply(self._heard[:size], now_s)
                self._heard = self._heard[size:]
                return
        if len(self._heard) == _LONGEST_REQUEST:
            self._heard = b""

    def _reply(self, request: bytes, now_s: float) -> None:
        self.tally.requests += 1
        self._queue += self._spoiler.spoil(self._simulator.answer(request, now_s), now_s, TICK_S)


def run(
    profile_id: str,
    link_path: Path,
    seed: int = 1,
    fault_tape: FaultTape | None = None,
    params: Params | None = None,
    *,
    stop: threading.Event | None = None,
    duration_s: float | None = None,
    start_s: float = 0.0,
) -> Tally:
    """Run the simulator of a profile on a pseudo-terminal linked at `link_path`; return its tally.

    Bytes nobody reads are dropped, as a wire drops them. `profile_id` may be a TOML file.
    ProfileUnknown when there is no such profile.
    """
    profile = resolve(profile_id)
    simulator = profile.simulator(seed, params)
    return SimulatorRun(simulator, profile.line, link_path, fault_tape, start_s).run(
        stop or threading.Event(), duration_s
    )
