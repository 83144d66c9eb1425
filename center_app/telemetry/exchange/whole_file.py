"""Write a file that appears only when it is whole; a cancelled or failed one leaves nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from center_app.telemetry.exchange.values import ExportResult
from center_app.telemetry.store.errors import trouble_from


def write_whole(path: Path | str, write: Callable[[Path], int | None]) -> ExportResult:
    """Let `write(part)` fill a file beside the target and return its rows, None when cancelled.

    Raises SurroundingsError when the disk refuses; the old target stays until the new one is whole.
    """
    target = Path(path)
    part = target.with_name(target.name + ".part")
    try:
        rows = write(part)
        if rows is None:
            return ExportResult(0, 0, is_cancelled=True)
        part.replace(target)
        return ExportResult(rows, target.stat().st_size)
    except OSError as error:
        raise trouble_from(error, target.parent) from error
    finally:
        _remove(part)


def _remove(part: Path) -> None:
    if part.is_dir():
        shutil.rmtree(part, ignore_errors=True)
    else:
        part.unlink(missing_ok=True)
