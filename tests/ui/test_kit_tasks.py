"""Lanes: results come back on the GUI thread, in order, and only to who still wants them."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Signal

from tests.support import wait_until
from ui.kit.tasks import Tasks
from ui.shots import application


class PlainCenter:
    """Run verbs and queries without a database, noting on which thread."""

    def __init__(self) -> None:
        self.threads: list[str] = []

    def write(self, actor: str, verb: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self.threads.append(threading.current_thread().name)
        return verb(actor, *args, **kwargs)

    def read(self, query: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self.threads.append(threading.current_thread().name)
        return query("read", *args, **kwargs)


@pytest.fixture
def center() -> PlainCenter:
    return PlainCenter()


@pytest.fixture
def tasks(center: PlainCenter) -> Iterator[Tasks]:
    application()
    made = Tasks(center, lambda: "Lin Wei")
    yield made
    made.close()


def until(is_so: Callable[[], object]) -> None:
    """Run events until something is so."""

    def look() -> object:
        QCoreApplication.processEvents()
        return is_so()

    wait_until(look)


def test_a_write_runs_on_its_lane_and_answers_on_this_thread(tasks: Tasks, center: PlainCenter) -> None:
    got: list[tuple[str, str]] = []
    wrote: list[int] = []
    tasks.wrote.connect(lambda: wrote.append(1))
    tasks.write(
        lambda actor, what: f"{actor} {what}", "booked",
        done=lambda text: got.append((text, threading.current_thread().name)),
    )  # fmt: skip
    assert tasks.is_writing
    until(lambda: got)
    assert got == [("Lin Wei booked", "MainThread")]
    assert center.threads == ["desk-write"]
    assert wrote == [1]
    assert tasks.is_idle


def test_writes_keep_their_order(tasks: Tasks) -> None:
    got: list[int] = []
    for n in range(200):
        tasks.write(lambda _actor, n: n, n, done=got.append)
    until(lambda: len(got) == 200)
    assert got == list(range(200))


def test_only_the_newest_read_of_a_key_is_delivered(tasks: Tasks) -> None:
    gate, owner, got = threading.Event(), QObject(), []  # type: ignore[var-annotated]
    tasks.read(lambda _read: gate.wait(5), owner=owner, key="list", done=lambda _value: got.append("old"))
    tasks.read(lambda _read: "new", owner=owner, key="list", done=got.append)
    gate.set()
    until(lambda: got)
    assert got == ["new"]


def test_a_dead_owner_gets_nothing(tasks: Tasks) -> None:
    gate, owner, got = threading.Event(), QObject(), []  # type: ignore[var-annotated]
    tasks.read(lambda _read: gate.wait(5), owner=owner, done=got.append)
    owner.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gate.set()
    until(lambda: tasks.is_idle)
    assert got == []


def test_a_failure_goes_to_who_asked_or_to_the_window(tasks: Tasks) -> None:
    def fail(_read: str) -> None:
        raise ValueError("no")

    mine: list[Exception] = []
    shown: list[Exception] = []
    tasks.failed.connect(shown.append)
    tasks.read(fail, failed=mine.append)
    tasks.read(fail)
    until(lambda: mine and shown)
    assert isinstance(mine[0], ValueError)
    assert isinstance(shown[0], ValueError)


def test_a_busy_read_lane_does_not_hold_up_the_window_lane(tasks: Tasks) -> None:
    gate, got = threading.Event(), []  # type: ignore[var-annotated]
    tasks.read(lambda _read: gate.wait(5))
    tasks.window(lambda: threading.current_thread().name, done=got.append)
    until(lambda: got)
    assert got == ["desk-window"]
    gate.set()


def test_long_work_reports_and_can_be_cancelled(tasks: Tasks) -> None:
    seen: list[float] = []
    ended: list[object] = []
    started = threading.Event()

    def work(report: Callable[[float, str], None], steps: int) -> str:
        for n in range(steps):
            report(n / steps, "step")
            started.set()
        return "done"

    tasks.work(work, 4, progressed=lambda share, _text: seen.append(share), done=ended.append)
    until(lambda: ended)
    assert seen == [0.0, 0.25, 0.5, 0.75]
    task = tasks.work(work, 100_000_000, done=ended.append)
    until(started.is_set)
    task.cancel()
    until(lambda: tasks.is_idle)
    assert ended == ["done"]


class Emitter(QObject):
    """Emit what signals carry in this program."""

    counted = Signal(int)
    told = Signal(object)
    plain = Signal()


def test_five_thousand_emissions_lose_no_reference(qtbot: object) -> None:
    emitter, got = Emitter(), [0]

    def count(*_args: object) -> None:
        got[0] += 1

    for signal in (emitter.counted, emitter.told, emitter.plain):
        signal.connect(count)
    before = sys.getrefcount(None), sys.getrefcount(True)
    for n in range(5000):
        emitter.counted.emit(n)
        emitter.told.emit(None)
        emitter.plain.emit()
    after = sys.getrefcount(None), sys.getrefcount(True)
    assert got == [15_000]
    assert all(now >= then - 50 for then, now in zip(before, after, strict=True))
