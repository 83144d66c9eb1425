"""Frozen, validated shapes of the telemetry wing that travel between threads, wings and pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from center_app.core.labels import Label
from devices.values import LineSettings

DEFAULT_COLLECTOR = "local"
MAX_PAUSE_NS = 2_000_000_000
"""Longest pause between two good samples that still counts as recorded time (2 s)."""


class Direction(StrEnum):
    """Name the way in which an alarm rule compares."""

    HIGH = "high"
    LOW = "low"
    SILENCE = "silence"


class Priority(StrEnum):
    """Rank an alarm by how soon somebody must act."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class RequestKind(StrEnum):
    """Name what a person may ask of a collector."""

    ACKNOWLEDGE = "acknowledge"
    RESET = "reset"
    SHELVE = "shelve"
    UNSHELVE = "unshelve"
    SUPPRESS = "suppress"
    OUT_OF_SERVICE = "out_of_service"
    RELOAD = "reload"
    RELEASE_PORT = "release_port"
    TAKE_PORT = "take_port"
    COMMAND = "command"
    PIN = "pin"
    RECOGNISE = "recognise"
    STOP = "stop"


class RequestState(StrEnum):
    """Name how far a request has come."""

    ASKED = "asked"
    SENDING = "sending"
    DONE = "done"
    REFUSED = "refused"
    EXPIRED = "expired"


class PortState(StrEnum):
    """Name what the collector sees at a port."""

    RECORDING = "recording"
    SILENT = "silent"
    MISSING = "missing"
    BUSY = "busy"
    FORBIDDEN = "forbidden"
    RELEASED = "released"
    STOPPED = "stopped"


@dataclass(frozen=True)
class CellDraft:
    """Carry the input for one robot cell: a device at a port that belongs to a machine."""

    machine_id: int | None
    label: Label
    port: str
    profile_id: str
    params: Mapping[str, Any] = field(default_factory=dict)
    enabled: bool = True
    collector: str = DEFAULT_COLLECTOR
    headline: str = ""
    """Channel key that a tile shows first; empty: the first channel of the profile."""
    line: LineSettings | None = None
    """Settings of the line where they differ from the profile's own."""


@dataclass(frozen=True)
class CellView:
    """Show one robot cell."""

    id: int
    machine_id: int | None
    label: Label
    port: str
    profile_id: str
    params: Mapping[str, Any]
    enabled: bool
    collector: str
    headline: str
    version: int
    line: LineSettings | None = None


@dataclass(frozen=True)
class AlarmRuleDraft:
    """Carry the input for one limit alarm; delays in s, limit and deadband in the channel's unit."""

    cell_id: int
    channel: str
    label: Label
    limit: float
    direction: Direction = Direction.HIGH
    deadband: float = 0.0
    on_delay_s: float = 0.0
    off_delay_s: float = 0.0
    priority: Priority = Priority.MEDIUM
    steps: tuple[Label, ...] = ()
    act_within_s: float = 600.0
    is_latching: bool = False
    enabled: bool = True


@dataclass(frozen=True)
class AlarmRuleView:
    """Show one alarm rule with its version."""

    id: int
    version: int
    cell_id: int
    channel: str
    label: Label
    limit: float
    direction: Direction
    deadband: float
    on_delay_s: float
    off_delay_s: float
    priority: Priority
    steps: tuple[Label, ...]
    act_within_s: float
    is_latching: bool
    enabled: bool


@dataclass(frozen=True)
class RunRuleDraft:
    """Carry the input for one run rule: the machine runs while the channel is at or above the threshold."""

    cell_id: int
    channel: str
    threshold: float
    hold_on_s: float = 1.0
    hold_off_s: float = 5.0
    machine_id: int | None = None
    """Machine whose hours are measured; None: the machine of the cell (a meter measures another one)."""


@dataclass(frozen=True)
class RunRuleView:
    """Show one run rule with its version; threshold in the channel's unit, hold times in s."""

    id: int
    version: int
    cell_id: int
    machine_id: int | None
    channel: str
    threshold: float
    hold_on_s: float
    hold_off_s: float
    is_current: bool = True


@dataclass(frozen=True)
class RequestView:
    """Show one request to a collector and what came of it."""

    id: int
    collector: str
    cell_id: int | None
    kind: RequestKind
    payload: Mapping[str, Any]
    state: RequestState
    outcome: Mapping[str, Any]
    asked_at: datetime
    answered_at: datetime | None
    asked_by: str
    person_id: int | None = None


