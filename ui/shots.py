"""Render pages of the window to PNG files, on a screen or offscreen."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop
from PySide6.QtWidgets import QApplication

from center_app.core.access import Actor
from ui.kit.memory import Memory
from ui.kit.theme import apply_fonts, load_fonts, theme
from ui.kit.words import _
from ui.shell.window import Window

SETTLE_S = 60.0
QUIET_S = 0.12


def application() -> QApplication:
    """Return the application, made with our fonts and palette when there is none."""
    app = QApplication.instance()
    made = app if isinstance(app, QApplication) else QApplication([])
    load_fonts()
    apply_fonts("en")
    theme.choose("light")
    return made


class Studio:
    """Hold one window and shoot its pages in any language, palette and size."""

    def __init__(self, center: Any, actor: Actor) -> None:
        """Open a window on a centre; nothing is remembered at this desk."""
        application()
        self.window = Window(center, actor, Memory(None))

    def shoot(
        self,
        page: str,
        target: Path,
        *,
        language: str = "en",
        palette: str = "light",
        size: tuple[int, int] = (1440, 900),
        prepare: Callable[[Any], Any] | None = None,
        **arguments: Any,
    ) -> Path:
        """Show a page, let it load, write a PNG of the whole window; `prepare` gets the page first."""
        self.window.resize(*size)
        if _.language != language:
            self.window.choose_language(language)
        if theme.choice != palette:
            self.window.choose_theme(palette)
        self.window.show()
        self.window.navigate(page, **arguments)
        settle(self.window)
        if prepare is not None:
            prepare(self.window.pages[page])
            settle(self.window)
        target.parent.mkdir(parents=True, exist_ok=True)
        if not self.window.grab().save(str(target)):
            raise OSError(f"cannot write {target}")
        return target

    def close(self) -> None:
        """Close the window and end its lanes."""
        self.window.close()
        self.window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def settle(window: Window, timeout_s: float = SETTLE_S) -> bool:
    """Run the event loop until every lane has been quiet for 0.12 s; False after the time-out."""
    until = time.monotonic() + timeout_s
    idle_since: float | None = None
    while time.monotonic() < until:
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        if not window.tasks.is_idle:
            idle_since = None
        elif idle_since is None:
            idle_since = time.monotonic()
        elif time.monotonic() - idle_since > QUIET_S:
            return True
    return False


def render(
    center: Any,
    actor: Actor,
    page: str,
    target: Path,
    *,
    language: str = "en",
    palette: str = "light",
    size: tuple[int, int] = (1440, 900),
    **arguments: Any,
) -> Path:
    """Render one page once; for many pages keep a Studio."""
    studio = Studio(center, actor)
    try:
        return studio.shoot(page, target, language=language, palette=palette, size=size, **arguments)
    finally:
        studio.close()
