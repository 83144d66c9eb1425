"""The command `decode`: a file's bytes as named values, messages and a byte account, in JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Annotated

import typer

from center_app.cli.own_profiles import load_for
from center_app.cli.shared import Store, show
from center_app.core.errors import PersonError
from center_app.telemetry.byte_files import Form


def register(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command("decode")(decode)


def decode(
    profile: Annotated[str, typer.Argument(help="Profile id; `main.py profiles` lists them")],
    file: Annotated[str, typer.Argument(help="Capture, plain bytes or hexadecimal text; - reads standard input")],
    params: Annotated[str, typer.Option(help="Profile settings as JSON")] = "{}",
    form: Annotated[Form, typer.Option("--format", help="How the file holds its bytes")] = Form.AUTO,
    rows: Annotated[int, typer.Option(min=0, help="Most rows per stream, and messages, to print")] = 1000,
    store: Store = "",
) -> None:
    """Decode a file: channels, rows with quality, messages and the byte account as JSON; 0 when a frame was sound."""
    from center_app.telemetry import decoding

    load_for(profile, store)
    found = decoding.decode_place(profile, file, settings_of(params), form, rows)
    show(found)
    sys.stdout.flush()
    if not found.has_anything:
        raise PersonError(decoding.NOTHING, profile=found.profile, file=file)


def settings_of(text: str) -> Mapping[str, object]:
    """Read profile settings written as a JSON object; PersonError says what is wrong with them."""
    from center_app.telemetry.decoding import PARAMS_WRONG

    try:
        settings = json.loads(text)
    except ValueError as error:
        raise PersonError(PARAMS_WRONG, detail=str(error)) from error
    if not isinstance(settings, dict):
        raise PersonError(PARAMS_WRONG, detail=type(settings).__name__)
    return settings
