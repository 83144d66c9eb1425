"""Find channels of a device by name: "stream.channel", or the channel's key alone where that is unique."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from center_app.core.errors import PersonError, declare
from devices import profiles
from devices.errors import ProfileUnknown
from devices.values import ChannelSpec, Profile, StreamSpec

SETTINGS_WRONG = declare(
    "cell.settings_wrong",
    "The profile {profile} cannot work with these settings: {detail}.",
    "Mend what is named and save again; nothing was changed.",
)


@dataclass(frozen=True)
class ChannelPlace:
    """Say where a channel lies: its stream and its row in that stream's blocks."""

    stream: StreamSpec
    index: int
    spec: ChannelSpec


def find(streams: Sequence[StreamSpec], name: str) -> ChannelPlace | None:
    """Return where a channel lies, None when no stream has it or several have that key."""
    found = [
        ChannelPlace(stream, index, spec)
        for stream in streams
        for index, spec in enumerate(stream.channels)
        if name in (spec.key, f"{stream.key}.{spec.key}")
    ]
    exact = [place for place in found if f"{place.stream.key}.{place.spec.key}" == name]
    if exact:
        return exact[0]
    return found[0] if len(found) == 1 else None


def names(streams: Sequence[StreamSpec]) -> tuple[str, ...]:
    """List every name under which a channel can be found, full names first."""
    full = [f"{stream.key}.{spec.key}" for stream in streams for spec in stream.channels]
    short = [spec.key for stream in streams for spec in stream.channels]
    return (*full, *(key for key in short if short.count(key) == 1))


def profile(profile_id: str, version: int | None = None) -> Profile | None:
    """Return a device profile, the one in force or that of a version; None when there is none."""
    try:
        return profiles.get(profile_id, version)
    except ProfileUnknown:
        return None


def streams_of(profile_id: str, params: Mapping[str, Any], version: int | None = None) -> tuple[StreamSpec, ...]:
    """Return the streams of a device with its settings; empty for an unknown profile."""
    known = profile(profile_id, version)
    return known.streams_for(params) if known else ()


def check_settings(known: Profile, params: Mapping[str, Any]) -> None:
    """Refuse settings from which a profile can make no streams, decoder or master; PersonError says why."""
    try:
        known.streams_for(params)
        known.decoder(params)
        known.master(params)
    except (ValueError, TypeError, LookupError, OverflowError, AttributeError) as error:
        raise PersonError(SETTINGS_WRONG, profile=known.id, detail=str(error)) from error
