"""Find who speaks on a bus, for the settings of profiles that read several devices there: servos, motors, units."""

from __future__ import annotations

from collections import Counter

from devices.modbus.listening import Ear
from devices.values import Profile

_NAMES = ("id", "unit")
_KEYS = ("servos", "units", "unit", "motors")
_MOST = 16


def members(profile: Profile, data: bytes) -> dict[str, object]:
    """Return the profile's settings with the addresses heard in the bytes; {} when it has none, or none was heard."""
    key = next((spec.key for spec in profile.params if spec.key in _KEYS), None)
    if key is None:
        return {}
    heard = _on_modbus(data) if profile.make_master is not None else _explained(profile, data)
    usual = profile.defaults()[key]
    if not heard:
        return {}
    if isinstance(usual, int):
        return {key: heard[0]}
    return {key: ",".join(str(each) for each in sorted(heard[:_MOST]))}


def _on_modbus(data: bytes) -> list[int]:
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
