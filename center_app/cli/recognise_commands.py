"""The command `recognise`: say what a file or a port carries, with the evidence, as JSON."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from center_app.cli.numbers import at_least
from center_app.cli.own_profiles import load_own_profiles
from center_app.cli.shared import Store, show, words
from center_app.core.errors import PersonError, SurroundingsError, declare

if TYPE_CHECKING:
    from center_app.telemetry.recognising import Result

NOTHING_EXIT = 1
NO_LAYOUT = declare(
    "recognise.no_layout",
    "No unknown frames were found from which a profile could be begun.",
    "Run `main.py recognise` without --toml: it says what was found instead.",
)
_PORTS = ("usb:", "loop://", "socket://", "rfc2217://")


def register(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command("recognise")(recognise)


def recognise(
    place: Annotated[str, typer.Argument(help="File (capture, bytes, hex, CSV of levels, VCD, .sr), - or a port")],
    seconds: Annotated[float, typer.Option(callback=at_least(0.1), help="Seconds to listen to a port at most")] = 25.0,
    ask: Annotated[bool, typer.Option(help="Send queries that only read to a port where nobody speaks")] = True,
    toml: Annotated[bool, typer.Option("--toml", help="Print a profile to go on from, for unknown frames")] = False,
    store: Store = "",
) -> None:
    """Find line settings, framing and profile, with evidence and first values, as JSON; exit 1 when nothing fits."""
    from center_app.telemetry import recognising

    load_own_profiles(store)
    results = (_port(place, seconds, ask),) if _is_port(place) else recognising.recognise_place(place)
    if toml:
        _print_toml(results)
        return
    told = [recognising.as_json(result, words()) for result in results]
    found = [one for one in told if one["recognised"]]
    best = found[0]["findings"][0] if found else None
    show({
        "recognised": bool(found), "profile": best["profile"] if best else None,
        "evidence": best["evidence"] if best else None, "line": best["line"] if best else None,
        "account": best["account"] if best else None, "findings": (best and found[0]["findings"]) or [], "lines": told,
    })  # fmt: skip
    if not found:
        raise typer.Exit(NOTHING_EXIT)


def _print_toml(results: tuple[Result, ...]) -> None:
    """Print the first draft of a profile that the lines of a place give; PersonError when there is none."""
    from center_app.telemetry import recognising

    text = next((found for result in results if (found := recognising.toml_of(result))), "")
    if not text:
        raise PersonError(NO_LAYOUT)
    typer.echo(text, nl=False)


def _is_port(place: str) -> bool:
    is_device = place.startswith("/dev/") or Path(place).is_char_device()
    return is_device or place.startswith(_PORTS) or re.fullmatch(r"COM\d{1,3}", place, re.IGNORECASE) is not None


def _port(port: str, seconds: float, ask: bool) -> Result:
    from center_app.telemetry.collector.recogniser import refusal
    from center_app.telemetry.recognising import recognise_port
    from devices.errors import PortError

    try:
        return recognise_port(port, max(1.0, seconds), ask)
    except PortError as error:
        code, params = refusal(error)
        raise SurroundingsError(code, **params) from error
