"""What there is: collectors, cells, recordings, streams and channels."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self, TypeVar

from center_app.core.db import Connection
from center_app.core.errors import SurroundingsError
from center_app.telemetry.store.archive import Archive, BlockCache
from center_app.telemetry.store.errors import RECORDING_UNKNOWN, VERSION_UNKNOWN
from center_app.telemetry.store.files import LEDGER_NAME, TELEMETRY
from center_app.telemetry.store.values import (
    ChannelView,
    RecordingView,
    StreamView,
)
from center_app.telemetry.store.versions import AS_RECORDED, Versions, VersionView

T = TypeVar("T")
_RECORDING = (
    "SELECT id, cell_id, profile_id, profile_version, params, line, port, started_ns, ended_ns, ended_by, first_ns,"
    " last_ns FROM recording"
)

_LINK = (
    " FROM recording r JOIN gap g ON g.recording_id = r.id AND g.reason IN ('not_recording', 'released')"
    " JOIN recording p ON p.cell_id = r.cell_id AND p.id <> r.id AND p.profile_id = r.profile_id"
    " AND coalesce(p.ended_ns, p.last_ns) = g.start_ns"
)
_BEFORE = f"SELECT p.id{_LINK} WHERE r.id = ? ORDER BY p.started_ns DESC LIMIT 1"
_BEHIND = f"SELECT r.id{_LINK} WHERE p.id = ? ORDER BY r.started_ns LIMIT 1"


class Catalog:
    """List what the collectors under `folder`/telemetry have recorded."""

    def __init__(self, folder: Path | str) -> None:
        self._folder = Path(folder) / TELEMETRY
        self._cache = BlockCache()
        self._archives: dict[str, Archive] = {}
        self._versions: dict[str, Versions] = {}
        self._again: dict[Path, Archive] = {}
        self._looked_at = float("-inf")

    def close(self) -> None:
        """Close all files."""
        for archive in [*self._archives.values(), *self._again.values()]:
            archive.close()
        self._archives, self._again, self._versions = {}, {}, {}
        self._looked_at = float("-inf")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def archives(self) -> list[Archive]:
        """Return the collectors found, by name; new ones are looked for once a second."""
        now = time.monotonic()
        if now - self._looked_at >= 1.0 and self._folder.is_dir():
            for entry in sorted(self._folder.iterdir()):
                if entry.name not in self._archives and (entry / LEDGER_NAME).is_file():
                    self._archives[entry.name] = Archive(entry, self._cache)
                    self._versions[entry.name] = Versions(entry)
            self._looked_at = now if self._archives else self._looked_at
        return list(self._archives.values())

    def in_ledgers(self, job: Callable[[Connection, str], Sequence[T]]) -> list[T]:
        """Run `job(connection, collector)` on every ledger and join the results."""
        found: list[T] = []
        for archive in self.archives():
            with archive.snapshot() as ledger:
                found.extend(job(ledger, archive.collector))
        return found

    # -- versions ---------------------------------------------------------------------------------------

    def versions(self, recording_id: int) -> list[VersionView]:
        """Return every version of a recording, oldest first; version 1 is what was recorded."""
        view = self.recording(recording_id)
        first = VersionView(
            view.id, AS_RECORDED, view.collector, view.cell_id, view.profile_id, view.profile_version, view.params,
            view.line, view.started_ns, is_whole=view.ended_ns is not None,
            rows=sum(stream.rows for stream in self.streams(recording_id, AS_RECORDED)),
        )  # fmt: skip
        known = self._versions.get(view.collector)
        return [first, *(known.of(recording_id) if known else [])]

    def served(self, recording_id: int) -> int:
        """Return the number of the version that is read when none is named."""
        archive = self.archive_of(recording_id)
        known = self._versions.get(archive.collector)
        return known.served(recording_id) if known else AS_RECORDED

    def forget_versions(self) -> None:
        """Look for new versions and choices at the next question."""
        for known in self._versions.values():
            known.forget()

    def version_archive(self, recording_id: int, version: int | None = None) -> Archive:
        """Return the files of one version (default: the served one); SurroundingsError when it is unknown."""
        archive = self.archive_of(recording_id)
        known = self._versions.get(archive.collector)
        wanted = version or (known.served(recording_id) if known else AS_RECORDED)
        if wanted == AS_RECORDED or known is None:
            return archive
        view = next((view for view in known.of(recording_id) if view.version == wanted), None)
        if view is None:
            raise SurroundingsError(VERSION_UNKNOWN, recording=recording_id, version=wanted)
        return self._open_version(known, view)

    def serving(self, cell_id: int) -> Iterator[tuple[Archive, frozenset[int]]]:
        """Yield the files that hold a cell's served samples, each with the recordings that are not read from it."""
        for archive in self.archives():
            known = self._versions.get(archive.collector)
            used = known.in_use(cell_id) if known else []
            yield archive, frozenset(view.recording_id for view in used)
            for view in used:
                if known is not None:
                    yield self._open_version(known, view), frozenset()

    def _open_version(self, known: Versions, view: VersionView) -> Archive:
        place = known.place(view)
        if place not in self._again:
            self._again[place] = Archive(place, self._cache, view.collector)
        return self._again[place]

    def cells(self) -> list[int]:
        """Return the ids of the cells that have recordings."""
        sql = "SELECT DISTINCT cell_id FROM recording"
        return sorted(set(self.in_ledgers(lambda ledger, _: [row[0] for row in ledger.execute(sql).fetchall()])))

    def recordings(self, cell_id: int | None = None) -> list[RecordingView]:
        """Return the recordings, oldest first."""
        where = "" if cell_id is None else " WHERE cell_id = ?"
        arguments = () if cell_id is None else (cell_id,)
        found = self.in_ledgers(
            lambda ledger, name: [
                _recording(name, row) for row in ledger.execute(_RECORDING + where, arguments).fetchall()
            ]
        )
        return sorted(found, key=lambda view: (view.started_ns, view.id))

    def recording(self, recording_id: int) -> RecordingView:
        """Return one recording; SurroundingsError when it is unknown."""
        archive = self.archive_of(recording_id)
        with archive.snapshot() as ledger:
            row = ledger.execute(_RECORDING + " WHERE id = ?", (recording_id,)).fetchone()
            return _recording(archive.collector, row)

    def continues(self, recording_id: int) -> int | None:
        """Return the recording that a recording goes on with after its collector stood still, None when there is none.

        The link is the gap record: it begins at the very nanosecond at which the one before ends.
        """
        with self.archive_of(recording_id).snapshot() as ledger:
            row = ledger.execute(_BEFORE, (recording_id,)).fetchone()
        return int(row[0]) if row else None

    def continued_by(self, recording_id: int) -> int | None:
        """Return the recording that goes on with a recording, None when there is none."""
        with self.archive_of(recording_id).snapshot() as ledger:
            row = ledger.execute(_BEHIND, (recording_id,)).fetchone()
        return int(row[0]) if row else None

    def archive_of(self, recording_id: int) -> Archive:
        """Return the collector's files that hold a recording."""
        for archive in self.archives():
            with archive.snapshot() as ledger:
                if ledger.execute("SELECT 1 FROM recording WHERE id = ?", (recording_id,)).fetchone():
                    return archive
        raise SurroundingsError(RECORDING_UNKNOWN, recording=recording_id)

    def is_here(self, recording_id: int) -> bool:
        """Tell whether a recording's files lie in this machine's folder, raw bytes included."""
        self.archive_of(recording_id)
        return True

    def streams(self, recording_id: int, version: int | None = None) -> list[StreamView]:
        """Return a recording's streams, of the served version or a named one."""
        with self.version_archive(recording_id, version).snapshot() as ledger:
            rows = ledger.execute(
                "SELECT id, recording_id, key, rate_hz, tick_ns, rows FROM stream WHERE recording_id = ? ORDER BY id",
                (recording_id,),
            ).fetchall()
        return [StreamView(*row) for row in rows]

    def channels(self, cell_id: int) -> list[ChannelView]:
        """Return a cell's recorded channels, each as its newest recording (its served version) describes it."""
        sql = "SELECT id FROM recording WHERE cell_id = ? ORDER BY started_ns DESC, id DESC LIMIT 1"
        found = self.in_ledgers(lambda ledger, _: [row[0] for row in ledger.execute(sql, (cell_id,)).fetchall()])
        return self.channels_of(max(found)) if found else []

    def channels_of(self, recording_id: int, version: int | None = None) -> list[ChannelView]:
        """Return the channels of one recording, of the served version or a named one."""
        with self.version_archive(recording_id, version).snapshot() as ledger:
            cell_id = ledger.execute("SELECT cell_id FROM recording WHERE id = ?", (recording_id,)).fetchone()[0]
            rows = ledger.execute(
                "SELECT s.key, c.key, c.label, c.unit, c.dtype, c.scale, c.offset, c.low, c.high, c.states, c.grp,"
                " s.recording_id FROM stream s JOIN channel c ON c.stream_id = s.id WHERE s.recording_id = ?"
                " ORDER BY s.id, c.slot",
                (recording_id,),
            ).fetchall()
        return [_channel(cell_id, row) for row in rows]

    def span(self, cell_id: int) -> tuple[int, int] | None:
        """Return the times of the first and last sample of a cell, ns; None without samples."""
        sql = "SELECT min(first_ns), max(last_ns) FROM recording WHERE cell_id = ? AND first_ns IS NOT NULL"
        rows = self.in_ledgers(lambda ledger, _: ledger.execute(sql, (cell_id,)).fetchall())
        known = [row for row in rows if row[0] is not None]
        return (min(row[0] for row in known), max(row[1] for row in known)) if known else None


def _recording(collector: str, row: Any) -> RecordingView:
    return RecordingView(
        row[0], collector, row[1], row[2], row[3], json.loads(row[4]), json.loads(row[5]), row[6], row[7], row[8],
        row[9], row[10], row[11],
    )  # fmt: skip


def _channel(cell_id: int, row: Any) -> ChannelView:
    states = None if row[9] is None else {int(key): text for key, text in json.loads(row[9]).items()}
    return ChannelView(
        cell_id, row[0], row[1], json.loads(row[2]), row[3], row[4], row[5], row[6], row[7], row[8], states, row[10],
        row[11],
    )  # fmt: skip
