"""Cut a byte stream into fixed-size frames in blocks; any split of the stream gives the same frames.

A frame starts with its kind's sync bytes, has a fixed size and (usually) a checksum. A slice that starts
on a frame and holds nothing but good frames takes the fast path: one matrix, one vectorised check.
Everything else takes the search path: all sync positions of the slice are checked at once and the
leftmost good frames that do not overlap are kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from devices.account import BAD_CHECKSUM, CUT, NOISE, Book
from devices.checksum import Check
from devices.values import Account, Int64Array

SLICE_BYTES = 65536
_WINDOW_BYTES = 2048
_RESYNC_BYTES = 256
_FIRST_ROWS = 256
_SEARCH_BYTES = 1 << 20


@dataclass(frozen=True)
class FrameKind:
    """Describe one fixed-size frame: its sync bytes, size in bytes and checksum."""

    name: str
    sync: bytes
    size: int
    check: Check | None = None


@dataclass(frozen=True)
class FrameBatch:
    """Carry good frames of one kind: rows uint8 (n, size), end_offset int64 (n,) in received bytes."""

    kind: FrameKind
    rows: NDArray[np.uint8]
    end_offset: Int64Array


@dataclass(frozen=True)
class _Spoilers:
    """Hold candidates with a bad checksum: where they start and where they would have ended, int64 (n,)."""

    starts: Int64Array
    ends: Int64Array

    @classmethod
    def of(cls, found: list[tuple[Int64Array, int]]) -> _Spoilers:
        """Merge the candidates of several kinds in order of their start."""
        starts = np.concatenate([each for each, _ in found])
        ends = np.concatenate([each + size for each, size in found])
        order = np.argsort(starts, kind="stable")
        return cls(starts[order], ends[order])

    def within(self, start: int, stop: int, reach: int) -> tuple[int, int, int]:
        """Return the spoiled bytes and frames in [start, stop) and how far the last spoiled one reaches.

        `reach` is where an earlier one reaches; a candidate inside an earlier one's reach is no new frame.
        """
        first, last = np.searchsorted(self.starts, (start, stop))
        starts = self.starts[first:last]
        reaches = np.maximum.accumulate(np.concatenate(([reach], self.ends[first:last])))
        edges = np.concatenate(([start], starts, [stop]))
        covered = np.clip(reaches, edges[:-1], edges[1:]) - edges[:-1]
        return int(covered.sum()), int((starts >= reaches[:-1]).sum()), int(reaches[-1])


class FixedFramer:
    """Find frames of one or several kinds in a stream and account for every byte."""

    def __init__(self, kinds: tuple[FrameKind, ...]) -> None:
        """Look for these kinds; their sync bytes must not be prefixes of each other."""
        self._kinds = kinds
        self._shortest = min(kind.size for kind in kinds)
        longest = max(kind.size for kind in kinds)
        self._window = max(_WINDOW_BYTES if len(kinds) > 1 else _RESYNC_BYTES, 4 * longest)
        self._buffer = b""
        self._base = 0
        self._spoiled_until = 0
        self.book = Book()

    def feed(self, data: bytes) -> list[FrameBatch]:
        """Take received bytes; return the frames they completed, in order of the stream."""
        batches: list[FrameBatch] = []
        for start in range(0, len(data), SLICE_BYTES):
            piece = data[start : start + SLICE_BYTES]
            self.book.take(len(piece))
            self._buffer += piece
            batches.extend(_merged(self._drain()))
        return batches

    def flush(self) -> list[FrameBatch]:
        """End the input: bytes of an unfinished frame are cut."""
        self.book.discard(CUT, len(self._buffer))
        self._base += len(self._buffer)
        self._buffer = b""
        return []

    def account(self) -> Account:
        """Return the balanced byte account."""
        return self.book.statement()

    def _drain(self) -> list[FrameBatch]:
        """Alternate both paths until neither can decide anything more."""
        batches: list[FrameBatch] = []
        while self._buffer:
            before = self._base
            aligned = self._aligned()
            batches.extend(aligned)
            batches.extend(self._search())
            if self._base == before:
                break
        return batches

    def _advance(self, size_bytes: int) -> None:
        self._buffer = self._buffer[size_bytes:]
        self._base += size_bytes

    def _aligned(self) -> list[FrameBatch]:
        """Take the run of good frames that the buffer starts with, if there is but one kind."""
        kind = self._kinds[0]
        count = len(self._buffer) // kind.size
        if len(self._kinds) > 1 or not count or not self._buffer.startswith(kind.sync):
            return []
        rows = np.frombuffer(self._buffer, dtype=np.uint8, count=count * kind.size).reshape(count, kind.size)
        run = _run_length(kind, rows)
        if not run:
            return []
        self.book.good(run * kind.size, run)
        ends = self._base + np.arange(1, run + 1, dtype=np.int64) * kind.size
        self._advance(run * kind.size)
        return [FrameBatch(kind, rows[:run], ends)]

    def _search(self) -> list[FrameBatch]:
        """Decide as much as one window of the buffer allows."""
        window = self._buffer[: self._window]
        if len(window) < self._shortest and any(window.startswith(kind.sync) for kind in self._kinds):
            return []
        data = np.frombuffer(window, dtype=np.uint8)
        good, bad, undecided = self._candidates(data)
        stop = min(undecided, self._undecided_tail(window))
        picked = _leftmost(good, stop)
        batches = self._collect(data, picked, bad, stop)
        self._advance(max(stop, picked[-1][0] + picked[-1][1].size if picked else 0))
        return batches

    def _candidates(self, data: NDArray[np.uint8]) -> tuple[list[tuple[int, FrameKind]], _Spoilers, int]:
        """Check every whole candidate; the third value is where the first unfinished one starts."""
        good: list[tuple[int, FrameKind]] = []
        bad: list[tuple[Int64Array, int]] = []
        undecided = data.size
        for kind in self._kinds:
            starts = _sync_positions(data, kind.sync)
            whole = starts[starts + kind.size <= data.size]
            if whole.size < starts.size:
                undecided = min(undecided, int(starts[whole.size]))
            passes = _check_at(kind, data, whole)
            good.extend((int(start), kind) for start in whole[passes])
            bad.append((whole[~passes], kind.size))
        good.sort(key=_position)
        return good, _Spoilers.of(bad), undecided

    def _undecided_tail(self, window: bytes) -> int:
        """Return where a sync that the window's end cuts in two starts, else the window's length."""
        longest = max(len(kind.sync) for kind in self._kinds) - 1
        for start in range(max(0, len(window) - longest), len(window)):
            if any(kind.sync.startswith(window[start:]) for kind in self._kinds):
                return start
        return len(window)

    def _collect(
        self, data: NDArray[np.uint8], picked: list[tuple[int, FrameKind]], bad: _Spoilers, stop: int
    ) -> list[FrameBatch]:
        """Account for the bytes between the picked frames and gather their rows."""
        position = 0
        for start, kind in picked:
            self._discard_gap(position, start, bad)
            self.book.good(kind.size)
            position = start + kind.size
        self._discard_gap(position, stop, bad)
        return self._gather(data, picked)

    def _discard_gap(self, start: int, stop: int, bad: _Spoilers) -> None:
        """Discard bytes [start, stop): bad checksum where a spoiled frame reaches, noise elsewhere."""
        if stop <= start:
            return
        spoiled, frames, reach = bad.within(start, stop, self._spoiled_until - self._base)
        self._spoiled_until = self._base + reach
        self.book.discard(BAD_CHECKSUM, spoiled, frames)
        self.book.discard(NOISE, stop - start - spoiled)

    def _gather(self, data: NDArray[np.uint8], picked: list[tuple[int, FrameKind]]) -> list[FrameBatch]:
        batches = []
        for kind in self._kinds:
            starts = np.array([start for start, other in picked if other is kind], dtype=np.int64)
            if starts.size:
                rows = data[starts[:, None] + np.arange(kind.size)]
                batches.append(FrameBatch(kind, rows, self._base + starts + kind.size))
        return batches


def _position(entry: tuple[int, FrameKind]) -> int:
    return entry[0]


def _good_rows(kind: FrameKind, rows: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Say which rows start with the sync and pass the check; bool (n,)."""
    good = np.ones(rows.shape[0], dtype=np.bool_)
    for column, value in enumerate(kind.sync):
        good &= rows[:, column] == value
    return good & kind.check.passes(rows) if kind.check else good


