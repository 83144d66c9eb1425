"""The way in: open the centre, sign in, or on a first start ask one thing."""

from __future__ import annotations

import logging
import platform
from typing import Any

from center_app.core.access import Actor, Role
from center_app.core.errors import CenterError
from center_app.core.settings import DeskSettings, save
from ui.kit.memory import Memory
from ui.kit.words import _
from ui.shell.guard import Guard
from ui.shell.recorder import Recorder
from ui.shell.upkeep import Upkeep
from ui.shell.window import Window

log = logging.getLogger("ui")


class Entrance:
    """Bring a person to the window."""

    def __init__(self, memory: Memory, settings: DeskSettings, guard: Guard) -> None:
        """Take what this desk remembers, its settings and the guard that catches stray failures."""
        self.memory, self.settings, self.guard = memory, settings, guard
        self.again = False
        self._window: Window | None = None
        self._cells: Any = None

    def open(self, center: Any, actor: Actor | None) -> Window | None:
        """Return a window, or None when the person gave up."""
        self.again = False
        center = center or self._find_center()
        if center is None:
            return None
        actor = actor or self._who(center)
        if actor is None:
            return None
        self._window = Window(center, actor, self.memory)
        self._window.left.connect(self._on_left)
        self.guard.caught.connect(self._window.notices.error)
        if not self._window.is_demo:
            Upkeep(self._window)
            if center.database.is_sqlite:
                Recorder(self._window).ensure()
        self._window.navigate("today")
        return self._window

    def _start_demo(self, center: Any) -> None:
        from center_app.demo import DemoCells

        self._cells = DemoCells(center)
        self._cells.start()

    def close(self) -> None:
        """Stop the demo's cells that this entrance started."""
        if self._cells is not None:
            self._cells.stop()

    def _on_left(self) -> None:
        self.again = True

    def _find_center(self) -> Any:
        from ui.shell.first_start import ask_first_start
        from ui.shell.founding import open_checked
        from ui.shell.trouble import TroubleDialog

        if self.settings.store:
            try:
                return open_checked(self.settings.store)
            except CenterError as error:
                TroubleDialog(None, error).exec()
        found = ask_first_start()
        if found is not None and found.profile and found.profile.is_demo:
            self._start_demo(found)
        if found is not None and not (found.profile and found.profile.is_demo):
            save(self.settings.model_copy(update={"store": found.store, "language": _.language}))
        return found

    @staticmethod
    def _who(center: Any) -> Actor | None:
        if center.profile and center.profile.is_demo:
            return demo_actor(center)
        from ui.shell.login import ask_login

        if not center.database.is_sqlite:
            known = person_of_role(center)
            if known is not None:
                return known
        return ask_login(center, platform.node())


def person_of_role(center: Any) -> Actor | None:
    """Return the person who is the database role of this connection; the server has checked the password."""
    from center_app.registry import queries

    found = center.read(queries.person_by_login, center.database.engine.url.username or "")
    if found is None or found.is_archived:
        return None
    return Actor(found.id, found.name, found.role, platform.node())


def demo_actor(center: Any) -> Actor:
    """Return the demo's first person of the staff."""
    from center_app.registry import queries

    people = center.read(queries.people)
    staff = [person for person in people if person.role is Role.STAFF] or people
    chosen = next((person for person in staff if person.login == "lin.wei"), staff[0])
    return Actor(chosen.id, chosen.name, chosen.role, platform.node())
