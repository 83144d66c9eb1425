"""Start Center Desk: without a command the window, otherwise the command."""

import sys

WINDOW_COMMANDS = {"desk": "ui.start", "demo": "ui.start", "tour": "ui.tour"}


def main(arguments: list[str]) -> int:
    """Hand over to the window or to the command line; return the exit code."""
    command = arguments[0] if arguments and not arguments[0].startswith("-") else ""
    if command in WINDOW_COMMANDS or not arguments:
        from importlib import import_module

        return int(import_module(WINDOW_COMMANDS.get(command, "ui.start")).main(arguments))
    from center_app.cli import run

    return run(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
