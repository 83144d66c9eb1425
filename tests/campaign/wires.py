"""Wires for the long runs: senders of numbered frames on pseudo-terminals, and what a collector made of them."""

from __future__ import annotations

import os
import pty
import subprocess
import threading
import time
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from center_app.core.access import Actor, Role
from center_app.core.clock import SystemClock
from center_app.core.labels import Label
from center_app.core.paths import PROGRAM
from center_app.telemetry import service
from center_app.telemetry.collector import launch
from center_app.telemetry.records import Records
from center_app.telemetry.store.reader import StoreReader
from center_app.telemetry.values import CellDraft, CellView, PortHealth
from center_app.wiring import Center, open_center
from devices import profiles
from devices.simulators.line import PtyLine

PROFILE = "robot_cell"
FRAME_BYTES, TICK = 40, 500
TICK_S = 0.01
KERNEL_BYTES = 65536
POOL = "centre"
ENGINEER = Actor(0, "campaign", Role.ADMINISTRATOR, "campaign")


@dataclass
class Plan:
    """Say how a wire behaves: frames a second, pauses as (start, length) in s, share of frames spoilt."""

    frames_per_s: float = 200.0
    pulls: Sequence[tuple[float, float]] = ()
    spoilt: float = 0.0
    seed: int = 1


@dataclass
class Sent:
    """Keep what a wire did: when frames were made, which were spoilt, when it was pulled."""

    began_ns: int = 0
    frames: int = 0
    spoilt: set[int] = field(default_factory=set)
    pulled_ns: list[tuple[int, int]] = field(default_factory=list)
    overflowed: int = 0
    batches: list[tuple[int, int]] = field(default_factory=list)
    """(first frame, wall time ns) of each batch; on a busy computer that is later than the frames were due."""


