"""Open the window on a centre, or ask what to open."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from center_app.core.access import Actor
from center_app.core.settings import DeskSettings, config_file, log_folder
from ui.app_preflight import missing_sentence

if TYPE_CHECKING:
    from ui.kit.memory import Memory
    from ui.shell.window import Window

log = logging.getLogger("ui")


def run(center_or_settings: Any, argv: Sequence[str] = (), actor: Actor | None = None) -> int:
    """Show the window until it is closed; returns the exit status.

    With an open Center the person is `actor`, or in a demo centre the first of its staff; otherwise
    the sign-in page comes first. With DeskSettings the centre they name is opened, and when they
    name none the first start asks: demo, new centre, or connect to a server.
    """
    sentence = missing_sentence()
    if sentence:
        sys.stderr.write(sentence + "\n")
        return 3
    return _run(center_or_settings, list(argv), actor)


def _run(opened: Any, argv: list[str], actor: Actor | None) -> int:
    from PySide6.QtWidgets import QApplication

    from ui.kit.memory import Memory
    from ui.shell.entrance import Entrance
    from ui.shell.guard import Guard

    os.environ.setdefault("QT_ENABLE_HIGHDPI_SCALING", "1")
    app = QApplication.instance() or QApplication(["center-desk", *argv])
    assert isinstance(app, QApplication)
    app.setApplicationName("Center Desk")
    app.setDesktopFileName("center-desk")
    _close_on_signals()
    guard = Guard()
    guard.install(log_folder() / "crash.log")
    memory = Memory(config_file().parent / "window.json")
    settings = opened if isinstance(opened, DeskSettings) else DeskSettings()
    _dress(memory, settings, opened)
    entrance = Entrance(memory, settings, guard)
    center = None if isinstance(opened, DeskSettings) else opened
    try:
        return _shown(app, entrance, center, actor)
    finally:
        entrance.close()
        guard.uninstall()


def _close_on_signals() -> None:
    """Close the window as a person would when the system or the terminal asks the process to end."""
    import signal

    from PySide6.QtWidgets import QApplication

    for wanted in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wanted, lambda *_args: QApplication.closeAllWindows())


def _shown(app: Any, entrance: Any, center: Any, actor: Actor | None) -> int:
    """Open windows until nobody wants another; signing out asks who comes next."""
    while True:
        window: Window | None = entrance.open(center, actor)
        if window is None:
            return 0
        window.show()
        status = int(app.exec())
        if not entrance.again:
            return status
        center, actor = window.center, None


def _dress(memory: Memory, settings: DeskSettings, opened: Any) -> None:
    """Set fonts, palette and language before anything is shown."""
    from ui.kit.theme import apply_fonts, load_fonts, theme
    from ui.kit.words import LANGUAGES, _

    profile = getattr(opened, "profile", None)
    wanted = memory.get("language") or settings.language or (profile.language if profile else "") or _system_language()
    language = wanted if wanted in LANGUAGES else "en"
    load_fonts()
    apply_fonts(language)
    _.choose(language)
    theme.choose(memory.get("theme") or settings.theme)
    _follow_system()
    _set_window_icon()


def _follow_system() -> None:
    """Switch with the system's colour scheme while that is what the person chose."""
    from PySide6.QtWidgets import QApplication

    from ui.kit.theme import theme

    def changed() -> None:
        if theme.choice == "system":
            theme.choose("system")

    QApplication.styleHints().colorSchemeChanged.connect(changed)


def _set_window_icon() -> None:
    from PySide6.QtWidgets import QApplication

    from ui.shell.rail import mark

    QApplication.setWindowIcon(mark(64))


def _system_language() -> str:
    from PySide6.QtCore import QLocale

    return QLocale.system().name()[:2]
