"""Recompute the chains of a recording and name the first place that does not fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from center_app.core.db import Connection
from center_app.telemetry.store import verify_pyramid
from center_app.telemetry.store.archive import Archive, DayRef
from center_app.telemetry.store.chunks import chunk_digest
from center_app.telemetry.store.files import PINNED_HEAD, PINNED_NAME, PLACE
from center_app.telemetry.store.raw import GENESIS, segment_digest, unpack_records
from center_app.telemetry.store.schema import SLOT_BITS
from center_app.telemetry.store.values import Damage

Progress = Callable[[float], bool] | None


@dataclass(frozen=True)
class Link:
    """Hold one stored link: its place in the chain, its file, its digest and how to recompute it."""

    ordinal: int
    file: str
    digest: bytes
    recompute: Callable[[bytes], bytes]
    first: int = 0
    end: int = 0
    t_ns: int = 0


class _StoppedError(Exception):
    """The person cancelled."""


Reader = Callable[[Connection, str, int], Iterator[Link]]


def verify(
    archive: Archive, recording_id: int, progress: Progress = None, *, segments: Reader | None = None,
    chunks: Reader | None = None,
) -> Damage | None:  # fmt: skip
    """Check the raw chain, the chunk chain, the pyramid; None when all are whole or `progress` said stop.

    `segments` and `chunks` read the links of another kind of place.
    """
    try:
        return (
            _check(archive, recording_id, "raw", segments or _segments, _part(progress, 0.0))
            or _check(archive, recording_id, "chunk", chunks or _chunks, _part(progress, 1 / 3))
            or verify_pyramid.check(archive, recording_id, _telling(progress))
        )
    except _StoppedError:
        return None


def _part(progress: Progress, start: float) -> Progress:
    return None if progress is None else lambda fraction: progress(start + fraction / 3)


def _telling(progress: Progress) -> Callable[[float], None]:
    def report(fraction: float) -> None:
        if progress is not None and not progress(2 / 3 + fraction / 3):
            raise _StoppedError

    return report


def _check(archive: Archive, recording_id: int, kind: str, read: Reader, progress: Progress) -> Damage | None:
    name = "segment" if kind == "raw" else "chunk"
    heads, files = _heads(archive, recording_id, kind)
    previous, expected = GENESIS, 0
    before: Link | None = None
    links = _links(archive, recording_id, read, progress)
    for link in links:
        if link.ordinal != expected:
            start = heads.get(link.ordinal - 1)
            if start is None or not _is_deleted(archive, files, expected, link.ordinal):
                return Damage(recording_id, name, expected, link.file, "missing", _end(before), link.first, link.t_ns)
            previous = start
        damage = _compare(recording_id, name, link, previous, heads)
        if damage is not None:
            return damage
        previous, expected, before = link.digest, link.ordinal + 1, link
    return _check_end(archive, recording_id, expected, heads, files)


def _end(link: Link | None) -> int:
    return link.end if link else 0


def _compare(recording_id: int, name: str, link: Link, previous: bytes, heads: dict[int, bytes]) -> Damage | None:
    try:
        digest = link.recompute(previous)
        reason = "" if digest == link.digest else "changed"
    except ValueError as error:
        digest, reason = link.digest, str(error)
    if not reason and heads.get(link.ordinal, digest) != digest:
        reason = "chained anew"
    if not reason:
        return None
    return Damage(recording_id, name, link.ordinal, link.file, reason, link.first, link.end, link.t_ns)


def _check_end(
    archive: Archive, recording_id: int, expected: int, heads: dict[int, bytes], files: dict[int, set[str]]
) -> Damage | None:
    last = max(heads, default=-1)
    if last < expected or _is_deleted(archive, files, expected, last + 1):
        return None
    return Damage(recording_id, "head", expected, min(files.get(last, {""})), "the end is missing")


def _heads(archive: Archive, recording_id: int, kind: str) -> tuple[dict[int, bytes], dict[int, set[str]]]:
    """Return the noted digests by ordinal, and the files in which each of these links lay or lies."""
    with archive.snapshot() as ledger:
        rows = ledger.execute(
            "SELECT ordinal, digest, name FROM head WHERE recording_id = ? AND kind = ?", (recording_id, kind)
        ).fetchall()
    files: dict[int, set[str]] = {}
    for ordinal, _, name in rows:
        files.setdefault(ordinal, set()).add(name)
    return {row[0]: row[1] for row in rows}, files


def _is_deleted(archive: Archive, files: dict[int, set[str]], first: int, end: int) -> bool:
    """Tell whether retention took the links [first, end): the next noted end lies in no file that is left."""
    with archive.snapshot() as ledger:
        gone = {row[0] for row in ledger.execute("SELECT name FROM day WHERE deleted = 1").fetchall()}
    ordinals = sorted(files)
    for ordinal in {first, end - 1}:
        names = next((files[last] for last in ordinals if last >= ordinal), {""})
        if not all(name.startswith(PINNED_HEAD) or name.partition(PLACE)[0] in gone for name in names):
            return False
    return True


def _links(archive: Archive, recording_id: int, read: Reader, progress: Progress) -> Iterator[Link]:
    days = [day for day in archive.all_days() if day.name != PINNED_NAME]
    pinned = [day for day in archive.all_days() if day.name == PINNED_NAME]
    for number, day in enumerate([*pinned, *days]):
        if progress is not None and not progress(number / (len(days) + 1)):
            raise _StoppedError
        yield from _of_day(archive, day, recording_id, read)


def _of_day(archive: Archive, day: DayRef, recording_id: int, read: Reader) -> Iterator[Link]:
    with archive.snapshot():
        yield from read(archive.open_day(day), day.name, recording_id)


def _segments(file: Connection, name: str, recording_id: int) -> Iterator[Link]:
    cursor = file.execute(
        "SELECT recording_id, ordinal, first_offset, end_offset, t_first, t_last, records, digest, data"
        " FROM raw_segment WHERE recording_id = ? ORDER BY ordinal",
        (recording_id,),
    )
    for row in cursor:
        yield Link(row[1], name, row[7], partial(segment_again, row=row), row[2], row[3], row[4])


def segment_again(previous: bytes, row: Any) -> bytes:
    """Recompute a segment's digest; where it differs, its records' CRCs say which one was hit (ValueError)."""
    digest = segment_digest(previous, tuple(row[:7]), row[8])
    if digest != row[7]:
        for _ in unpack_records(row[8], row[1], row[2]):
            pass
    return digest


def _chunks(file: Connection, name: str, recording_id: int) -> Iterator[Link]:
    cursor = file.execute("SELECT * FROM chunk WHERE recording_id = ? ORDER BY ordinal", (recording_id,))
    for row in cursor:
        yield Link(row[3], name, row[13], partial(_chunk_digest, file=file, row=row), row[10], row[11], row[6])


def _chunk_digest(previous: bytes, file: Connection, row: Any) -> bytes:
    low, high = row[0] << SLOT_BITS, (row[0] + 1) << SLOT_BITS
    blocks = file.execute("SELECT * FROM block WHERE id >= ? AND id < ? ORDER BY id", (low, high)).fetchall()
    return chunk_digest(previous, tuple(row[1:13]), [(block[0] - low, *block[1:]) for block in blocks])
