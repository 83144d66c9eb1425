"""D2: what a power cut leaves of the store's files, replayed at thousands of moments.

Run: `python -m tests.campaign.power_loss [crash points] [seed]`. Prints one JSON object. A recording VFS notes every
write, truncation and sync that SQLite makes with the store's own schema and pragmas; a crash keeps what was synced
and of the rest any subset. Runs in a process of its own: apsw brings its own SQLite.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw

from center_app.telemetry.store.schema import DAY, LEDGER, PAGE_BYTES

COMMITS, SYNC_EVERY, CHECKPOINT_EVERY = 260, 30, 70
Step = tuple[str, str, int, bytes]


@dataclass
class Tape:
    """Hold what happened to the files, and after which step each commit was acknowledged."""

    steps: list[Step] = field(default_factory=list)
    ledger_acks: list[tuple[int, int]] = field(default_factory=list)
    """(step, rows): a flushed commit of the ledger."""
    day_acks: list[tuple[int, int, bool]] = field(default_factory=list)
    """(step, rows, flushed): a commit of the day file."""


class _File(apsw.VFSFile):
    def __init__(self, tape: Tape, vfs: str, name: Any, flags: list[int]) -> None:
        super().__init__(vfs, name, flags)
        self._tape = tape
        told = name if isinstance(name, str) else name.filename()
        self._name = Path(told).name if told else ""

    def xWrite(self, data: bytes, offset: int) -> None:
        super().xWrite(data, offset)
        self._tape.steps.append(("write", self._name, offset, bytes(data)))

    def xTruncate(self, size: int) -> None:
        super().xTruncate(size)
        self._tape.steps.append(("truncate", self._name, size, b""))

    def xSync(self, flags: int) -> None:
        super().xSync(flags)
        self._tape.steps.append(("sync", self._name, 0, b""))


class _Vfs(apsw.VFS):
    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        super().__init__("recording", base="")

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:
        return _File(self._tape, "", name, flags)

    def xDelete(self, name: str, syncdir: bool) -> None:
        super().xDelete(name, syncdir)
        self._tape.steps.append(("delete", Path(name).name, 0, b""))


def _open(path: Path, statements: tuple[str, ...], synchronous: str) -> apsw.Connection:
    link = apsw.Connection(str(path), vfs="recording")
    link.execute("PRAGMA locking_mode=EXCLUSIVE")  # no shared memory through apsw; file contents are the same
    link.execute(f"PRAGMA page_size={PAGE_BYTES}")
    link.execute("PRAGMA journal_mode=WAL")
    link.execute("PRAGMA wal_autocheckpoint=0")
    link.execute("PRAGMA synchronous=FULL")
    link.execute("BEGIN IMMEDIATE")
    for statement in statements:
        link.execute(statement)
    link.execute("COMMIT")
    link.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    link.execute(f"PRAGMA synchronous={synchronous}")
    return link


def record(folder: Path, chance: random.Random) -> tuple[Tape, int]:
    """Write as the program does: day file often and unflushed, once in a while flushed, then the ledger."""
    tape = Tape()
    vfs = _Vfs(tape)
    day, ledger = _open(folder / "day.db", DAY, "NORMAL"), _open(folder / "ledger.db", LEDGER, "FULL")
    first = len(tape.steps)
    for number in range(1, COMMITS + 1):
        flushed = number % SYNC_EVERY == 0
        if flushed:
            day.execute("PRAGMA synchronous=FULL")
        day.execute("BEGIN IMMEDIATE")
        data = chance.randbytes(chance.randint(200, 20_000))
        day.execute("INSERT INTO raw_tail VALUES (?,1,?,?,?,?,?,1,?)", (number, number, number, number, 0, 0, data))
        day.execute("INSERT INTO tail VALUES (?,1,?,1,0,0,0,?,?,NULL)", (number, number, b"t", data[:100]))
        day.execute("COMMIT")
        day.execute("PRAGMA synchronous=NORMAL")
        tape.day_acks.append((len(tape.steps), number, flushed))
        if flushed:
            ledger.execute("BEGIN IMMEDIATE")
            ledger.execute("INSERT INTO gap VALUES (?,1,1,0,0,?,0,0)", (number // SYNC_EVERY, "r" * 500))
            ledger.execute("COMMIT")
            tape.ledger_acks.append((len(tape.steps), number // SYNC_EVERY))
        if number % CHECKPOINT_EVERY == 0:
            day.execute("PRAGMA wal_checkpoint(PASSIVE)")
            ledger.execute("PRAGMA wal_checkpoint(PASSIVE)")
    for link in (day, ledger):
        link.close()
    del vfs
    return tape, first


def state_after(steps: list[Step], count: int, chance: random.Random) -> dict[str, bytes]:
    """Return each file after a power cut: everything synced, and any subset of what was not."""
    files: dict[str, bytearray] = {}
    synced: dict[str, int] = {}
    for number, (what, name, _, _) in enumerate(steps[:count]):
        if what == "sync":
            synced[name] = number
    for number, (what, name, place, data) in enumerate(steps[:count]):
        if what == "delete":
            files.pop(name, None)
            continue
        held = files.setdefault(name, bytearray())
        if number > synced.get(name, -1) and chance.random() < 0.5:
            continue
        if what == "truncate":
            del held[place:]
        elif what == "write":
            if len(held) < place:
                held.extend(bytes(place - len(held)))
            held[place : place + len(data)] = data
    return {name: bytes(held) for name, held in files.items()}


def _check(folder: Path, tape: Tape, count: int) -> tuple[int, int]:
    """Open what is left; AssertionError for a lost flushed row, a hole or damage. Return (rows lost, flushed)."""
    day, ledger = (apsw.Connection(str(folder / name)) for name in ("day.db", "ledger.db"))
    try:
        for link in (day, ledger):
            assert link.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        gaps = [row[0] for row in ledger.execute("SELECT id FROM gap ORDER BY id")]
        promised = max((rows for step, rows in tape.ledger_acks if step <= count), default=0)
        assert gaps == list(range(1, len(gaps) + 1))
        assert len(gaps) >= promised, (len(gaps), promised)
        rows = [row[0] for row in day.execute("SELECT id FROM raw_tail ORDER BY id")]
        tails = [row[0] for row in day.execute("SELECT id FROM tail ORDER BY id")]
        assert rows == tails == list(range(1, len(rows) + 1)), "a torn batch"
        flushed = max((rows for step, rows, full in tape.day_acks if full and step <= count), default=0)
        written = max((rows for step, rows, _ in tape.day_acks if step <= count), default=0)
        assert len(rows) >= flushed, (len(rows), flushed)
        return max(0, written - len(rows)), flushed
    finally:
        day.close()
        ledger.close()


def campaign(points: int, seed: int) -> dict[str, Any]:
    """Cut the power at random moments; AssertionError at the first broken promise."""
    chance = random.Random(seed)
    worst = damaged = 0
    with tempfile.TemporaryDirectory() as name:
        place = Path(name) / "run"
        place.mkdir()
        tape, first = record(place, chance)
        for _ in range(points):
            count = chance.randint(first, len(tape.steps))
            left = Path(name) / "left"
            left.mkdir()
            for file, data in state_after(tape.steps, count, chance).items():
                (left / file).write_bytes(data)
            lost, _ = _check(left, tape, count)
            worst = max(worst, lost)
            damaged += bool(lost)
            for file_path in left.iterdir():
                file_path.unlink()
            left.rmdir()
    assert worst < SYNC_EVERY, worst
    return {
        "points": points, "seed": seed, "steps": len(tape.steps), "flushed_lost": 0, "torn": 0, "damaged": 0,
        "points_that_lost_a_tail": damaged, "longest_tail_lost_commits": worst, "flush_every_commits": SYNC_EVERY,
        "passed": True,
        "sqlite": apsw.sqlite_lib_version(),
    }  # fmt: skip


if __name__ == "__main__":
    assert "pysqlite3" not in sys.modules
    assert "sqlite3" not in sys.modules
    points = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    print(json.dumps(campaign(points, int(sys.argv[2]) if len(sys.argv) > 2 else 20_260_601)))
