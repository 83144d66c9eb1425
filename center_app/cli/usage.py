"""Say what is wrong with a command line: a translated sentence and where its help is."""

from __future__ import annotations

from typing import Any

from center_app.core.errors import CenterError, PersonError, declare

_HELP = "Run {help} to see what the command takes."
MISSING = declare("command_line.missing", "The command lacks {names}.", _HELP)
NO_OPTION = declare("command_line.no_option", "There is no option {option}; did you mean {similar}?", _HELP)
NO_OPTION_LIKE = declare("command_line.no_option_like", "There is no option {option}.", _HELP)
BAD_VALUE = declare("command_line.bad_value", "{value} cannot be used: {reason}", _HELP)
NOT_UNDERSTOOD = declare("command_line.not_understood", "The command line was not understood: {reason}", _HELP)


def usage_error(error: Any) -> CenterError | None:
    """Return the parser's complaint as ours; None for any other failure.

    The parser's classes are private to its package, so they are told apart by name.
    """
    if not hasattr(error, "format_message"):
        return None
    context = getattr(error, "ctx", None)
    path = " ".join((context.command_path if context else "").split()[1:])
    help_line = " ".join(part for part in ("main.py", path, "--help") if part)
    kind = type(error).__name__
    if kind == "MissingParameter" and error.param is not None:
        return PersonError(MISSING, names=_names(error.param), help=help_line)
    if kind == "NoSuchOption":
        return _no_option(error, help_line)
    if kind == "BadParameter" and error.param is not None:
        return PersonError(BAD_VALUE, value=_names(error.param), reason=error.message, help=help_line)
    return PersonError(NOT_UNDERSTOOD, reason=error.format_message(), help=help_line)


def _names(parameter: Any) -> str:
    return ", ".join(parameter.opts) if parameter.param_type_name == "option" else str(parameter.name).upper()


def _no_option(error: Any, help_line: str) -> CenterError:
    similar = ", ".join(sorted(error.possibilities or ()))
    if similar:
        return PersonError(NO_OPTION, option=error.option_name, similar=similar, help=help_line)
    return PersonError(NO_OPTION_LIKE, option=error.option_name, help=help_line)
