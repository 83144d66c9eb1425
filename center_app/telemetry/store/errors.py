"""Declare what the surroundings can do to a store of recordings."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

from center_app.core.errors import SurroundingsError, declare

STORE_FULL = declare(
    "telemetry.store_full",
    "There is no space left for recordings in {folder}.",
    "Free some space on that disk; recording goes on by itself, and what was lost meanwhile is counted.",
)
STORE_REFUSED = declare(
    "telemetry.store_refused",
    "Recordings cannot be written to {folder} ({detail}).",
    "Check that the folder exists and that you may write there; recording goes on by itself.",
)
STORE_DAMAGED = declare(
    "telemetry.store_damaged",
    "A recording file is damaged: {file}, {place}.",
    "Run the integrity check; what the raw bytes still hold can be decoded again.",
)
STORE_NEWER = declare(
    "telemetry.store_newer",
    "The recordings in {folder} were written by a newer version of the program.",
    "Update the program on this computer, then start it again.",
)
STORE_TAKEN = declare(
    "telemetry.store_taken",
    "Another collector is writing recordings as {collector}.",
    "Stop the other collector first, or give this one a name of its own.",
)
RECORDING_UNKNOWN = declare(
    "telemetry.recording_unknown",
    "There is no recording {recording}.",
    "Pick a recording from the list; it may have been deleted by the retention rule.",
)
CHANNEL_UNKNOWN = declare(
    "telemetry.channel_unknown",
    "Cell {cell} has no recorded channel {channel}.",
    "Pick one of the channels in the tree.",
)
VERSION_UNKNOWN = declare(
    "telemetry.version_unknown",
    "Recording {recording} has no version {version}.",
    "Pick one of its versions from the list.",
)
RAW_GONE = declare(
    "telemetry.raw_gone",
    "The raw bytes of recording {recording} are no longer whole: byte {offset} is missing.",
    "What is pinned for a report can still be traced; a whole recording needs all its bytes to be decoded again.",
)

_FULL_NUMBERS = frozenset({errno.ENOSPC, errno.EFBIG, errno.EDQUOT})


def trouble_from(error: Exception, folder: object) -> SurroundingsError:
    """Translate a failure of SQLite or the file system into the surroundings' failure.

    SQLite tells an "I/O error" for whatever the disk refuses; what it is, the file system is asked for.
    """
    is_full = getattr(error, "sqlite_errorname", "") == "SQLITE_FULL"
    cause = error if isinstance(error, OSError) else _refusal(Path(str(folder)))
    if is_full or getattr(cause, "errno", None) in _FULL_NUMBERS:
        return SurroundingsError(STORE_FULL, folder=str(folder))
    detail = os.strerror(cause.errno) if cause is not None and cause.errno else str(error)
    return SurroundingsError(STORE_REFUSED, folder=str(folder), detail=detail or type(error).__name__)


def _refusal(folder: Path) -> OSError | None:
    """Return how the file system refuses a small file in the folder, None when it takes one."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"x")
            file.flush()
            os.fsync(file.fileno())
    except OSError as problem:
        return problem
    return None


def damaged(file: object, place: str) -> SurroundingsError:
    """Return the failure that names a damaged place in a file."""
    return SurroundingsError(STORE_DAMAGED, file=str(file), place=place)
