"""Let a collector run before other programs, where the system permits it."""

from __future__ import annotations

import os

WISHED_NICE = -5
"""As in the service's unit: above plots, reports and other programs, below what the system itself needs."""


def go_first(nice: int = WISHED_NICE) -> int:
    """Raise this process to a nice value, as far as it may; return the one it has now, 0 where there is none.

    Only an administrator's process, or one with a limit RLIMIT_NICE for it, may; any other keeps its own.
    """
    if not hasattr(os, "setpriority"):
        return 0
    try:
        if os.getpriority(os.PRIO_PROCESS, 0) > nice:
            os.setpriority(os.PRIO_PROCESS, 0, nice)
    except OSError:
        pass
    return os.getpriority(os.PRIO_PROCESS, 0)
