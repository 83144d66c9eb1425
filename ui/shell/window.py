"""The window: it holds the frame, builds pages when they are opened, and navigates."""

from __future__ import annotations

import logging
from typing import Any
from zoneinfo import ZoneInfo

import shiboken6
from PySide6.QtCore import QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from center_app.core.access import Actor
from center_app.core.changes import Changed
from ui.kit.actions import Actions
from ui.kit.changes import ChangeBus
from ui.kit.layout import column, row
from ui.kit.memory import Memory
from ui.kit.page import Context, Heading, Page, PageSpec, Session
from ui.kit.panels import EmptyState
from ui.kit.tasks import Tasks
from ui.kit.theme import theme
from ui.kit.words import _
from ui.shell.command_box import CommandBox
from ui.shell.commands import register_commands
from ui.shell.facts import Facts
from ui.shell.live import read_facts
from ui.shell.notices import WindowNotices
from ui.shell.pages import PAGES, spec
from ui.shell.person_menu import person_menu
from ui.shell.rail import Rail
from ui.shell.statusbar import StatusBar
from ui.shell.topbar import ROLE_WORDS, PersonButton, TopBar
from ui.shell.watching import DeskWatcher
from ui.shell.window_acts import LAYOUT_VERSION, WindowActs

log = logging.getLogger("ui")
FIRST_FACTS_MS = 250


