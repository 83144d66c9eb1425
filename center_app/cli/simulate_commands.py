"""The command `simulate`: a simulated device on a pseudo-terminal, with faults by script; its tally as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from center_app.cli.decode_commands import settings_of
from center_app.cli.numbers import at_least
from center_app.cli.own_profiles import load_for
from center_app.cli.shared import Store, show
from center_app.core.errors import PersonError

_FAULTS = (
    "Fault tape as JSON: drop and flip (chance per byte), garbage (bursts a second of up to garbage_bytes), "
    'silence and unplug ([[second, seconds], …]), seed; such as \'{"flip": 0.001, "unplug": [[5, 2]]}\''
)


def register(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command("simulate")(simulate)


def simulate(
    profile: Annotated[str, typer.Argument(help="Profile id, shipped or written; a .toml; a capture (.csv) to play")],
    link: Annotated[str, typer.Option(help="Path of the port to make")] = "./port",
    seed: Annotated[int, typer.Option(help="Another number gives other values")] = 1,
    duration: Annotated[
        float | None, typer.Option(callback=at_least(0), help="Seconds to run; until Ctrl+C or SIGTERM without")
    ] = None,
    params: Annotated[str, typer.Option(help="Profile settings as JSON")] = "{}",
    faults: Annotated[str, typer.Option(help=_FAULTS)] = "{}",
    store: Store = "",
) -> None:
    """Run a simulated device at a port of its own, paced at its line speed; prints its tally as JSON at the end.

    A device that is polled (Modbus, SCPI, Grbl …) speaks only when it is asked. Bytes that nobody reads are lost, as
    on a wire, and counted.
    """
    from center_app.telemetry.simulating import Simulation
    from center_app.telemetry.simulating import simulate as run

    load_for(profile, store)
    path = Path(link).absolute()
    show(run(Simulation(profile, path, seed, duration, settings_of(params), _faults_of(faults))).as_json())


def _faults_of(text: str) -> Mapping[str, object]:
    """Read a fault tape written as a JSON object; PersonError says what is wrong with it."""
    from center_app.telemetry.simulating import FAULTS_WRONG
    from devices.simulators.faults import FaultTape

    try:
        tape = json.loads(text)
        if not isinstance(tape, dict):
            raise TypeError(type(tape).__name__)
    except (ValueError, TypeError) as error:
        known = ", ".join(FaultTape.__dataclass_fields__)
        raise PersonError(FAULTS_WRONG, detail=str(error), known=known) from error
    return tape
