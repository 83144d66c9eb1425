"""Retention: whole day files are deleted, never rows, and never anything that a report pinned.

What a due file still has to keep (another cell's raw bytes, samples that are kept longer, pinned pieces) is copied
into a successor first; then one transaction in the ledger names the successor instead, then the old file goes.
Killed anywhere in between, the next run finds either the old state or the new one and sweeps what is left.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from typing import Any

from center_app.core.db import Connection, SqliteError, open_sqlite
from center_app.telemetry.store.errors import trouble_from
from center_app.telemetry.store.files import LEDGER_NAME, PINNED_HEAD, PLACE, DayFile, seal_file
from center_app.telemetry.store.keeping import PINNED, FilePlan, KeepPolicy, pins, plans
from center_app.telemetry.store.schema import SLOT_BITS
from center_app.telemetry.store.shelf import Job

log = logging.getLogger(__name__)
GRACE_S = 2.0
"""How long a replaced file stays, for readers whose snapshot still names it."""


@dataclass(frozen=True)
class Retained:
    """Tell what one run did to a file."""

    name: str
    successor: str
    freed_bytes: int


class Retainer:
    """Apply the rule to one collector's folder; runs in any one thread.

    `in_ledger(job)` runs a job in a flushed transaction on the ledger and returns its result.
    """

    def __init__(self, folder: Path, in_ledger: Callable[[Job], Any], grace_s: float = GRACE_S) -> None:
        self._folder = folder
        self._in_ledger = in_ledger
        self._grace_s = grace_s

    def run(self, policy: KeepPolicy, now_ns: int, stop: Event | None = None) -> list[Retained]:
        """Take what is due; SurroundingsError when the disk refuses (then the old files stay)."""
        stop = stop or Event()
        try:
            self._sweep()
            done = []
            for plan in plans(self._folder, self._folder.name, policy, now_ns):
                if plan.is_due and not stop.is_set():
                    done.append(self._take(plan))
            if done:
                stop.wait(self._grace_s)
                self._sweep()
        except (SqliteError, OSError) as error:
            raise trouble_from(error, self._folder) from error
        return done

    def _sweep(self) -> None:
        """Remove replaced files, and successors that a killed run left behind."""
        ledger = open_sqlite(self._folder / LEDGER_NAME, read_only=True)
        try:
            known = dict(ledger.execute("SELECT name, deleted FROM day").fetchall())
        finally:
            ledger.close()
        for path in [*self._folder.glob("*.db"), *self._folder.glob("*.db.new")]:
            is_orphan = ".k" in path.name and path.name not in known
            if known.get(path.name) == 1 or is_orphan:
                for piece in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
                    piece.unlink(missing_ok=True)

    def _take(self, plan: FilePlan) -> Retained:
        successor = self._copy(plan) if plan.keeps_something else None
        self._in_ledger(lambda ledger: _switch(ledger, plan, successor))
        left = (self._folder / successor.name).stat().st_size if successor else 0
        log.info("retention took %s of %s, kept %s", plan.size_bytes - left, plan.name, left)
        return Retained(plan.name, successor.name if successor else "", max(0, plan.size_bytes - left))

    def _copy(self, plan: FilePlan) -> _Successor:
        """Write what is kept into a sealed successor."""
        name = successor_name(plan.name)
        for path in self._folder.glob(f"{name}*"):
            path.unlink()
        file = DayFile(self._folder, name, plan.day)
        link = file.connection
        try:
            source = (self._folder / plan.name).absolute().as_uri()
            link.execute("ATTACH ? AS old", (f"{source}?immutable=1",))
            link.execute("BEGIN IMMEDIATE")
            _fill(link, plan, self._pins())
            found = _Successor(name, *_extent(link), _runs(link, "raw_segment"), _runs(link, "chunk"))
            link.execute("COMMIT")
            link.execute("DETACH old")
        finally:
            file.close()
        seal_file(self._folder, name)
        return found

    def _pins(self) -> list[Any]:
        ledger = open_sqlite(self._folder / LEDGER_NAME, read_only=True)
        try:
            return pins(ledger)
        finally:
            ledger.close()


@dataclass(frozen=True)
class _Run:
    """Hold consecutive links of a recording that were kept: the digest before them and that of the last."""

    recording_id: int
    first: int
    last: int
    before: bytes | None
    digest: bytes


@dataclass(frozen=True)
class _Successor:
    name: str
    t_first: int | None
    t_last: int | None
    raw: Sequence[_Run]
    chunks: Sequence[_Run]


def successor_name(name: str) -> str:
    """Return the name of the file that follows a day file: 2026-06-01.db, .k1.db, .k2.db."""
    stem, _, number = name.removesuffix(".db").rpartition(".k")
    return f"{stem}.k{int(number) + 1}.db" if stem and number.isdigit() else f"{name.removesuffix('.db')}.k1.db"


def _fill(link: Connection, plan: FilePlan, spans: Sequence[Any]) -> None:
    _keep(link, "raw_segment", plan.raw, spans)
    _keep(link, "chunk", plan.chunks, spans)
    shift = f"(id >> {SLOT_BITS})"
    link.execute(f"INSERT INTO main.block SELECT * FROM old.block WHERE {shift} IN (SELECT id FROM main.chunk)")
    marks = ",".join("?" * len(plan.chunks))
    link.execute(
        "INSERT INTO main.pyramid SELECT * FROM old.pyramid WHERE stream_id IN"
        f" (SELECT DISTINCT stream_id FROM main.chunk WHERE recording_id IN ({marks}))",
        tuple(plan.chunks),
    )
    link.execute(
        f"INSERT INTO main.pyramid_block SELECT * FROM old.pyramid_block WHERE {shift} IN (SELECT id FROM main.pyramid)"
    )
    link.execute("INSERT INTO main.account SELECT * FROM old.account")


def _keep(link: Connection, table: str, recordings: frozenset[int], spans: Sequence[Any]) -> None:
    for number in sorted(recordings):
        link.execute(f"INSERT INTO main.{table} SELECT * FROM old.{table} WHERE recording_id = ?", (number,))
    for recording_id, start_ns, end_ns in spans:
        if recording_id not in recordings:
            link.execute(
                f"INSERT OR IGNORE INTO main.{table} SELECT * FROM old.{table} WHERE {PINNED}",
                (recording_id, end_ns, start_ns),
            )


def _extent(link: Connection) -> tuple[int | None, int | None]:
    found = link.execute(
        "SELECT min(a), max(b) FROM (SELECT min(t_first) a, max(t_last) b FROM main.raw_segment"
        " UNION ALL SELECT min(t_first), max(t_last) FROM main.chunk)"
    ).fetchone()
    return found[0], found[1]


def _runs(link: Connection, table: str) -> list[_Run]:
    """Return the runs of consecutive links that were kept."""
    runs: list[_Run] = []
    rows = link.execute(
        f"SELECT recording_id, ordinal, digest FROM main.{table} ORDER BY recording_id, ordinal"
    ).fetchall()
    for recording_id, ordinal, digest in rows:
        known = runs[-1] if runs else None
        if known is not None and (known.recording_id, known.last) == (recording_id, ordinal - 1):
            runs[-1] = replace(known, last=ordinal, digest=digest)
            continue
        before = link.execute(
            f"SELECT digest FROM old.{table} WHERE recording_id = ? AND ordinal = ?", (recording_id, ordinal - 1)
        ).fetchone()
        runs.append(_Run(recording_id, ordinal, ordinal, before[0] if before else None, digest))
    return runs


def _switch(ledger: Connection, plan: FilePlan, successor: _Successor | None) -> None:
    """Name the successor instead of the old file; keep the digests that verify what it holds."""
    ledger.execute("UPDATE day SET deleted = 1 WHERE name = ?", (plan.name,))
    if successor is None:
        return
    ledger.execute(
        "INSERT OR REPLACE INTO day (name, day, t_first, t_last, sealed) VALUES (?,?,?,?,1)",
        (successor.name, plan.day, successor.t_first, successor.t_last),
    )
    for kind, whole, runs in (("raw", plan.raw, successor.raw), ("chunk", plan.chunks, successor.chunks)):
        for number in whole:
            ledger.execute(
                "UPDATE head SET name = ? WHERE recording_id = ? AND kind = ? AND name = ?",
                (successor.name, number, kind, plan.name),
            )
        for run in runs:
            if run.recording_id not in whole:
                _keep_run(ledger, kind, run, successor.name)


def _keep_run(ledger: Connection, kind: str, run: _Run, name: str) -> None:
    """Keep the digest before a pinned run of links, so that it verifies without its past, and where it ends."""
    if run.before is not None:
        row = (run.recording_id, kind, f"{PINNED_HEAD}{run.first - 1}", run.first - 1, run.before)
        ledger.execute("INSERT OR IGNORE INTO head VALUES (?,?,?,?,?)", row)
    last = (run.recording_id, kind, f"{name}{PLACE}{run.last}", run.last, run.digest)
    ledger.execute("INSERT OR REPLACE INTO head VALUES (?,?,?,?,?)", last)
