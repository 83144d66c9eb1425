"""The bar over the paper: pages, zoom, compare, verify, print, XLSX, build; words go where room is short."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLineEdit, QMenu, QPushButton, QWidget

from ui.kit.buttons import button, icon_button, menu_button, restyle
from ui.kit.layout import row
from ui.kit.text import label
from ui.kit.words import _

ZOOMS = (50, 75, 100, 110, 125, 150, 200, 300)
GAP, EDGE, SQUARE = 6, 12, 30


class Toolbar(QWidget):
    """Hold the page's buttons."""

    def __init__(self, acts: Mapping[str, Callable[..., Any]], language_menu: QMenu) -> None:
        """Take the acts by name and the menu of papers and files."""
        super().__init__()
        self._acts = acts
        self.back = icon_button(_("Page back"), "chevron-left", acts["back"])
        self.on = icon_button(_("Page on"), "chevron-right", acts["on"])
        self.page = QLineEdit()
        self.page.setFixedWidth(40)
        self.page.setAccessibleName(_("Page"))
        self.page.returnPressed.connect(self._on_page_typed)
        self._page_word, self._count = label(_("Page"), "body", "text2"), label("", "body", "text2")
        self.zoom = menu_button("100 %", self._zoom_menu())
        self.zoom.setAccessibleName(_("Zoom"))
        self.compare = button(_("Compare"), acts["compare"], icon="git-compare")
        self.verify = button(_("Verify"), acts["verify"], icon="shield-check")
        self.print = icon_button(_("Print…"), "printer", acts["print"])
        self.xlsx = button("XLSX", acts["xlsx"], icon="file-spreadsheet")
        self.more = icon_button(_("More"), "ellipsis")
        self.more.setMenu(language_menu)
        self.build = button(_("Build"), acts["build"], icon="file-check-2", kind="primary")
        self._wordy = {made: made.text() for made in (self.compare, self.verify, self.xlsx)}
        self._word_widths = {made: made.sizeHint().width() for made in self._wordy}
        line = row(
            self.back, self._page_word, self.page, self._count, self.on, self.zoom, None, self.compare, self.verify,
            self.print, self.xlsx, self.more, self.build, gap=GAP, margins=(EDGE, 8, EDGE, 8),
        )  # fmt: skip
        self.setLayout(line)
        for made in (self.compare, self.verify, self.xlsx):
            made.setToolTip(made.text().strip())

    def _zoom_menu(self) -> QMenu:
        menu = QMenu()
        menu.addAction(_("Fit width"), lambda: self._acts["zoom"](0.0))
        menu.addAction(_("Whole page"), lambda: self._acts["zoom"](-1.0))
        menu.addSeparator()
        for percent in ZOOMS:
            menu.addAction(f"{percent} %", partial(self._acts["zoom"], percent / 100))
        return menu

    def _on_page_typed(self) -> None:
        if self.page.text().strip().isdigit():
            self._acts["page"](int(self.page.text()))

    def show_place(self, page: int, count: int, scale: float) -> None:
        """Say page x of y and the zoom."""
        self.page.setText(str(page) if count else "")
        self._count.setText(_("of {count}", count=count))
        self.zoom.setText(f"{round(scale * 100)} %")
        self.back.setEnabled(page > 1)
        self.on.setEnabled(page < count)

    def allow(self, has_paper: bool, can_compare: bool, build_problem: str) -> None:
        """Offer what can be done now; a reason disables Build and is its tooltip."""
        for made in (self.page, self.zoom, self.verify, self.print, self.more):
            made.setEnabled(has_paper)
        self.xlsx.setEnabled(has_paper)
        self.compare.setEnabled(can_compare)
        self.compare.setToolTip(_("Compare") if can_compare else _("There is no other version to compare with."))
        self.build.setEnabled(not build_problem)
        self.build.setToolTip(build_problem or _("Build a report…"))
        self.build.setAccessibleDescription(build_problem)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the words while there is room: "Page" goes first, then those of the buttons."""
        super().resizeEvent(event)
        spare = self.width() - self._needed()
        self._page_word.setVisible(spare >= 0)
        spare += 0 if spare >= 0 else self._page_word.sizeHint().width() + GAP
        for made in (self.xlsx, self.verify, self.compare):
            self._shorten(made, self._wordy[made] if spare >= 0 else "")
            spare += 0 if spare >= 0 else self._word_widths[made] - SQUARE

    def _needed(self) -> int:
        """Return the width in px that all words take."""
        fixed = (
            self.back,
            self._page_word,
            self.page,
            self._count,
            self.on,
            self.zoom,
            self.print,
            self.more,
            self.build,
        )
        words = sum(self._word_widths.values()) + sum(made.sizeHint().width() for made in fixed)
        return words + GAP * (len(fixed) + len(self._word_widths)) + 2 * EDGE

    def _shorten(self, made: QPushButton, text: str) -> None:
        if made.text() != text:
            made.setText(text)
            restyle(made, "plain" if text else "icon")
