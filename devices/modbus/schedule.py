"""Decide which unit of a bus is asked next: in turn, each at its own interval, silent ones ever more rarely."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from devices.modbus.plan import Read
from devices.modbus.rows import Row, Task
from devices.values import Block, Quality

_PATIENCE = 2
ILLEGAL_ADDRESS = 2
_LONGEST_REST_NS = 10_000_000_000


@dataclass
class UnitCounts:
    """Count what a unit did since the start."""

    requests: int = 0
    replies: int = 0
    timeouts: int = 0
    bad_checksums: int = 0
    late: int = 0
    exceptions: Counter[int] = field(default_factory=Counter)
    """Exceptions by code."""

    def told(self) -> dict[str, int]:
        """Return the counts by name, all exceptions together."""
        return {
            "polls": self.requests,
            "answers": self.replies,
            "timeouts": self.timeouts,
            "exceptions": sum(self.exceptions.values()),
            "bad_checksums": self.bad_checksums,
            "late": self.late,
        }


class UnitState:
    """Hold one unit's row, the reads left in this cycle and when the next cycle is due."""

    def __init__(self, task: Task) -> None:
        """Be due at once."""
        self.task = task
        self.reads = task.reads
        self.row = Row(task)
        self.left: list[Read] = []
        self.open = 0
        self.due_ns = 0
        self.silent = 0
        self.owes_reply = False
        self.counts = UnitCounts()

    def begin(self, now_ns: int) -> None:
        """Start a cycle; one that was missed is not made up for."""
        self.row.begin()
        self.left = list(self.reads)
        late = now_ns - self.due_ns > self.task.interval_ns
        self.due_ns = (now_ns if late else self.due_ns) + self.task.interval_ns

    def rest(self, now_ns: int) -> None:
        """Leave a silent unit alone, longer each time: the others must not wait for it."""
        self.silent += 1
        self.left.clear()
        if self.silent > _PATIENCE:
            step = max(self.task.interval_ns, self.task.timeout_ns)
            self.due_ns = now_ns + min(step << min(self.silent - _PATIENCE, 16), _LONGEST_REST_NS)

    def narrow(self, read: Read) -> None:
        """Ask without its holes from now on what a unit refused to read in one piece."""
        parts = [each for each in self.task.narrow_reads if _within(each, read)]
        if len(parts) > 1:
            self.reads = tuple(part for one in self.reads for part in (parts if one == read else (one,)))

    def is_ready(self, now_ns: int) -> bool:
        """Say whether it has something to ask now."""
        return bool(self.left) or (not self.open and bool(self.reads) and self.due_ns <= now_ns)


class Schedule:
    """Pick the next read; units take turns, so that a long map does not keep the others waiting."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        """Serve these units."""
        self.units = [UnitState(task) for task in tasks]
        self._turn = 0

    def next(self, now_ns: int) -> tuple[UnitState, Read] | None:
        """Return the next read that is due, None when nothing is."""
        for step in range(len(self.units)):
            unit = self.units[(self._turn + step) % len(self.units)]
            if unit.is_ready(now_ns):
                self._turn = (self._turn + step + 1) % len(self.units)
                if not unit.left:
                    unit.begin(now_ns)
                unit.open += 1
                unit.counts.requests += 1
                return unit, unit.left.pop(0)
        return None

    def due_ns(self) -> int:
        """Return when the next read is due: 0 when one waits."""
        waits = [0 if unit.left else unit.due_ns for unit in self.units if unit.reads and (unit.left or not unit.open)]
        return min(waits, default=1 << 62)

    def forget(self) -> None:
        """Drop what is asked and what is left of this cycle."""
        for unit in self.units:
            unit.left.clear()
            unit.open = 0


def close(unit: UnitState, end: int) -> list[Block]:
    """Count a read as finished; return the unit's row when that was the cycle's last one."""
    unit.open -= 1
    return [] if unit.left or unit.open else [unit.row.block(end)]


def answered(unit: UnitState, read: Read, payload: bytes, exception: int) -> None:
    """Keep what a unit replied: values, or an exception by its code."""
    unit.silent = 0
    unit.counts.replies += 1
    if exception:
        unit.counts.exceptions[exception] += 1
        unit.row.mark(read, Quality.NOT_MEASURED)
        if exception == ILLEGAL_ADDRESS:
            unit.narrow(read)
    else:
        unit.row.put(read, payload)


def _within(part: Read, read: Read) -> bool:
    stop = read.address + read.count
    return part.function == read.function and read.address <= part.address and part.address + part.count <= stop
