"""The command `recognise`: say what a file or a port carries, with the evidence, as JSON."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from center_app.cli.shared import show, words
from center_app.core.errors import SurroundingsError

if TYPE_CHECKING:
    from center_app.telemetry.recognising import Result

NOTHING_EXIT = 1
_PORTS = ("usb:", "loop://", "socket://", "rfc2217://")


def register(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command("recognise")(recognise)


def recognise(
    place: Annotated[str, typer.Argument(help="File (capture, bytes, hex, CSV of levels, VCD, .sr), - or a port")],
    seconds: Annotated[float, typer.Option(help="Seconds to listen to a port at most")] = 25.0,
    ask: Annotated[bool, typer.Option(help="Send queries that only read to a port where nobody speaks")] = True,
) -> None:
    """Find line settings, framing and profile, with evidence and first values, as JSON; exit 1 when nothing fits."""
    from center_app.telemetry import recognising

    results = (_port(place, seconds, ask),) if _is_port(place) else recognising.recognise_place(place)
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