@dataclass(frozen=True)
class LeaseView:
    """Show who runs a collector and until when its lease holds."""

    name: str
    host: str
    pid: int
    started_at: datetime
    heartbeat_at: datetime
    lease_until: datetime
    version: str = ""


@dataclass(frozen=True)
class RunInterval:
    """Hold one measured run [start_ns, end_ns) of a machine with its provenance down to raw bytes.

    Times are ns UTC of the recording's clock; byte positions count received bytes of the recording and name
    the frame (from, to) whose sample opened and closed the interval.
    """

    collector: str
    recording_id: int
    cell_id: int
    machine_id: int | None
    rule_id: int
    rule_version: int
    profile_id: str
    profile_version: int
    stream: str
    channel: str
    threshold: float
    hold_on_s: float
    hold_off_s: float
    start_ns: int
    end_ns: int
    start_bytes: tuple[int, int]
    end_bytes: tuple[int, int]
    pause_s: float = MAX_PAUSE_NS / 1e9
    watched_from: int = 0
    """Received byte from which this version of the rule looked at the recording (0: its start)."""
    is_open: bool = False
    ended_by: str = "below"
    """`below` (the channel fell), `pause` (no sample for `pause_s`) or `end` (the recording or the rule ended)."""

    @property
    def duration_s(self) -> float:
        """Return the length in s."""
        return (self.end_ns - self.start_ns) / 1e9

    @property
    def key(self) -> str:
        """Return the name under which the interval is stored once: recording, rule version, start."""
        return f"{self.recording_id}/{self.rule_id}.{self.rule_version}/{self.start_ns}"


@dataclass(frozen=True)
class AlarmView:
    """Show one alarm as it stands now: state, occurrence, times (ns UTC) and the value that raised it."""

    collector: str
    rule_id: int
    cell_id: int
    state: str
    occurrence: int
    count: int
    condition: bool
    raised_ns: int | None
    changed_ns: int
    value: float | None
    peak: float | None
    shelved_until_ns: int | None = None
    is_one_shot: bool = False
    is_suppressed: bool = False
    acknowledged_by: str = ""
    acknowledged_ns: int | None = None
    reason: str = ""
    rule_version: int = 0


@dataclass(frozen=True)
class LedgerEvent:
    """Show one entry of a collector's own hash-chained log."""

    collector: str
    number: int
    t_ns: int
    kind: str
    subject: str
    details: Mapping[str, Any]
    digest: str


@dataclass(frozen=True)
class PortHealth:
    """Show how one port does: bytes, frames, gaps, reconnects, pauses; times in ns UTC, pauses in s."""

    cell_id: int
    state: PortState
    port: str
    t_ns: int
    since_ns: int
    recording_id: int | None = None
    bytes_in: int = 0
    bytes_good: int = 0
    discarded: Mapping[str, int] = field(default_factory=dict)
    pending: int = 0
    frames: int = 0
    frames_per_s: float = 0.0
    bytes_per_s: float = 0.0
    gaps: int = 0
    gap_s: float = 0.0
    reconnects: int = 0
    longest_pause_s: float = 0.0
    jitter_p50_s: float = 0.0
    jitter_p99_s: float = 0.0
    last_byte_ns: int | None = None
    next_try_s: float | None = None
    holder: str = ""
    resumes_ns: int | None = None
    lost_samples: int = 0
    code: str = ""
    """Declared error code of what is wrong; empty when nothing is."""
    frames_bad: Mapping[str, int] = field(default_factory=dict)
    """Frames refused, by reason."""
    frames_missing: int = 0
    """Frames that the device's own numbers say are missing."""
    pause_p999_s: float = 0.0
    echo_bytes: int = 0
    echoes_missed: int = 0
    line_errors: Mapping[str, int] = field(default_factory=dict)
    """Framing, parity and overrun errors that the driver counted since the port was first opened."""
    latency_ms: int | None = None
    """The adapter's latency timer; None where there is none."""
    is_low_latency: bool = False
    is_adapter_slow: bool = False
    rs485: str = ""
    buffer_peak: int = 0
    """Most bytes that waited in the kernel at one read."""
    wall_ns: int = 0
    """What the wall clock read at `t_ns`; the difference is what the wall was set by."""
    released_by: str = ""
    release_reason: str = ""
    units: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Of each unit on a polled bus, by address: polls, answers, timeouts, exceptions, bad_checksums, late."""

    @property
    def is_balanced(self) -> bool:
        """Tell whether bytes in = bytes in good frames + discarded by reason + pending."""
        return self.bytes_in == self.bytes_good + sum(self.discarded.values()) + self.pending
