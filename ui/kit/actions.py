"""One registry of actions: menus, the command box, shortcuts and help all read it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from center_app.core.access import Actor, Right


@dataclass(frozen=True)
class Action:
    """Declare one act: `text` is a message id, `shortcut` a portable key text, `page` where it lives."""

    id: str
    text: str
    run: Callable[[], Any] = field(repr=False, compare=False, default=lambda: None)
    icon: str = ""
    shortcut: str = ""
    right: Right | None = None
    page: str = ""
    enabled: Callable[[], bool] = field(repr=False, compare=False, default=lambda: True)

    def may_run(self, actor: Actor) -> bool:
        """Say whether the actor has the right and the act is possible now."""
        return (self.right is None or actor.may(self.right)) and self.enabled()


class Actions(QObject):
    """Hold every action by id; a later registration with the same id replaces the earlier."""

    changed = Signal()

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self._actions: dict[str, Action] = {}
        self._shortcuts: dict[str, QShortcut] = {}

    def register(self, action: Action, host: QWidget | None = None) -> Action:
        """Add an action; with a host its shortcut works while the host is shown."""
        self._actions[action.id] = action
        self._drop_shortcut(action.id)
        if host is not None and action.shortcut:
            self._shortcuts[action.id] = self._bind(action, host)
        self.changed.emit()
        return action

    def remove(self, prefix: str) -> None:
        """Forget every action whose id starts with a prefix, as when a page is rebuilt."""
        for key in [key for key in self._actions if key.startswith(prefix)]:
            del self._actions[key]
            self._drop_shortcut(key)
        self.changed.emit()

    def all(self) -> list[Action]:
        """Return the actions in the order of registration."""
        return list(self._actions.values())

    def get(self, action_id: str) -> Action:
        """Return one action; KeyError when it was never registered."""
        return self._actions[action_id]

    def possible(self, actor: Actor, page: str = "") -> list[Action]:
        """Return what the actor may do now, the given page's own acts first."""
        able = [action for action in self._actions.values() if action.may_run(actor)]
        return sorted(able, key=lambda action: action.page != page)

    def run(self, action_id: str) -> None:
        """Run an action by id."""
        self._actions[action_id].run()

    def _bind(self, action: Action, host: QWidget) -> QShortcut:
        shortcut = QShortcut(QKeySequence(action.shortcut), host)
        shortcut.activated.connect(action.run)
        return shortcut

    def _drop_shortcut(self, key: str) -> None:
        import shiboken6

        old = self._shortcuts.pop(key, None)
        if old is not None and shiboken6.isValid(old):
            old.setEnabled(False)
            old.deleteLater()


def matches(actions: Iterable[Action], typed: str, say: Callable[[str], str]) -> list[Action]:
    """Rank actions for typed letters: a text that starts with them, a word, then letters in order."""
    ranked = [(rank, n, action) for n, action in enumerate(actions) if (rank := _rank(say(action.text), typed)) < 9]
    return [action for _rank_, _n, action in sorted(ranked, key=lambda item: item[:2])]


def _rank(text: str, typed: str) -> int:
    low, sought = text.casefold(), typed.casefold().strip()
    if not sought or low.startswith(sought):
        return 0
    if any(word.startswith(sought) for word in low.split()):
        return 1
    if sought in low:
        return 2
    letters = iter(low)
    return 3 if all(letter in letters for letter in sought if letter != " ") else 9
