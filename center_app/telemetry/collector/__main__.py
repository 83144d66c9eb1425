"""Run a collector: python -m center_app.telemetry.collector --store FOLDER_OR_URL [--name NAME]."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from center_app.core import audit, log  # noqa: F401 - the audit table belongs to every unit of work
from center_app.core.errors import CenterError
from center_app.telemetry.collector.launch import store_folder
from center_app.telemetry.collector.process import run
from center_app.telemetry.values import DEFAULT_COLLECTOR


def main() -> int:
    """Parse the command line and record until told to stop."""
    parser = argparse.ArgumentParser(prog="collect", description="Record the robot cells of a centre.")
    parser.add_argument("--store", required=True)
    parser.add_argument("--name", default=DEFAULT_COLLECTOR)
    parser.add_argument("--folder", type=Path, default=None)
    given = parser.parse_args()
    log.start(store_folder(given.store, given.folder) / "logs", f"collector-{given.name}")
    try:
        run(given.store, given.name, given.folder)
    except CenterError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