class Wire:
    """Send the motion frames of a robot cell, numbered by their tick, at any rate; pull the plug by plan."""

    def __init__(self, link: Path, plan: Plan) -> None:
        """Make the pair; `start` begins to send once somebody reads."""
        self.link, self.plan, self.sent = link, plan, Sent()
        self._line = PtyLine(link)
        self._stop = threading.Event()
        self._dice = np.random.default_rng(plan.seed)
        self._simulator = profiles.get(PROFILE).simulator(plan.seed, {})
        self._waiting = bytearray()
        self._keep: list[tuple[int, int]] = []
        self._thread = threading.Thread(target=self._run, name=f"wire-{link.name}", daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def finish(self) -> Sent:
        """Stop after what waits has been written; return what was sent."""
        self._stop.set()
        self._thread.join(30)
        return self.sent

    def close(self) -> None:
        """Hang up."""
        self._stop.set()
        self._thread.join(30)
        self._line.unplug()
        self._let_go()

    def _run(self) -> None:
        while not self._line.has_reader() and not self._stop.wait(TICK_S):
            pass
        began = time.monotonic()
        self.sent.began_ns = time.time_ns()
        pulls = list(self.plan.pulls)
        while not self._stop.wait(TICK_S):
            at_s = time.monotonic() - began
            while pulls and at_s >= sum(pulls[0]) and self._line.is_plugged:
                pulls.pop(0)
            self._plug(pulls, at_s)
            self._make(int(at_s * self.plan.frames_per_s))
            self._write()
            if pulls and not self._line.is_plugged and at_s >= sum(pulls[0]):
                pulls.pop(0)
        deadline = time.monotonic() + 5
        while self._waiting and time.monotonic() < deadline:
            self._write()
            time.sleep(TICK_S)

    def _plug(self, pulls: Sequence[tuple[float, float]], at_s: float) -> None:
        out = bool(pulls) and pulls[0][0] <= at_s < sum(pulls[0])
        if out and self._line.is_plugged:
            self._line.unplug()
            self._waiting.clear()
            self.sent.pulled_ns.append((time.time_ns(), 0))
        elif not out and not self._line.is_plugged:
            if len(self.sent.pulled_ns) % 2:
                self._keep.append(pty.openpty())  # takes the old number, so that the port gets a new name
            self._line.plug()
            self._let_go(1)
            self.sent.pulled_ns[-1] = (self.sent.pulled_ns[-1][0], time.time_ns())

    def _let_go(self, keep: int = 0) -> None:
        while len(self._keep) > keep:
            for descriptor in self._keep.pop(0):
                with suppress(OSError):
                    os.close(descriptor)

    def _make(self, until: int) -> None:
        first = self.sent.frames
        if until <= first:
            return
        data = self._simulator.bytes_between(first / 200.0, until / 200.0)
        rows = np.frombuffer(data, np.uint8).reshape(-1, FRAME_BYTES)
        motion = rows[rows[:, 2] == 1].copy()
        self.sent.frames += len(motion)
        self.sent.batches.append((first, time.time_ns()))
        if self._line.is_plugged:
            self._waiting += self._spoil(motion, first)
            over = len(self._waiting) - KERNEL_BYTES
            if over > 0:
                self.sent.overflowed += over
                del self._waiting[-over:]

    def _spoil(self, rows: np.ndarray, first: int) -> bytes:
        hit = np.flatnonzero(self._dice.random(len(rows)) < self.plan.spoilt)
        if not hit.size:
            return rows.tobytes()
        self.sent.spoilt.update((first + hit).tolist())
        parts = [bytes(row) for row in rows]
        for index in hit.tolist():
            parts[index] = self._hurt(parts[index])
        return b"".join(parts)

    def _hurt(self, frame: bytes) -> bytes:
        """Flip one bit, lose a few bytes, or put garbage before it (which spoils it, too)."""
        kind, at = self._dice.integers(3), int(self._dice.integers(0, FRAME_BYTES))
        if kind == 0:
            return frame[:at] + bytes([frame[at] ^ (1 << int(self._dice.integers(8)))]) + frame[at + 1 :]
        if kind == 1:
            return frame[:at] + frame[at + int(self._dice.integers(1, 5)) :]
        return self._dice.bytes(int(self._dice.integers(1, 200))) + frame[:-1] + bytes([frame[-1] ^ 0x55])

    def _write(self) -> None:
        if self._waiting and self._line.is_plugged:
            written = self._line.write(bytes(self._waiting[:8192]))
            del self._waiting[:written]


@dataclass(frozen=True)
class Told:
    """Compare what was sent with what was stored; `unexplained` frames are missing for no recorded reason."""

    sent: int
    stored: int
    in_gaps: int
    spoilt: int
    beside_spoilt: int
    unexplained: int
    doubled: int
    unordered: int
    gaps: int
    balanced: bool

    @property
    def is_exact(self) -> bool:
        """Tell whether sent = stored + counted as lost, nothing twice, all in order."""
        whole = self.stored + self.in_gaps + self.spoilt + self.beside_spoilt == self.sent
        return whole and not (self.unexplained or self.doubled or self.unordered) and self.balanced


def compare(store: Path, cell_id: int, sent: Sent) -> Told:
    """Decode the raw log again and explain every frame that is not in it."""
    with StoreReader(store) as reader:
        recordings = reader.recordings(cell_id)
        gaps = reader.gaps(cell_id)
        numbers = np.concatenate([_numbers(reader, one.id) for one in recordings])
        accounts = [reader.account(one.id) for one in recordings]
    found = set(numbers.tolist())
    missing = set(range(sent.frames)) - found
    spoilt = missing & sent.spoilt
    beside = {number for number in missing - spoilt if {number - 1, number + 1} & sent.spoilt}
    spans = sorted((gap.start_ns, gap.end_ns) for gap in gaps)
    rest = missing - spoilt - beside
    in_gaps = {number for number in rest if _in_gap(sent, number, spans)}
    return Told(
        sent.frames, len(found), len(in_gaps), len(spoilt), len(beside), len(rest - in_gaps),
        len(numbers) - len(found), int((np.diff(numbers) <= 0).sum()), len(gaps),
        all(account.is_balanced for account in accounts),
    )  # fmt: skip


def _in_gap(sent: Sent, number: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Tell whether a frame was made inside a recorded gap (20 ms and one batch of the sender either way)."""
    made_ns = sent.batches[bisect_right(sent.batches, (number, 2**63)) - 1][1]
    slack_ns = round(20e6 + 3 * TICK_S * 1e9)
    place = bisect_right(spans, (made_ns + slack_ns, 2**63))
    return place > 0 and any(
        start - slack_ns <= made_ns <= end + slack_ns for start, end in spans[max(0, place - 2) : place]
    )


def _numbers(reader: StoreReader, recording_id: int) -> np.ndarray:
    decoder = profiles.get(PROFILE).decoder({})
    blocks = [
        block
        for record in reader.raw(recording_id)
        if record.direction == 0
        for block in decoder.feed(record.data)
        if block.stream == "motion" and block.tick is not None
    ]
    ticks = [block.tick for block in blocks]
    return np.concatenate(ticks) // TICK if ticks else np.zeros(0, np.int64)


def new_center(folder: Path) -> Center:
    """Make an empty centre in a folder."""
    return open_center(str(folder), SystemClock(), create=True)


def add_cell(center: Center, link: Path) -> CellView:
    """Add a cell that listens to a wire."""
    draft = CellDraft(None, Label.of(link.name), str(link), PROFILE)
    return center.write(ENGINEER, service.add_cell, draft)


@contextmanager
def collector(store: Path, environment: dict[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """Run a collector, end it cleanly."""
    command = launch.command_line(str(store), "local", None)
    process = subprocess.Popen(command, cwd=PROGRAM, env={**os.environ, **(environment or {})})
    try:
        yield process
    finally:
        process.terminate()
        process.wait(60)


def health(store: Path) -> list[PortHealth]:
    """Return the newest health of every port."""
    records = Records(store)
    try:
        return list(records.health())
    finally:
        records.close()


def wait_for(is_so, timeout_s: float) -> bool:
    """Wait until a condition of the collector holds; False when it never does."""
    deadline = time.monotonic() + timeout_s
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def resident_mb(pid: int) -> float:
    """Return a process's resident memory in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return float(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1000


def handles(pid: int) -> dict[str, int]:
    """Return how many threads a process has, and how many descriptors of each kind.

    Those of the centre's database are left out: its pool opens up to five connections as jobs meet.
    """
    found = {"threads": len(os.listdir(f"/proc/{pid}/task"))}
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):
            kind = _kind(os.readlink(entry))
            found[kind] = found.get(kind, 0) + 1
    found.pop(POOL, None)
    return found


def _kind(target: str) -> str:
    """Name what a descriptor is for; the store's files go by day, so that midnight changes their number alone."""
    if target.startswith("/dev/pt"):
        return "ports"
    if "/center.db" in target:
        return POOL
    return "files" if target.startswith("/") else target.partition(":")[0]
