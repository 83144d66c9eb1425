"""A private folder for files that live as long as the process."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path


@cache
def scratch_folder() -> Path:
    """Make the folder once; it goes when the process ends."""
    folder = Path(tempfile.mkdtemp(prefix="center-desk-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
