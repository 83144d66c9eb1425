"""Lanes: named worker threads for writes, reads, plot windows and long work.

Fields and who owns them: `_Lane._queue` is shared; `_Lane._thread` belongs to the GUI thread;
results cross to the GUI thread through one relay object, as frozen values.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal, Slot

log = logging.getLogger("ui.tasks")
LANES: Final = ("write", "read", "window", "work")


class CancelledError(Exception):
    """Stop long work that a person cancelled."""


@dataclass(eq=False)
class Task:
    """Follow one piece of work; `cancel()` drops its result and asks long work to stop."""

    name: str
    work: Callable[[], Any] = field(repr=False)
    done: Callable[[Any], Any] | None = field(default=None, repr=False)
    failed: Callable[[Exception], Any] | None = field(default=None, repr=False)
    progressed: Callable[[float, str], Any] | None = field(default=None, repr=False)
    owner: QObject | None = field(default=None, repr=False)
    lane: str = "read"
    is_cancelled: threading.Event = field(default_factory=threading.Event)
    is_over: bool = False
    is_steady: bool = False

    def cancel(self) -> None:
        """Ask the work to stop; its result will not be delivered."""
        self.is_cancelled.set()

    def wanted(self) -> bool:
        """Say whether somebody still waits for the result (GUI thread only)."""
        return not self.is_cancelled.is_set() and (self.owner is None or shiboken6.isValid(self.owner))


@dataclass(frozen=True)
class _Report:
    """Carry an outcome from a lane to the GUI thread."""

    task: Task
    kind: str
    value: Any


class _Relay(QObject):
    """Hand reports over to the GUI thread; the only door from lanes to widgets."""

    reported = Signal(object)


class _Lane:
    """Run tasks one after the other on one named daemon thread."""

    def __init__(self, name: str, relay: _Relay) -> None:
        self._queue: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._relay = relay
        self._thread = threading.Thread(target=self._run, name=f"desk-{name}", daemon=True)
        self._thread.start()

    def put(self, task: Task | None) -> None:
        self._queue.put(task)

    def join(self, timeout_s: float) -> None:
        self._thread.join(timeout_s)

    def _run(self) -> None:
        while (task := self._queue.get()) is not None:
            self._one(task)

    def _one(self, task: Task) -> None:
        try:
            if task.is_cancelled.is_set():
                raise CancelledError
            report = _Report(task, "done", task.work())
        except CancelledError:
            report = _Report(task, "cancelled", None)
        except Exception as error:
            log.info("%s failed: %r", task.name, error, exc_info=error)
            report = _Report(task, "failed", error)
        self._relay.reported.emit(report)


class Tasks(QObject):
    """Start work away from the GUI thread and get its result back on it."""

    failed = Signal(object)
    wrote = Signal()
    busy_changed = Signal(bool)

    def __init__(self, center: Any, actor: Callable[[], Any]) -> None:
        """Take the centre (its `.write(actor, verb, …)` and `.read(query, …)`) and who acts now."""
        super().__init__()
        self._center = center
        self._actor = actor
        self._relay = _Relay()
        self._relay.reported.connect(self._on_reported, Qt.ConnectionType.QueuedConnection)
        self._lanes: dict[str, _Lane] = {}
        self._latest: dict[tuple[int, str], Task] = {}
        self._open: set[Task] = set()

    def write(
        self,
        verb: Callable[..., Any],
        *args: Any,
        done: Callable[[Any], Any] | None = None,
        failed: Callable[[Exception], Any] | None = None,
        owner: QObject | None = None,
        **kwargs: Any,
    ) -> Task:
        """Run a service verb in a unit of work on the write lane."""
        actor = self._actor()
        return self._start(
            "write", _name(verb), lambda: self._center.write(actor, verb, *args, **kwargs), done, failed, owner
        )

    def read(
        self,
        query: Callable[..., Any],
        *args: Any,
        done: Callable[[Any], Any] | None = None,
        failed: Callable[[Exception], Any] | None = None,
        owner: QObject | None = None,
        key: str = "",
        **kwargs: Any,
    ) -> Task:
        """Run a query on the read lane; a newer read with the same owner and key replaces an older one."""
        return self._start(
            "read", _name(query), lambda: self._center.read(query, *args, **kwargs), done, failed, owner, key
        )

    def window(
        self,
        function: Callable[..., Any],
        *args: Any,
        done: Callable[[Any], Any] | None = None,
        failed: Callable[[Exception], Any] | None = None,
        owner: QObject | None = None,
        key: str = "",
        is_steady: bool = False,
        **kwargs: Any,
    ) -> Task:
        """Run a plain function on the window lane, which owns the plots' store connection.

        Steady work follows a live line many times a second; the window does not count as busy for it.
        """
        return self._start(
            "window", _name(function), lambda: function(*args, **kwargs), done, failed, owner, key, is_steady
        )

    def work(
        self,
        function: Callable[..., Any],
        *args: Any,
        done: Callable[[Any], Any] | None = None,
        failed: Callable[[Exception], Any] | None = None,
        progressed: Callable[[float, str], Any] | None = None,
        owner: QObject | None = None,
        **kwargs: Any,
    ) -> Task:
        """Run long work as `function(report, *args)`; `report(fraction, text)` raises when cancelled."""
        task = Task(_name(function), lambda: None, done, failed, progressed, owner, "work")

        def report(fraction: float, text: str = "") -> None:
            if task.is_cancelled.is_set():
                raise CancelledError
            self._relay.reported.emit(_Report(task, "progress", (fraction, text)))

        task.work = lambda: function(report, *args, **kwargs)
        return self._put(task)

    def close(self, timeout_s: float = 5.0) -> None:
        """Finish what waits in the lanes and end their threads; writes are never thrown away."""
        for name, lane in self._lanes.items():
            if name != "write":
                for task in [task for task in self._open if task.lane == name]:
                    task.cancel()
            lane.put(None)
        for lane in self._lanes.values():
            lane.join(timeout_s)
        self._lanes.clear()

    @property
    def is_idle(self) -> bool:
        """Say whether every task but the steady ones has been delivered."""
        return all(task.is_steady for task in self._open)

    @property
    def is_writing(self) -> bool:
        """Say whether a write is under way."""
        return any(task.lane == "write" for task in self._open)

    def _start(
        self,
        lane: str,
        name: str,
        work: Callable[[], Any],
        done: Callable[[Any], Any] | None,
        failed: Callable[[Exception], Any] | None,
        owner: QObject | None,
        key: str = "",
        is_steady: bool = False,
    ) -> Task:
        task = Task(name, work, done, failed, None, owner, lane, is_steady=is_steady)
        if key:
            self._replace((id(owner), lane + key), task)
        return self._put(task)

    def _replace(self, slot: tuple[int, str], task: Task) -> None:
        older = self._latest.get(slot)
        if older is not None:
            older.cancel()
            self._open.discard(older)
        self._latest[slot] = task

    def _put(self, task: Task) -> Task:
        if task.lane not in self._lanes:
            self._lanes[task.lane] = _Lane(task.lane, self._relay)
        self._open.add(task)
        self._lanes[task.lane].put(task)
        if not task.is_steady:
            self.busy_changed.emit(True)
        return task

    @Slot(object)
    def _on_reported(self, report: _Report) -> None:
        task = report.task
        if report.kind == "progress":
            if task.progressed and task.wanted():
                task.progressed(*report.value)
            return
        self._close_task(task)
        if report.kind == "done" and task.lane == "write":
            self.wrote.emit()
        if task.wanted():
            self._deliver(task, report)

    def _close_task(self, task: Task) -> None:
        task.is_over = True
        self._open.discard(task)
        for slot in [slot for slot, held in self._latest.items() if held is task]:
            del self._latest[slot]
        if not task.is_steady:
            self.busy_changed.emit(not self.is_idle)

    def _deliver(self, task: Task, report: _Report) -> None:
        if report.kind == "done" and task.done:
            task.done(report.value)
        elif report.kind == "failed":
            handler = task.failed or self.failed.emit
            handler(report.value)


def _name(function: Callable[..., Any]) -> str:
    return getattr(function, "__qualname__", type(function).__name__)
