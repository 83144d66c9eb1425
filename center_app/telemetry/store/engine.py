"""Turn appended bytes and rows into files: the single-threaded heart of the writer.

Order of commits: day file first (raw, chunks, x16 pyramid, tails), then the ledger (everything that is kept
for ever). What the ledger says is therefore always in the day files, and what it does not say yet can be
rebuilt from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Final

from center_app.telemetry.store import chunks, rows_sql
from center_app.telemetry.store.columns import CHUNK_ROWS, Rows, fit
from center_app.telemetry.store.files import DayFile, Ledger, day_of
from center_app.telemetry.store.pyramid import Sealed
from center_app.telemetry.store.raw import RawLog
from center_app.telemetry.store.recording import RecordingState, StreamState, stream_state
from center_app.telemetry.store.shelf import SEAL_RETRY_S, Job, Shelf
from center_app.telemetry.store.values import Int64Array
from devices.values import Account, Block, StreamSpec

CHUNK_AGE_S: Final = 60.0
SYNC_S: Final = 1.0
PARALLEL_CHUNKS: Final = 4


class Encoder:
    """Put sealed raw segments, chunks, pyramid blocks and tails into the shelf's batches."""

    def __init__(self, shelf: Shelf, threads: int) -> None:
        self._shelf = shelf
        self._pool = ThreadPoolExecutor(threads, "store-pack") if threads > 1 else None

    def close(self) -> None:
        """Stop the packing threads."""
        if self._pool is not None:
            self._pool.shutdown()

    def file(self) -> DayFile:
        """Return the current day file."""
        if self._shelf.day is None:
            raise RuntimeError("no day file is open")
        return self._shelf.day

    def write_raw(self, recording: RecordingState, *, with_tail: bool) -> None:
        """Write what the raw log sealed and, if asked, the open segment's new records."""
        batch = self._shelf.batch
        for row in recording.raw.take_sealed():
            self.file().cover(row[4], row[5])
            batch.insert("raw_segment", (None, *row), len(row[-1]))
            batch.add("DELETE FROM raw_tail WHERE recording_id = ? AND ordinal <= ?", (row[0], row[1]))
        tail = recording.raw.take_tail() if with_tail else None
        if tail is not None:
            self.file().cover(tail[4], tail[5])
            batch.insert("raw_tail", (None, *tail), len(tail[-1]))

    def write_account(self, recording: RecordingState) -> None:
        """Put the byte account beside the bytes it counts."""
        self._shelf.batch.insert("account", (recording.id, recording.account_body()), replace=True)

    def note_progress(self, recordings: Iterable[RecordingState]) -> None:
        """Put extents, accounts and chain heads of the committed state into the ledger's batch."""
        day = self._shelf.day if self._shelf.trouble is None else None
        if day is not None and rows_sql.note_fresh(self._shelf.ledger_batch, recordings, day.name):
            self._shelf.note_extent()

    def write_tail(self, stream: StreamState) -> None:
        """Write the rows that are in no chunk and not in the tail yet."""
        tail = stream.buffer.since(stream.tail_row)
        if tail is None:
            return
        self.file().cover(int(tail.times[0]), int(tail.times[-1]))
        rows_sql.insert_tail(self._shelf.batch, stream.id, tail)
        stream.tail_row = tail.first_row + len(tail)

    def write_chunks(self, recording: RecordingState, stream: StreamState, whole: Sequence[Rows]) -> None:
        """Pack rows into chunks and pyramid; the tail up to them is cleared in the same transaction."""
        if not whole:
            return
        pack = partial(chunks.pack_chunk, stream.layout)
        many = self._pool is not None and len(whole) >= PARALLEL_CHUNKS
        packed: Iterable[chunks.Packed] = self._pool.map(pack, whole) if many and self._pool else map(pack, whole)
        for rows, chunk in zip(whole, packed, strict=True):
            self._write_chunk(recording, stream, chunk)
            self.write_pyramid(stream, stream.pyramid.push(rows))
        end_row = whole[-1].first_row + len(whole[-1])
        stream.tail_row = end_row
        self._shelf.batch.add("DELETE FROM tail WHERE stream_id = ? AND first_row < ?", (stream.id, end_row))

    def write_rest(self, recording: RecordingState, stream: StreamState) -> None:
        """Write everything a stream holds as chunks, the last one short."""
        self.write_chunks(recording, stream, stream.buffer.take_full())
        rest = stream.buffer.take_rest()
        if rest is not None:
            self.write_chunks(recording, stream, [rest])

    def _write_chunk(self, recording: RecordingState, stream: StreamState, chunk: chunks.Packed) -> None:
        file, batch = self.file(), self._shelf.batch
        file.cover(chunk.t_first, chunk.t_last)
        head = (
            stream.id, recording.id, recording.chunk_ordinal, chunk.first_row, chunk.rows, chunk.t_first,
            chunk.t_last, chunk.step, recording.raw.ordinal_at(chunk.raw_from), chunk.raw_from, chunk.raw_to,
            recording.profile_version,
        )  # fmt: skip
        recording.chunk_digest = chunks.chunk_digest(recording.chunk_digest, head, list(chunk.blocks))
        recording.chunk_ordinal += 1
        chunk_id = file.next_chunk()
        batch.insert("chunk", (chunk_id, *head, recording.chunk_digest))
        for block in chunks.numbered(chunk_id, chunk.blocks):
            batch.insert("block", block, len(block[9]))

    def write_pyramid(self, stream: StreamState, sealed: Iterable[Sealed]) -> None:
        """Write finished pyramid blocks: x16 beside its chunks, the others for ever."""
        for part in sealed:
            source: DayFile | Ledger = self.file() if part.level == 1 else self._shelf.ledger
            if part.level == 1:
                self.file().cover(int(part.entries.t_first[0]), int(part.entries.t_last[-1]))
            batch = self._shelf.batch if part.level == 1 else self._shelf.ledger_batch
            rows_sql.insert_pyramid(batch, source.next_pyramid(), stream.id, stream.layout, part)


