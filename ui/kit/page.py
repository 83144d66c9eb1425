"""The contract between the shell and its pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from center_app.core.access import Actor, Right
from center_app.core.changes import Changed
from ui.kit.actions import Action, Actions
from ui.kit.changes import ChangeBus
from ui.kit.memory import Memory
from ui.kit.tasks import Tasks
from ui.kit.theme import Theme
from ui.kit.words import CurrentWords


class Notices(Protocol):
    """What the shell offers for telling a person something."""

    def tell(self, text: str, undo: Callable[[], Any] | None = None, token: str = "ok") -> None:
        """Show a passing message, with Undo when an act can be taken back."""

    def status(self, text: str, token: str = "") -> None:
        """Show a line in the status bar; an empty text clears it."""

    def error(self, error: Exception) -> None:
        """Show a failure calmly: sentence, next step, details to copy."""


class Session(QObject):
    """Who is signed in; the demo's role switcher changes it."""

    actor_changed = Signal()

    def __init__(self, actor: Actor) -> None:
        """Start with the person who signed in."""
        super().__init__()
        self.actor = actor

    def become(self, actor: Actor) -> None:
        """Act as somebody else from now on."""
        self.actor = actor
        self.actor_changed.emit()


@dataclass(frozen=True)
class Context:
    """Everything a page may use; a page keeps no other door to the outside."""

    center: Any
    tasks: Tasks
    actions: Actions
    changes: ChangeBus
    session: Session
    notices: Notices
    memory: Memory
    theme: Theme
    words: CurrentWords
    navigate: Callable[..., None]
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def actor(self) -> Actor:
        """Return who acts now."""
        return self.session.actor

    def may(self, right: Right) -> bool:
        """Say whether the person may do a kind of act."""
        return self.session.actor.may(right)


@dataclass(frozen=True)
class PageSpec:
    """Declare a page: id, icon, title (a message id), what it watches, how it is built."""

    id: str
    icon: str
    title: str
    build: Callable[[Context], QWidget]
    watches: Changed = Changed.NOTHING
    at_bottom: bool = False
    short: str = ""


@dataclass(frozen=True)
class Heading:
    """What the top bar says: trail of (text, page id or ""), subtitle, and small widgets beside it."""

    trail: tuple[tuple[str, str], ...]
    subtitle: str = ""
    beside: tuple[Callable[[], QWidget], ...] = ()


class Page(QWidget):
    """Base of pages: refreshes when visible, goes stale when not, announces its heading.

    Subclasses build themselves in `__init__`, load in `refresh`, and take arguments in `open`.
    After a switch of language, theme or person the shell builds the page anew and hands
    `state()` of the old one to `restore` of the new one.
    """

    heading_changed = Signal()

    def __init__(self, context: Context, title: str) -> None:
        """Take the context and the translated title."""
        super().__init__()
        self.setObjectName("page")
        self.setAccessibleName(title)
        self.context = context
        self.heading = Heading(((title, ""),))
        self.is_stale = True

    def refresh(self) -> None:
        """Load again what the page shows."""

    def open(self, **args: Any) -> None:
        """Go to something on this page, as in `navigate("equipment", machine_id=7)`."""

    def state(self) -> dict[str, Any]:
        """Return what should survive a rebuild: selection, filter, tab."""
        return {}

    def restore(self, state: dict[str, Any]) -> None:
        """Take up the state of the page that was here before."""

    def set_heading(
        self, *trail: tuple[str, str], subtitle: str = "", beside: tuple[Callable[[], QWidget], ...] = ()
    ) -> None:
        """Change what the top bar says."""
        self.heading = Heading(tuple(trail), subtitle, beside)
        self.heading_changed.emit()

    def touch(self) -> None:
        """Refresh now if the page is in view, else when it comes into view."""
        self.is_stale = True
        if self.isVisible():
            self._freshen()

    def act(self, action_id: str, text: str, run: Callable[[], Any], **more: Any) -> Action:
        """Register one of the page's own actions (text is a message id) with its shortcut."""
        page = action_id.split(".", 1)[0]
        return self.context.actions.register(Action(action_id, text, run, page=page, **more), self)

    def showEvent(self, event: QShowEvent) -> None:
        """Load when the page comes into view and is stale."""
        super().showEvent(event)
        if self.is_stale:
            self._freshen()

    def _freshen(self) -> None:
        self.is_stale = False
        self.refresh()
