"""One recording of one cell: raw bytes first, then frames, time, store, alarms, run rules (port thread only)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from center_app.telemetry.alarms.desk import AlarmDesk
from center_app.telemetry.collector.counters import Counters
from center_app.telemetry.collector.plan import CellPlan
from center_app.telemetry.collector.taps import Taps, pause_ns
from center_app.telemetry.runs.rule import Origin
from center_app.telemetry.timing import SampleTimes
from center_app.telemetry.values import PortState, RunInterval
from devices.shared_line import SharedLine, shared
from devices.values import Account, Block, Decoder, Int64Array, Master

ACCOUNT_NS = 250_000_000
CHECKPOINT_NS = 1_000_000_000
IN, OUT, ECHO = 0, 1, 2
"""Directions in the raw log. An echo is what we heard of our own bytes: kept, but no decoder sees it."""
UNDECIDED_NS = 2_000_000_000
"""A device that speaks when it likes may be silent so long before the gap ahead of it is written down."""


class Recording(Protocol):
    """Name what the pipeline needs of a recording: a live handle, or one of a bulk write."""

    id: int

    def append_raw(self, t_ns: int, wall_ns: int, direction: int, data: bytes) -> None:
        """Keep the bytes of one read or write."""
        ...

    def append_block(self, block: Block, t_ns: Int64Array, base_offset: int = 0) -> None:
        """Keep decoded rows."""
        ...

    def add_gap(
        self, start_ns: int, end_ns: int, reason: str, bytes_lost: int | None = None, samples_lost: int | None = None
    ) -> None:
        """Record a gap."""
        ...

    def add_anchor(self, t_ns: int, wall_ns: int, reason: str) -> None:
        """Tie the recording clock to the wall clock."""
        ...

    def set_account(self, account: Account) -> None:
        """Keep the byte account."""
        ...

    def end(self) -> None:
        """Seal the recording."""
        ...


@dataclass(frozen=True)
class Judges:
    """Hand the pipeline what judges and keeps its samples."""

    collector: str
    desk: AlarmDesk
    keep: Callable[[RunInterval], None]


class Pipeline:
    """Carry the bytes of one recording through to store and rules."""

    def __init__(self, plan: CellPlan, recording: Recording, judges: Judges, counters: Counters) -> None:
        """Start with a fresh decoder (or the master of a polled device)."""
        self.plan = plan
        self.recording = recording
        self.counters = counters
        self._judges = judges
        self.master: Master | None = shared(plan.profile.master(plan.cell.params, plan.line))
        self._decoder: Decoder | Master = self.master or plan.profile.decoder(plan.cell.params)
        self._keys = {stream.key for stream in plan.streams}
        self._time = SampleTimes(plan.line, plan.streams, is_polled=self.master is not None)
        self._taps = self._make_taps(plan)
        self._pause_ns = pause_ns(plan.streams)
        self._gap_from: tuple[int, str] | None = None
        self._gap_to: int | None = None
        self._listens_ns: int | None = None
        self._received = self._echoed = 0
        self._told_ns = self._checked_ns = 0
        counters.recording_id = recording.id
        counters.account = Account()

    def _make_taps(self, plan: CellPlan) -> Taps:
        origin = Origin(
            self._judges.collector, self.recording.id, plan.profile.id, plan.profile.version, "", ""
        )  # fmt: skip
        return Taps(plan, origin, self._judges.desk, self._judges.keep)

    def judge_by(self, plan: CellPlan) -> None:
        """Go on with the same recording under changed rules."""
        if (plan.alarm_rules, plan.run_rules) != (self.plan.alarm_rules, self.plan.run_rules):
            self._taps.change(plan, self._received)
        self.plan = plan

    def received(self, data: bytes, t_ns: int, wall_ns: int, boot_ns: int) -> None:
        """Take the bytes of one read with the time of its end."""
        self.recording.append_raw(t_ns, wall_ns, IN, data)
        self._end_gap(t_ns - round(len(data) * self.plan.line.byte_ns))
        self._received += len(data)
        self.counters.last_byte_ns = t_ns
        blocks = self.master.on_bytes(data, boot_ns) if self.master else self._decoder.feed(data)  # type: ignore[union-attr]
        self._store(blocks, t_ns)

    def sent(self, data: bytes, t_ns: int, wall_ns: int) -> None:
        """Keep the bytes of one write in the raw log."""
        self.recording.append_raw(t_ns, wall_ns, OUT, data)

    def heard_self(self, data: bytes, t_ns: int, wall_ns: int) -> None:
        """Keep own bytes that came back; they are in the account as discarded "echo"."""
        self.recording.append_raw(t_ns, wall_ns, ECHO, data)
        self._echoed += len(data)
        self.counters.echo_bytes += len(data)

    def idle(self, t_ns: int, boot_ns: int) -> None:
        """Let time pass: time-outs, silence, figures."""
        if self.master is not None:
            self._store(self.master.on_bytes(b"", boot_ns), t_ns)
        self._judge_silence(t_ns)
        self.tell(t_ns)

    def _judge_silence(self, t_ns: int) -> None:
        since = [moment for moment in (self.counters.last_byte_ns, self._listens_ns) if moment is not None]
        if not since or t_ns - max(since) <= (self._pause_ns or UNDECIDED_NS):
            return
        if self._gap_to is not None:
            self._end_gap(t_ns)
        if self._pause_ns is not None and self.counters.last_byte_ns is not None:
            self.open_gap(max(since), "silent")
            self.counters.enter(PortState.SILENT, t_ns)

    def tell(self, t_ns: int, *, now: bool = False) -> None:
        """Publish the byte account and the intervals in progress, a few times a second."""
        if now or t_ns - self._told_ns >= ACCOUNT_NS:
            self._told_ns = t_ns
            self._tell_account()
            self._taps.flush()
        if now or t_ns - self._checked_ns >= CHECKPOINT_NS:
            self._checked_ns = t_ns
            self._taps.checkpoint()

    def open_gap(self, from_ns: int, reason: str) -> None:
        """Note since when nothing is received; the first note of a gap says when, the last one why."""
        start = self._gap_from[0] if self._gap_from else from_ns
        self._gap_from, self._gap_to = (start, reason), None

    def reopened(self, t_ns: int) -> None:
        """Note when bytes could come again; a port that goes away at once leaves one gap, not two."""
        self._listens_ns = t_ns
        if self._gap_from is not None:
            self._gap_to = t_ns

    def lost(self, t_ns: int, reason: str) -> None:
        """End the input for now: what is pending is cut, a gap begins at the last byte."""
        self._store(self._decoder.flush(), t_ns)
        self.tell(t_ns, now=True)
        self.open_gap(max(self.counters.last_byte_ns or 0, self._listens_ns or 0) or t_ns, reason)

    def end(self, t_ns: int) -> None:
        """Seal the recording."""
        self._store(self._decoder.flush(), t_ns)
        self._taps.finish()
        self._end_gap(t_ns)
        self._tell_account()
        self.recording.end()

    def _tell_account(self) -> None:
        """Tell the account of the whole line: what the decoder was given, and own bytes heard."""
        found = self._decoder.account()
        if self._echoed:
            discarded = {**found.discarded, "echo": found.discarded.get("echo", 0) + self._echoed}
            found = replace(found, bytes_in=found.bytes_in + self._echoed, discarded=discarded)
        self.counters.account = found
        if isinstance(self.master, SharedLine):
            self.counters.units = self.master.unit_counts()
        self.recording.set_account(found)

    def _end_gap(self, t_ns: int) -> None:
        """Write the gap down: it ended when the port was open again, or with the first byte at `t_ns`."""
        if self._gap_from is None:
            return
        (start_ns, reason), end_ns = self._gap_from, self._gap_to
        self._gap_from = self._gap_to = None
        end_ns = max(t_ns, start_ns) if end_ns is None else end_ns
        if end_ns > start_ns:
            self.recording.add_gap(start_ns, end_ns, reason)
            self.counters.add_gap(start_ns, end_ns)
        self._time.restart(max(end_ns, start_ns))

    def _store(self, blocks: list[Block], t_ns: int) -> None:
        for block in blocks:
            if block.stream not in self._keys or not len(block.end_offset):
                continue
            times = self._time.of(block, t_ns, self._received)
            self.counters.frames_missing += block.sequence_gaps
            if self._time.is_fitted(block.stream):
                self._note_lateness(block, times, t_ns)
            self.recording.append_block(block, times)
            self._taps.feed(block, times)
            self.counters.last_frame_ns = t_ns

    def _note_lateness(self, block: Block, times: Int64Array, t_ns: int) -> None:
        arrived = t_ns - round((self._received - int(block.end_offset[-1])) * self.plan.line.byte_ns)
        self.counters.lateness_ns.append(max(0, arrived - int(times[-1])))
