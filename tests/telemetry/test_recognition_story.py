"""Plug in a device nobody described: named curves with units within half a minute."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from center_app.telemetry.recognising import Result, recognise_port
from devices import profiles
from devices.simulators.hearing import HeardRun
from devices.simulators.runner import SimulatorRun
from devices.values import LineSettings
from tests.support import wait_until


@contextmanager
def at_port(folder: Path, run: Callable[[Path], SimulatorRun]) -> Iterator[str]:
    """Run a device at a port of its own."""
    link, stop = folder / "port", threading.Event()
    made = run(link)
    thread = threading.Thread(target=made.run, args=(stop,))
    thread.start()
    wait_until(link.exists)
    yield str(link)
    stop.set()
    thread.join(10)


def _heard(profile_id: str, line: LineSettings, params: dict[str, object]) -> Callable[[Path], SimulatorRun]:
    return lambda link: HeardRun(profiles.get(profile_id).simulator(1, params), line, link, 10.0)


def _best(result: Result) -> tuple[str, str, dict[str, object]]:
    fit = result.findings[0].finding
    return fit.profile_id, str(fit.line), dict(fit.params)


def test_an_instrument_at_an_odd_speed_shows_its_reading_with_unit(tmp_path: Path) -> None:
    with at_port(tmp_path, _heard("scpi_reading", LineSettings(19200), {})) as port:
        result = recognise_port(port, 20.0)
    assert _best(result) == ("scpi_reading", "19200 8N1", {"query": "READ?", "names": "voltage [V]"})
    told = result.findings[0]
    assert told.finding.told == "CENTER DESK BENCH INSTRUMENT"
    assert (told.samples[0].channel, told.samples[0].unit) == ("voltage", "V")
    assert told.samples[0].first == pytest.approx(1.2, abs=0.1)
