"""Find profiles by id, version or file: shipped ones, each a module of this folder, and written ones."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from devices.profiles.own import SHELF, OwnText
from devices.values import Profile


@cache
def registry() -> dict[str, Profile]:
    """Import every profile module once; return the shipped profiles by id, sorted by id."""
    modules = [import_module(f"{__package__}.{info.name}") for info in iter_modules([str(Path(__file__).parent)])]
    return dict(sorted((module.PROFILE.id, module.PROFILE) for module in modules if hasattr(module, "PROFILE")))


def get(profile_id: str, version: int | None = None) -> Profile:
    """Return a profile, the one in force or that of a version; ProfileUnknown when there is none."""
    shipped = registry().get(profile_id)
    if shipped is not None and version in (None, shipped.version):
        return shipped
    return SHELF.get(profile_id, version)


def all() -> tuple[Profile, ...]:
    """Return the shipped profiles sorted by id, then people's own ones in force."""
    return (*registry().values(), *SHELF.current())


def current(profile_id: str) -> bool:
    """Say whether a profile of this id is in force: shipped, or written and not removed."""
    return profile_id in registry() or SHELF.has(profile_id)


def own_texts() -> tuple[OwnText, ...]:
    """Return the written profiles in force, sorted by id."""
    return SHELF.texts()


def set_own(texts: tuple[OwnText, ...]) -> None:
    """Replace the profiles that people wrote, every version of them, in one step; safe from any thread."""
    SHELF.replace(texts)


def resolve(name_or_path: str) -> Profile:
    """Return a profile by id, or read one from a TOML file.

    ProfileUnknown when no profile has that id, `devices.toml_profiles.ProfileRefused` with every problem and its line
    when the file is no sound profile, OSError when it cannot be read.
    """
    if not name_or_path.lower().endswith(".toml"):
        return get(name_or_path)
    from devices.toml_profiles import read_file

    return read_file(Path(name_or_path))
