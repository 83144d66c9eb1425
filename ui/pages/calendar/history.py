"""Undo and redo of bookings: a stack of service verbs and their reverse verbs, with labels."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from center_app.booking.values import BookingView
from ui.kit.tasks import Tasks


@dataclass
class Held:
    """Follow one booking through its revisions: the id and version that verbs must name now."""

    id: int = 0
    version: int = 0
    result: Any = None

    def follow(self, result: Any) -> None:
        """Take up the newest outcome, and the newest revision when it is a booking."""
        self.result = result
        if isinstance(result, BookingView):
            self.id, self.version = result.id, result.version


@dataclass(frozen=True)
class Call:
    """Hold a verb with its arguments.

    ``takes`` says what comes before them: "booking" (id and version), "result" (what the last
    step returned) or "nothing".
    """

    verb: Callable[..., Any]
    args: tuple[Any, ...] = ()
    named: tuple[tuple[str, Any], ...] = ()
    takes: str = "booking"

    def arguments(self, held: Held) -> tuple[Any, ...]:
        """Give the positional arguments for what the act is about."""
        if self.takes == "booking":
            return (held.id, held.version, *self.args)
        return (held.result, *self.args) if self.takes == "result" else self.args


class _Command(QUndoCommand):
    """One act on the stack; the first redo was the act itself and is skipped."""

    def __init__(self, label: str, history: History, held: Held, forth: Call, back: Call) -> None:
        super().__init__(label)
        self._history, self._held = history, held
        self._forth, self._back = forth, back
        self._done = True

    def redo(self) -> None:
        """Do the act again."""
        if self._done:
            self._done = False
            return
        self._history.run(self._held, self._forth, self)

    def undo(self) -> None:
        """Do the reverse act."""
        self._history.run(self._held, self._back, self)


class History(QObject):
    """Run verbs on the write lane and remember their way back.

    Signals: ``done`` (what the verb returned, label), ``failed`` (Exception), ``changed`` after every step.
    Fields belong to the GUI thread. While one step is under way further acts wait (and undo and
    redo are refused), so that no verb ever names a version that is about to change.
    """

    done = Signal(object, str)
    failed = Signal(object)
    changed = Signal()

    def __init__(self, tasks: Tasks, parent: QObject | None = None) -> None:
        """Take the lanes."""
        super().__init__(parent)
        self._tasks = tasks
        self._stack = QUndoStack(self)
        self._held: dict[int, Held] = {}
        self.is_busy = False
        self._later: deque[Callable[[], None]] = deque()

    def let_go(self) -> History:
        """Cut the connections to a page that is being rebuilt, so that the next one may take over."""
        for signal in (self.done, self.failed):
            signal.disconnect()
        return self

    def held(self, booking_id: int, version: int) -> Held:
        """Give the follower of a booking, made when it is first seen."""
        held = self._held.setdefault(booking_id, Held(booking_id, version))
        if held.id == booking_id:
            held.version = max(held.version, version)
        return held

    def act(
        self,
        label: str,
        forth: Call,
        back: Call,
        held: Held | None = None,
        again: Call | None = None,
        failed: Callable[[Exception], Any] | None = None,
    ) -> None:
        """Run a verb, after the one under way; remember ``back`` to undo it and ``again`` to redo it."""
        if self.is_busy:
            self._later.append(partial(self.act, label, forth, back, held, again, failed))
            return
        kept = held or Held()

        def on_done(view: Any) -> None:
            self._follow(kept, view)
            self._stack.push(_Command(label, self, kept, again or forth, back))
            self._finish(view, label)

        self._write(kept, forth, on_done, failed)

    def run(self, held: Held, call: Call, command: QUndoCommand) -> None:
        """Run one step of undo or redo; a step that fails leaves the stack for good."""

        def on_done(view: Any) -> None:
            kept = held.result
            self._follow(held, view)
            if call.takes == "result":
                held.result = kept
            self._finish(view, command.text())

        def on_failed(error: Exception) -> None:
            command.setObsolete(True)
            self.failed.emit(error)

        self._write(held, call, on_done, on_failed)

    def _write(
        self, held: Held, call: Call, on_done: Callable[[Any], None], failed: Callable[[Exception], Any] | None
    ) -> None:
        self.is_busy = True

        def on_failed(error: Exception) -> None:
            self.is_busy = False
            (failed or self.failed.emit)(error)
            self._go_on()

        arguments = call.arguments(held)
        self._tasks.write(call.verb, *arguments, done=on_done, failed=on_failed, owner=self, **dict(call.named))

    def _follow(self, held: Held, result: Any) -> None:
        held.follow(result)
        if isinstance(result, BookingView):
            self._held[result.id] = held

    def _finish(self, view: Any, label: str) -> None:
        self.is_busy = False
        self.done.emit(view, label)
        self._go_on()

    def _go_on(self) -> None:
        """Tell of the change and begin the next act that waits."""
        self.changed.emit()
        if self._later and not self.is_busy:
            self._later.popleft()()

    def undo(self) -> None:
        """Take the last act back."""
        if not self.is_busy:
            self._stack.undo()

    def redo(self) -> None:
        """Do the act that was taken back again."""
        if not self.is_busy:
            self._stack.redo()

    @property
    def undo_label(self) -> str:
        """Name what Undo would take back, empty when nothing."""
        return self._stack.undoText()

    @property
    def redo_label(self) -> str:
        """Name what Redo would do again, empty when nothing."""
        return self._stack.redoText()
