"""Start Center Desk: without a command the window, otherwise the command."""

import sys

WINDOW_COMMANDS = {"desk": "ui.start", "demo": "ui.start", "tour": "ui.tour"}


def main(arguments: list[str]) -> int:
    """Hand over to the window or to the command line; return the exit code."""
    if not arguments or _is_plain(arguments):
        return open_window(arguments)
    from center_app.cli import run

    return run(arguments, open_window)


def open_window(arguments: list[str]) -> int:
    """Open the window that a command asks for, or this desk's centre."""
    from importlib import import_module

    command = arguments[0] if arguments else "desk"
    return int(import_module(WINDOW_COMMANDS[command]).main(arguments))


def _is_plain(arguments: list[str]) -> bool:
    """Tell whether there is at most a folder; options and mistakes are for the command line."""
    most = 1 if arguments[0] == "desk" else 2
    return arguments[0] in WINDOW_COMMANDS and len(arguments) <= most and not arguments[-1].startswith("-")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
