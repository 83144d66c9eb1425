"""What the writer thread knows of one running recording, and the handle that other threads hold."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from center_app.core.errors import BugError, declare
from center_app.telemetry.store.columns import Layout, RowBuffer, layout_of
from center_app.telemetry.store.pyramid import Pyramid
from center_app.telemetry.store.raw import GENESIS, RawLog
from center_app.telemetry.store.values import ChannelPlan, Int64Array
from devices.values import Account, Block, StreamSpec

if TYPE_CHECKING:
    from center_app.telemetry.store.worker import WriterThread

UNBALANCED = declare(
    "telemetry.account_unbalanced",
    "The byte account of recording {recording} does not balance.",
    "Report this as a fault of the program; the raw bytes are safe and can be decoded again.",
)
STREAM_UNDECLARED = declare(
    "telemetry.stream_undeclared",
    "Recording {recording} has no stream {stream}.",
    "Report this as a fault of the program; the raw bytes are safe and can be decoded again.",
)


@dataclass
class StreamState:
    """Hold one stream's rows on their way into chunks and pyramid (writer thread)."""

    id: int
    spec: StreamSpec
    layout: Layout
    buffer: RowBuffer
    pyramid: Pyramid
    tail_row: int = 0
    """First row that was not handed over for writing yet."""
    acknowledged_row: int = 0
    first_ns: int | None = None
    last_ns: int | None = None

    def unwritten_bytes(self) -> int:
        """Tell how many bytes of rows wait; those of the open chunk that are in the tail already do not count."""
        rows = min(self.buffer.held, self.buffer.next_row - self.tail_row)
        return rows * (16 + 8 * self.layout.count)


def stream_state(stream_id: int, spec: StreamSpec, next_row: int = 0, raw_from: int = 0) -> StreamState:
    """Return the empty state of a stream."""
    layout = layout_of(plan_of(spec))
    return StreamState(
        stream_id, spec, layout, RowBuffer(layout, next_row, raw_from), Pyramid(layout), next_row, next_row
    )


def plan_of(spec: StreamSpec) -> list[ChannelPlan]:
    """Return a stream's channels as the store lays them out; truth values become u1."""
    return [
        ChannelPlan(slot, channel.key, "u1" if channel.dtype in {"?", "b1", "bool"} else channel.dtype)
        for slot, channel in enumerate(spec.channels, start=1)
    ]


@dataclass
class RecordingState:
    """Hold one running recording (writer thread)."""

    id: int
    cell_id: int
    profile_version: int
    raw: RawLog
    streams: dict[str, StreamState] = field(default_factory=dict)
    account: Account = field(default_factory=Account)
    lost_bytes: int = 0
    lost_samples: int = 0
    chunk_ordinal: int = 0
    chunk_digest: bytes = GENESIS
    last_ns: int | None = None
    is_changed: bool = False
    is_unnoted: bool = False
    """True when the ledger does not know the newest state yet."""
    acknowledged: int = 0
    """Received bytes that are in the file."""

    def account_body(self) -> str:
        """Write the balanced account as JSON: bytes whose fate no decoder has told yet are pending."""
        account = self.account
        heard = self.raw.offset + self.raw.echoed
        untold, ahead = max(0, heard - account.bytes_in), max(0, account.bytes_in - heard)
        return json.dumps({
            "bytes_in": account.bytes_in + untold,
            "bytes_good": account.bytes_good,
            "discarded": dict(account.discarded),
            "pending": account.pending + untold,
            "frames_good": account.frames_good,
            "frames_bad": dict(account.frames_bad),
            "stored_bytes": heard - self.lost_bytes,
            "echoed_bytes": self.raw.echoed,
            "lost_bytes": self.lost_bytes + ahead,
            "samples_lost": self.lost_samples,
        })  # fmt: skip

    def held_bytes(self) -> int:
        """Tell how many bytes of raw records and rows were not handed over for writing, to tails or chunks."""
        return self.raw.held_bytes() + sum(stream.unwritten_bytes() for stream in self.streams.values())

    def touch(self) -> None:
        """Note that something came that is neither in the day file nor in the ledger."""
        self.is_changed = self.is_unnoted = True

    def acknowledge(self) -> tuple[int, int]:
        """Take note that all that was handed over is in the file; return (new bytes, new samples)."""
        fresh_bytes = self.raw.emitted - self.lost_bytes - self.acknowledged
        self.acknowledged += fresh_bytes
        samples = 0
        for stream in self.streams.values():
            samples += (stream.tail_row - stream.acknowledged_row) * stream.layout.count
            stream.acknowledged_row = stream.tail_row
        return fresh_bytes, samples

    def restore_account(self, body: Mapping[str, object]) -> None:
        """Take the account back from its JSON."""
        numbers = {name: value for name, value in body.items() if isinstance(value, int)}
        self.lost_bytes, self.lost_samples = numbers.get("lost_bytes", 0), numbers.get("samples_lost", 0)
        discarded, bad = body.get("discarded"), body.get("frames_bad")
        self.account = Account(
            bytes_in=numbers.get("bytes_in", 0),
            bytes_good=numbers.get("bytes_good", 0),
            discarded=discarded if isinstance(discarded, dict) else {},
            pending=numbers.get("pending", 0),
            frames_good=numbers.get("frames_good", 0),
            frames_bad=bad if isinstance(bad, dict) else {},
        )


