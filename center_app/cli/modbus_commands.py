"""The command `registers`: check a register map, list the shipped ones, show registers in every word order."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from center_app.cli.shared import show


def register(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command("registers")(registers)


def registers(
    file: Annotated[str, typer.Argument(help="Register map (CSV), or the name of a shipped one")] = "",
    words: Annotated[str, typer.Option(help='Registers as hexadecimal, such as "42 48 00 00"')] = "",
    one_based: Annotated[bool, typer.Option(help="Plain addresses in the file count from 1")] = False,
    unit: Annotated[int, typer.Option(help="Unit of lines that name none")] = 1,
    csv: Annotated[bool, typer.Option(help="Print the map as CSV instead of JSON")] = False,
) -> None:
    """Check a register map and print it as JSON; or print registers as every type in every word order."""
    from center_app.telemetry import registers as maps
    from devices.modbus import shipped

    if words:
        show({"words": maps.read_words(words).hex(" ").upper(), "readings": maps.every_reading(maps.read_words(words))})
        return
    if not file:
        show({"shipped": [{"name": name, "source": shipped.source_of(name)} for name in shipped.names()]})
        return
    found = shipped.shipped(file) if file in shipped.names() else maps.load_map(Path(file), one_based, unit)
    if csv:
        sys.stdout.write(maps.map_as_csv(found))
        return
    reads = {task.number: [vars(read) for read in task.reads] for task in maps.tasks_of(found)}
    show({"registers": [maps.shown(entry) for entry in found], "requests": reads})
