"""Acts of the window itself: language, palette, layout, help, signing out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QTimer, Signal
from PySide6.QtWidgets import QWidget

from ui.kit.page import Page, Session
from ui.kit.theme import apply_fonts, theme
from ui.kit.words import _
from ui.shell.pages import PAGES
from ui.shell.shortcuts import ShortcutSheet

if TYPE_CHECKING:
    from ui.kit.actions import Actions
    from ui.kit.memory import Memory
    from ui.shell.notices import WindowNotices

LAYOUT_VERSION = 1


class WindowActs(QWidget):
    """What a person may do with the window on every page; the window itself holds the pages."""

    left = Signal()
    memory: Memory
    acts: Actions
    pages: dict[str, QWidget]
    page_id: str
    notices: WindowNotices
    session: Session

    def rebuild(self) -> None:
        """Build frame and pages anew; the window knows how."""

    def refresh_page(self) -> None:
        """Load again what the page in view shows."""
        page = self.pages.get(self.page_id)
        if isinstance(page, Page):
            page.touch()

    def undo_last(self) -> None:
        """Take back the act that the passing message tells of."""
        toast = self.notices.toast
        if toast is not None and toast.has_undo:
            toast.undo()

    def flip_theme(self) -> None:
        """Switch between light and dark."""
        self.choose_theme("light" if theme.is_dark else "dark")

    def choose_language(self, language: str) -> None:
        """Switch the language without a restart and remember it at this desk."""
        self.memory.put("language", language)
        apply_fonts(language)
        _.choose(language)

    def choose_theme(self, choice: str) -> None:
        """Switch the palette without a restart and remember it at this desk."""
        self.memory.put("theme", choice)
        theme.choose(choice)

    def show_shortcuts(self) -> None:
        """Show the sheet of shortcuts, with the acts of pages that nobody has opened yet."""
        sheet = ShortcutSheet(self, self.acts, self.session.actor, self.page_id)
        sheet.open()
        QTimer.singleShot(0, sheet, lambda: self._learn_acts(sheet))

    def _learn_acts(self, sheet: ShortcutSheet) -> None:
        """Build one page that nobody has opened yet, so that its acts are known; then the next."""
        unknown = [item.id for item in PAGES if item.id not in self.pages]
        if unknown and sheet.isVisible():
            self._build_page(unknown[0])
            sheet.show_acts()
            QTimer.singleShot(0, sheet, lambda: self._learn_acts(sheet))

    def _build_page(self, page_id: str) -> QWidget:
        """Build a page; the window knows how."""
        raise KeyError(page_id)

    def reset_layout(self) -> None:
        """Forget window size, column widths and splits."""
        for prefix in ("table.", "window.", "split."):
            self.memory.forget(prefix)
        self.resize(1440, 900)
        self.rebuild()

    def sign_out(self) -> None:
        """Close the window; whoever comes next signs in."""
        self.left.emit()
        self.close()

    def _restore_layout(self) -> None:
        held = self.memory.get("window.layout") or {}
        self.resize(1440, 900)
        self.setMinimumSize(1024, 640)
        if held.get("version") == LAYOUT_VERSION:
            self.restoreGeometry(QByteArray.fromBase64(held["geometry"].encode()))