def check_balance(recording_id: int, account: Account) -> None:
    """Refuse an account that does not balance: that is our fault, never the device's."""
    if not account.balanced:
        raise BugError(UNBALANCED, recording=recording_id)


class RecordingHandle:
    """Feed one recording from the thread that reads its port; every call returns at once.

    A call waits only while more than the writer's backlog limit is queued and the disk keeps up; on a full
    disk it counts what it cannot keep instead.
    """

    def __init__(self, writer: WriterThread, recording_id: int, streams: Sequence[str]) -> None:
        self._writer = writer
        self._streams = set(streams)
        self._lost = (0, 0)
        self._lost_from: int | None = None
        self._last_ns = 0
        self.id = recording_id

    def append_raw(self, t_ns: int, wall_ns: int, direction: int, data: bytes) -> None:
        """Keep the bytes of one read (direction 0) or write (1) with its two times in ns."""
        self._last_ns = t_ns
        if not self._admit(t_ns, len(data) + 64, len(data) if direction == 0 else 0, 0):
            return
        self._writer.put(len(data) + 64, "append_raw", self.id, t_ns, wall_ns, direction, bytes(data))

    def append_block(self, block: Block, t_ns: Int64Array, base_offset: int = 0) -> None:
        """Keep decoded rows at their times (int64 ns, shape (n,)).

        `base_offset` is what the recording had received when this decoder started (after a reconnect).
        """
        if block.stream not in self._streams:
            raise BugError(STREAM_UNDECLARED, recording=self.id, stream=block.stream)
        if len(t_ns) == 0:
            return
        size = int(block.values.nbytes + t_ns.nbytes)
        if self._admit(int(t_ns[-1]), size, 0, int(block.values.size)):
            self._writer.put(size, "append_block", self.id, block, t_ns, base_offset)

    def _admit(self, t_ns: int, size: int, raw_bytes: int, samples: int) -> bool:
        if not self._writer.has_room(size):
            self._lost = (self._lost[0] + raw_bytes, self._lost[1] + samples)
            self._lost_from = t_ns if self._lost_from is None else self._lost_from
            self._writer.count_loss(raw_bytes, samples)
            return False
        self.report_loss(t_ns)
        return True

    def report_loss(self, until_ns: int | None = None) -> None:
        """Tell the writer what was lost since the last report, up to now or a time."""
        until_ns = self._last_ns if until_ns is None else until_ns
        if self._lost_from is not None:
            start, lost = self._lost_from, self._lost
            self._lost, self._lost_from = (0, 0), None
            self._writer.put(64, "lose", self.id, start, until_ns, *lost)

    def declare_stream(self, spec: StreamSpec) -> None:
        """Add a stream that became known while recording (a header line); waits for the writer."""
        self._writer.call("declare", self.id, spec)
        self._streams.add(spec.key)

    def add_gap(
        self, start_ns: int, end_ns: int, reason: str, bytes_lost: int | None = None, samples_lost: int | None = None
    ) -> None:
        """Record a gap [start_ns, end_ns) with its reason."""
        self._writer.put(64, "add_gap", self.id, start_ns, end_ns, reason, bytes_lost, samples_lost)

    def add_anchor(self, t_ns: int, wall_ns: int, reason: str) -> None:
        """Record that the wall clock read `wall_ns` at `t_ns` (start, step, drift, periodic)."""
        self._writer.put(64, "add_anchor", self.id, t_ns, wall_ns, reason)

    def set_account(self, account: Account) -> None:
        """Keep the decoder's balanced byte account, counted since the recording's start."""
        check_balance(self.id, account)
        self._writer.put(64, "set_account", self.id, account)

    def end(self) -> None:
        """Seal the recording; waits until it is written, or raises what the surroundings refuse."""
        self.report_loss()
        self._writer.call("end", self.id)
