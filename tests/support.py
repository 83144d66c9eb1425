"""Help that several tests need."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


def wait_until(is_so: Callable[[], object], timeout_s: float = 60.0, poll_s: float = 0.01) -> None:
    """Wait for a condition of another thread or process; fail when it never comes."""
    deadline = time.monotonic() + timeout_s
    pause = threading.Event()
    while not is_so():
        assert time.monotonic() < deadline, f"nothing came within {timeout_s} s: {is_so}"
        pause.wait(poll_s)
