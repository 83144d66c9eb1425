"""The collector recognises a port for people who ask, and refuses one that is recorded."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from center_app.telemetry.collector.recogniser import RECORDED, Recogniser
from center_app.telemetry.values import RequestKind, RequestState, RequestView
from devices import profiles
from devices.recognition import PortLine, Progress
from devices.simulators.hearing import HeardRun
from devices.simulators.line import PtyLine
from devices.transport import open_port
from devices.values import LineSettings
from tests.support import wait_until


@pytest.fixture
def link(tmp_path: Path) -> Iterator[Path]:
    """Run a force sensor that speaks at 57600 baud."""
    path, stop = tmp_path / "port", threading.Event()
    run = HeardRun(profiles.get("robotiq_ft300").simulator(2), LineSettings(57600), path, 10.0)
    thread = threading.Thread(target=run.run, args=(stop,))
    thread.start()
    wait_until(path.exists)
    yield path
    stop.set()
    thread.join(10)


def _request(port: str) -> RequestView:
    payload = {"port": port, "seconds": 20}
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return RequestView(1, "local", None, RequestKind.RECOGNISE, payload, RequestState.ASKED, {}, now, None, "E")


def _answer(recogniser: Recogniser) -> tuple[RequestState, Mapping[str, Any]]:
    answers: list[tuple[RequestState, Mapping[str, Any]]] = []

    def look() -> bool:
        recogniser.settle(lambda _number, state, outcome: answers.append((state, outcome)))
        return bool(answers)

    wait_until(look)
    return answers[0]


def test_a_port_is_recognised_with_settings_and_values(link: Path) -> None:
    recogniser = Recogniser(lambda: (), lambda: None)
    recogniser.take(_request(str(link)))
    state, outcome = _answer(recogniser)
    assert state is RequestState.DONE
    best = outcome["findings"][0]
    assert (best["profile"], best["line"]["text"]) == ("robotiq_ft300", "57600 8N1")
    assert best["first"]["wrench.force_x"]["unit"] == "N"


def test_a_recorded_port_is_refused(link: Path) -> None:
    recogniser = Recogniser(lambda: [(str(link), "Cell 1")], lambda: None)
    recogniser.take(_request(str(link)))
    state, outcome = _answer(recogniser)
    assert state is RequestState.REFUSED
    assert (outcome["code"], outcome["cell"]) == (RECORDED.id, "Cell 1")


def test_a_missing_port_is_refused_with_its_code() -> None:
    recogniser = Recogniser(lambda: (), lambda: None)
    recogniser.take(_request("/dev/ttyNONE3"))
    assert _answer(recogniser)[1]["code"] == "telemetry.port_missing"


def test_a_withdrawn_recognition_gives_the_port_back_at_once(tmp_path: Path) -> None:
    told: list[Progress] = []
    recogniser = Recogniser(lambda: (), lambda: None, lambda _number, progress: told.append(progress))
    with silent_port(tmp_path) as port:
        recogniser.take(_request(port))
        wait_until(lambda: told)
        began = time.monotonic()
        recogniser.keep_only(())
        with open_port(port, LineSettings(9600)):
            assert time.monotonic() - began < 12.0
        answers: list[int] = []
        recogniser.settle(lambda number, _state, _outcome: answers.append(number))
        wait_until(lambda: not threads_of_recognition())
        recogniser.settle(lambda number, _state, _outcome: answers.append(number))
    assert answers == []


def test_another_may_listen_after_a_withdrawal(tmp_path: Path) -> None:
    recogniser = Recogniser(lambda: (), lambda: None)
    with silent_port(tmp_path) as port:
        recogniser.take(_request(port))
        recogniser.keep_only(())
        second = replace(_request(port), id=2, payload={"port": port, "seconds": 1, "ask": False})
        recogniser.take(second)
        answers: dict[int, Mapping[str, Any]] = {}

        def look() -> bool:
            recogniser.settle(lambda number, _state, outcome: answers.update({number: outcome}))
            return 2 in answers

        wait_until(look)
    assert answers == {2: answers[2]}
    assert answers[2]["recognised"] is False


def test_another_waits_for_one_withdrawn_while_its_port_was_being_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opening, second_came = threading.Event(), threading.Event()

    class SlowLine(PortLine):
        def __init__(self, port: str) -> None:
            if opening.is_set():
                second_came.set()
            super().__init__(port)
            opening.set()
            second_came.wait(0.3)

    monkeypatch.setattr("center_app.telemetry.collector.recogniser.PortLine", SlowLine)
    recogniser = Recogniser(lambda: (), lambda: None)
    with silent_port(tmp_path) as port:
        recogniser.take(_request(port))
        wait_until(opening.is_set)
        recogniser.keep_only(())
        recogniser.take(replace(_request(port), id=2, payload={"port": port, "seconds": 1, "ask": False}))
        assert _answer(recogniser)[1]["recognised"] is False


def threads_of_recognition() -> list[threading.Thread]:
    """Return the recognitions under way."""
    return [thread for thread in threading.enumerate() if thread.name.startswith("recognise-")]


@contextmanager
def silent_port(folder: Path) -> Iterator[str]:
    """Make a port at which nobody ever speaks."""
    line = PtyLine(folder / "silent")
    yield str(folder / "silent")
    line.unplug()
