"""Try every profile on bytes and judge each fit against chance; the line's settings must be right already."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from devices import profiles
from devices.account import BAD_CHECKSUM
from devices.discover import discover_columns, discover_json, discover_labels
from devices.modbus.sniffing import discover as discover_modbus
from devices.recognition.members import members
from devices.recognition.values import Finding, Kind
from devices.values import Account, Block, LineSettings, Profile, Quality

MOST_BYTES = 65536
LEAST_SHARE = 0.5
_SHUFFLES = 2
_PRINTABLE = np.zeros(256, dtype=np.bool_)
_PRINTABLE[[9, 10, 13, *range(32, 127)]] = True
# Profiles that read many devices come after those that read one, the least particular last.
GENERAL: dict[str, Callable[[bytes], Mapping[str, object]]] = {
    "modbus_rtu": discover_modbus,
    "json_lines": discover_json,
    "label_value": discover_labels,
    "delimited_text": discover_columns,
}
_TEXT = frozenset({"json_lines", "label_value", "delimited_text"})
# Bytes of one of these are bytes of many things: they are believed only when asked for, or by name.
_NEVER_HEARD = frozenset({"modbus_master", "modbus_tcp"})


def printable(data: bytes) -> float:
    """Return the share of printable ASCII and line ends, 0 for no bytes."""
    return float(_PRINTABLE[np.frombuffer(data, dtype=np.uint8)].mean()) if data else 0.0


def recognise(data: bytes, line: LineSettings | None = None) -> tuple[Finding, ...]:
    """Try every profile on at most 64 KiB; return those that fit, the most particular first."""
    data = data[:MOST_BYTES]
    fits = [fit for profile in profiles.all() if (fit := _fit(profile, data, line)) is not None]
    return tuple(sorted(fits, key=lambda fit: _rank(fit, line)))


def _fit(profile: Profile, data: bytes, line: LineSettings | None) -> Finding | None:
    """Return the fit of one profile when it explains half the bytes and chance does not."""
    if profile.id in _NEVER_HEARD or (profile.id in _TEXT and printable(data) < 0.9):
        return None
    params = _params(profile, data)
    read = _read(profile, params, data) if params is not None else None
    if params is None or read is None:
        return None
    account, rows = read
    if not _is_convincing(profile, params, account, data):
        return None
    bad = sum(account.frames_bad.values())
    return Finding(
        profile.id, params, line, account.frames_good, bad, _share(account), _kind(profile), len(data), rows=rows
    )  # fmt: skip


def _params(profile: Profile, data: bytes) -> dict[str, object] | None:
    """Return the settings to try a profile with, None when the bytes hold nothing of its kind."""
    if profile.id not in GENERAL:
        return members(profile, data)
    found = dict(GENERAL[profile.id](data))
    return found or None


def _read(profile: Profile, params: Mapping[str, object], data: bytes) -> tuple[Account, int] | None:
    """Return the account of a decoder that found frames, and how many rows of values; None when it found none."""
    decoder = profile.decoder(params)
    blocks = decoder.feed(data)
    account = decoder.account()
    if profile.make_master is not None and not _reads_values(profile, blocks):
        return None
    rows = sum(len(block.end_offset) for block in blocks)
    return (account, rows) if rows or (is_checked(profile) and profile.id not in GENERAL) else None


def _reads_values(profile: Profile, blocks: list[Block]) -> bool:
    """Say whether most of what a polled device's profile reads is sound: another make's registers seldom are.

    Registers that nobody asked for speak against a make; a field that a line of text leaves out does not.
    """
    marks = np.concatenate([np.zeros(0, dtype=np.uint8), *(block.quality.ravel() for block in blocks)])
    has_registers = any(spec.key == "units" for spec in profile.params)
    read = marks if has_registers else marks[marks != Quality.NOT_MEASURED]
    return read.size > 0 and float((read == Quality.GOOD).mean()) >= 0.8


def _share(account: Account) -> float:
    return account.bytes_good / max(1, account.bytes_in - account.pending)


def _is_convincing(profile: Profile, params: Mapping[str, object], account: Account, data: bytes) -> bool:
    """Say whether a fit explains half of the bytes and the same bytes in another order do not fit likewise."""
    if _share(account) < LEAST_SHARE or not account.frames_good:
        return False
    if profile.id == "scpi_reading" and b"E" not in data.upper():
        return False  # plain numbers are text; the forms of an instrument have an exponent
    if len(set(data)) < 3 or (profile.id == "delimited_text" and account.frames_good < 3):
        return False
    by_chance = max(_chance(profile, params, data))
    return account.frames_good > 2 * by_chance or (not is_checked(profile) and printable(data) > 0.9)


def _chance(profile: Profile, params: Mapping[str, object], data: bytes) -> Iterable[int]:
    """Yield how many frames the profile finds in the same bytes, shuffled."""
    bytes_ = np.frombuffer(data[:16384], dtype=np.uint8)
    scale = max(1.0, len(data) / 16384)
    for seed in range(_SHUFFLES):
        decoder = profile.decoder(params)
        decoder.feed(np.random.default_rng(seed).permutation(bytes_).tobytes())
        yield round(decoder.account().frames_good * scale)


_CHECKED: dict[tuple[str, bytes], bool] = {}


def is_checked(profile: Profile) -> bool:
    """Say whether a profile's frames carry a checksum: whether its own sample, spoiled, is refused for it."""
    key = profile.id, profile.sample
    if key not in _CHECKED:
        _CHECKED[key] = _refuses_spoiled(profile)
    return _CHECKED[key]


def _refuses_spoiled(profile: Profile) -> bool:
    for at in range(len(profile.sample) // 3, len(profile.sample)):
        spoiled = bytearray(profile.sample)
        spoiled[at] ^= 0x01
        decoder = profile.decoder()
        decoder.feed(bytes(spoiled))
        if decoder.account().frames_bad.get(BAD_CHECKSUM):
            return True
    return False


def _kind(profile: Profile) -> Kind:
    if profile.id in _TEXT:
        return Kind.NUMBERS
    return Kind.CHECKSUMS if is_checked(profile) else Kind.FORM


def _rank(fit: Finding, line: LineSettings | None) -> tuple[object, ...]:
    general = list(GENERAL).index(fit.profile_id) + 1 if fit.profile_id in GENERAL else 0
    polled = profiles.get(fit.profile_id).make_master is not None
    same_line = line is not None and profiles.get(fit.profile_id).line.baud == line.baud
    weak = fit.share < 0.7 and not general
    is_mute = not general and fit.rows == 0  # frames of this form, but none with a value
    strength = is_mute, fit.kind is not Kind.CHECKSUMS, -round(fit.share, 2)
    return general, weak, *strength, polled, not same_line, fit.profile_id
