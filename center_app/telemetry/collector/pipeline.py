"""One recording of one cell: raw bytes first, then frames, time, store, alarms, run rules (port thread only)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from center_app.telemetry.alarms.desk import AlarmDesk
from center_app.telemetry.collector.counters import Counters
from center_app.telemetry.collector.plan import CellPlan
from center_app.telemetry.collector.taps import Taps, pause_ns
from center_app.telemetry.runs.rule import Origin
from center_app.telemetry.timing import SampleTimes
from center_app.telemetry.values import PortState, RunInterval
from devices.values import Account, Block, Decoder, Int64Array, Master

ACCOUNT_NS = 250_000_000
CHECKPOINT_NS = 1_000_000_000
IN, OUT = 0, 1


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
        self.master: Master | None = plan.profile.master(plan.cell.params)
        self._decoder: Decoder | Master = self.master or plan.profile.decoder(plan.cell.params)
        self._keys = {stream.key for stream in plan.streams}
        self._time = SampleTimes(plan.line, plan.streams)
        self._taps = self._make_taps(plan)
        self._pause_ns = pause_ns(plan.streams)
        self._gap_from: tuple[int, str] | None = None
        self._received = 0
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
        self._close_gap(t_ns)
        self._received += len(data)
        self.counters.last_byte_ns = t_ns
        blocks = self.master.on_bytes(data, boot_ns) if self.master else self._decoder.feed(data)  # type: ignore[union-attr]
        self._store(blocks, t_ns)

    def sent(self, data: bytes, t_ns: int, wall_ns: int) -> None:
        """Keep the bytes of one write in the raw log."""
        self.recording.append_raw(t_ns, wall_ns, OUT, data)

    def idle(self, t_ns: int, boot_ns: int) -> None:
        """Let time pass: time-outs, silence, figures."""
        if self.master is not None:
            self._store(self.master.on_bytes(b"", boot_ns), t_ns)
        last_ns = self.counters.last_byte_ns
        if self._pause_ns is not None and last_ns is not None and t_ns - last_ns > self._pause_ns:
            self.open_gap(last_ns, "silent")
            self.counters.enter(PortState.SILENT, t_ns)
        self.tell(t_ns)

    def tell(self, t_ns: int, *, now: bool = False) -> None:
        """Publish the byte account and the intervals in progress, a few times a second."""
        if now or t_ns - self._told_ns >= ACCOUNT_NS:
            self._told_ns = t_ns
            self.counters.account = self._decoder.account()
            self.recording.set_account(self.counters.account)
            self._taps.flush()
        if now or t_ns - self._checked_ns >= CHECKPOINT_NS:
            self._checked_ns = t_ns
            self._taps.checkpoint()

    def open_gap(self, from_ns: int, reason: str) -> None:
        """Note since when nothing is received; the first note of a gap says when, the last one why."""
        start = self._gap_from[0] if self._gap_from else from_ns
        self._gap_from = (start, reason)

    def lost(self, t_ns: int, reason: str) -> None:
        """End the input for now: what is pending is cut, a gap begins at the last byte."""
        self._store(self._decoder.flush(), t_ns)
        self.tell(t_ns, now=True)
        self.open_gap(self.counters.last_byte_ns or t_ns, reason)

    def end(self, t_ns: int) -> None:
        """Seal the recording."""
        self._store(self._decoder.flush(), t_ns)
        self._taps.finish()
        self._close_gap(t_ns)
        self.counters.account = self._decoder.account()
        self.recording.set_account(self.counters.account)
        self.recording.end()

    def _close_gap(self, t_ns: int) -> None:
        if self._gap_from is None:
            return
        start_ns, reason = self._gap_from
        self._gap_from = None
        if t_ns > start_ns:
            self.recording.add_gap(start_ns, t_ns, reason)
            self.counters.add_gap(start_ns, t_ns)
        self._time.restart()

    def _store(self, blocks: list[Block], t_ns: int) -> None:
        for block in blocks:
            if block.stream not in self._keys or not len(block.end_offset):
                continue
            times = self._time.of(block, t_ns, self._received)
            if block.tick is not None:
                self._note_lateness(block, times, t_ns)
            self.recording.append_block(block, times)
            self._taps.feed(block, times)
            self.counters.last_frame_ns = t_ns

    def _note_lateness(self, block: Block, times: Int64Array, t_ns: int) -> None:
        arrived = t_ns - round((self._received - int(block.end_offset[-1])) * self.plan.line.byte_ns)
        self.counters.lateness_ns.append(max(0, arrived - int(times[-1])))
