"""Refuse numbers of the command line that mean nothing: below a limit, infinite or not a number."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite

import typer

from center_app.core.errors import PersonError, declare

TOO_SMALL = declare(
    "command_line.number", "{option} cannot be {value}.", "Give a finite number that is {least} or greater."
)


def at_least(least: float) -> Callable[[typer.CallbackParam, float | None], float | None]:
    """Return an option's check: None passes, PersonError for what is below `least` or not finite."""

    def check(option: typer.CallbackParam, value: float | None) -> float | None:
        if value is not None and not (isfinite(value) and value >= least):
            raise PersonError(TOO_SMALL, option=", ".join(option.opts), value=str(value), least=f"{least:g}")
        return value

    return check