def _run_length(kind: FrameKind, rows: NDArray[np.uint8]) -> int:
    """Count the good rows before the first bad one, checking ever larger pieces."""
    done, step = 0, _FIRST_ROWS
    while done < rows.shape[0]:
        good = _good_rows(kind, rows[done : done + step])
        if not good.all():
            return done + int(good.argmin())
        done += good.size
        step *= 4
    return done


def _sync_positions(data: NDArray[np.uint8], sync: bytes) -> Int64Array:
    """Return every position of the sync bytes, ascending, int64; at the end only whole ones."""
    span = data.size - len(sync) + 1
    if span <= 0:
        return np.empty(0, dtype=np.int64)
    hit = data[:span] == sync[0]
    for column in range(1, len(sync)):
        hit &= data[column : column + span] == sync[column]
    return np.flatnonzero(hit).astype(np.int64)


def _check_at(kind: FrameKind, data: NDArray[np.uint8], starts: Int64Array) -> NDArray[np.bool_]:
    """Check the frames at these positions, a bounded number of bytes at a time."""
    passes = np.ones(starts.size, dtype=np.bool_)
    if kind.check is None:
        return passes
    step = max(1, _SEARCH_BYTES // kind.size)
    columns = np.arange(kind.size)
    for first in range(0, starts.size, step):
        rows = data[starts[first : first + step, None] + columns]
        passes[first : first + step] = kind.check.passes(rows)
    return passes


def _leftmost(good: list[tuple[int, FrameKind]], stop: int) -> list[tuple[int, FrameKind]]:
    """Keep the leftmost frames that do not overlap and start before `stop`."""
    kept: list[tuple[int, FrameKind]] = []
    free = 0
    for start, kind in good:
        if start >= free and start < stop:
            kept.append((start, kind))
            free = start + kind.size
    return kept


def _merged(batches: list[FrameBatch]) -> list[FrameBatch]:
    """Join the batches of each kind, which keeps the order inside every stream."""
    if len(batches) < 2:
        return batches
    merged = []
    for kind in dict.fromkeys(batch.kind for batch in batches):
        mine = [batch for batch in batches if batch.kind is kind]
        rows = np.concatenate([batch.rows for batch in mine])
        merged.append(FrameBatch(kind, rows, np.concatenate([batch.end_offset for batch in mine])))
    return merged
