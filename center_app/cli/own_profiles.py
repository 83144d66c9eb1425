"""Load the profiles that people wrote in the centre, so that commands know them by their id."""

from __future__ import annotations

from center_app.cli.shared import opened
from center_app.core.errors import CenterError


def load_own_profiles(store: str) -> None:
    """Load the centre's own profiles where a centre is named or known; without one the shipped profiles do.

    Raises what opening the named centre raises; one that was not named is left out when it cannot be opened.
    """
    try:
        opened(store).close()
    except CenterError:
        if store:
            raise


def load_for(profile: str, store: str) -> None:
    """Load the centre's own profiles when one is named, or when `profile` is no shipped one and no file."""
    from devices import profiles

    asked = profile.strip().lower().replace("-", "_")
    if store or not (asked in profiles.registry() or asked.endswith((".toml", ".csv"))):
        load_own_profiles(store)
