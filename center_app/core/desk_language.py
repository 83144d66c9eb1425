"""The language of this desk, for whatever speaks before a window is there."""

from __future__ import annotations

import os

from center_app.core import settings
from center_app.core.errors import CenterError
from center_app.core.labels import LANGUAGES


def desk_language() -> str:
    """Return the language of this desk: the setting, else the environment's, else English."""
    try:
        chosen: str = settings.load().language
    except CenterError:
        chosen = ""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        chosen = chosen or os.environ.get(name, "")[:2].lower()
    return chosen if chosen in LANGUAGES else "en"
