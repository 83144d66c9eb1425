"""What a written profile says, once it is read and found sound; frozen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from devices.toml_profiles.crc import Checksum
from devices.toml_profiles.kinds import Kind
from devices.values import ChannelSpec, LineSettings

FRAMINGS = ("sync", "cobs", "slip", "length", "lines")
MOST_FRAME = 4096


@dataclass(frozen=True)
class FieldPlan:
    """Place one channel: byte `at` of the frame, or the token `column` (from 0) of a line.

    `mask` picks bits of the raw number, shifted right by `shift`; `missing` is the raw value that means "not measured".
    `text_line` is where `at` stands in the text.
    """

    channel: ChannelSpec
    kind: Kind | None
    at: int = 0
    column: int = 0
    mask: int | None = None
    shift: int = 0
    missing: int | None = None
    form: str = "decimal"
    text_line: int = 1
    may_overlap: bool = False


@dataclass(frozen=True)
class CounterPlan:
    """Place a counter; `period_ns` is the tick's period, 0 for a sequence number."""

    kind: Kind
    at: int
    period_ns: int = 0
    text_line: int = 1
    may_overlap: bool = False


@dataclass(frozen=True)
class MessagePlan:
    """Describe one kind of frame: its sync, its size in bytes (0: any that holds the fields) and its fields."""

    key: str
    label: Mapping[str, str]
    fields: tuple[FieldPlan, ...]
    rate_hz: float
    id: int | None = None
    sync: bytes = b""
    size: int = 0
    tick: CounterPlan | None = None
    sequence: CounterPlan | None = None
    pattern: re.Pattern[bytes] | None = None
    starts: bytes = b""
    example: str = ""

    @property
    def reach(self) -> int:
        """Return how many bytes the fields and counters need, from the frame's start."""
        counters = [one for one in (self.tick, self.sequence) if one]
        ends = [one.at + one.kind.width for one in self.fields if one.kind] + [c.at + c.kind.width for c in counters]
        return max(ends, default=0)


@dataclass(frozen=True)
class CheckPlan:
    """Place a checksum over bytes [start, stop), stored at `at`; negative numbers count from the frame's end."""

    sum: Checksum
    start: int
    stop: int
    at: int
    order: str

    @property
    def width(self) -> int:
        """Return the stored size in bytes."""
        return self.sum.width // 8


@dataclass(frozen=True)
class FramePlan:
    """Describe how frames are cut: sync bytes, size, last bytes, checksum, where id and length stand."""

    framing: str
    sync: bytes = b""
    size: int = 0
    end: bytes = b""
    check: CheckPlan | None = None
    id: CounterPlan | None = None
    length: CounterPlan | None = None
    adds: int = 0
    longest: int = MOST_FRAME
    separator: bytes = b""
    mark: bytes = b"."


@dataclass(frozen=True)
class Schema:
    """Hold a whole written profile."""

    id: str
    version: int
    names: Mapping[str, str]
    source: str
    line: LineSettings
    frame: FramePlan
    messages: tuple[MessagePlan, ...]
    sample: bytes = b""
    expect: Mapping[str, float] = field(default_factory=dict)
