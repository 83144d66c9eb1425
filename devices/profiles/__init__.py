"""Every device the centre knows: one file each, found by itself, and the profiles that people wrote in TOML."""

from __future__ import annotations

from devices.errors import ProfileUnknown
from devices.profiles.finding import all, current, get, own_texts, registry, resolve, set_own
from devices.profiles.own import OwnText

__all__ = ["OwnText", "ProfileUnknown", "all", "current", "get", "own_texts", "registry", "resolve", "set_own"]
