"""Rotating logs: one file a process kind, no secrets, never blocking the thread that logs."""

from __future__ import annotations

import atexit
import logging
import logging.handlers
import queue
import re
from pathlib import Path

_SIZE_BYTES = 2_000_000
_KEPT = 5
_SECRET = re.compile(r"(password|passwd|secret|token)(\s*[=:]\s*)(\S+)|(://[^:/@\s]+):([^@/\s]+)@", re.IGNORECASE)


def without_secrets(text: str) -> str:
    """Hide passwords and tokens in a text."""
    return _SECRET.sub(lambda m: f"{m[1]}{m[2]}***" if m[1] else f"{m[4]}:***@", text)


class _Clean(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))


def start(folder: Path, name: str, level: int = logging.INFO) -> Path:
    """Send every topic logger of this process to `<folder>/<name>.log`; returns the file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.log"
    handler = logging.handlers.RotatingFileHandler(
        file, maxBytes=_SIZE_BYTES, backupCount=_KEPT, encoding="utf-8", delay=True
    )
    handler.setFormatter(_Clean("%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"))
    line: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
    listener = logging.handlers.QueueListener(line, handler)
    root = logging.getLogger("center")
    root.handlers = [logging.handlers.QueueHandler(line)]
    root.setLevel(level)
    listener.start()
    atexit.register(listener.stop)
    return file


def topic(name: str) -> logging.Logger:
    """Return a named topic logger: collector, booking, store, window."""
    return logging.getLogger(f"center.{name}")
