"""Give freed memory back to the system: a collector runs for months.

The GNU C library gives each thread a heap. Rows are made by the threads of the ports and freed by the writer's, so that
holes stay in all of them: with six ports a collector grew by 60 to 100 MB an hour although it kept nothing.
"""

from __future__ import annotations

import ctypes
from typing import Any

_ARENA_MAX = -8
"""M_ARENA_MAX of `mallopt` (malloc.h)."""


def share() -> bool:
    """Let all threads take memory from one heap; call it before any starts. False where the C library cannot."""
    mallopt = _library("mallopt")
    return mallopt is not None and bool(mallopt(_ARENA_MAX, 1))


def give_back() -> bool:
    """Return the heap's free pages to the system, in about a millisecond; False where the C library cannot."""
    trim = _library("malloc_trim")
    if trim is not None:
        trim(0)
    return trim is not None


def _library(name: str) -> Any:
    """Return a function of the C library, None where there is none of that name."""
    try:
        return getattr(ctypes.CDLL(None), name, None)
    except (OSError, TypeError):
        return None
