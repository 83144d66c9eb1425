"""Write one further version of a recording into files of its own: chunks, pyramid, account, chain.

Everything happens in the calling thread. The raw bytes stay where they are; the version's chunks cite them by
byte range and segment. Until `finish` the version cannot be read; what a killed writer left is swept away by the
next one.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any, Self

from center_app.core.clock import Clock
from center_app.core.db import Connection, SqliteError
from center_app.core.db.filelock import FileLock
from center_app.core.errors import SurroundingsError
from center_app.telemetry.store import rows_sql
from center_app.telemetry.store.engine import Engine
from center_app.telemetry.store.errors import STORE_TAKEN, trouble_from
from center_app.telemetry.store.files import collector_folder
from center_app.telemetry.store.keeping import KeepPolicy
from center_app.telemetry.store.recording import check_balance
from center_app.telemetry.store.retention import Retained, Retainer
from center_app.telemetry.store.shelf import Job, Shelf
from center_app.telemetry.store.values import GapView, Int64Array, RawRecord, RecordingView
from center_app.telemetry.store.versions import AGAIN, MANIFEST, VersionView, next_version, write_manifest
from devices.values import Account, Block, StreamSpec

FLUSH_BYTES = 8 * 1024 * 1024
LOCK_NAME = "again.lock"


class VersionWriter:
    """Write the next version of one recording; use as a context manager: without `finish` nothing remains.

    Raises SurroundingsError when another process is decoding a recording of this collector again.
    """

    def __init__(self, folder: Path | str, recording: RecordingView, draft: VersionView, clock: Clock) -> None:
        """Take the recording and what the version will be; its number is given here."""
        home = collector_folder(folder, recording.collector)
        (home / AGAIN).mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(home / AGAIN / LOCK_NAME)
        if not self._lock.acquire(timeout_s=0.5):
            raise SurroundingsError(STORE_TAKEN, collector=recording.collector)
        sweep(home)
        self.draft = replace(draft, version=next_version(home, recording.id))
        self._folder = home / AGAIN / self.draft.name
        self._is_finished = False
        self._ticks = 0
        self._lost = 0
        try:
            self._folder.mkdir()
            self._engine = Engine(self._folder, bulk=True)
            run_id = self._engine.shelf.in_ledger([partial(rows_sql.insert_run, clock=clock)])[0]
            insert = partial(_insert_recording, recording=recording, draft=self.draft, run_id=run_id)
            self._engine.begin(insert, recording.cell_id, self.draft.profile_version)
        except (SqliteError, OSError) as error:
            self._lock.release()
            raise trouble_from(error, self._folder) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        if not self._is_finished:
            self._abandon()
        self._lock.release()

    @property
    def _id(self) -> int:
        return self.draft.recording_id

    def declare(self, streams: Sequence[StreamSpec]) -> None:
        """Create the streams of the new decoding."""
        for spec in streams:
            self._engine.declare(self._id, spec)

    def cite(self, record: RawRecord) -> None:
        """Note where the received bytes of a read lie, so that chunks name their segment."""
        raw = self._engine.recordings[self._id].raw
        self._lost += max(0, record.offset - raw.offset)
        raw.cite(record.segment, record.offset, record.offset + len(record.data))

    def append_block(self, block: Block, t_ns: Int64Array, base_offset: int) -> None:
        """Keep decoded rows at their times (int64 ns); `base_offset` is where this decoder's count began."""
        if not len(t_ns):
            return
        self._engine.append_block(self._id, block, t_ns, base_offset)
        if self._engine.shelf.waiting_bytes > FLUSH_BYTES:
            self._ticks += 1
            self._engine.tick(self._ticks / 1e9)

    def add_gaps(self, gaps: Sequence[GapView]) -> None:
        """Carry the recording's gaps over."""
        for gap in gaps:
            self._engine.add_gap(self._id, gap.start_ns, gap.end_ns, gap.reason, gap.bytes_lost, gap.samples_lost)

    def in_ledger(self, job: Job) -> Any:
        """Run `job(connection)` on the version's own ledger."""
        return self._engine.shelf.in_ledger([job])[0]

    def finish(self, account: Account, echoed: int = 0, **facts: Any) -> VersionView:
        """Seal the version and make it readable; `facts` complete its manifest, `echoed` own bytes were left out."""
        check_balance(self._id, account)
        state = self._engine.recordings[self._id]
        state.lost_bytes = self._lost
        state.raw.echoed = echoed
        account = discarding(discarding(account, "not_stored", self._lost), "echo", echoed)
        self._engine.set_account(self._id, account)
        rows = sum(stream.buffer.next_row for stream in state.streams.values())
        end_offset = state.raw.offset
        try:
            self._engine.end(self._id)
            self._engine.close()
        except SqliteError as error:
            raise trouble_from(error, self._folder) from error
        self.draft = replace(self.draft, rows=rows, end_offset=end_offset, read_bytes=end_offset - self._lost, **facts)
        write_manifest(self._folder, self.draft)
        self._is_finished = True
        return self.draft

    def _abandon(self) -> None:
        self._engine.recordings.clear()
        try:
            self._engine.close()
        except (SqliteError, SurroundingsError):
            pass
        shutil.rmtree(self._folder, ignore_errors=True)


def discarding(account: Account, reason: str, count: int) -> Account:
    """Return an account with further bytes that no decoder got."""
    if not count:
        return account
    told = {**account.discarded, reason: account.discarded.get(reason, 0) + count}
    return replace(account, bytes_in=account.bytes_in + count, discarded=told)


def sweep(collector_home: Path) -> list[str]:
    """Remove the versions that a killed writer left unfinished (the caller holds the lock); return their names."""
    left = [place for place in (collector_home / AGAIN).iterdir() if place.is_dir() and not (place / MANIFEST).exists()]
    for place in left:
        shutil.rmtree(place, ignore_errors=True)
    return sorted(place.name for place in left)


def retain(collector_home: Path, policy: KeepPolicy, now_ns: int, stop: Event | None = None) -> list[Retained]:
    """Apply the rule for samples to the versions of a collector's recordings; waits for the next time when in use."""
    done: list[Retained] = []
    place = collector_home / AGAIN
    lock = FileLock(place / LOCK_NAME)
    if not place.is_dir() or policy.keeps_all or not lock.acquire(timeout_s=0.5):
        return done
    try:
        sweep(collector_home)
        for manifest in sorted(place.glob(f"*/{MANIFEST}")):
            done += _retain_one(manifest.parent, policy, now_ns, stop)
    finally:
        lock.release()
    return done


def _retain_one(folder: Path, policy: KeepPolicy, now_ns: int, stop: Event | None) -> list[Retained]:
    shelf = Shelf(folder)
    try:
        return Retainer(folder, lambda job: shelf.in_ledger([job])[0], grace_s=0.0).run(policy, now_ns, stop)
    finally:
        shelf.close()


def _insert_recording(connection: Connection, recording: RecordingView, draft: VersionView, run_id: int) -> int:
    connection.execute(
        "INSERT INTO recording (id, run_id, cell_id, profile_id, profile_version, params, line, port, started_ns)"
        " VALUES (?,?,?,?,?,?,?,?,?)",
        (
            recording.id, run_id, recording.cell_id, draft.profile_id, draft.profile_version,
            json.dumps(dict(draft.params), sort_keys=True, default=str), json.dumps(dict(draft.line), default=str),
            recording.port, recording.started_ns,
        ),
    )  # fmt: skip
    return recording.id
