"""The small interface that recognition hears through, and what it finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from devices.values import LineSettings


@dataclass(frozen=True)
class Heard:
    """Hold what was heard at one trial: bytes, characters with a framing or parity error (None: unknown), seconds."""

    data: bytes
    errors: int | None = None
    seconds: float = 0.0

    @property
    def error_share(self) -> float:
        """Return the share of bad characters, 0 when it is unknown."""
        return (self.errors or 0) / max(1, len(self.data))


class Line(Protocol):
    """Let recognition hear a line at any settings: a real port, a recorded line, or characters."""

    def listen(self, settings: LineSettings, seconds: float) -> Heard:
        """Return what a receiver with these settings hears in up to so many seconds."""
        ...

    def ask(self, data: bytes, settings: LineSettings, seconds: float) -> Heard:
        """Send a query and return what comes back within so many seconds; nothing from a recorded line."""
        ...


@dataclass(frozen=True)
class Progress:
    """Say how far a search is: trials begun of those planned now, the share that is done (0–1), and what is tried."""

    done: int
    planned: int
    share: float
    text: str


class Kind(StrEnum):
    """Say on what a finding rests."""

    CHECKSUMS = "checksums"
    FORM = "form"
    NUMBERS = "numbers"
    FRAMES = "frames"
    TEXT = "text"
    CHARACTERS = "characters"


@dataclass(frozen=True)
class Finding:
    """Hold one explanation of a line: profile and settings ("" when no profile fits), and what speaks for it.

    `share` is the part of the bytes in good frames (0–1), `rows` counts the rows of values read from them; `line` is
    None when nothing tells the settings; `characters` and `errors` count what the receiver got and how much of it had
    a framing or parity error (None: unknown); `proposal` is the layout of frames that no profile knows; `told` is what
    a device says of itself when asked; `is_stop_proved` says whether the pace of a recorded line shows its stop bits
    (None: not told, a receiver takes one or two alike).
    """

    profile_id: str
    params: Mapping[str, object] = field(default_factory=dict)
    line: LineSettings | None = None
    frames_good: int = 0
    frames_bad: int = 0
    share: float = 0.0
    kind: Kind = Kind.CHECKSUMS
    characters: int = 0
    errors: int | None = None
    asked: bytes = b""
    proposal: Mapping[str, object] | None = None
    is_inverted: bool = False
    rows: int = 0
    told: str = ""
    is_stop_proved: bool | None = None

    @property
    def explains(self) -> bool:
        """Say whether anything was found out: a profile, a layout of frames, or the settings of the line."""
        return bool(self.profile_id or self.proposal or self.asked) or self.line is not None

    @property
    def is_strong(self) -> bool:
        """Say whether chance is ruled out: several checked frames, or many lines, nearly all of the bytes."""
        if self.asked:
            return True
        least = {Kind.CHECKSUMS: 3, Kind.FORM: 3, Kind.NUMBERS: 4}.get(self.kind, 1 << 30)
        return self.frames_good >= least and self.share >= 0.8 and self.frames_bad * 10 <= self.frames_good


@dataclass(frozen=True)
class Seen:
    """Say what was heard at one trial that explained nothing: bytes a second and why it was not believed."""

    line: LineSettings
    size_bytes: int
    bytes_per_s: float
    error_share: float | None
    printable: float


@dataclass(frozen=True)
class Search:
    """Hold the outcome of a search: findings, the best first, and what was seen."""

    findings: tuple[Finding, ...] = ()
    seen: tuple[Seen, ...] = ()
    data: bytes = b""

    @property
    def best(self) -> Finding | None:
        """Return the best finding, None when there is none."""
        return self.findings[0] if self.findings else None
