"""Find who speaks on a bus, for the settings of profiles that read several devices there: servos, motors, units."""

from __future__ import annotations

from collections import Counter

from devices.modbus.listening import Ear
from devices.values import Profile

_NAMES = ("id", "unit")
_KEYS = ("servos", "units", "unit", "motors")
_MOST = 16


def members(profile: Profile, data: bytes) -> dict[str, object]:
    """Return the profile's settings with the addresses heard in the bytes; {} when it has none, or none was heard.

    A profile that finds out by itself (`discover`) is left alone.
    """
    key = next((spec.key for spec in profile.params if spec.key in _KEYS), None)
    if key is None or profile.discover is not None:
        return {}
    heard = units_on_modbus(data) if profile.make_master is not None else _explained(profile, data)
    usual = profile.defaults()[key]
    usable = [each for each in heard if _is_usable(profile, _setting(key, usual, [each]))]
    return _setting(key, usual, usable[:_MOST]) if usable else {}


def _setting(key: str, usual: object, heard: list[int]) -> dict[str, object]:
    return {key: heard[0] if isinstance(usual, int) else ",".join(str(each) for each in sorted(heard))}


def _is_usable(profile: Profile, settings: dict[str, object]) -> bool:
    """Say whether the profile can read with these settings: an address that nobody may have is no member."""
    try:
        profile.streams_for(settings)
    except ValueError:
        return False
    return True


def units_on_modbus(data: bytes) -> list[int]:
    """Return the Modbus units heard, the busiest first."""
    counts: Counter[int] = Counter()
    for heard in Ear().feed(data[:8192]):
        unit = heard.fields.get("unit") if heard.fields else None
        if isinstance(unit, int) and unit:
            counts[unit] += 1
    return [unit for unit, _ in counts.most_common(_MOST)]


def _explained(profile: Profile, data: bytes) -> list[int]:
    """Return the addresses that the profile itself reads from its messages, the busiest first."""
    if profile.explain is None:
        return []
    counts: Counter[int] = Counter()
    for message in profile.explain(data[:8192], profile.settled()):
        found = next((message.fields[name] for name in _NAMES if name in message.fields), None)
        if isinstance(found, int) and not message.error and found not in (0xFE, 0xFF):
            counts[found] += 1
    return [each for each, _ in counts.most_common(_MOST)]
