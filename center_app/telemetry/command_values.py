"""Frozen shapes of commands: what is asked of a device and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

EXPIRES_S = 5.0
"""A request that could not be carried out this long after it was asked never is."""
MOST_PER_S = 10
"""Commands of one cell within any second, console lines included."""
LONGEST_LINE = 512
"""Bytes of one console line."""
CONSOLE = "console"
"""Key under which free lines are counted and listed."""


class CommandResult(StrEnum):
    """Name what came of a command."""

    ANSWERED = "answered"
    WRITTEN = "written"
    REFUSED = "refused_by_device"
    DIFFERS = "reads_back_differently"
    TIMED_OUT = "timed_out"
    PORT_LOST = "port_lost"
    INTERRUPTED = "interrupted"
    NOT_SENT = "not_sent"

    @property
    def is_good(self) -> bool:
        """Tell whether the command was taken, or written where no answer is due."""
        return self in (CommandResult.ANSWERED, CommandResult.WRITTEN)

    @property
    def was_sent(self) -> bool:
        """Tell whether bytes may have reached the device."""
        return self is not CommandResult.NOT_SENT


@dataclass(frozen=True)
class CommandDraft:
    """Carry the input of a declared command: its key, its values by field, and the phrase that confirms it."""

    cell_id: int
    command: str
    values: Mapping[str, Any] = field(default_factory=dict)
    confirmation: str = ""
    expires_s: float = EXPIRES_S


@dataclass(frozen=True)
class LineDraft:
    """Carry the bytes of a free console line; what comes back within `wait_s` stands in the outcome."""

    cell_id: int
    data: bytes
    wait_s: float = 0.3
    expires_s: float = EXPIRES_S