class Engine:
    """Own the recordings of one collector; every method runs in one thread.

    `bulk` writers (history, import, benches) write no tails and may write any day in turn.
    """

    def __init__(self, folder: Path, *, bulk: bool = False, threads: int = 2) -> None:
        self.shelf = Shelf(folder)
        self.bulk = bulk
        self.recordings: dict[int, RecordingState] = {}
        self.acknowledged_bytes = 0
        self.acknowledged_samples = 0
        self.encoder = Encoder(self.shelf, threads)
        self._latest_ns: int | None = None
        self._synced_at = float("-inf")
        self._seal_tried_at = float("-inf")
        self._now = 0.0

    @property
    def waiting_bytes(self) -> int:
        """Tell how much is held in memory: batches, and what a missing day file keeps back."""
        return self.shelf.waiting_bytes + sum(state.held_bytes() for state in self.recordings.values())

    def begin(self, insert: Job, cell_id: int, profile_version: int) -> int:
        """Create the recording's row; return its id."""
        recording_id: int = self.shelf.in_ledger([insert])[0]
        raw = RawLog(recording_id)
        self.recordings[recording_id] = RecordingState(recording_id, cell_id, profile_version, raw)
        return recording_id

    def declare(self, recording_id: int, spec: StreamSpec) -> None:
        """Create a stream's rows."""
        recording = self.recordings[recording_id]
        if spec.key not in recording.streams:
            stream_id = self.shelf.in_ledger([partial(rows_sql.insert_stream, recording_id, spec)])[0]
            recording.streams[spec.key] = stream_state(stream_id, spec, raw_from=recording.raw.offset)

    def append_raw(self, recording_id: int, t_ns: int, wall_ns: int, direction: int, data: bytes) -> None:
        """Add one read or write to the raw log."""
        t_ns = int(t_ns)
        self._enter(t_ns)
        recording = self.recordings[recording_id]
        recording.raw.append(t_ns, int(wall_ns), direction, data)
        self._see(recording, t_ns)

    def append_block(self, recording_id: int, block: Block, t_ns: Int64Array, base_offset: int = 0) -> None:
        """Add decoded rows."""
        self._enter(int(t_ns[0]))
        recording = self.recordings[recording_id]
        stream = recording.streams[block.stream]
        values, quality = fit(stream.layout, block.values, block.quality)
        ends = block.end_offset + base_offset if base_offset else block.end_offset
        rows = stream.buffer.append(t_ns, values, quality, ends, self._now)
        stream.last_ns = int(rows.times[-1])
        if stream.first_ns is None:
            stream.first_ns = int(rows.times[0])
        self._see(recording, stream.last_ns)
        if self.shelf.day is not None and stream.buffer.held >= 2 * PARALLEL_CHUNKS * CHUNK_ROWS:
            self.encoder.write_chunks(recording, stream, stream.buffer.take_full())

    def _enter(self, t_ns: int) -> None:
        if self.bulk:
            self._turn_day(day_of(t_ns))

    def _see(self, recording: RecordingState, t_ns: int) -> None:
        recording.touch()
        recording.last_ns = t_ns if recording.last_ns is None else max(recording.last_ns, t_ns)
        self._latest_ns = t_ns if self._latest_ns is None or self.bulk else max(self._latest_ns, t_ns)

    def lose(self, recording_id: int, start_ns: int, end_ns: int, raw_bytes: int, samples: int) -> None:
        """Count what could not be kept, and mark the gap."""
        recording = self.recordings[recording_id]
        recording.raw.skip(raw_bytes)
        recording.lost_bytes += raw_bytes
        recording.lost_samples += samples
        recording.touch()
        self.add_gap(recording_id, start_ns, end_ns, "store_full", raw_bytes, samples)

    def add_gap(
        self, recording_id: int, start_ns: int, end_ns: int, reason: str, bytes_lost: int | None, samples: int | None
    ) -> None:
        """Record a gap."""
        cell_id = self.recordings[recording_id].cell_id
        row = (None, recording_id, cell_id, int(start_ns), int(end_ns), reason, bytes_lost, samples)
        self.shelf.ledger_batch.insert("gap", row)

    def add_anchor(self, recording_id: int, t_ns: int, wall_ns: int, reason: str) -> None:
        """Record a wall clock anchor."""
        self.shelf.ledger_batch.insert("anchor", (None, recording_id, int(t_ns), int(wall_ns), reason))

    def set_account(self, recording_id: int, account: Account) -> None:
        """Keep the newest byte account."""
        recording = self.recordings[recording_id]
        recording.account = account
        recording.touch()

    def end(self, recording_id: int, ended_by: str = "end") -> None:
        """Seal everything of a recording and close its row; after a failure it may be called again."""
        recording = self.recordings[recording_id]
        if recording.last_ns is not None:
            self._turn_day(day_of(self._latest_ns if self._latest_ns is not None else recording.last_ns))
            self._seal(recording)
            for stream in recording.streams.values():
                self.encoder.write_pyramid(stream, stream.pyramid.finish(stream.buffer.next_row))
            self.encoder.write_account(recording)
        self._commit(sync=True)
        self.encoder.note_progress([recording])
        self.shelf.ledger_batch.add(
            "UPDATE recording SET ended_ns = coalesce(?, started_ns), ended_by = ? WHERE id = ?",
            (recording.last_ns, ended_by, recording_id),
        )
        self.shelf.flush_ledger()
        del self.recordings[recording_id]

    def tick(self, now: float, *, sync: bool = False) -> None:
        """Write what came since the last tick; `now` in s of a clock that never steps.

        Raises SurroundingsError when the files refuse; the batch stays and the next tick tries again.
        """
        self._now = now
        if self.recordings and self._latest_ns is not None:
            self._turn_day(day_of(self._latest_ns))
            for recording in self.recordings.values():
                self._write(recording, now)
        is_due = sync or now - self._synced_at >= SYNC_S
        self._commit(sync=is_due)
        if is_due:
            self._synced_at = now
            self.encoder.note_progress(self.recordings.values())
            self.shelf.flush_ledger()
        if self.shelf.is_held_up() and self.shelf.day is not None:
            self._turn_day(self.shelf.day.day, fresh=True)
        if not self.bulk and now - self._seal_tried_at >= SEAL_RETRY_S:
            self._seal_tried_at = now
            self.shelf.seal_days()

    def _write(self, recording: RecordingState, now: float) -> None:
        if not recording.is_changed and not any(stream.buffer.held for stream in recording.streams.values()):
            return
        if recording.raw.is_due():
            recording.raw.seal()
        with_tail = not self.bulk and self.shelf.trouble is None
        for stream in recording.streams.values():
            self._write_stream(recording, stream, now)
        self.encoder.write_raw(recording, with_tail=with_tail)
        if with_tail:
            for stream in recording.streams.values():
                self.encoder.write_tail(stream)
        if recording.is_changed and self.shelf.trouble is None:
            self.encoder.write_account(recording)
            recording.is_changed = False

    def _write_stream(self, recording: RecordingState, stream: StreamState, now: float) -> None:
        started = stream.buffer.started_at
        full = stream.buffer.take_full()
        self.encoder.write_chunks(recording, stream, full)
        if not full and started is not None and now - started >= CHUNK_AGE_S:
            self.encoder.write_rest(recording, stream)

    def _commit(self, *, sync: bool) -> None:
        if not self.shelf.flush(sync=sync):
            return
        for recording in self.recordings.values():
            fresh_bytes, samples = recording.acknowledge()
            self.acknowledged_bytes += fresh_bytes
            self.acknowledged_samples += samples

    def _turn_day(self, day: int, *, fresh: bool = False) -> None:
        """Go on in the file of a new day, or in a further one: what is open is sealed into the old one first."""
        file = self.shelf.day or self.shelf.open_day(day)
        if (day == file.day and not fresh) or (day < file.day and not self.bulk):
            return
        for recording in self.recordings.values():
            self._seal(recording)
            for stream in recording.streams.values():
                self.encoder.write_pyramid(stream, stream.pyramid.close_day())
        self._commit(sync=True)
        self.encoder.note_progress(self.recordings.values())
        self.shelf.flush_ledger()
        self.shelf.leave_day()
        self.shelf.open_day(day, fresh=fresh)

    def _seal(self, recording: RecordingState) -> None:
        recording.raw.seal()
        for stream in recording.streams.values():
            self.encoder.write_rest(recording, stream)
        self.encoder.write_raw(recording, with_tail=False)

    def close(self) -> None:
        """End every recording, write everything and close the files."""
        try:
            for recording_id in list(self.recordings):
                self.end(recording_id)
            self._commit(sync=True)
            self.shelf.flush_ledger()
        finally:
            self.encoder.close()
            self.shelf.close(seal=self.bulk)
