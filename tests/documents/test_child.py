"""Work in a child process: progress, cancel, bounds, errors as they were."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from center_app.core.errors import BugError, PersonError, SurroundingsError
from center_app.documents import child
from center_app.documents.reading import NOT_A_PDF

Progress = Callable[[float], None]


def halves(progress: Progress, value: int) -> int:
    progress(0.5)
    return value * 2


def endless(progress: Progress) -> None:
    progress(0.1)
    threading.Event().wait(60)


def greedy(progress: Progress) -> int:
    return len(bytearray(3_000_000_000))


def refusing(progress: Progress) -> None:
    raise PersonError(NOT_A_PDF, name="x.pdf")


def broken(progress: Progress) -> None:
    raise ZeroDivisionError


def vanishing(progress: Progress) -> None:
    import os

    os._exit(3)


def test_result_and_progress_come_back() -> None:
    seen: list[float] = []
    assert child.run(halves, 21, progress=seen.append) == 42
    assert seen == [0.5]


def test_cancel_stops_the_child() -> None:
    stop = threading.Event()
    with pytest.raises(PersonError) as caught:
        child.run(endless, progress=lambda share: stop.set(), cancel=stop)
    assert caught.value.code is child.CANCELLED


def test_time_and_memory_are_bounded() -> None:
    with pytest.raises(SurroundingsError) as late:
        child.run(endless, time_limit_s=1.0)
    with pytest.raises(SurroundingsError) as large:
        child.run(greedy)
    assert (late.value.code, large.value.code) == (child.TOO_LONG, child.TOO_LARGE)


def test_declared_errors_come_back_as_they_were() -> None:
    with pytest.raises(PersonError) as caught:
        child.run(refusing)
    assert caught.value.code == NOT_A_PDF
    assert caught.value.params == {"name": "x.pdf"}


def test_our_own_faults_and_sudden_ends_are_told() -> None:
    with pytest.raises(BugError, match="ZeroDivisionError"):
        child.run(broken)
    with pytest.raises(SurroundingsError) as caught:
        child.run(vanishing)
    assert caught.value.params["exit_code"] == 3
