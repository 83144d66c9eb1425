"""Start the window: this desk's own centre, or the demo."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from center_app.core import log
from center_app.core.desk_language import desk_language
from center_app.core.errors import CenterError, describe
from center_app.core.settings import data_folder, load, log_folder
from center_app.core.text import catalogue
from ui.app_preflight import missing_sentence

if TYPE_CHECKING:
    from collections.abc import Iterator


def main(arguments: list[str]) -> int:
    """Open the window for `desk` (or nothing) and `demo [FOLDER]`; return the exit code."""
    log.start(log_folder(), "desk")
    sentence = missing_sentence()
    if sentence:
        sys.stderr.write(sentence + "\n")
        return 3
    try:
        if arguments[:1] == ["demo"]:
            return demo(Path(arguments[1]) if len(arguments) > 1 else data_folder() / "demo")
        return desk()
    except CenterError as error:
        sys.stderr.write("\n".join(describe(error, catalogue(desk_language()))) + "\n")
        return 3


def desk() -> int:
    """Open this desk's centre with its collector, or ask on a first start."""
    from ui.app import run

    return run(load(), [])


def demo(folder: Path) -> int:
    """Open the demo centre with its cells running; they stop with the window."""
    from center_app.demo import DemoCells, open_demo_center
    from ui.app import run

    with _splash() as told:
        center = open_demo_center(folder, told)
        cells = DemoCells(center)
        cells.start()
    try:
        return run(center, [])
    finally:
        cells.stop()
        center.close()


@contextmanager
def _splash() -> Iterator[Callable[[str, float], None]]:
    """Show how far the demo is while it is being made."""
    from ui.shell.splash import Splash

    splash: Any = Splash()
    try:
        yield splash.told
    finally:
        splash.close()
