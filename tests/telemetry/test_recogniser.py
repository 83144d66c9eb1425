"""The collector recognises a port for people who ask, and refuses one that is recorded."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from center_app.telemetry.collector.recogniser import RECORDED, Recogniser
from center_app.telemetry.values import RequestKind, RequestState, RequestView
from devices import profiles
from devices.simulators.hearing import HeardRun
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

    wait_until(look, 30.0)
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
