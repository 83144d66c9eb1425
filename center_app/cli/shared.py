"""What the commands share: the language, the chosen store, and output."""

from __future__ import annotations

import json
import os
import socket
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from center_app.core import settings
from center_app.core.access import Actor, Role
from center_app.core.audit import plain
from center_app.core.desk_language import desk_language
from center_app.core.errors import PersonError, declare
from center_app.core.text import Words, catalogue
from center_app.wiring import Center, open_center

NO_STORE = declare(
    "command.no_store",
    "No centre was named and this desk has none yet.",
    "Name it with --store FOLDER or --store postgresql://…, or make one with `main.py init`.",
)
Store = Annotated[str, typer.Option("--store", help="Folder of the centre, or a postgresql:// address")]


def words() -> Words:
    """Return the words of this desk."""
    return catalogue(desk_language())


def say(text: str, /, **params: object) -> None:
    """Print a translated line."""
    print(words()(text, **params), flush=True)


def show(value: object) -> None:
    """Print a value as JSON."""
    json.dump(plain(value), sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")


def chosen_store(store: str) -> str:
    """Return the store named on the command line, else this desk's; raises PersonError."""
    found = store or settings.load().store
    if not found:
        raise PersonError(NO_STORE)
    return found


def folder_of(store: str) -> Path | None:
    """Return the local folder that goes with a store; None for the default of a server."""
    told = settings.load().folder
    return Path(told) if told and store.startswith("postgresql") else None


def opened(store: str) -> Center:
    """Open the chosen centre; one of another version is refused or, in a folder, brought up with a backup."""
    chosen = chosen_store(store)
    return open_center(chosen, folder=folder_of(chosen))


def operator() -> Actor:
    """Return the person at the keyboard of the command line: an administrator of this computer."""
    name = os.environ.get("USER") or os.environ.get("USERNAME") or "command line"
    return Actor(person_id=0, name=name, role=Role.ADMINISTRATOR, desk=socket.gethostname())


def as_any(value: object) -> Any:
    """Return a value for a library without types."""
    return value
