"""A desk for tests: a window on a seeded centre, driven by keys and clicks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from center_app.wiring import Center
from tests.fakes import FakeClock
from tests.support import wait_until
from tests.ui.seed import Seeded
from ui.kit.dialog import FormDialog
from ui.kit.memory import Memory
from ui.kit.theme import theme
from ui.kit.words import _
from ui.shell.window import Window
from ui.shots import application, settle


@dataclass
class Desk:
    """Hold the window and what the seed made."""

    window: Window
    center: Center
    clock: FakeClock
    seeded: Seeded

    def go(self, page: str, **args: Any) -> Any:
        """Open a page and wait until it has loaded."""
        self.window.navigate(page, **args)
        self.settle()
        return self.window.pages[page]

    def settle(self) -> None:
        """Run events until the lanes are quiet."""
        assert settle(self.window)

    def until(self, is_so: Callable[[], object], timeout_s: float = 60.0) -> None:
        """Run events until something is so."""

        def look() -> object:
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 10)
            return is_so()

        wait_until(look, timeout_s)

    def keys(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key in the widget that has the focus."""
        target = QApplication.focusWidget() or self.window
        QTest.keyClick(target, key, modifier)

    def type(self, text: str) -> None:
        """Type text into the widget that has the focus."""
        target = QApplication.focusWidget()
        assert target is not None
        QTest.keyClicks(target, text)

    def dialog(self) -> FormDialog:
        """Return the form dialog that is open."""
        found = [made for made in self.window.findChildren(FormDialog) if made.isVisible()]
        assert found, "no form is open"
        found[-1].activateWindow()
        self.until(found[-1].isActiveWindow)
        return found[-1]

    def toast_text(self) -> str:
        """Return the passing message on show, "" when there is none."""
        toast = self.window.notices.toast
        return toast.accessibleName() if toast is not None else ""

    def visible(self, kind: type[QWidget]) -> list[Any]:
        """Return the visible widgets of a kind."""
        return [made for made in self.window.findChildren(kind) if made.isVisible()]

    def close(self) -> None:
        """Close the window and give the language and palette back."""
        self.window.close()
        self.window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        _.choose("en")
        theme.choose("light")


def open_desk(center: Center, clock: FakeClock, seeded: Seeded, memory: Memory | None = None, person: int = 0) -> Desk:
    """Open the window on a seeded centre as one of its people."""
    application()
    _.choose("en")
    theme.choose("light")
    window = Window(center, seeded.actor(person), memory or Memory(None))
    window.show()
    window.activateWindow()
    made = Desk(window, center, clock, seeded)
    made.go("today")
    return made
