"""Run a simulated device, or play a capture, at a pseudo-terminal: what can be wrong is said before it starts."""

from __future__ import annotations

import signal
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from center_app.core.errors import PersonError, SurroundingsError, declare
from center_app.telemetry import decoding
from center_app.telemetry.byte_files import FILE_MISSING, FILE_UNREADABLE
from devices.errors import CaptureDamaged
from devices.simulators.capture import replay
from devices.simulators.faults import FaultTape, Tally
from devices.simulators.runner import SimulatorRun

FAULTS_WRONG = declare(
    "simulate.faults",
    "This fault tape cannot be used ({detail}).",
    'Write a JSON object with any of {known}, for example {{"flip": 0.001, "silence": [[5, 2]]}}.',
)
LINK_TAKEN = declare(
    "simulate.link_taken", "{link} exists and is no link to a port.", "Name another path with --link; it is made anew."
)
LINK_WRONG = declare(
    "simulate.link", "The port {link} cannot be made ({detail}).", "Name a path in a folder that you may write to."
)


@dataclass(frozen=True)
class Simulation:
    """Say what to simulate: a profile or a capture file, and how; `duration_s` None is endless."""

    profile: str
    link: Path
    seed: int = 1
    duration_s: float | None = None
    params: Mapping[str, object] = field(default_factory=dict)
    faults: Mapping[str, object] = field(default_factory=dict)


def tape_of(faults: Mapping[str, object]) -> FaultTape:
    """Return a fault tape of plain values; PersonError says what is wrong with it."""
    try:
        return FaultTape.from_mapping(faults)
    except (ValueError, TypeError) as error:
        known = ", ".join(FaultTape.__dataclass_fields__)
        raise PersonError(FAULTS_WRONG, detail=str(error), known=known) from error


def simulate(wanted: Simulation) -> Tally:
    """Run until the duration is over, SIGTERM or SIGINT; return the tally. Call it from the main thread.

    Raises PersonError for an unknown profile, wrong settings, faults or link, SurroundingsError for a damaged capture
    or a link that cannot be made.
    """
    tape = tape_of(wanted.faults)
    if wanted.link.exists() and not wanted.link.is_symlink():
        raise PersonError(LINK_TAKEN, link=str(wanted.link))
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        return _played(wanted, stop) if wanted.profile.lower().endswith(".csv") else _simulated(wanted, tape, stop)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _simulated(wanted: Simulation, tape: FaultTape, stop: threading.Event) -> Tally:
    profile = decoding.profile_of(wanted.profile)
    params = decoding.checked(profile, wanted.params)
    try:
        simulator = profile.simulator(wanted.seed, params)
    except (ValueError, TypeError, LookupError, ArithmeticError) as error:
        raise PersonError(decoding.PARAMS_WRONG, detail=str(error)) from error
    try:
        return SimulatorRun(simulator, profile.line, wanted.link, tape).run(stop, wanted.duration_s)
    except OSError as error:
        raise _no_link(wanted.link, error) from error


def _played(wanted: Simulation, stop: threading.Event) -> Tally:
    path = Path(wanted.profile)
    try:
        path.stat()
    except OSError as error:
        raise PersonError(FILE_MISSING, file=wanted.profile) from error
    try:
        return replay(path, wanted.link, stop=stop)
    except CaptureDamaged as error:
        raise SurroundingsError(FILE_UNREADABLE, file=path.name, detail=str(error)) from error
    except OSError as error:
        raise _no_link(wanted.link, error) from error


def _no_link(link: Path, error: OSError) -> SurroundingsError:
    return SurroundingsError(LINK_WRONG, link=str(link), detail=error.strerror or str(error))
