"""Give freed memory back to the system: a collector runs for months."""

from __future__ import annotations

import ctypes

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""Parameters of `mallopt` in the GNU C library (malloc.h)."""
_WHOLE_BYTES = 65536
_SETTINGS = ((_ARENA_MAX, 1), (_MMAP_THRESHOLD, _WHOLE_BYTES), (_TRIM_THRESHOLD, _WHOLE_BYTES))


def give_back() -> bool:
    """Let all threads share one heap, and arrays from 64 KiB on have pages of their own; False where it cannot be set.

    By default every thread gets a heap. Rows are made by the threads of the ports and freed by the writer's, so that
    holes stay in all of them: with six ports memory grew by 60 MB an hour although nothing was kept.
    Call it before any thread starts.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    taken = [bool(mallopt(name, value)) for name, value in _SETTINGS]
    return all(taken)
