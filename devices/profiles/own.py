"""Hold the profiles that people wrote, by id and version; read from their text when first used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from devices.errors import ProfileUnknown
from devices.values import Profile


@dataclass(frozen=True)
class OwnText:
    """Carry one version of a written profile; `is_current` marks the one in force, none when it was removed."""

    profile_id: str
    version: int
    text: str
    is_current: bool


@lru_cache(maxsize=512)
def _read(text: str, version: int) -> Profile | None:
    from devices.toml_profiles import ProfileRefused, compile_text

    try:
        return compile_text(text, version=version)
    except ProfileRefused:
        return None


class Shelf:
    """Keep the written profiles of this process; `replace` swaps one frozen mapping, so any thread may read."""

    def __init__(self) -> None:
        """Start empty."""
        self._texts: Mapping[tuple[str, int], OwnText] = MappingProxyType({})

    def replace(self, texts: tuple[OwnText, ...]) -> None:
        """Take these versions instead of all before."""
        self._texts = MappingProxyType({(text.profile_id, text.version): text for text in texts})

    def get(self, profile_id: str, version: int | None = None) -> Profile:
        """Return a version, or the one in force; ProfileUnknown when there is none or it can no longer be read."""
        found = self._in_force(profile_id) if version is None else self._texts.get((profile_id, version))
        profile = _read(found.text, found.version) if found is not None else None
        if profile is None:
            raise ProfileUnknown(profile_id)
        return profile

    def has(self, profile_id: str) -> bool:
        """Say whether a version of this id is in force."""
        return self._in_force(profile_id) is not None

    def current(self) -> tuple[Profile, ...]:
        """Return the profiles in force, sorted by id."""
        found = (_read(text.text, text.version) for text in self.texts())
        return tuple(profile for profile in found if profile is not None)

    def texts(self) -> tuple[OwnText, ...]:
        """Return the texts in force, sorted by id."""
        return tuple(sorted((text for text in self._texts.values() if text.is_current), key=_by_id))

    def _in_force(self, profile_id: str) -> OwnText | None:
        return next((one for one in self._texts.values() if one.profile_id == profile_id and one.is_current), None)


def _by_id(text: OwnText) -> str:
    return text.profile_id


SHELF = Shelf()
