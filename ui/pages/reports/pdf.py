"""Pages of a paper as pictures for the screen and the printer; one document is held open at a time."""

from __future__ import annotations

import atexit
import threading
from functools import cache
from pathlib import Path

from PySide6.QtGui import QImage

from center_app.documents.reading import Pages

MOST_PIXELS = 40_000_000
_lock = threading.Lock()
_held: dict[tuple[Path, int], Pages] = {}


def _pages(path: Path) -> Pages:
    """Return the open document; a file written anew is opened anew. Call with the lock held."""
    key = (path, path.stat().st_mtime_ns)
    if key not in _held:
        _close_held()
        _held[key] = Pages(path)
        _close_at_exit()
    return _held[key]


@cache
def _close_at_exit() -> None:
    """Close before the library itself ends; it registered its own end when it was first used."""
    atexit.register(_close_held)


def _close_held() -> None:
    for pages in _held.values():
        pages.close()
    _held.clear()


def sizes(path: Path) -> tuple[tuple[float, float], ...]:
    """Return width and height of every page in points."""
    with _lock:
        return _pages(path).sizes


def picture(path: Path, page: int, scale: float) -> QImage:
    """Draw a page (from 0) at pixels a point; very large ones are drawn smaller."""
    with _lock:
        pages = _pages(path)
        width, height = pages.sizes[page]
        drawn = pages.render(page + 1, min(scale, (MOST_PIXELS / (width * height)) ** 0.5))
    return QImage(drawn.data, drawn.width, drawn.height, drawn.stride_bytes, QImage.Format.Format_RGB32).copy()
