"""Commands that open the window: here they have their help; the caller opens it, so that no Qt is needed here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

OpenWindow = Callable[[list[str]], int]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("desk")(desk)
    app.command("demo")(demo)
    app.command("tour")(tour)


def desk(context: typer.Context) -> int:
    """Open this desk's centre; the same as no command."""
    return _opener(context)(["desk"])


def demo(
    context: typer.Context,
    folder: Annotated[Path | None, typer.Argument(help="The demo centre's folder; kept between starts.")] = None,
) -> int:
    """Open a demo centre with simulated robot cells."""
    return _opener(context)(["demo", *([str(folder)] if folder else [])])


def tour(
    context: typer.Context,
    folder: Annotated[Path | None, typer.Argument(help="Where screenshots and the report go.")] = None,
) -> int:
    """Do the main job without a display: record, book, raise an alarm, close a month, take pictures."""
    return _opener(context)(["tour", *([str(folder)] if folder else [])])


def _opener(context: typer.Context) -> OpenWindow:
    opener: OpenWindow = context.obj
    return opener
