"""Say which profile fits bytes that were heard, with the evidence; the line's speed must be right already."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from devices import profiles
from devices.discover import discover_columns, discover_json, discover_labels
from devices.modbus.sniffing import discover as discover_exchanges
from devices.values import Profile

MOST_BYTES = 65536
LEAST_SHARE = 0.5
# Profiles that read many devices come after those that read one, the least particular last.
GENERAL: dict[str, Callable[[bytes], dict[str, object]]] = {
    "modbus_rtu": discover_exchanges,
    "json_lines": discover_json,
    "label_value": discover_labels,
    "delimited_text": discover_columns,
}


@dataclass(frozen=True)
class Recognition:
    """Hold one fitting profile: the settings found, frames good and bad, and the share of good bytes (0–1)."""

    profile_id: str
    params: dict[str, object]
    frames_good: int
    frames_bad: int
    share: float


def recognise(data: bytes) -> tuple[Recognition, ...]:
    """Try every profile on at most 64 KiB; return those that fit, the most particular first."""
    data = data[:MOST_BYTES]
    fits = [fit for profile in profiles.all() if (fit := _try(profile, data)) is not None]
    return tuple(sorted(fits, key=_rank))


def _try(profile: Profile, data: bytes) -> Recognition | None:
    discover = GENERAL.get(profile.id)
    params = discover(data) if discover else {}
    if discover and not params:
        return None
    decoder = profile.decoder(params)
    blocks = decoder.feed(data)
    account = decoder.account()
    share = account.bytes_good / max(1, account.bytes_in - account.pending)
    if not blocks or share < LEAST_SHARE:
        return None
    return Recognition(profile.id, params, account.frames_good, sum(account.frames_bad.values()), share)


def _rank(fit: Recognition) -> tuple[int, float, bool, str]:
    general = list(GENERAL).index(fit.profile_id) + 1 if fit.profile_id in GENERAL else 0
    answers_only = profiles.get(fit.profile_id).make_master is not None
    return general, -round(fit.share, 1), answers_only, fit.profile_id
