"""Why bytes were not good, in words; one table for the byte account, the health rows, the console and the editor."""

from __future__ import annotations

from devices.account import REASONS
from ui.kit.words import _


def reason_text(kind: str) -> str:
    """Say a reason of `devices.account` in the person's language; another one as it stands."""
    names = REASONS.get(kind, {})
    return names.get(_.language) or names.get("en") or kind
