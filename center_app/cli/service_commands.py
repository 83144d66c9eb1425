"""Commands about the collector as a service of this computer: print or install its systemd unit."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from center_app.cli.shared import Store, chosen_store, folder_of, show
from center_app.core.errors import PersonError, SurroundingsError, declare

if TYPE_CHECKING:
    from center_app.cli.service_unit import Service

NOT_WRITTEN = declare(
    "service.not_written",
    "The unit cannot be written to {file} ({detail}).",
    "Run the command with sudo, or install it for yourself with --user.",
)
Name = Annotated[str, typer.Option(help="Name of the collector")]
User = Annotated[bool, typer.Option("--user", help="For this person, without administrator's rights")]


def register(app: typer.Typer) -> None:
    """Add `service print` and `service install`."""
    group = typer.Typer(no_args_is_help=True, help="The collector as a service (systemd).")
    group.command("print")(print_unit)
    group.command("install")(install)
    app.add_typer(group, name="service")


def _service(store: str, name: str, user: bool) -> Service:
    from center_app.cli.service_unit import NO_SYSTEMD, Service
    from center_app.telemetry.collector.launch import store_folder

    if not sys.platform.startswith("linux"):
        raise PersonError(NO_SYSTEMD)
    chosen = chosen_store(store)
    place = chosen if chosen.startswith("postgresql") else str(Path(chosen).absolute())
    return Service(place, name, store_folder(place, folder_of(place)).absolute(), user)


def print_unit(store: Store = "", name: Name = "local", user: User = False) -> None:
    """Print the unit with this installation's paths."""
    sys.stdout.write(_service(store, name, user).text())


def install(store: Store = "", name: Name = "local", user: User = False) -> None:
    """Write the unit where systemd finds it and say what to do next; prints JSON."""
    service = _service(store, name, user)
    try:
        service.file.parent.mkdir(parents=True, exist_ok=True)
        part = service.file.with_name(service.file.name + ".part")
        part.write_text(service.text(), encoding="utf-8")
        part.replace(service.file)
    except OSError as error:
        raise SurroundingsError(NOT_WRITTEN, file=str(service.file), detail=error.strerror or str(error)) from error
    show({"file": str(service.file), "next": service.next_steps()})
