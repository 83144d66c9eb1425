"""Look for what Qt needs before Qt is imported; Qt itself would abort without a word to act on."""

from __future__ import annotations

import os
import sys

from center_app.core.text import N_, Words, catalogue
from center_app.front_door import QT_LIBRARIES, X11_LIBRARIES, loads

LACKING = N_("The window needs system packages that are missing: {command}")
NO_DISPLAY = N_("There is no display here; run `main.py tour` for the same job with screenshots instead of a window.")
_OFFSCREEN = ("offscreen", "minimal", "vnc")


def missing_sentence() -> str:
    """Return one sentence that names the missing package or display, "" when the window can open."""
    if not sys.platform.startswith("linux"):
        return ""
    lacking = _lacking(QT_LIBRARIES)
    if not lacking and _needs_x11():
        lacking = _lacking(X11_LIBRARIES)
    if lacking:
        names = " ".join(lacking)
        return _words()(LACKING, command=f"sudo apt-get install --no-install-recommends {names}")
    return "" if _has_display() else _words().text(NO_DISPLAY)


def _words() -> Words:
    """Return the words of this desk, or of the environment when nothing is set."""
    from center_app.core.desk_language import desk_language

    return catalogue(desk_language())


def _lacking(libraries: dict[str, str]) -> list[str]:
    return [package for library, package in libraries.items() if not loads(library)]


def _platform() -> str:
    return os.environ.get("QT_QPA_PLATFORM", "").split(":", 1)[0]


def _needs_x11() -> bool:
    if _platform():
        return _platform() == "xcb"
    return bool(os.environ.get("DISPLAY")) and not os.environ.get("WAYLAND_DISPLAY")


def _has_display() -> bool:
    if _platform() in _OFFSCREEN:
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
