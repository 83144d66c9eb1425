"""Every device the centre knows: one file each; a new file in this folder is found by itself."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from devices.errors import ProfileUnknown
from devices.values import Profile


@cache
def registry() -> dict[str, Profile]:
    """Import every profile module once; return the profiles by id, sorted by id."""
    modules = [import_module(f"{__name__}.{info.name}") for info in iter_modules(__path__)]
    return dict(sorted((module.PROFILE.id, module.PROFILE) for module in modules if hasattr(module, "PROFILE")))


def get(profile_id: str) -> Profile:
    """Return one profile; ProfileUnknown when there is none of this id."""
    try:
        return registry()[profile_id]
    except KeyError:
        raise ProfileUnknown(profile_id) from None


def all() -> tuple[Profile, ...]:
    """Return all profiles, sorted by id."""
    return tuple(registry().values())
