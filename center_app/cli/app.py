"""Assemble the command line and say failures in the person's language."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from center_app.cli.usage import usage_error
from center_app.core.errors import CenterError, ProblemsError, SurroundingsError, describe
from center_app.core.text import Words, catalogue

PERSON_EXIT = 2
SURROUNDINGS_EXIT = 3
OURS_EXIT = 1


def run(arguments: list[str], open_window: Callable[[list[str]], int] | None = None) -> int:
    """Run one command and return the exit code: 0 good, 2 input, 3 surroundings, 1 our fault.

    `open_window` opens the window for the commands that have one.
    """
    from center_app.core import log
    from center_app.core.desk_language import desk_language
    from center_app.core.settings import log_folder

    log.start(log_folder(), "command")
    words = catalogue(desk_language())
    try:
        return _dispatch(arguments, open_window)
    except CenterError as error:
        return tell(error, words)
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        logging.getLogger("center.command").exception("command failed: %s", arguments)
        return tell(error, words)


def _dispatch(arguments: list[str], open_window: Callable[[list[str]], int] | None) -> int:
    import typer

    app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    for module in _command_modules():
        module.register(app)
    try:
        result = app(arguments, standalone_mode=False, obj=open_window)
    except typer.Exit as leaving:
        return int(leaving.exit_code)
    except Exception as error:
        said = usage_error(error)
        if said is None:
            raise
        raise said from error
    return int(result or 0)


def _command_modules() -> list[ModuleType]:
    """Import every module of commands in this folder; a new one is found by itself."""
    import center_app.cli

    names = [info.name for info in iter_modules(center_app.cli.__path__) if info.name.endswith("_commands")]
    return [import_module(f"center_app.cli.{name}") for name in names]


def tell(error: Exception, words: Words) -> int:
    """Write a failure and its next step to the error output; return its exit code."""
    if isinstance(error, ProblemsError) and len(error.problems) > 1:
        for problem in error.problems:
            sys.stderr.write("  ".join(describe(problem, words)) + "\n")
    sentence, step = describe(error, words)
    sys.stderr.write(f"{sentence}\n{step}\n")
    if isinstance(error, SurroundingsError):
        return SURROUNDINGS_EXIT
    return PERSON_EXIT if isinstance(error, CenterError) else OURS_EXIT