class Window(WindowActs):
    """One desk's window on one centre."""

    def __init__(self, center: Any, actor: Actor, memory: Memory, options: dict[str, Any] | None = None) -> None:
        """Take the centre, who signed in and what this desk remembers."""
        super().__init__()
        self.center, self.memory = center, memory
        profile = center.profile
        _.zone, _.clock = ZoneInfo(center.zone), center.clock.now
        self.is_demo = bool(profile and profile.is_demo)
        self.session = Session(actor)
        self.tasks = Tasks(center, lambda: self.session.actor)
        self.acts, self.changes = Actions(), ChangeBus()
        self.notices = WindowNotices(self, lambda text, token: self.status.show_line(text, token))
        self.context = Context(
            center, self.tasks, self.acts, self.changes, self.session, self.notices, memory, theme, _,
            self.navigate, options or {},
        )  # fmt: skip
        self._is_closed = False
        self.pages: dict[str, QWidget] = {}
        self.specs: dict[str, PageSpec] = {}
        self.page_id = PAGES[0].id
        self._facts = Facts()
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(0, 0, 0, 0)
        self._connect()
        register_commands(self)
        self._build()
        self._restore_layout()
        self.watcher = DeskWatcher(center, self.changes)
        self.tasks.wrote.connect(self.watcher.wake)
        self._start_clock()

    def _connect(self) -> None:
        self.changes.changed.connect(self._on_changed)
        self.tasks.failed.connect(self.notices.error)
        self.tasks.busy_changed.connect(self._on_busy)
        self.session.actor_changed.connect(self.rebuild)
        _.language_changed.connect(self.rebuild)
        theme.changed.connect(self.rebuild)

    def _start_clock(self) -> None:
        self._facts_timer = QTimer(self)
        self._facts_timer.setInterval(2000)
        self._facts_timer.timeout.connect(self._ask_facts)
        self._facts_timer.start()
        QTimer.singleShot(FIRST_FACTS_MS, self, self._ask_facts)

    # --- frame ------------------------------------------------------------------------------------

    def _build(self) -> None:
        profile = self.center.profile
        name = profile.name.say(_.language) if profile else ""
        self.setWindowTitle(f"{name} – Center Desk" if name else "Center Desk")
        self.rail = Rail()
        self.rail.picked.connect(self.navigate)
        self.stack = QStackedWidget()
        self.command_box = CommandBox(self.context, self, lambda: self.page_id)
        self.command_box.left.connect(self.stack.setFocus)
        person = PersonButton(self.session.actor.name, _(ROLE_WORDS[self.session.actor.role.value]))
        person.clicked.connect(lambda: self._open_menu(person))
        self.topbar = TopBar(self.command_box, person)
        self.topbar.page_asked.connect(self.navigate)
        self.status = StatusBar(self.center.zone)
        right = column(self.topbar, self.stack, self.status, gap=0)
        self.frame = QWidget()
        self.frame.setLayout(row(self.rail, right, gap=0))
        self._outer.addWidget(self.frame)
        self._show_facts(self._facts)

    def rebuild(self) -> None:
        """Build frame and pages anew in the current language, palette and role; keep what is in view."""
        states = {key: page.state() for key, page in self.pages.items() if isinstance(page, Page)}
        old, self.pages = self.frame, {}
        focus = self.page_id
        for item in PAGES:
            self.acts.remove(f"{item.id}.")
        self.setUpdatesEnabled(False)
        self._outer.removeWidget(old)
        old.hide()
        old.deleteLater()
        self._build()
        self.navigate(focus)
        page = self.pages[focus]
        if isinstance(page, Page) and focus in states:
            page.restore(states[focus])
        if self.notices.toast is not None:
            self.notices.toast.raise_()
        self.setUpdatesEnabled(True)

    def _open_menu(self, person: QWidget) -> None:
        menu = person_menu(self, self)
        corner = person.mapToGlobal(person.rect().bottomRight())
        corner.setX(corner.x() - menu.sizeHint().width())
        menu.exec(corner)

    # --- pages ------------------------------------------------------------------------------------

    def navigate(self, page_id: str, **args: Any) -> None:
        """Go to a page, and to something on it when arguments are given."""
        page = self.pages.get(page_id) or self._build_page(page_id)
        self.page_id = page_id
        self.rail.show_page(page_id)
        self.stack.setCurrentWidget(page)
        self._show_heading()
        page.setFocus()
        if args and isinstance(page, Page):
            page.open(**args)

    def _build_page(self, page_id: str) -> QWidget:
        try:
            declared = spec(page_id)
        except ModuleNotFoundError:
            log.exception("page %s is not installed", page_id)
            made: QWidget = EmptyState("package", _("This page is not installed"), _("Install the program again."))
        else:
            self.specs[page_id] = declared
            made = declared.build(self.context)
        if isinstance(made, Page):
            made.heading_changed.connect(self._show_heading)
        self.pages[page_id] = made
        self.stack.addWidget(made)
        return made

    def _show_heading(self) -> None:
        page = self.pages.get(self.page_id)
        title = _(next(item.title for item in PAGES if item.id == self.page_id))
        self.topbar.show_heading(page.heading if isinstance(page, Page) else Heading(((title, ""),)))

    def _on_changed(self, flags: int) -> None:
        for key, page in self.pages.items():
            watched = self.specs[key].watches if key in self.specs else Changed.NOTHING
            if isinstance(page, Page) and Changed(flags) & watched:
                page.touch()
        if Changed(flags) & (Changed.ALARMS | Changed.CELLS):
            self._ask_facts()

    # --- status -----------------------------------------------------------------------------------

    def _ask_facts(self) -> None:
        self.tasks.read(
            read_facts, self.center, owner=self, key="facts", done=self._show_facts, failed=self._on_no_facts
        )

    def _on_no_facts(self, error: Exception) -> None:
        log.warning("status could not be read: %r", error)

    def _show_facts(self, facts: Facts) -> None:
        self._facts = facts
        self.status.show_facts(facts)
        self.rail.buttons["alarms"].show_badge(facts.alarms)

    def _on_busy(self, _busy: bool) -> None:
        self.status.show_saving(self.tasks.is_writing)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember the layout, finish what is being written, end the lanes."""
        super().closeEvent(event)
        if self._is_closed:
            return
        self._is_closed = True
        geometry = bytes(self.saveGeometry().toBase64().data()).decode()
        self.memory.put("window.layout", {"version": LAYOUT_VERSION, "geometry": geometry})
        for source, slot in ((_.language_changed, self.rebuild), (theme.changed, self.rebuild)):
            source.disconnect(slot)
        self._facts_timer.stop()
        self.watcher.close()
        for page in self.pages.values():
            if shiboken6.isValid(page):
                page.close()
        self.tasks.close()
